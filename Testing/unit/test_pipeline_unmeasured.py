"""Who shows no figures of quality, as a service, does not wait for them; all else of the report is the same."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.cli.commands import deidentify as command
from StegoMedLib.envelope import KeyFile
from StegoMedLib.pipeline import slices
from StegoMedLib.pipeline.deidentify import deidentify_series
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.options import Method
from StegoMedLib.series.masks import mask_source

if TYPE_CHECKING:
    from pathlib import Path

KEY = KeyFile(bytes(32))
QUALITY = {"psnr_bulk", "ssim", "changed_pixels", "ber", "ncc_qr"}


def test_slices_that_nobody_measures_carry_their_record_all_the_same(
    phantom_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks = mask_source("threshold", "auto", None)
    measured = embed_series(phantom_folder, tmp_path / "measured", KEY, masks)
    monkeypatch.setattr(slices, "compare", pytest.fail)

    report = embed_series(phantom_folder, tmp_path / "quick", KEY, masks, method=Method(measured=False))
    nameless = deidentify_series(phantom_folder, tmp_path / "nameless", KEY, masks, method=Method(measured=False))

    for row, other in zip(report.slices, measured.slices, strict=True):
        assert other.metrics.keys() >= QUALITY
        assert row.metrics == {name: value for name, value in other.metrics.items() if name in row.metrics}
        assert row.metrics.keys() == {"usable_blocks", "capacity_bits", "capacity_bpp", "payload_bits", "bpp"}
        assert row.pixels == other.pixels
    assert nameless.embedded is not None
    assert nameless.embedded.embedded == len(nameless.embedded.slices) == len(report.slices)
    assert {row.state for row in extract_series(tmp_path / "quick", KEY).slices} == {"intact"}


@pytest.mark.parametrize("target", [None, "-"])
def test_a_run_that_prints_no_numbers_measures_none(target: str | None) -> None:
    given = {"carry": "identity", "profile": "fidelity", "lost": None, "beta": 8.0, "strength": None}

    method = command._method(argparse.Namespace(**given, json_target=target))

    assert method.measured is (target is not None)
