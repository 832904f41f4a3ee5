"""What one profile does to one slice of the comparison with the paper: strength, capacity, masks, noise."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from StegoMedLib.blocks import pixels_of, usable_blocks
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.saidi2024 import Saidi2024
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.lab.attacks import attack
from StegoMedLib.lab.benchmark.covers import outside
from StegoMedLib.metrics import bit_error_rate, compare, iou, ncc
from StegoMedLib.plane import Plane
from StegoMedLib.series.region import air_of
from StegoMedLib.symbol import UnreadableSymbolError, read_symbol, symbol_from_bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Canvas, Profile
    from StegoMedLib.lab.benchmark.covers import Cover
    from StegoMedLib.pipeline.slices import Metrics
    from StegoMedLib.regions import RegionFinder
    from StegoMedLib.symbol import Symbol

__all__ = ["Load", "Noise", "Row", "Variant", "capacity_row", "embed", "mask_row", "noise_rows", "strength_row"]

Pixels: TypeAlias = "NDArray[np.int32]"

_PAPER_PEAK = 255.0
_STRETCHED = 65535
_TOO_SMALL = "does not fit"

_HOPELESS = 0.25
"""Share of wrong modules beyond which no QR code reads: its highest level corrects 30 % of the codewords."""


@dataclass(frozen=True)
class Variant:
    """A profile at a strength.

    Attributes
    ----------
    name : str
    profile : Profile
    beta : float or None
        The paper's strength; None for profiles that are not the paper's.
    """

    name: str
    profile: Profile
    beta: float | None = None

    def blocks(self, cover: Cover) -> NDArray[np.bool_]:
        """Blocks that it may change: the paper knows no guard."""
        return cover.usable if self.beta is None else cover.outside

    def canvas(self, cover: Cover) -> Canvas:
        """Where it embeds."""
        return self.profile.on(cover.plane, pixels_of(self.blocks(cover), cover.plane.shape))

    def read(self, plane: Plane, payload: Payload, blocks: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
        """Bits read from `plane`, as many as were hidden; the paper's receiver is told `blocks`, ours nothing."""
        mask = None if self.beta is None else pixels_of(blocks, plane.shape)
        found = self.profile.extract(plane, mask, {payload.label: payload.bits.size}.get)
        if found is None or found.bits.size < payload.bits.size:
            return None
        return found.bits[: payload.bits.size]


@dataclass(frozen=True)
class Load:
    """What is hidden: its name, and the symbol that its bits are the data modules of, if they are of any."""

    name: str
    payload: Payload
    symbol: Symbol | None = None

    def text_is_read(self, received: NDArray[np.bool_]) -> bool:
        """Whether a QR reader reads in `received` bits what it reads in the symbol."""
        if self.symbol is None or np.mean(received != self.payload.bits) > _HOPELESS:
            return False
        drawn = symbol_from_bits(self.symbol.version, self.symbol.level, self.symbol.mask, received)
        try:
            return read_symbol(drawn) == read_symbol(self.symbol)
        except UnreadableSymbolError:
            return False


@dataclass(frozen=True)
class Row:
    """Measures of one variant on one slice.

    Attributes
    ----------
    group, series, file, variant, load : str
        Where, by what, and what was hidden.
    bits : int
        How many bits were hidden.
    attack : str
        What happened to the stego plane, in words; empty where nothing did.
    level : float or None
        Of the attack.
    failure : str
        Why there are no measures; empty where there are.
    measures : dict
        By name.
    """

    group: str
    series: str
    file: str
    variant: str
    load: str
    bits: int
    attack: str = ""
    level: float | None = None
    failure: str = ""
    measures: Metrics = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Row of the report."""
        return asdict(self)


def embed(cover: Cover, variant: Variant, payload: Payload) -> Pixels | None:
    """Stego pixels (H, W), None where the payload does not fit."""
    try:
        return variant.canvas(cover).embed(payload)
    except DoesNotFitError:
        return None


def strength_row(cover: Cover, variant: Variant, load: Load, stego: Pixels | None) -> Row:
    """PSNR under every convention, and bit errors after storage as integers; the paper's rule as it measures, too."""
    row = _row(cover, variant, load)
    if stego is None:
        return replace(row, failure=_TOO_SMALL)
    measures: Metrics = compare(cover.plane, stego, cover.significant).as_json()
    measures |= _errors(load, variant.read(replace(cover.plane, pixels=stego), load.payload, variant.blocks(cover)))
    if variant.beta is not None:
        measures |= _as_the_paper_measures(cover, variant, load.payload)
    return replace(row, measures=measures)


def capacity_row(cover: Cover, variant: Variant, label: int, rng: np.random.Generator) -> Row:
    """Bits that a variant can embed, and what hiding so many does."""
    capacity = variant.canvas(cover).capacity
    measures: Metrics = {"capacity_bits": capacity, "capacity_bpp": capacity / cover.plane.pixels.size}
    load = Load("as much as fits", Payload(label, rng.random(capacity) < 1 / 2))
    full = strength_row(cover, variant, load, embed(cover, variant, load.payload))
    return replace(full, failure="", measures=measures | full.measures)


def mask_row(cover: Cover, variant: Variant, load: Load, before: NDArray[np.bool_], finder: RegionFinder) -> Row:
    """Hide outside the mask `before` that `finder` found, find again in the stego plane, and read with that mask."""
    row = _row(cover, variant, load)
    seen = replace(cover, outside=outside(before), usable=usable_blocks(air_of(cover.plane, before)))
    stego = embed(seen, variant, load.payload)
    if stego is None:
        return replace(row, failure=_TOO_SMALL)
    plane = replace(cover.plane, pixels=stego)
    after = finder.find(plane)
    ours, blocks = variant.beta is None, outside(after)
    measures: Metrics = {
        "iou": iou(before, cover.significant),
        "ncc_mask": ncc(before, after),
        "blocks_differ": None if ours else int(np.count_nonzero(blocks != variant.blocks(seen))),
        "changed_significant": int(np.count_nonzero((stego != cover.plane.pixels) & cover.significant)),
    }
    return replace(row, measures=measures | _errors(load, variant.read(plane, load.payload, blocks)))


@dataclass(frozen=True)
class Noise:
    """Noise in words, as a kind of attack, and its level."""

    words: str
    kind: str
    level: float


def noise_rows(
    cover: Cover,
    variant: Variant,
    load: Load,
    stego: Pixels | None,
    *,
    noises: Iterable[Noise],
    rng: np.random.Generator,
) -> Iterator[Row]:
    """Read from `stego` after each of `noises`; the paper's receiver is told the mask."""
    row = _row(cover, variant, load)
    for noise in noises:
        named = replace(row, attack=noise.words, level=noise.level)
        if stego is None:
            yield replace(named, failure=_TOO_SMALL)
            continue
        noisy = attack(noise.kind, replace(cover.plane, pixels=stego), noise.level, rng)
        error = float(np.mean(np.square(noisy.pixels.astype(np.float64) - cover.plane.pixels)))
        measures: Metrics = {"psnr_65535": 10 * math.log10(_STRETCHED**2 / error) if error else None}
        received = variant.read(noisy, load.payload, variant.blocks(cover))
        yield replace(named, measures=measures | _errors(load, received))


def _row(cover: Cover, variant: Variant, load: Load) -> Row:
    return Row(cover.group, cover.series, cover.file, variant.name, load.name, load.payload.bits.size)


def _errors(load: Load, received: NDArray[np.bool_] | None) -> Metrics:
    """Share of wrong bits, and correlation; what cannot be read at all is as good as nothing: 1/2 and 0."""
    read: Metrics = {} if load.symbol is None else {"read": int(received is not None and load.text_is_read(received))}
    if received is None:
        return {"ber": 0.5, "ncc": 0.0, **read}
    sent = load.payload.bits
    return {"ber": bit_error_rate(sent, received), "ncc": ncc(sent, received), **read}


def _as_the_paper_measures(cover: Cover, variant: Variant, payload: Payload) -> Metrics:
    """PSNR of the unrounded plane on [0, 1] with peak 255; bit errors of a plane stretched to 16 bits and stored."""
    profile, low = Saidi2024(beta=variant.beta or 0.0), float(cover.plane.pixels.min())
    scaled = (cover.plane.pixels - low) / (float(cover.plane.pixels.max()) - low)
    air = pixels_of(cover.outside, cover.plane.shape)
    error = np.mean(np.square(profile.on(cover.plane, air).unrounded(payload) - scaled))
    wide = Plane(np.rint(scaled * _STRETCHED).astype(np.int32), 0, _STRETCHED)
    stored = replace(wide, pixels=profile.on(wide, air).embed(payload))
    received = variant.read(stored, payload, cover.outside)
    return {
        "psnr_paper_unrounded": 10 * math.log10(_PAPER_PEAK**2 / error),
        "ber_stretched": None if received is None else bit_error_rate(payload.bits, received),
    }
