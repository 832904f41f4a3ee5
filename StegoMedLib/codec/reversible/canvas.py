"""The sender: which blocks, how many layers, and under which nonce; the first that does is written."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.cells.canvas import NEXT_NONCE, NONCES, TRIES
from StegoMedLib.codec.cells.chain import CHECK_BYTES
from StegoMedLib.codec.cells.header import FIELD_BYTES, LARGEST_OWN
from StegoMedLib.codec.cells.moves import Cover
from StegoMedLib.codec.cells.profile import Seen
from StegoMedLib.codec.profile import Canvas
from StegoMedLib.codec.reversible.body import DIGEST_BYTES, TAG_BITS, places_of
from StegoMedLib.codec.reversible.head import heads_in
from StegoMedLib.codec.reversible.headroom import Ground
from StegoMedLib.codec.reversible.pages import Field, Page, fields_of
from StegoMedLib.codec.reversible.planning import Planner
from StegoMedLib.codec.reversible.record import RECORD_BITS
from StegoMedLib.codec.reversible.settings import SETTINGS_BYTES, WIDTHS
from StegoMedLib.codec.reversible.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout
    from StegoMedLib.codec.profile import Binder, Payload
    from StegoMedLib.plane import Plane

__all__ = ["ReversibleCanvas"]

_SURE, _SPARE = 0.88, 5.0
"""Of what one nonce leaves, what nearly all do, less some standard deviations: heads are of different sizes."""

_OF_LAYERS = 1.7
"""Times what the first layer holds all of them do, about."""


class ReversibleCanvas(Canvas):
    """A plane to embed in so that it can be restored."""

    def __init__(self, plane: Plane, air: NDArray[np.bool_], layout: CellLayout) -> None:
        super().__init__(plane, air)
        self._layout = layout
        self._known: dict[int, list[Field]] = {}

    @cached_property
    def _cover(self) -> Cover:
        return Cover(self.plane, self.usable, self._layout)

    @cached_property
    def _worn(self) -> NDArray[np.intp]:
        """Cells of anchors that are there already, under the same key; intp, shape (n,)."""
        if not self._layout.cells.size:
            return np.zeros(0, dtype=np.intp)
        return np.array([cell for cell, _ in heads_in(Seen(self.plane, self._layout))], dtype=np.intp)

    def _fields(self, width: int) -> list[Field]:
        """Fields for moves so far."""
        if width not in self._known:
            usable, narrow = self._cover.usable.reshape(self._layout.grid), self._known.get(WIDTHS[0], ())
            self._known[width] = fields_of(self.plane, usable, width, self._layout, narrow)
        return self._known[width]

    def _capacity(self) -> int:
        pages = [each for width in (WIDTHS[0], WIDTHS[-1]) for each in self._large(width)]
        pages = sorted(pages, key=lambda each: -each[0])
        found = (self._holds(field, page) for _, page, field in pages)
        return next((bits for bits in found if bits), 0)

    def _large(self, width: int) -> list[tuple[float, Page, Field]]:
        """How much pages hold, about, the largest first."""
        found = [(_about(field, page), page, field) for field in self._fields(width) for page in field.pages]
        return sorted(found, key=lambda each: -each[0])

    def _holds(self, field: Field, page: Page) -> int:
        """Bits that fit beside what is said of the cover."""
        room = self._ground(page, field).room(_head_bits(page), 0)
        if room is None:
            return 0
        places = places_of(self._layout, 0, page.mapped, room.blocks, self.plane.shape)
        most = Planner(self.plane.pixels.ravel(), places, field.directions, field.width).capacity()
        return max(0, int(_SURE * most - _SPARE * most**0.5) - RECORD_BITS - 8 * DIGEST_BYTES)

    def _ground(self, page: Page, field: Field) -> Ground:
        density = field.holds(page) / page.blocks
        return Ground(self.plane.pixels, self._layout, page.mapped, field.directions, field.width, density, self._worn)

    def _embedded(self, payload: Payload, binder: Binder) -> NDArray[np.int32] | None:
        seen: list[tuple[Page, Field]] = []
        for page, field in self._candidates(payload, binder):
            seen.append((page, field))
            for attempt in range(TRIES):
                stego = self._tried(payload, binder, page, field, attempt)
                if isinstance(stego, np.ndarray):
                    return stego
                if stego:
                    break
        # Other nonces may leave a little more on pages that were too small.
        tried = (self._tried(payload, binder, *each, attempt) for each in seen for attempt in range(1, TRIES))
        return next((stego for stego in tried if isinstance(stego, np.ndarray)), None)

    def _tried(
        self, payload: Payload, binder: Binder, page: Page, field: Field, attempt: int
    ) -> NDArray[np.int32] | bool:
        """Stego pixels (H, W) on a page under a nonce; else whether the page is too small, about, for the message."""
        nonce = (payload.nonce + attempt * NEXT_NONCE) % NONCES
        room = self._ground(page, field).room(_head_bits(page), nonce)
        if room is None:
            return True
        writing = Writing(self._cover, self.plane, self._layout, page, room, nonce)
        size = writing.size(payload, binder)
        if size is None:
            return False
        plan = Planner(self.plane.pixels.ravel(), writing.places, field.directions, field.width).plan(size)
        stego = None if plan is None else writing.written(payload, plan, binder)
        return plan is None if stego is None else stego

    def _candidates(self, payload: Payload, binder: Binder) -> Iterator[tuple[Page, Field]]:
        """Pages to try: with small moves first, of these by what changes, then by what they hold."""
        for width in WIDTHS:
            costs: list[tuple[float, int, Page, Field]] = []
            pages = [each for each in self._large(width) if binder.own_bytes(each[1].mapped) <= LARGEST_OWN]
            for number, (_, page, field) in enumerate(pages):
                fixed = TAG_BITS + _head_bits(page)
                costs.append((field.changes(page, self._needed(page, payload, binder), fixed), number, page, field))
            yield from (each[2:] for each in sorted(costs, key=lambda each: each[:2]) if each[0] < np.inf)
            yield from (each[1:] for each in pages if each[0] > self._needed(each[1], payload, binder))

    def _needed(self, page: Page, payload: Payload, binder: Binder) -> int:
        """Bits of a body."""
        own = binder.own_bytes(page.mapped) + DIGEST_BYTES
        return RECORD_BITS + 8 * own + int(payload.bits.size)


def _head_bits(page: Page) -> int:
    return 8 * (FIELD_BYTES + SETTINGS_BYTES + len(page.packed) + CHECK_BYTES)


def _about(field: Field, page: Page) -> float:
    """Bits that a page holds beside its head, about."""
    return _OF_LAYERS * field.holds(page) - _head_bits(page)
