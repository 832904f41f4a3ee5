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

    from StegoMedLib.codec.profile import Canvas
    from StegoMedLib.pipeline.coding import Coding
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import Proof
    from StegoMedLib.symbol import Symbol

__all__ = ["EmbeddedSlice", "Metrics", "embed_slice", "measure_slice", "pass_slice"]

Metrics = dict[str, "float | int | None"]


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


def embed_slice(plane: Plane, region: Region, message: Message, coding: Coding) -> EmbeddedSlice:
    """Embed `message` in the air of `plane`, and read it back as a receiver would.

    A slice in which no body was found, that carries too little, or whose symbol would not survive storage as integers
    (whose guard may be another, where a profile needs a mask) is skipped and says why.
    """
    # A receiver who needs a mask knows that alone, and no other finder's.
    proof = proof_of(plane, Region(region.significant) if coding.info.needs_mask else region)
    canvas = coding.profile.on(plane, proof.air)
    payload = coding.payload(message)
    try:
        stego = canvas.embed(payload)
    except DoesNotFitError:
        return EmbeddedSlice(None, _too_small(payload.bits.size, canvas.capacity, proof), canvas, proof)
    stored = replace(plane, pixels=stego)
    received = coding.extract(stored, air_of(stored, region.significant) if coding.info.needs_mask else None)
    symbols = None if received is None else coding.symbols(received)
    if symbols is None or not np.array_equal(_modules(symbols), _modules(message.symbols)):
        errors = 1.0 if received is None else _lost(payload.bits, received.bits)
        reason = f"storing it as integers loses {100 * errors:.0f} % of the bits that profile {coding.info.name} embeds"
        return EmbeddedSlice(None, reason, canvas, proof)
    return EmbeddedSlice(stego, "", canvas, proof, symbols)


def _lost(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Share of the bits that come back wrong, or not at all where a receiver sees fewer usable blocks."""
    both = min(sent.size, received.size)
    return 1.0 - np.count_nonzero(sent[:both] == received[:both]) / sent.size


def pass_slice(plane: Plane, region: Region, coding: Coding, reason: str = "") -> EmbeddedSlice:
    """Give the result of a slice that gets no message, for a `reason` or because it has too little air."""
    proof = proof_of(plane, region)
    reason = reason or why_not_air(proof) or "it has too little capacity for a shard"
    return EmbeddedSlice(None, reason, coding.profile.on(plane, proof.air), proof)


def _too_small(bits: int, capacity: int, proof: Proof) -> str:
    """Why a record of so many bits does not fit."""
    if 0 < bits <= capacity:
        return f"the {bits} bits of the record cannot be told from noise at this strength"
    why = why_not_air(proof)
    if not capacity and why:
        return why
    return f"the record needs {bits} bits, and the slice can carry {capacity}" + (f": {why}" if why else "")


def measure_slice(
    plane: Plane, significant: NDArray[np.bool_], result: EmbeddedSlice, message: Message | None, coding: Coding
) -> Metrics:
    """Measure an embedded slice; of a skipped slice, give its capacity only."""
    pixels = plane.pixels.size
    capacity = result.canvas.capacity
    metrics: Metrics = {
        "usable_blocks": int(result.canvas.usable.sum()),
        "capacity_bits": capacity,
        "capacity_bpp": capacity / pixels,
    }
    if result.stego is not None and result.symbols and message is not None:
        payload = coding.payload(message)
        sent, received = _modules(message.symbols), _modules(result.symbols)
        metrics |= {"payload_bits": payload.bits.size, "bpp": payload.bits.size / pixels}
        metrics |= compare(plane, result.stego, significant).as_json()
        metrics |= {"ber": bit_error_rate(sent, received), "ncc_qr": ncc_of_symbols(sent, received)}
    return metrics


def _modules(symbols: tuple[Symbol, ...]) -> NDArray[np.bool_]:
    """Modules of all symbols, one after the other; bool, shape (k,)."""
    return np.concatenate([symbol.modules.ravel() for symbol in symbols])
