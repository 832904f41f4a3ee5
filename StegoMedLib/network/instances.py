"""Instances as bytes, for Orthanc, which hands over what arrives and stores what it gets back; its script is short.

Rules are those of the service (`StegoMedLib.network.settings.Rule`), without targets.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.dicom import read_any
from StegoMedLib.errors import StegoMedError, UnusableInputError
from StegoMedLib.identity.already import has_pseudonym
from StegoMedLib.identity.deidentifier import value_in
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.network.config import read_inside
from StegoMedLib.network.keys import check_rule, key_of
from StegoMedLib.network.scratch import Scratch
from StegoMedLib.network.unexpected import sentence_for
from StegoMedLib.network.work import InstanceWork
from StegoMedLib.pipeline.reidentify import reidentify_series
from StegoMedLib.pipeline.results import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from StegoMedLib.dicom import Tree
    from StegoMedLib.network.settings import Inside, Rule
    from StegoMedLib.pipeline.reidentify_report import ReidentifyReport

__all__ = ["Instances", "NotAllowedError", "refusal", "user_of"]

_FORBIDDEN, _UNPROCESSABLE = 403, 422
_FILE = "/instances/{}/file"


class NotAllowedError(StegoMedError):
    """A user asks for an identity, and no rule lets that user have it."""

    def __init__(self) -> None:
        super().__init__(
            "No rule lets this user have identities back; ask who keeps the rules to add the name to 'callers' of one."
        )


class _SaidError(StegoMedError):
    """An error that says what it is about."""


def refusal(error: BaseException) -> tuple[int, str]:
    """HTTP status and sentence of any error; nothing of an image is in it."""
    return _FORBIDDEN if isinstance(error, NotAllowedError) else _UNPROCESSABLE, sentence_for(error)


def user_of(authorization: str) -> str:
    """Name of the user in an HTTP header of basic authentication (RFC 7617), which whoever reads it has checked."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[0] if scheme.lower() == "basic" else ""


class Instances:
    """Protects and restores instances by rules; several threads may use it at once.

    Keys and networks are loaded once, here.

    Parameters
    ----------
    settings : Inside
    tell : callable
        Given a sentence where others may read a key, too.

    Raises
    ------
    UnusableInputError
        A key, the finder's network or the place for temporary folders cannot be used.
    """

    def __init__(self, settings: Inside, tell: Callable[[str], object] = lambda _: None) -> None:
        self._settings = settings
        for rule in settings.rules:
            check_rule(rule, tell)
        self._works = {rule: InstanceWork(rule, settings.finder) for rule in settings.rules}
        self._keys = {rule: key_of(rule, lambda _: None) for rule in settings.rules}
        self._scratch = Scratch(settings.scratch)

    @classmethod
    def of(cls, config: Path | str, tell: Callable[[str], object] = lambda _: None) -> Instances:
        """By the rules of a TOML file.

        Raises
        ------
        UnusableInputError
            With a sentence for each thing that is wrong with it.
        """
        return cls(read_inside(Path(config)), tell)

    def close(self) -> None:
        """Remove the place for temporary folders."""
        self._scratch.close()

    def protect(self, data: bytes) -> bytes:
        """What is to be stored in place of an instance that arrives.

        Parameters
        ----------
        data : bytes
            DICOM file.

        Returns
        -------
        bytes
            DICOM file; the same where it is nameless already, or where there is no rule at all for what arrives.

        Raises
        ------
        StegoMedError
            It must not be stored. The sentence names the instance by the keyed hash of its UID, as audit files do.
        """
        if not self._settings.protects:
            return data
        with self._in_folder(data) as source:
            header = read_any(source).tree
            rule = self._settings.arriving(value_in(header, "Modality"))
            with _saying(f"Instance {self._hashed(rule, value_in(header, 'SOPInstanceUID'))}"):
                return self._protected(source, header, rule, data)

    def _hashed(self, rule: Rule | None, uid: str) -> str:
        """By the key of the rule for it; where there is none, by that of the first one."""
        return Pseudonyms.of(self._keys[rule or self._settings.rules[0]]).fingerprint(uid)

    def _protected(self, source: Path, header: Tree, rule: Rule | None, data: bytes) -> bytes:
        if value_in(header, "Modality") in self._settings.results and has_pseudonym(header):
            return data
        if rule is None:
            raise UnusableInputError("No rule is for instances of its modality; add one, and send it again.")
        return self._works[rule].done(source, _made(source.parent)).path.read_bytes()

    def restore(self, name: str, read: Callable[[str], bytes], user: str) -> tuple[bytes, str]:
        """An instance of Orthanc with the identity that it carries.

        Parameters
        ----------
        name : str
            Orthanc's identifier of it.
        read : callable
            Gives what Orthanc answers to GET of a path.
        user : str
            Who asks for it, as Orthanc has made sure.

        Returns
        -------
        tuple of (bytes, str)
            DICOM file, and its media type.

        Raises
        ------
        NotAllowedError
            The user may not have it.
        StegoMedError
            There is none that the key reads, or a person must look.
        """
        rule = self._rule_of(user)
        with self._in_folder(read(_FILE.format(name))) as source:
            return self._works[rule].done(source, _made(source.parent)).path.read_bytes(), "application/dicom"

    def restore_study(self, name: str, read: Callable[[str], bytes], user: str) -> tuple[bytes, str]:
        """A study of Orthanc with the identity that its images carry, results of others (SEG, SR, ...) among them.

        Parameters and errors are those of `restore`.

        Returns
        -------
        tuple of (bytes, str)
            ZIP archive of DICOM files under Orthanc's identifiers of what they were made of, and its media type. What
            is neither image nor result is told of in its ``left-out.txt``.
        """
        rule, names = self._rule_of(user), [each["ID"] for each in json.loads(read(f"/studies/{name}/instances"))]
        with self._scratch.folder() as folder:
            source, home = _made(Path(folder)), Path(folder) / "home"
            for each in names:
                (source / f"{each}.dcm").write_bytes(read(_FILE.format(each)))
            with _saying("The study"):
                report = reidentify_series(
                    source, home, self._keys[rule], restore_uids=True, results=source, derived=False
                )
                return _zipped(home, _left_out(report)), "application/zip"

    def _rule_of(self, user: str) -> Rule:
        rule = self._settings.asked_by(user)
        if rule is None:
            raise NotAllowedError
        return rule

    @contextmanager
    def _in_folder(self, data: bytes) -> Iterator[Path]:
        """The instance as a file, in a folder of its own."""
        with self._scratch.folder() as folder, _saying("The instance"):
            source = Path(folder) / "instance.dcm"
            source.write_bytes(data)
            yield source


def _made(folder: Path) -> Path:
    made = folder / "made"
    made.mkdir()
    return made


@contextmanager
def _saying(what: str) -> Iterator[None]:
    """Let every error be a sentence about something; what was said inside already stays."""
    try:
        yield
    except _SaidError:
        raise
    except Exception as error:  # noqa: BLE001 an archive would store what must not be stored, or show the message
        raise _SaidError(f"{what}: {sentence_for(error)}") from None


def _left_out(report: ReidentifyReport) -> dict[str, str]:
    """What is neither an image nor a result, by name, and why."""
    if report.results is None:
        return {}
    images, results = report.files.left_out, report.results.files.left_out
    of_results = {Path(row.file).name: str(row.reason) for row in results}
    return {name: of_results[name] for row in images if (name := Path(row.file).name) in of_results}


def _zipped(home: Path, left_out: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(path for path in home.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(home / FOLDER if path.parent.name == FOLDER else home))
        if left_out:
            archive.writestr("left-out.txt", "".join(f"{name}: {why}\n" for name, why in left_out.items()))
    return made.getvalue()
