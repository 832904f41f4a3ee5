"""What is done to one instance by itself: nothing here waits for others of its series, or has to know of them.

UIDs, pseudonyms and days follow from the key alone, so that instances of a study agree wherever and whenever each of
them is worked on.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.dicom import DerivedSeries, read_any
from StegoMedLib.errors import (
    DoesNotFitError,
    MarkedAlreadyError,
    NothingReadableError,
    PersonMustLookError,
    StegoMedError,
    UnusableInputError,
)
from StegoMedLib.files import PRIVATE, write_whole
from StegoMedLib.identity.already import is_nameless
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.identity.sealed_header import envelope_in
from StegoMedLib.network.instance_masks import InstanceMasks
from StegoMedLib.network.keys import key_of
from StegoMedLib.network.nameless import identity_of
from StegoMedLib.network.results import study_of
from StegoMedLib.network.settings import DEIDENTIFY, EMBED, EXTRACT, QUARANTINE, REIDENTIFY
from StegoMedLib.pipeline.deidentify import deidentify_series
from StegoMedLib.pipeline.embed import DESCRIPTION, embed_series
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.options import Method
from StegoMedLib.pipeline.reidentify import reidentify_series
from StegoMedLib.pipeline.results import FOLDER
from StegoMedLib.series.masks import mask_source
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from StegoMedLib.network.results import Study
    from StegoMedLib.network.settings import Rule
    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport

__all__ = ["KEEP", "InstanceWork", "Product"]

KEEP = "keep"
"""What is done to an instance that needs nothing done, being nameless or marked already."""


@dataclass(frozen=True)
class Product:
    """What was made of an instance, and what is said of it: no name, no secret, UIDs as keyed hashes."""

    path: Path
    event: Mapping[str, object] = field(default_factory=dict)


class InstanceWork:
    """The work of one rule; its key and its finder are loaded once.

    Parameters
    ----------
    rule : Rule
    finder : str
        One of `StegoMedLib.choices.FINDERS`, where the rule names no masks.
    fetch : callable, optional
        Puts the images of a study that results refer to into a folder.
    tell : callable
        Given a sentence where others may read the key, too.

    Raises
    ------
    UnusableInputError
        The key, or the network of the finder, cannot be used.
    """

    def __init__(
        self,
        rule: Rule,
        finder: str,
        fetch: Callable[[Study, Path], None] | None = None,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._rule, self._key, self._fetch = rule, key_of(rule, tell), fetch
        self._method = Method(rule.profile, measured=False)  # nobody is shown how well slices came through
        if rule.action in (DEIDENTIFY, EMBED):
            self._masks = mask_source(finder, "auto", None) if rule.masks is None else InstanceMasks(rule.masks)
            self._identity = identity_of(rule)
        self._do = {
            DEIDENTIFY: self._deidentified,
            EMBED: self._embedded,
            EXTRACT: self._extracted,
            REIDENTIFY: self._reidentified,
        }[rule.action]

    def done(self, source: Path, folder: Path) -> Product:
        """Do it to one instance.

        Parameters
        ----------
        source : Path
            DICOM file; it stays.
        folder : Path
            An empty one, for the product.

        Raises
        ------
        StegoMedError
            It cannot be done, or a person must look; whatever is in the folder must go nowhere then.
        """
        return self._do(source, folder)

    def _deidentified(self, source: Path, folder: Path) -> Product:
        header = read_any(source).tree
        if is_nameless(header, self._identity.options):
            return self._kept(source, folder)
        if envelope_in(header):  # it would be lost with the header
            raise MarkedAlreadyError(source.name)
        made = folder / source.name
        report = deidentify_series(
            source,
            made,
            self._key,
            self._masks,
            identity=self._identity,
            method=self._method,
        )
        self._check_nameless(report)
        return Product(made, report.as_event() | {"sealed_in_header": report.sealed, "heads": report.heads})

    def _kept(self, source: Path, folder: Path) -> Product:
        """What says already who it is, to those who have the key, stays as it is."""
        made = folder / source.name
        shutil.copyfile(source, made)
        return Product(made, {"action": KEEP, "key": Pseudonyms.of(self._key).fingerprint("key")})

    def _check_nameless(self, report: DeidentifyReport) -> None:
        if report.residue:
            places = ", ".join(sorted({f"{each.where} (of {each.of})" for each in report.residue})[:8])
            raise PersonMustLookError(
                f"Something of what was taken out is left in {counted(len(report.residue), 'place')}: {places}; look "
                "at it."
            )
        if not report.lasting:
            raise UnusableInputError("The key holds nothing secret, so that no instance would agree with another.")
        if report.sealed and self._rule.without_capacity == QUARANTINE:
            raise DoesNotFitError(
                'Its pixels have no room for the identity; set without-capacity = "header" to seal it into the '
                "header, or send it another way."
            )

    def _embedded(self, source: Path, folder: Path) -> Product:
        made, pseudonyms = folder / source.name, Pseudonyms.of(self._key)
        # Apart from the UIDs of the same instance without a name, which is another instance.
        headers = DerivedSeries(DESCRIPTION, stands_for=lambda uid: pseudonyms.uid(f"marked {uid}"))
        try:
            report = embed_series(source, made, self._key, self._masks, method=self._method, headers=headers)
        except MarkedAlreadyError:
            return self._kept(source, folder)
        if report.embedded < len(report.slices):
            raise DoesNotFitError("Some of its slices have no room for the record; send it another way.")
        return Product(made, {"action": EMBED, "key": pseudonyms.fingerprint("key"), "slices": report.embedded})

    def _extracted(self, source: Path, folder: Path) -> Product:
        event: dict[str, object] = {"action": EXTRACT}
        try:
            report = extract_series(source, self._key)
            found = report.as_json()
            event |= {"slices": len(report.slices), "states": str(report.states)}
        except StegoMedError as error:
            found = {"error": str(error)}
            event |= {"slices": 0}
        assert self._rule.reports is not None  # noqa: S101  the settings were checked
        content = json.dumps(found, indent=2, ensure_ascii=False).encode()
        write_whole(self._rule.reports / f"{source.stem}.json", content, mode=PRIVATE)
        made = folder / source.name
        shutil.copyfile(source, made)
        return Product(made, event)

    def _reidentified(self, source: Path, folder: Path) -> Product:
        made = folder / source.name
        try:
            report = reidentify_series(source, made, self._key, restore_uids=True)
        except (UnusableInputError, NothingReadableError):
            if self._fetch is None:
                raise
            return self._result(source, folder, self._fetch)
        return Product(made, report.as_event())

    def _result(self, source: Path, folder: Path, fetch: Callable[[Study, Path], None]) -> Product:
        """What others made of nameless images comes home by way of these."""
        images, home = folder / "images", folder / "home"
        images.mkdir()
        fetch(study_of(source), images)
        report = reidentify_series(images, home, self._key, restore_uids=True, results=source, derived=False)
        found = [path for path in (home / FOLDER).rglob("*") if path.is_file()]
        if len(found) != 1:
            left_out = report.results.files.left_out if report.results else ()
            why = next((row.reason for row in left_out), "It is no result of the images that it refers to.")
            raise UnusableInputError(str(why))
        made = found[0].replace(folder / source.name)
        shutil.rmtree(images)
        shutil.rmtree(home)
        return Product(made, report.as_event())
