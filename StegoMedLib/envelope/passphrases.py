"""One rule for a passphrase, whichever way it comes in: environment, file, standard input, prompt or panel.

1. The text is UTF-8. A byte order mark in front (U+FEFF) and one line end behind (LF, CR LF or CR) are taken off.
2. What then has a line end, a control character, or a character that cannot be seen is refused: nobody can type it.
3. The text is brought into Unicode's normalisation form KC, so that a ligature, a full-width digit or a no-break space
   is what people take it for, and blanks around it are taken off, which nobody sees and pasting brings along.
4. It has 1 to 1024 bytes then. These bytes are the passphrase.
"""

from __future__ import annotations

import unicodedata

from StegoMedLib.errors import UsageError

__all__ = ["check_form", "prepare_passphrase"]

_MOST_BYTES = 1024
_BYTE_ORDER_MARK = "\ufeff"
_LINE_ENDS = ("\r\n", "\n", "\r")
_BETWEEN_LINES = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_JOINERS = frozenset("\u200c\u200d")
"""Cannot be seen either, but keyboards type them: Persian, Indian scripts, emoji."""
_UNTYPABLE = frozenset({"Cc", "Cf", "Cn"})
"""Control, format, unassigned; what is unassigned may be normalised otherwise when it is assigned."""

_NOT_UTF8 = (
    "The passphrase is not UTF-8 text; save its file as UTF-8 (not UTF-16), or set the variable from a terminal "
    "that uses UTF-8."
)
_NUL = "The passphrase holds NUL characters, as text saved as UTF-16 does; save it as UTF-8."
_LINES = "The passphrase has more than one line, or several line ends after it; put it on one line, with nothing below."
_UNSEEN = (
    "The passphrase holds a character that can be neither seen nor typed, such as a tab or a zero-width space; "
    "type it again."
)


def prepare_passphrase(passphrase: str | bytes) -> bytes:
    """Bring a passphrase into its one form, so that every keyboard and every file gives the same key.

    Parameters
    ----------
    passphrase : str or bytes
        As typed, or as read from a file in UTF-8. A file of random bytes is no passphrase but a key file.

    Returns
    -------
    bytes
        UTF-8 in Unicode normalisation form KC, 1 to 1024 bytes; preparing them again changes nothing.

    Raises
    ------
    UsageError
        The passphrase is empty, too long, not UTF-8, or one that nobody can type.
    """
    text = _text(passphrase)
    fault = _fault(text)
    if fault is not None:
        raise UsageError(fault)
    return check_form(unicodedata.normalize("NFKC", _bare(text)).strip().encode())


def check_form(form: bytes) -> bytes:
    """`form`, which keys can be derived from as it is.

    Raises
    ------
    UsageError
        It is empty, too long or not UTF-8.
    """
    _text(form)
    if not 1 <= len(form) <= _MOST_BYTES:
        raise UsageError(
            f"A passphrase takes 1 to {_MOST_BYTES} bytes, not counting blanks around it; this one has {len(form)}."
        )
    return form


def _text(passphrase: str | bytes) -> str:
    try:
        encoded = passphrase if isinstance(passphrase, bytes) else passphrase.encode()
        text: str | None = encoded.decode()
    except UnicodeError:
        text = None  # and no exception: a Unicode error carries the text, and would be the context of ours
    if text is None:
        raise UsageError(_NOT_UTF8)
    return text


def _bare(text: str) -> str:
    text = text.removeprefix(_BYTE_ORDER_MARK)
    end = next((end for end in _LINE_ENDS if text.endswith(end)), "")
    return text.removesuffix(end)


def _fault(text: str) -> str | None:
    """Why nobody can type `text`; None when somebody can."""
    bare = _bare(text)
    if "\0" in bare:
        return _NUL
    if not _BETWEEN_LINES.isdisjoint(bare):
        return _LINES
    hidden = (letter for letter in bare if unicodedata.category(letter) in _UNTYPABLE)
    return None if _JOINERS.issuperset(hidden) else _UNSEEN
