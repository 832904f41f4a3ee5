"""The key of a batch where somebody works on it: found there, by the places that the settings name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from StegoMedLib.choices import PASSPHRASE_VARIABLE
from StegoMedLib.envelope import Passphrase, joined
from StegoMedLib.envelope.key_sources import passphrase_in, read_identity, read_key_file, read_recipient
from StegoMedLib.errors import UnusableInputError, UnusableKeyError
from StegoMedLib.identity.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.batch.settings import KeyPlaces
    from StegoMedLib.envelope import Key, SingleKey

__all__ = ["fingerprint_of", "key_in", "passphrase_of"]


@dataclass(frozen=True)
class _Remembered(Passphrase):
    """A passphrase whose positions are derived once, not for every series."""

    def locators(self) -> tuple[bytes, ...]:
        """See `Passphrase`."""
        return self._locators

    @cached_property
    def _locators(self) -> tuple[bytes, ...]:
        return super().locators()


def key_in(places: KeyPlaces) -> Key:
    """The key, out of what these places hold here.

    Raises
    ------
    UnusableInputError
        One of them cannot be used here.
    UsageError
        There is no key.
    """
    keys: list[SingleKey] = []
    if places.passphrase_file is not None:
        keys.append(_remembered(passphrase_in(places.passphrase_file)))
    if places.from_environment:
        if PASSPHRASE_VARIABLE not in os.environ:
            raise UnusableInputError(
                f"There is no passphrase here; set {PASSPHRASE_VARIABLE} where the workers are started, or name a file "
                "that they can read with --passphrase-file."
            )
        keys.append(_remembered(os.environ[PASSPHRASE_VARIABLE]))
    if places.key_file is not None:
        keys.append(read_key_file(places.key_file, _untold))
    keys += [read_recipient(file) for file in places.recipients]
    keys += [read_identity(file, _no_password, _untold) for file in places.identities]
    return joined(keys)


def fingerprint_of(key: Key) -> str:
    """What tells keys apart, and nothing else of them: a keyed hash; empty where two are alike in nothing secret."""
    pseudonyms = Pseudonyms.of(key)
    return pseudonyms.fingerprint("key") if pseudonyms.lasting else ""


def passphrase_of(key: Key) -> str | None:
    """The passphrase among keys, for the environment of processes of our own."""
    keys = getattr(key, "keys", (key,))
    found = next((each for each in keys if isinstance(each, Passphrase)), None)
    return None if found is None else found.prepared.decode("utf-8")


def _remembered(given: str | bytes) -> _Remembered:
    return _Remembered(Passphrase.typed(given).prepared)


def _untold(_sentence: str) -> None:
    """Whoever began the batch was told that others may read the file."""


def _no_password(file: Path) -> bytes:
    raise UnusableKeyError(
        f"{file.name} is encrypted, and nobody is there to be asked for its password; decrypt it with 'openssl pkey' "
        "to a file that only you may read."
    )
