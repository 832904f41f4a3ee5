"""Names of folders of results: the same in every run under one key, and without it they tell nothing."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING

from StegoMedLib.identity.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from StegoMedLib.envelope import Key

__all__ = ["Naming"]

_DIGITS = 32


class Naming:
    """Gives folders by a keyed hash; by a hash without a key where the key holds nothing lasting.

    That is so where records are opened with the private keys of recipients alone.

    Parameters
    ----------
    key : Key
    """

    def __init__(self, key: Key) -> None:
        self._pseudonyms = Pseudonyms.of(key)

    def folder(self, study: str, series: str) -> PurePath:
        """Where the result of a series lies below the target: a folder for the study, and one in it."""
        if self._pseudonyms.lasting:  # in nameless headers, too
            return PurePath(self._pseudonyms.uid(study), self._pseudonyms.uid(series))
        return PurePath(*(hashlib.sha256(uid.encode()).hexdigest()[:_DIGITS] for uid in (study, series)))
