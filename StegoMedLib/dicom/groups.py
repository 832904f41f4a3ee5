"""Functional groups: where objects of several frames say what may differ between them (PS3.3 C.7.6.16)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, overload

from pydicom import Sequence as DicomSequence
from pydicom.filereader import read_sequence_item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableSequence, Sequence

    from pydicom import Dataset

__all__ = ["GROUPS", "FrameItems", "macro_of"]

GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")


def macro_of(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """The macro of a frame (counted from 0) whose sequence has this keyword: its own, else the shared one, if any."""
    shared, own = (dataset.get(keyword) or () for keyword in GROUPS)
    for group in (*own[frame : frame + 1], *shared[:1]):
        macro: list[Dataset] = list(group.get(keyword) or [])
        if macro:
            return macro[0]
    return None


class FrameItems(DicomSequence):
    """A sequence whose items are made when they are asked for, and not kept; for reading only.

    pydicom takes six kilobytes or more for the functional groups of a frame, and objects have thousands of frames.

    Parameters
    ----------
    content : bytes
        The sequence's value.
    starts : sequence of int
        Where its items begin.
    implicit, little : bool
        How it is encoded.
    charset : str or sequence of str
        Python encodings of its text.
    edit : callable, optional
        Done to every item that is handed out.
    """

    def __init__(
        self,
        content: bytes,
        starts: Sequence[int],
        *,
        implicit: bool,
        little: bool,
        charset: str | MutableSequence[str],
        edit: Callable[[Dataset], object] | None = None,
    ) -> None:
        super().__init__()
        self.is_undefined_length = True
        self._content, self._starts = content, starts
        self._implicit, self._little, self._charset, self._edit = implicit, little, charset, edit
        self._last: tuple[int, Dataset] | None = None

    def edited(self, edit: Callable[[Dataset], object]) -> FrameItems:
        """The same items with something done to each."""
        return FrameItems(
            self._content, self._starts, implicit=self._implicit, little=self._little, charset=self._charset, edit=edit
        )

    def __len__(self) -> int:
        """Number of items."""
        return len(self._starts)

    def __iter__(self) -> Iterator[Dataset]:
        """Items, one after the other."""
        return (self[index] for index in range(len(self)))

    @overload  # type: ignore[override]
    def __getitem__(self, index: int) -> Dataset: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Dataset]: ...

    def __getitem__(self, index: int | slice) -> Dataset | Sequence[Dataset]:
        """An item, or some."""
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        index = range(len(self))[index]
        if self._last is None or self._last[0] != index:
            self._last = index, self._parsed(index)
        return self._last[1]

    def _parsed(self, index: int) -> Dataset:
        end = self._starts[index + 1] if index + 1 < len(self) else len(self._content)
        stream = io.BytesIO(self._content[self._starts[index] : end])
        item = read_sequence_item(stream, self._implicit, self._little, self._charset)
        if item is None:
            raise ValueError("there is a delimiter where an item should be")
        if self._edit is not None:
            self._edit(item)
        return item
