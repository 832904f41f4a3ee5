"""Runs all methods over the same planes with the same payload, and measures what they cost and what they stand."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.lab.attacks import attack
from StegoMedLib.lab.attacks.span import span_of
from StegoMedLib.lab.benchmark.covers import outside
from StegoMedLib.lab.benchmark.methods import MethodFailedError, Told, eight_bit_plane
from StegoMedLib.lab.benchmark.peers_levels import own_level
from StegoMedLib.metrics import bit_error_rate, compare, ncc_of_symbols
from StegoMedLib.series.region import air_of
from StegoMedLib.symbol import UnreadableSymbolError, pack_label, read_symbol, symbol_from_bits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.methods import Method
    from StegoMedLib.plane import Plane
    from StegoMedLib.symbol import Symbol

__all__ = ["AttackRow", "QualityRow", "Slice", "attack_rows", "make_slice", "quality_row"]

_HOPELESS = 0.25
"""Share of wrong modules beyond which no QR code reads: its highest level corrects 30 % of the codewords."""


_REPEATS, _LONG = 3, 0.2  # calls, seconds


@dataclass(frozen=True)
class Slice:
    """A plane of the comparison.

    Attributes
    ----------
    series, file : str
    plane : Plane
    reference : ndarray of bool, shape (H, W)
        The body, as people drew or checked it: judge, not known to any method.
    usable, outside : ndarray of bool, shape (H // 4, W // 4)
        Blocks that the guard leaves, and blocks outside the found mask.
    """

    series: str
    file: str
    plane: Plane
    reference: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    outside: NDArray[np.bool_]


@dataclass(frozen=True)
class QualityRow:
    """What one method did to one plane; None where it failed, `failure` saying how.

    PSNR is of the marks alone: a method for 8 bits is measured against the plane in 8 bits, in decibels over the range,
    and the other conventions follow from the stored plane's range. What mapping a plane on 8 bits loses is not counted.
    """

    method: str
    series: str
    file: str
    modality: str
    bits: int
    failure: str = ""
    embed_ms: float | None = None
    extract_ms: float | None = None
    ber: float | None = None
    read: bool | None = None
    psnr_range: float | None = None
    psnr_stored: float | None = None
    psnr_65535: float | None = None
    psnr_paper: float | None = None
    ssim: float | None = None
    changed_pixels: int | None = None
    changed_significant: int | None = None

    def as_json(self) -> dict[str, object]:
        """Row of the report."""
        return asdict(self)


@dataclass(frozen=True)
class AttackRow:
    """What one method's receiver read from one plane after one attack."""

    method: str
    series: str
    modality: str
    kind: str
    level: float
    ber: float
    ncc: float
    read: bool


def make_slice(series: str, file: str, plane: Plane, reference: NDArray[np.bool_], found: NDArray[np.bool_]) -> Slice:
    """A plane with its reference mask and the mask (H, W) that a region finder `found`."""
    return Slice(series, file, plane, reference, usable_blocks(air_of(plane, found)), outside(found))


def quality_row(method: Method, item: Slice, symbol: Symbol, bits: NDArray[np.bool_]) -> QualityRow:
    """Hide `bits` (k,) and read them back; they are the data modules of `symbol`, or too many to be."""
    cover, told = _prepared(method, item, symbol, bits.size)
    empty = QualityRow(method.name, item.series, item.file, item.plane.modality, bits.size)
    try:
        stego = method.embed(cover, bits, told)
        marked = replace(cover, pixels=stego)
        received = method.extract(marked, told)
        embed_ms = _milliseconds(lambda: method.embed(cover, bits, told))
        extract_ms = _milliseconds(lambda: method.extract(marked, told))
    except MethodFailedError as failure:
        return replace(empty, failure=str(failure))
    quality = compare(cover, stego, item.reference)
    in_range = quality.psnr_range
    stored, fixed = (None if in_range is None else in_range + gain for gain in _gains(item.plane))
    return replace(
        empty,
        embed_ms=embed_ms,
        extract_ms=extract_ms,
        ber=bit_error_rate(bits, received),
        read=_reads(symbol, received) if bits.size == symbol.data_bits.size else None,
        psnr_range=in_range,
        psnr_stored=stored,
        psnr_65535=fixed,
        psnr_paper=quality.psnr_paper,
        ssim=quality.ssim,
        changed_pixels=quality.changed_pixels,
        changed_significant=quality.changed_significant,
    )


def attack_rows(
    method: Method, item: Slice, symbol: Symbol, levels: Mapping[str, Sequence[float]], seed: int
) -> Iterator[AttackRow]:
    """Hide the data modules of `symbol` once, and read them after every attack at every level."""
    cover, told = _prepared(method, item, symbol, symbol.data_bits.size)
    try:
        stego = replace(cover, pixels=method.embed(cover, symbol.data_bits, told))
    except MethodFailedError:
        return
    for kind in levels:
        for level in levels[kind]:
            own = level
            if method.eight_bit:
                own = own_level(kind, level, bits_stored=item.plane.bits_stored, span=span_of(item.plane)[1])
            # The same chance for every method, so that none is luckier than another.
            attacked = attack(kind, stego, own, np.random.default_rng([seed, round(1000 * level)]))
            verdict = _verdict(method, symbol, attacked, told)
            yield AttackRow(method.name, item.series, item.plane.modality, kind, level, *verdict)


def _verdict(method: Method, symbol: Symbol, attacked: Plane, told: Told) -> tuple[float, float, bool]:
    """Bit errors, NCC and readability; a receiver that gives up has guessed, half of its bits wrong."""
    sent = symbol.data_bits
    try:
        received = method.extract(attacked, told)
    except MethodFailedError:
        return 0.5, 0.0, False
    return bit_error_rate(sent, received), ncc_of_symbols(sent, received), _reads(symbol, received)


def _prepared(method: Method, item: Slice, symbol: Symbol, length: int) -> tuple[Plane, Told]:
    cover = eight_bit_plane(item.plane) if method.eight_bit else item.plane
    label = pack_label(symbol.version, symbol.level, symbol.mask)
    return cover, Told(item.usable, item.outside, length, label, span_of(cover)[1])


def _reads(symbol: Symbol, received: NDArray[np.bool_]) -> bool:
    """Whether a symbol drawn from the received data modules says what was sent."""
    errors = bit_error_rate(symbol.data_bits, received)
    if errors == 0 or errors > _HOPELESS:
        return errors == 0
    drawn = symbol_from_bits(symbol.version, symbol.level, symbol.mask, received)
    try:
        return read_symbol(drawn) == read_symbol(symbol)
    except UnreadableSymbolError:
        return False


def _milliseconds(work: Callable[[], object]) -> float:
    """Least processor time of three calls, or of one that takes long; what other programs do does not count in it.

    Tables that a series needs once are there already.
    """
    times: list[float] = []
    while len(times) < _REPEATS and sum(times) < _LONG:
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def _gains(stored: Plane) -> tuple[float, float]:
    """What psnr_stored and psnr_65535 of a stored plane lie above its psnr_range."""
    _, span = span_of(stored)
    return 20 * math.log10((2.0**stored.bits_stored - 1) / span), 20 * math.log10(65535.0 / span)
