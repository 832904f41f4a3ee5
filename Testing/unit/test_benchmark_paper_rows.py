"""One row of the comparison with the paper: what is measured on a plane whose answers are known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import BLIND
from StegoMedLib.codec.saidi2024 import Saidi2024
from StegoMedLib.lab.benchmark.covers import Cover, outside
from StegoMedLib.lab.benchmark.paper_rows import (
    Load,
    Noise,
    Row,
    Variant,
    capacity_row,
    embed,
    mask_row,
    noise_rows,
    strength_row,
)
from StegoMedLib.lab.benchmark.paper_run import beta_of, lines, paper_name, variants
from StegoMedLib.plane import Plane
from StegoMedLib.regions import Region
from StegoMedLib.symbol import make_symbol, pack_label

SIDE = 256
FIDELITY = Variant("fidelity", Fidelity(bytes(32)))


class SameDisc:
    """Finds the disc of `cover` whatever the plane shows, and one row less once the plane is marked."""

    name = "disc"

    def __init__(self, cover: Cover, less: int) -> None:
        self._cover, self._less = cover, less

    def find(self, plane: Plane) -> np.ndarray:
        mask = self._cover.significant.copy()
        if plane is not self._cover.plane:
            mask[: np.flatnonzero(mask.any(axis=1))[0] + self._less] = False
        return mask

    def look(self, plane: Plane) -> Region:
        return Region(self.find(plane), self.find(plane))


@pytest.fixture(scope="module")
def cover() -> Cover:
    """Noise far from the ends of the legal range, a disc as body that holds the least and the largest value."""
    rng = np.random.default_rng(3)
    pixels = np.clip(rng.normal(1000, 150, (SIDE, SIDE)), 200, 3900).round().astype(np.int32)
    pixels[SIDE // 2, SIDE // 2 : SIDE // 2 + 2] = 100, 3950
    down, across = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    significant = down**2 + across**2 < 60**2
    free = outside(significant)
    return Cover("group", "series", "file", Plane(pixels, 0, 4095), significant, free, free)


@pytest.fixture(scope="module")
def load() -> Load:
    symbol = make_symbol("THE BENCHMARK HIDES THIS")
    return Load("small", Payload(pack_label(symbol.version, symbol.level, symbol.mask), symbol.data_bits), symbol)


@pytest.fixture(scope="module")
def many() -> Load:
    return Load("many", Payload(5, np.random.default_rng(2).random(3000) < 0.5))


def paper(beta: float) -> Variant:
    return Variant(paper_name(beta), Saidi2024(beta=beta), beta)


@pytest.mark.parametrize("beta", [100.0, 1000.0])
def test_the_paper_s_rule_measures_as_the_analysis_expects(cover: Cover, many: Load, beta: float) -> None:
    row = strength_row(cover, paper(beta), many, embed(cover, paper(beta), many.payload))

    bpp = many.payload.bits.size / SIDE**2
    expected = 10 * math.log10(255**2 / ((4 / beta) ** 2 / 3 * bpp))
    assert row.measures["psnr_paper_unrounded"] == pytest.approx(expected, abs=0.5)
    assert row.measures["changed_significant"] == 0
    assert row.measures["ber_stretched"] == 0


def test_storage_spoils_the_paper_s_bits_and_not_ours(cover: Cover, load: Load) -> None:
    stegos = {variant: embed(cover, variant, load.payload) for variant in (paper(1000.0), FIDELITY)}
    theirs, ours = (strength_row(cover, variant, load, stego).measures for variant, stego in stegos.items())

    assert theirs["ber"] is not None
    assert ours["psnr_range"] is not None
    assert theirs["psnr_range"] is not None
    assert theirs["ber"] > 0.02
    assert (ours["ber"], ours["ncc"], ours["read"]) == (0.0, 1.0, 1)
    assert ours["psnr_range"] > theirs["psnr_range"]
    assert "psnr_paper_unrounded" not in ours


def test_what_does_not_fit_says_so(cover: Cover, load: Load) -> None:
    empty = replace(cover, outside=np.zeros_like(cover.outside), usable=np.zeros_like(cover.usable))

    for variant in (paper(10.0), FIDELITY):
        row = strength_row(empty, variant, load, embed(empty, variant, load.payload))
        assert (row.failure, row.measures) == ("does not fit", {})


def test_room_is_filled(cover: Cover) -> None:
    row = capacity_row(cover, paper(10.0), 5, np.random.default_rng(1))

    assert row.bits == row.measures["capacity_bits"] == cover.outside.sum()
    assert row.measures["capacity_bpp"] == row.bits / SIDE**2
    assert row.measures["psnr_range"] is not None


@pytest.mark.parametrize(("less", "ber", "differ"), [(0, 0.0, 0), (8, 0.1, 1)])
def test_another_mask_at_the_receiver_costs_the_paper_its_bits(
    cover: Cover, many: Load, less: int, ber: float, differ: int
) -> None:
    theirs = mask_row(cover, paper(100.0), many, cover.significant, SameDisc(cover, less)).measures

    assert theirs["ber"] is not None
    assert theirs["blocks_differ"] is not None
    assert theirs["ber"] >= ber
    assert theirs["blocks_differ"] >= differ
    assert (less == 0) == (theirs["ncc_mask"] == 1.0)
    assert theirs["iou"] == 1.0


def test_noise_is_measured_and_read_through(cover: Cover, load: Load) -> None:
    noises = [Noise("none", "gaussian", 0.0), Noise("strong", "gaussian-stored", 147.0)]
    stego = embed(cover, FIDELITY, load.payload)
    none, strong = noise_rows(cover, FIDELITY, load, stego, noises=noises, rng=np.random.default_rng(4))

    assert (none.attack, none.level, none.measures["read"]) == ("none", 0.0, 1)
    assert strong.measures["psnr_65535"] == pytest.approx(53.0, abs=0.2)
    assert (strong.measures["ber"], strong.measures["ncc"], strong.measures["read"]) == (0.5, 0.0, 0)


def test_lines_gather_rows_and_leave_out_failures() -> None:
    row = Row("g", "s", "f", "v", "l", 9)
    rows = [replace(row, measures={"x": 1.0}), replace(row, measures={"x": 3.0}), replace(row, failure="does not fit")]
    (line,) = lines(rows)

    assert (line.slices, line.measured, line.mean("x"), line.mean("y")) == (3, 2, 2.0, None)


def test_all_profiles_are_compared() -> None:
    names = [variant.name for variant in variants()]

    assert set(BLIND) <= set(names)
    assert [beta_of(name) for name in names if name.startswith("saidi2024")] == [10.0, 100.0, 1000.0]
    assert len(names) == len(set(names))
