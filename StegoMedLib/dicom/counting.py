"""How much of a header an image needs: limits on items, attributes and nesting, before a library parses them."""

from __future__ import annotations

from StegoMedLib.errors import UnusableInputError

__all__ = ["Count"]

# Enhanced objects in use have 5 to 20 items a frame, with 20 to 150 attributes, and go three levels deep.
_ITEMS, _ITEMS_PER_FRAME = 10_000, 100
_ATTRIBUTES, _ATTRIBUTES_PER_FRAME = 100_000, 250
_DEEPEST = 32
_LEAST_FRAME = 1 << 12
"""Bytes of file for which a frame counts at the most: a compressed one of 64 x 64 pixels with its functional groups."""
_SMALLEST_FRAME = 8
"""Bytes below which no frame can be: the header of a fragment."""
# Reports and structure sets are nothing but items: a contour of theirs takes 150 bytes, a content item 60 or more.
_LEAST_ITEM, _MOST_ITEMS = 1 << 6, 300_000
_LEAST_ATTRIBUTE, _MOST_ATTRIBUTES = 1 << 4, 1_000_000

_HARM = "it is damaged or made to do harm, so export it again from its source."


class Count:
    """Counts items and attributes of a file of `size` bytes, and refuses more than an image needs.

    For `any_object` it allows what reports and structure sets need, which grows with the size of the file.
    """

    def __init__(self, size: int, *, any_object: bool = False) -> None:
        self._size, self._items, self._attributes = size, 0, 0
        self._more_items = min(size // _LEAST_ITEM, _MOST_ITEMS) if any_object else 0
        self._more_attributes = min(size // _LEAST_ATTRIBUTE, _MOST_ATTRIBUTES) if any_object else 0
        self._most_items = self._most_attributes = 0
        self._set_limits(size // _LEAST_FRAME)  # until the number of frames is known

    def _set_limits(self, frames: int) -> None:
        self._most_items = _ITEMS + _ITEMS_PER_FRAME * frames + self._more_items
        self._most_attributes = _ATTRIBUTES + _ATTRIBUTES_PER_FRAME * frames + self._more_attributes

    def allow(self, frames: int) -> None:
        """Take the number of frames that the header gives; no more than fit in the file."""
        if frames > self._size // _SMALLEST_FRAME:
            raise UnusableInputError(f"it says that it has {frames} frames, too many for its size; export it again.")
        self._set_limits(min(frames, self._size // _LEAST_FRAME))
        self._check()

    def item(self) -> None:
        """Count an item."""
        self._items += 1
        if self._items > self._most_items:
            self._check()

    def attribute(self) -> None:
        """Count an attribute."""
        self._attributes += 1
        if self._attributes > self._most_attributes:
            self._check()

    def _check(self) -> None:
        for found, most, what in (
            (self._items, self._most_items, "items of sequences"),
            (self._attributes, self._most_attributes, "attributes"),
        ):
            if found > most:
                raise UnusableInputError(f"its header has more than {most} {what}, which no image needs; {_HARM}")

    @staticmethod
    def level(depth: int) -> None:
        """Take sequences in sequences, `depth` of them."""
        if depth > _DEEPEST:
            raise UnusableInputError(
                f"its header nests sequences more than {_DEEPEST} deep, which no image does; {_HARM}"
            )
