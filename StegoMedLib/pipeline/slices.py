"""Embeds a message in one plane, extracts it again as a check, and measures the result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.metrics import bit_error_rate, compare, ncc_of_symbols
from StegoMedLib.series.region import Region, air_of, proof_of, why_not_air

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Canvas, Payload
    from StegoMedLib.pipeline.coding import Coding
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.pipeline.tying import Tie
    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import Proof
    from StegoMedLib.series.slice import Slice
    from StegoMedLib.symbol import Symbol

__all__ = ["Cover", "EmbeddedSlice", "Metrics", "embed_in_air", "embed_slice", "measure_slice", "pass_slice", "room_in"]

Metrics = dict[str, "float | int | None"]


@dataclass(frozen=True)
class Cover:
    """What a record is embedded in.

    Attributes
    ----------
    cover : Slice
    region : Region
    proof : Proof or None
        Which pixels are air, where that is known already.
    reason : str
        Why nothing can be embedded in it; empty where that is not known.
    """

    cover: Slice
    region: Region
    proof: Proof | None = None
    reason: str = ""


@dataclass(frozen=True)
class EmbeddedSlice:
    """The result of embedding in one slice.

    Attributes
    ----------
    stego : ndarray of int32, shape (H, W), or None
        None for a slice that was skipped.
    reason : str
        Why it was skipped; empty when it was not.
    canvas : Canvas
        The plane as the profile sees it.
    proof : Proof
        Why each pixel is air, or is not.
    symbols : tuple of Symbol
        The symbols as they are read back from `stego`.
    """

    stego: NDArray[np.int32] | None
    reason: str
    canvas: Canvas
    proof: Proof
    symbols: tuple[Symbol, ...] = ()


def embed_slice(cover: Slice, region: Region, message: Message, coding: Coding, tie: Tie) -> EmbeddedSlice:
    """Embed `message` in the air of `cover`, and read it back as a receiver would.

    A slice in which no body was found, that carries too little, or whose symbol would not survive storage as integers
    (whose guard may be another, where a profile needs a mask) is skipped and says why.
    """
    # A receiver who needs a mask knows that alone, and no other finder's.
    proof = proof_of(cover.plane, Region(region.significant) if coding.info.needs_mask else region)
    return embed_in_air(cover, proof, message, coding, tie, significant=region.significant)


def embed_in_air(
    cover: Slice,
    proof: Proof,
    message: Message,
    coding: Coding,
    tie: Tie,
    *,
    significant: NDArray[np.bool_] | None = None,
) -> EmbeddedSlice:
    """Embed as `embed_slice` does, in air that is proved already; a profile that needs it gets the mask (H, W), too."""
    canvas = coding.profile.on(cover.plane, proof.air)
    mask = significant if coding.info.needs_mask else None
    result = EmbeddedSlice(None, "", canvas, proof)
    for nonce in tie.nonces(coding.profile):
        result = _embedded(cover, replace(result, reason=""), coding.payload(message, nonce), coding, tie, mask=mask)
        if result.stego is not None:
            break
    return result


def _embedded(
    cover: Slice,
    nothing: EmbeddedSlice,
    payload: Payload,
    coding: Coding,
    tie: Tie,
    *,
    mask: NDArray[np.bool_] | None,
) -> EmbeddedSlice:
    """Embed a payload under its nonce, and read it back; `nothing` with a reason where that fails."""
    plane, canvas = cover.plane, nothing.canvas
    try:
        stego = canvas.embed(payload, tie)
    except DoesNotFitError:
        own = 0 if coding.info.votes else 8 * tie.own_bytes(canvas.usable)
        what = "record with its tiles needs" if tie.tiles else "record needs"
        return replace(nothing, reason=_too_small(payload.bits.size + own, canvas.capacity, nothing.proof, what))
    stored = replace(plane, pixels=stego)
    received = coding.extract(stored, None if mask is None else air_of(stored, mask))
    symbols = None if received is None else coding.symbols(received)
    if symbols is None or received is None or not np.array_equal(received.bits[: payload.bits.size], payload.bits):
        errors = 1.0 if received is None else _lost(payload.bits, received.bits)
        reason = f"storing it as integers loses {100 * errors:.0f} % of the bits that profile {coding.info.name} embeds"
        return replace(nothing, reason=reason)
    if not tie.holds(replace(cover, read=lambda: stored), received):
        return replace(nothing, reason="what ties the record to the slice does not hold in it")
    if coding.info.restores and not _comes_back(plane, stored, received, coding):
        return replace(nothing, reason="the image does not come back from it")
    return replace(nothing, stego=stego, symbols=symbols)


def _comes_back(plane: Plane, stored: Plane, received: Payload, coding: Coding) -> bool:
    """Whether a receiver can restore the cover."""
    restored = coding.profile.restored(stored, received)
    return restored is not None and np.array_equal(restored, plane.pixels)


def _lost(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Share of the bits that come back wrong, or not at all where a receiver sees fewer usable blocks."""
    both = min(sent.size, received.size)
    return 1.0 - np.count_nonzero(sent[:both] == received[:both]) / sent.size


def pass_slice(plane: Plane, region: Region, coding: Coding, reason: str = "") -> EmbeddedSlice:
    """Give the result of a slice that gets no message, for a `reason` or because it has too little air."""
    proof = proof_of(plane, region)
    reason = reason or why_not_air(proof) or "it has too little capacity for a shard"
    return EmbeddedSlice(None, reason, coding.profile.on(plane, proof.air), proof)


def _too_small(bits: int, capacity: int, proof: Proof, needs: str) -> str:
    """Why a record of so many bits does not fit."""
    if 0 < bits <= capacity:
        return f"the {bits} bits of the record cannot be told from noise at this strength"
    why = why_not_air(proof)
    if not capacity and why:
        return why
    return f"the {needs} {bits} bits, and the slice can carry {capacity}" + (f": {why}" if why else "")


def room_in(plane: Plane, result: EmbeddedSlice, message: Message | None, coding: Coding) -> Metrics:
    """How much a slice can carry, and of an embedded one how much it does."""
    pixels, capacity = plane.pixels.size, result.canvas.capacity
    metrics: Metrics = {
        "usable_blocks": int(result.canvas.usable.sum()),
        "capacity_bits": capacity,
        "capacity_bpp": capacity / pixels,
    }
    if result.stego is not None and message is not None:
        bits = coding.payload(message).bits.size
        metrics |= {"payload_bits": bits, "bpp": bits / pixels}
    return metrics


def measure_slice(plane: Plane, significant: NDArray[np.bool_], result: EmbeddedSlice, message: Message) -> Metrics:
    """Measure how well an embedded slice came through; nothing of a skipped one."""
    if result.stego is None or not result.symbols:
        return {}
    sent, received = _modules(message.symbols), _modules(result.symbols)
    quality: Metrics = {**compare(plane, result.stego, significant).as_json()}
    return quality | {"ber": bit_error_rate(sent, received), "ncc_qr": ncc_of_symbols(sent, received)}


def _modules(symbols: tuple[Symbol, ...]) -> NDArray[np.bool_]:
    """Modules of all symbols, one after the other; bool, shape (k,)."""
    return np.concatenate([symbol.modules.ravel() for symbol in symbols])
