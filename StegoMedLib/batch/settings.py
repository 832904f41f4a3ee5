"""What is done to every series of a batch. It names files with secrets and holds none, so that it may travel."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from StegoMedLib.choices import CARRIED_IDENTITY, DEFAULT_FINDER, LOST
from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.errors import UnusableInputError

__all__ = [
    "ACTIONS",
    "DEIDENTIFY",
    "EMBED",
    "EXTRACT",
    "REIDENTIFY",
    "SEALING",
    "KeyPlaces",
    "ServerPlaces",
    "Settings",
]

ACTIONS = DEIDENTIFY, EMBED, EXTRACT, REIDENTIFY = ("deidentify", "embed", "extract", "reidentify")
SEALING = (DEIDENTIFY, EMBED)
"""Those that seal with the key; the others open with it."""

_OF_NO_EFFECT = ("keys", "server")
"""What does not change what is written; of the key there is a fingerprint."""


@dataclass(frozen=True)
class KeyPlaces:
    """Where the key is found, wherever somebody works.

    Attributes
    ----------
    from_environment : bool
        A passphrase in the variable `StegoMedLib.choices.PASSPHRASE_VARIABLE`.
    passphrase_file, key_file : Path or None
    recipients, identities : tuple of Path
    """

    from_environment: bool = False
    passphrase_file: Path | None = None
    key_file: Path | None = None
    recipients: tuple[Path, ...] = ()
    identities: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ServerPlaces:
    """How DICOMweb servers are spoken to; see `StegoMedLib.network.dicomweb.DicomwebServer`."""

    credentials: Path | None = None
    ca: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    accept_http: bool = False


@dataclass(frozen=True, repr=False)
class Settings:
    """All of it, as the options of the commands of these names say.

    Attributes
    ----------
    action : str
        One of `ACTIONS`.
    header_suffices : bool
        Of `deidentify`: where no slice of a series has capacity, its identities go along in its headers alone.
    attributes : tuple of str
        Of `embed`; empty for the default.
    """

    action: str
    keys: KeyPlaces = KeyPlaces()
    server: ServerPlaces = ServerPlaces()
    preset: str = "basic"
    retain: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    pseudonyms: Path | None = None
    certificates: tuple[Path, ...] = field(default=())
    carry: str = CARRIED_IDENTITY
    lost: float = LOST
    header_suffices: bool = False
    accept_burned_in: bool = False
    accept_altered: bool = False
    accept_lossy: bool = False
    attributes: tuple[str, ...] = ()
    profile: str = DEFAULT_PROFILE
    strength: float | None = None
    tiles: int = 0
    syntax: str = "explicit"
    finder: str = DEFAULT_FINDER
    engine: str = "auto"

    def described(self) -> dict[str, object]:
        """What decides about the result, by name: files by a digest of what is in them.

        Raises
        ------
        UnusableInputError
            A file cannot be read.
        """
        found: dict[str, object] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name not in _OF_NO_EFFECT:
                found[each.name] = _digests(value) if _names_files(value) else value
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        """Show what may stand in the log of a cluster: no names of files."""
        return f"Settings({self.action})"

    def places(self) -> list[Path]:
        """Files that it names."""
        named = [*asdict(self.keys).values(), *asdict(self.server).values(), self.pseudonyms, self.certificates]
        every = (each for value in named for each in (value if isinstance(value, tuple) else (value,)))
        return [each for each in every if isinstance(each, Path)]


def _names_files(value: object) -> bool:
    return isinstance(value, Path) or (isinstance(value, tuple) and any(isinstance(each, Path) for each in value))


def _digests(value: Path | tuple[Path, ...]) -> list[str]:
    files = value if isinstance(value, tuple) else (value,)
    try:
        return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    except OSError as error:
        raise UnusableInputError(
            f"{error.filename} cannot be read ({error.strerror}); name a file that you may read."
        ) from None
