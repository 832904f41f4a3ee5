"""Names for files that come from a sender: harmless on every system, and still to be recognised.

The package pathvalidate was tried: it keeps ``CON .txt``, ``CONIN$``, ``..`` and characters that turn the writing
direction, and cuts the ending off a long name.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["harmless_name", "unused_name"]

_MOST_BYTES = 255
"""UTF-8 bytes of a name on Linux. Windows and macOS count units of UTF-16, of which a text never has more."""
_LONGEST_ENDING = 32
_NOWHERE = frozenset('<>:"|?*')  # what Windows refuses; a colon names a hidden stream there
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
_NAMELESS = "record"


def harmless_name(name: str) -> str:
    """Give the last part of `name`, whatever the sender's system, as a file name that does no harm.

    What cannot be seen (control characters, those that turn the writing direction) and what some system refuses is left
    out, as are dots before it, which hide a file, and dots and blanks behind it, which Windows drops. Names of devices
    of Windows get an underscore. What is too long loses the end of its stem, not its ending.

    Returns
    -------
    str
        1 to 255 bytes of UTF-8, in Unicode normalisation form C.
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    blank = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in last)
    seen = "".join(letter for letter in blank if letter.isprintable() and letter not in _NOWHERE)
    kept = unicodedata.normalize("NFC", seen).strip(" .") or _NAMELESS
    return _joined("_" + kept if _DEVICE.match(kept) else kept)


def unused_name(name: str, used: Collection[str]) -> str:
    """Give `name`, a harmless one, or it with a number, so that no disk takes it for one of those `used` already.

    Many disks take upper and lower case, and the several ways to write an accent, for the same.
    """
    taken = {_as_disks_see(each) for each in used}
    number, candidate = len(used), name
    while _as_disks_see(candidate) in taken:
        number += 1
        candidate = _joined(name, f"-{number}")
    return candidate


def _joined(name: str, addition: str = "") -> str:
    """Put `addition` before the ending of a name, and shorten what stands before it to the length that names have."""
    ending = PurePosixPath(name).suffix
    if len(ending.encode()) > _LONGEST_ENDING:
        ending = ""
    left = _MOST_BYTES - len((addition + ending).encode())
    stem = name.removesuffix(ending).encode()[:left].decode(errors="ignore").rstrip(" .")
    return stem + addition + ending


def _as_disks_see(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
