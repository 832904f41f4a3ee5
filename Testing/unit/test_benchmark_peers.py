"""The comparison with other methods: what is measured, on what, and what the page shows of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.lab.attacks import KINDS
from StegoMedLib.lab.benchmark.baselines import DwtQim, Lsb, LsbInAir
from StegoMedLib.lab.benchmark.our_methods import our_methods
from StegoMedLib.lab.benchmark.peers import compare_methods, evenly
from StegoMedLib.lab.benchmark.peers_levels import LEVELS, own_level
from StegoMedLib.lab.benchmark.peers_page import peers_markdown, peers_page, peers_plots
from StegoMedLib.lab.benchmark.peers_run import Slice, make_slice
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from StegoMedLib.lab.benchmark.peers import PeersReport


@pytest.fixture(scope="module")
def item() -> Slice:
    phantom = phantom_series(slices=3, size=256)
    void, scale = (phantom.padding, phantom.padding), (phantom.slope, phantom.intercept)
    plane = Plane(phantom.stored[1].astype(np.int32), -32768, 32767, (void,), "CT", *scale)
    found = make_finder("threshold").find(plane)
    return make_slice("phantom", "one", plane, found, found)


@pytest.fixture(scope="module")
def report(item: Slice) -> PeersReport:
    fidelity, *_, paper = (method for method in our_methods() if method.name in {"fidelity", "saidi2024, β = 100"})
    return compare_methods(
        [item, replace(item, file="two")], [fidelity, paper, Lsb(), LsbInAir(), DwtQim()], attacked=1
    )


def test_all_methods_hide_the_same_bits_in_the_same_planes(report: PeersReport) -> None:
    names = [method.name for method in report.methods]
    rows = [(row.method, row.file, row.bits) for row in report.quality]

    record, many = report.symbol.data_bits.size, round(0.031 * 256 * 256)
    assert rows == [(name, file, bits) for file in ("one", "two") for bits in (record, many) for name in names]


def test_only_whole_plane_methods_touch_the_body(report: PeersReport) -> None:
    changed = {row.method: row.changed_significant or 0 for row in report.quality if not row.failure}

    assert changed["fidelity"] == changed["LSB, air only"] == 0
    assert min(changed["LSB"], changed["DWT-QIM"]) > 0


def test_unmolested_planes_read_without_error(report: PeersReport) -> None:
    for row in report.quality:
        if not row.method.startswith("saidi2024") and row.bits == report.symbol.data_bits.size:
            assert (row.failure, row.ber, row.read) == ("", 0.0, True)
            assert row.embed_ms is not None
            assert row.embed_ms > 0


def test_every_attack_is_made_at_every_level_on_one_plane(report: PeersReport) -> None:
    made = {(row.kind, row.level) for row in report.attacks if row.method == "fidelity"}

    assert made == {(kind, level) for kind, levels in LEVELS.items() for level in levels}
    assert len(report.attacks) == len(made) * len(report.methods)


def test_qim_stands_more_than_least_significant_bits(report: PeersReport) -> None:
    errors = {row.method: row.ber for row in report.attacks if (row.kind, row.level) == ("gaussian", 1)}

    assert errors["DWT-QIM"] == 0
    assert errors["LSB"] > 0.3
    assert errors["fidelity"] == 0.5  # a receiver that finds no header guesses


def test_every_default_level_is_among_the_levels() -> None:
    assert all(KINDS[kind].default in levels for kind, levels in LEVELS.items())


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        ("gaussian", 1.0, 1.0),
        ("gaussian-stored", 147.0, 147 * 255 / 2550),
        ("jpegls", 30, 3),
        ("jpegls", 3, 0),
        ("jpeg2000", 10, 5),
        ("jpeg2000", 1.5, 1),
        ("jpeg", 85, 85),
    ],
)
def test_levels_mean_the_same_to_eight_bits(kind: str, level: float, expected: float) -> None:
    assert own_level(kind, level, bits_stored=16, span=2550.0) == pytest.approx(expected)


def test_slices_are_taken_evenly(item: Slice) -> None:
    many = [replace(item, file=str(number)) for number in range(9)] + [replace(item, series="other", file="lone")]

    assert [each.file for each in evenly(many, 3)] == ["1", "4", "7", "lone"]


def test_page_and_report_stand_alone(report: PeersReport) -> None:
    pytest.importorskip("matplotlib")
    plots = peers_plots(report)
    page = peers_page(report, plots)

    assert list(plots) == ["CT"]
    assert "data:image/png;base64," in page
    assert "://" not in page  # no address; letters alone may stand in a picture's base64
    assert all(method.name in page for method in report.methods)
    assert json.loads(json.dumps(report.as_json(), allow_nan=False))["payload_bits"] == report.symbol.data_bits.size
    assert "| fidelity |" in peers_markdown(report)
