"""Photographs that a person chose: their files, and what a line of words says of them. A scene keeps nothing of it."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import qt

from StegoMedLib.errors import UsageError
from StegoMedLib.wording import counted
from StegoMedPanel.states import State, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedPanel.untyped import Widget

__all__ = ["Fields", "Photographs"]

_KINDS = "Photographs (*.png *.webp *.tif *.tiff{});;All files (*)"
_JPEG = " *.jpg *.jpeg"


class Fields(NamedTuple):
    """Buttons to choose and remove photographs, and the line that tells of them."""

    add: Widget
    remove: Widget
    state: Widget


class _Size(NamedTuple):
    width: int
    height: int

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.width}x{self.height}"


class Photographs:
    """A list of photographs.

    Parameters
    ----------
    fields : Fields
    changed : callable
        Called when photographs were chosen or taken out.
    with_jpeg : callable, optional
        Says whether the dialog shows JPEG files, too.
    """

    def __init__(
        self, fields: Fields, changed: Callable[[], None], with_jpeg: Callable[[], bool] = lambda: False
    ) -> None:
        self._fields, self._changed, self._with_jpeg = fields, changed, with_jpeg
        self._sizes: dict[Path, _Size | None] = {}
        fields.add.connect("clicked(bool)", self._on_add)
        fields.remove.connect("clicked(bool)", self._on_remove)
        self.refresh()

    @property
    def paths(self) -> list[Path]:
        """The files, in the order in which they were chosen."""
        return list(self._sizes)

    @property
    def samples(self) -> int:
        """Samples of all of them together, about."""
        return sum(3 * size.width * size.height for size in self._sizes.values() if size is not None)

    def needed(self) -> list[Path]:
        """The files.

        Raises
        ------
        UsageError
            There are none.
        """
        if not self._sizes:
            raise UsageError("There are no photographs yet; add some.")
        return self.paths

    def clear(self) -> None:
        """Forget them."""
        self._sizes = {}
        self.refresh()

    def refresh(self, *, idle: bool = True) -> None:
        """Say how many there are, and of which size."""
        self._fields.add.enabled = idle
        self._fields.remove.enabled = idle and bool(self._sizes)
        say(self._fields.state, *self._words())

    def _words(self) -> tuple[str, State]:
        sizes = [size for size in self._sizes.values() if size is not None]
        if not self._sizes:
            return "", State.PLAIN
        words = counted(len(self._sizes), "photograph")
        if sizes:
            least, most = (choose(sizes, key=lambda size: size.width * size.height) for choose in (min, max))
            words += f", {least} pixels" if least == most else f", {least} to {most} pixels"
        unreadable = len(self._sizes) - len(sizes)
        if unreadable:
            return f"{words}. {unreadable} of them cannot be read.", State.WARNING
        return f"{words}.", State.PLAIN

    def _on_add(self) -> None:
        kinds = _KINDS.format(_JPEG if self._with_jpeg() else "")
        names = qt.QFileDialog.getOpenFileNames(self._fields.add, self._fields.add.text, "", kinds)
        for path in (Path(str(name)) for name in names):
            self._sizes.setdefault(path, _size_of(path))
        self._told()

    def _on_remove(self) -> None:
        self._sizes = {}
        self._told()

    def _told(self) -> None:
        self.refresh()
        self._changed()


def _size_of(path: Path) -> _Size | None:
    """Size of a picture by its header; None where it cannot be told, or nobody may look."""
    from PIL import Image  # noqa: PLC0415 part of Slicer

    try:
        if not path.is_file():  # opening a pipe waits for somebody to write into it
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                return _Size(image.width, image.height)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error, Image.DecompressionBombError):
        return None
