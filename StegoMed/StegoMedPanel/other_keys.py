"""Keys beside a passphrase, or in its place: a key file, and files of recipients or identities; never stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import qt

from StegoMedLib.errors import UnusableKeyError
from StegoMedPanel.states import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.envelope import SingleKey
    from StegoMedPanel.untyped import Widget

__all__ = ["Fields", "OtherKeys"]

_PEM = "PEM (*.pem *.pub *.key);;All files (*)"


class Fields(NamedTuple):
    """A ctkPathLineEdit; a line that names PEM files, and buttons to choose and remove them; a QLineEdit."""

    key_file: Widget
    listed: Widget
    add: Widget
    remove: Widget
    password: Widget = None


class OtherKeys:
    """Files of keys to seal with, or, with a field for their password, to open with.

    Parameters
    ----------
    fields : Fields
    changed : callable
        Called when files were chosen or taken out.
    """

    def __init__(self, fields: Fields, changed: Callable[..., None]) -> None:
        self._key_file, self._listed, self._add, self._remove, self._password = fields
        self._changed = changed
        self._files: list[Path] = []
        self.told: list[str] = []
        self._key_file.connect("currentPathChanged(QString)", changed)
        self._add.connect("clicked(bool)", self._on_add)
        self._remove.connect("clicked(bool)", self._on_remove)
        self.refresh()

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return bool(self._key_file.currentPath or self._files)

    def read(self) -> list[SingleKey]:
        """The keys in the files; needs packages. What a person should know of the files is in `told` afterwards.

        Raises
        ------
        UnusableInputError
            A file cannot be read, or holds no such key.
        """
        from StegoMedLib.envelope import key_sources  # noqa: PLC0415 needs packages

        self.told = []
        tell, file = self.told.append, str(self._key_file.currentPath)
        keys: list[SingleKey] = [key_sources.read_key_file(Path(file), tell)] if file else []
        if self._password is None:
            return keys + [key_sources.read_recipient(each) for each in self._files]
        return keys + [key_sources.read_identity(each, self._password_of, tell) for each in self._files]

    def clear(self) -> None:
        """Forget them."""
        self._key_file.currentPath = ""
        self._files, self.told = [], []
        if self._password is not None:
            self._password.text = ""
        self.refresh()

    def refresh(self) -> None:
        """Name the files."""
        self._remove.enabled = bool(self._files)
        say(self._listed, ", ".join(file.name for file in self._files))

    def _password_of(self, _file: Path) -> bytes:
        """The password that was typed."""
        if not self._password.text:
            raise UnusableKeyError("It is encrypted; type its password below it.")
        return str(self._password.text).encode()

    def _on_add(self) -> None:
        names = qt.QFileDialog.getOpenFileNames(self._add, self._add.text, "", _PEM)
        self._files += [file for file in (Path(str(name)) for name in names) if file not in self._files]
        self.refresh()
        self._changed()

    def _on_remove(self) -> None:
        self._files = []
        self.refresh()
        self._changed()
