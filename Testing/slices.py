"""Slices without files, for tests that have planes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from StegoMedLib.binding import Shared
from StegoMedLib.dicom import Number
from StegoMedLib.pipeline.slices import EmbeddedSlice, embed_slice
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from StegoMedLib.pipeline.coding import Coding
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.region import Region

__all__ = ["embed_tied", "slice_of"]


def slice_of(plane: Plane, name: str = "a.dcm") -> Slice:
    """Make a slice of a plane, without a header."""
    return Slice(name, 0, 1, None, lambda: plane)


def embed_tied(
    plane: Plane, region: Region, message: Message, chosen: Coding, start: int | None = None
) -> EmbeddedSlice:
    """Embed a message in a plane that is the only slice of its series, under the nonce at `start`, or under any."""
    each = slice_of(plane)
    if chosen.info.votes:
        message = replace(message, shared=Shared.drawn(0, 1) if start is None else Shared(0, 1, start))
    return embed_slice(each, region, message, chosen, Tie(each, Number(0, 0, 1), message))
