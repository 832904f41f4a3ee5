"""Ways to hide a slice in a photograph, measured: what is carried comes back, and the page says what was found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.lab.benchmark import photo
from StegoMedLib.lab.benchmark.photo import write_photo
from StegoMedLib.lab.benchmark.photo_methods import ByteCarrier, Coded, LsbMatching, LsbReplacement, Ours, carriers
from StegoMedLib.lab.benchmark.photo_run import PRINTED, PhotoReport, detection_rows, hide_bytes, quality_rows
from StegoMedLib.lab.benchmark.request import Request
from StegoMedLib.lab.photo.crops import Pair
from StegoMedLib.lab.photo.photographs import Photograph
from StegoMedLib.lab.photo.secrets import Secret
from StegoMedLib.regions import make_finder

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 128


def photograph(seed: int, side: int = SIDE) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.asarray(np.clip(np.rint(rng.normal(128, 40, (side, side, 3))), 0, 255), dtype=np.uint8)


def shading(seed: int, side: int = SIDE) -> np.ndarray:
    rows, columns = np.mgrid[:side, :side]
    noise = np.random.default_rng(seed).normal(0, 1, (side, side))
    return np.asarray(np.clip(np.rint((rows + columns) * 255 / (2 * side) + noise), 0, 255), dtype=np.uint8)


@pytest.mark.parametrize("carrier", carriers(), ids=lambda each: each.name)
@pytest.mark.parametrize("share", [0.1, 0.4, 1.0])
def test_what_is_carried_comes_back(carrier: ByteCarrier, share: float) -> None:
    cover = photograph(1)
    data = np.random.default_rng(2).bytes(round(share * cover.size / 8))

    assert carrier.extract(carrier.embed(cover, data), len(data)) == data


@pytest.mark.parametrize("carrier", [LsbReplacement(), LsbMatching()], ids=lambda each: each.name)
@pytest.mark.parametrize("share", [1.01, 2.0, 3.7])
def test_more_than_a_bit_a_sample_takes_more_of_the_lowest_bits(carrier: ByteCarrier, share: float) -> None:
    cover = photograph(1, 32)
    data = np.random.default_rng(2).bytes(round(share * cover.size / 8))

    stego = carrier.embed(cover, data)

    assert carrier.extract(stego, len(data)) == data
    assert np.abs(stego.astype(int) - cover).max() < 2 ** int(np.ceil(share))


def test_matching_moves_both_ways_by_one_and_stays_in_the_range() -> None:
    cover = np.tile(np.array([0, 255, 100], dtype=np.uint8), (64, 64, 1))

    moves = LsbMatching().embed(cover, np.random.default_rng(1).bytes(cover.size // 8)).astype(int) - cover

    assert [set(moves[:, :, each].ravel()) for each in range(3)] == [{0, 1}, {0, -1}, {0, 1, -1}]


def test_replacement_never_moves_an_even_sample_down() -> None:
    cover = np.full((32, 32, 3), 100, dtype=np.uint8)

    stego = LsbReplacement().embed(cover, np.random.default_rng(1).bytes(cover.size // 8))

    assert set(np.unique(stego)) == {100, 101}


def test_a_slice_comes_back_exactly_and_one_that_is_too_large_is_named() -> None:
    report, noise = PhotoReport(), np.random.default_rng(3).integers(256, size=(SIDE, SIDE)).astype(np.uint8)
    pairs = [Pair("p", "smooth", photograph(1), shading(1)), Pair("p", "noise", photograph(1), noise)]

    quality_rows(report, [Coded(each) for each in carriers()], pairs)

    assert all(row.exact and row.secret_psnr is None and row.secret_ssim == 1.0 for row in report.quality)
    assert [row.method for row in report.quality if row.secret == pairs[0].secret] == [each.name for each in carriers()]
    assert [(each["method"], each["secret"]) for each in report.failures] == [("ours", "noise")]


def test_ours_changes_less_than_matching_and_is_the_better_photograph() -> None:
    report = PhotoReport()

    quality_rows(report, [Coded(LsbMatching()), Coded(Ours())], [Pair("p", "s", photograph(1), shading(1))])

    matching, ours = report.quality
    assert ours.changed < matching.changed
    assert (ours.cover_psnr or 0) > (matching.cover_psnr or 0)


def test_what_is_gross_is_detected_on_photographs_that_were_not_seen() -> None:
    pytest.importorskip("sklearn")
    flat = [Photograph(f"p{each}", np.repeat(shading(each, 2 * SIDE)[:, :, None], 3, 2)) for each in range(3)]

    marks = {("LSB matching", "0.4"): hide_bytes(LsbMatching()), ("nothing", "0"): lambda cover, _: cover}
    rows = detection_rows(flat, marks, crops=4)

    assert {(row.method, row.classifier): row.pairs for row in rows}[("nothing", "linear")] == 12
    assert next(row.auc for row in rows if row.method == "LSB matching") > 0.9
    assert next(row.auc for row in rows if row.method == "nothing") == 0.5


def test_page_and_report_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    names = ("one", "two", "chelsea")
    monkeypatch.setattr(photo, "SIDE", SIDE)
    monkeypatch.setattr(
        photo, "photographs", lambda: [Photograph(n, photograph(k, 2 * SIDE)) for k, n in enumerate(names)]
    )
    monkeypatch.setattr(
        photo, "load_secrets", lambda _: [Secret(f"{k}", shading(k), held_out=k == 0) for k in range(2)]
    )
    (tmp_path / "data").mkdir()

    request = Request(tmp_path / "data", tmp_path / "out", make_finder("threshold"), slices=3)
    found = photo.results(request, pairs=2)

    written = json.loads((tmp_path / "out" / "photo.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(found.report))
    assert written["printed"] == PRINTED
    assert {row["method"] for row in written["quality"]} == {each.name for each in carriers()}
    assert {row["method"] for row in written["detection"]} == {each.name for each in carriers()}
    assert "stegomed train photo" in found.advice
    assert "32.16" in (tmp_path / "out" / "photo.md").read_text(encoding="utf-8")


def test_no_pairs_are_no_comparison(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(UsageError, match="from 1"):
        write_photo(Request(tmp_path / "data", tmp_path / "out", make_finder("threshold")), pairs=0)


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "data").mkdir()
    (tmp_path / "w.pt").write_bytes(b"no weights")
    request = Request(tmp_path / "data", tmp_path / "out", make_finder("threshold"))
    with pytest.raises(UnusableInputError, match="no weights"):
        write_photo(request, pairs=1, weights=tmp_path / "w.pt")
