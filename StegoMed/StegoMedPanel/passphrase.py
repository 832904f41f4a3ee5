"""Passphrase fields: never stored, emptied with the scene, shown only on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt

from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Widget

__all__ = ["PassphraseFields"]


class PassphraseFields:
    """One field, or two that must agree, with a box to show what is typed.

    Parameters
    ----------
    show : QCheckBox
    first : QLineEdit
    repeat : QLineEdit, optional
    """

    def __init__(self, show: Widget, first: Widget, repeat: Widget = None) -> None:
        self._first, self._repeat = first, repeat
        self._show = show
        show.connect("toggled(bool)", self._on_show)

    def text(self, *, needed: bool = True) -> str:
        """The passphrase; an empty one, where it is not `needed` and nothing is typed.

        Raises
        ------
        UsageError
            It is empty, or the two fields differ.
        """
        if not (needed or any(field.text for field in self._fields())):
            return ""
        if not self._first.text:
            raise UsageError("There is no passphrase yet; type the one that opens the record.")
        if self._repeat is not None and self._repeat.text != self._first.text:
            raise UsageError("The two passphrases differ; type the same one twice.")
        return str(self._first.text)

    def fill(self, passphrase: str) -> None:
        """Put a passphrase into the fields, and show it."""
        for field in self._fields():
            field.text = passphrase
        self._show.checked = True

    def clear(self) -> None:
        """Empty the fields and hide what is typed next."""
        for field in self._fields():
            field.text = ""
        self._show.checked = False

    def _on_show(self, shown: bool) -> None:  # noqa: FBT001 a signal's argument
        mode = qt.QLineEdit.Normal if shown else qt.QLineEdit.Password
        for field in self._fields():
            field.setEchoMode(mode)

    def _fields(self) -> list[Widget]:
        return [field for field in (self._first, self._repeat) if field is not None]
