"""What the comparisons write, from series in a folder to pages in another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.dicom import new_series, read_instance
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.lab.benchmark import peers, peers_files, steganalysis_files
from StegoMedLib.lab.benchmark.baselines import Lsb, LsbInAir
from StegoMedLib.lab.benchmark.peers_files import write_peers
from StegoMedLib.lab.benchmark.request import Request
from StegoMedLib.lab.benchmark.steganalysis_files import write_steganalysis
from StegoMedLib.regions import make_finder
from StegoMedLib.series.masks import write_mask
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("one", "two")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two phantom series with their masks, as the real ones lie."""
    folder = tmp_path_factory.mktemp("data")
    phantom, finder = phantom_series(slices=3, size=192), make_finder("threshold")
    for shift, name in enumerate(NAMES):
        volume = np.roll(phantom.stored, 4 * shift, axis=2)
        paths = new_series(
            folder / "curated" / name,
            volume,
            rescale=(phantom.slope, phantom.intercept),
            padding=phantom.padding,
        )
        for path in paths:
            write_mask(
                folder / "masks" / "curated" / name / f"{path.stem}.png", finder.find(read_instance(path).plane())
            )
    return folder


def test_peers_writes_page_report_and_plots(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(peers_files, "SERIES", NAMES)
    monkeypatch.setattr(peers_files, "all_methods", lambda: [Lsb(), LsbInAir()])
    monkeypatch.setattr(peers, "LEVELS", {"gaussian": (1,), "jpeg": (85,)})

    report = write_peers(Request(data, tmp_path / "out", make_finder("threshold"), slices=2), attacked=1)

    written = json.loads((tmp_path / "out" / "peers.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(report.as_json()))
    assert {row["series"] for row in written["quality"]} == set(NAMES)
    assert len(written["attacks"]) == 2 * 2 * 2  # methods, planes, attacks
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "errors_ct.png",
        "peers.html",
        "peers.json",
        "peers.md",
    ]
    with pytest.raises(UnusableInputError, match="exists"):
        write_peers(Request(data, tmp_path / "out", make_finder("threshold")))


def test_no_slices_are_no_comparison(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="from 1"):
        write_peers(Request(data, tmp_path / "out", make_finder("threshold")), attacked=0)


def test_no_slices_teach_no_detector(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="from 1"):
        write_steganalysis(Request(data, tmp_path / "out", make_finder("threshold"), slices=0))


def test_a_payload_without_room_leaves_no_row(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steganalysis_files, "our_methods", list)
    with pytest.raises(UnusableInputError, match="take more slices"):
        write_steganalysis(Request(data, tmp_path / "out", make_finder("threshold"), slices=1))
    assert not (tmp_path / "out").exists()


def test_steganalysis_writes_page_and_report(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.setattr(steganalysis_files, "our_methods", list)
    monkeypatch.setattr(steganalysis_files, "CLASSIFIERS", ("linear",))

    rows = write_steganalysis(Request(data, tmp_path / "out", make_finder("threshold")))

    written = json.loads((tmp_path / "out" / "steganalysis.json").read_text(encoding="utf-8"))
    assert written["rows"] == [row.as_json() for row in rows]
    assert {(row.region, row.pairs) for row in rows} == {("air", 6), ("plane", 6)}
    assert all(set(row.groups) == set(NAMES) for row in rows)
    assert all(0 <= auc <= 1 for row in rows for auc in row.groups.values())
    assert "LSB, air only" in (tmp_path / "out" / "steganalysis.html").read_text(encoding="utf-8")


def test_series_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="ct_abdomen_chaos3"):
        write_peers(Request(tmp_path / "data", tmp_path / "out", make_finder("threshold")))
