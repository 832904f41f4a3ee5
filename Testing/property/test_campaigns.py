"""A part of each campaign of mutated inputs; ``python -m Testing.campaigns.run`` runs as many as one likes."""

from __future__ import annotations

import contextlib
import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.envelope import Opened, Opener, TextRecord
from StegoMedLib.errors import StegoMedError
from StegoMedLib.training.polygons import ViaPolygons
from Testing.campaigns import checkpoint_files, masks, sidecars
from Testing.campaigns.campaign import WrongResultError, judge, make_input
from Testing.campaigns.harness import Finding, Tally, run
from Testing.campaigns.run import NAMES, load, main

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.campaigns.campaign import Campaign

COUNTS = {"envelopes": 2000, "masks": 1500, "polygons": 1500, "sidecars": 200}
HEAVY = {"sidecars": ("torchvision", "onnx")}


@pytest.mark.parametrize("name", NAMES)
def test_no_input_does_harm(name: str) -> None:
    for package in HEAVY.get(name, ()):
        pytest.importorskip(package)

    tally = run(load(name), COUNTS[name], 2026)

    assert not tally.findings, tally.findings[0].detail or tally.findings[0]
    assert tally.outcomes.total() == COUNTS[name]
    assert tally.outcomes["read"] > COUNTS[name] / 50  # some do no damage, so that results are looked at, too
    assert tally.outcomes["refused"] > COUNTS[name] / 2


@pytest.mark.parametrize("name", NAMES)
def test_an_input_follows_from_its_number_whatever_was_run_before(name: str, tmp_path: Path) -> None:
    for package in HEAVY.get(name, ()):
        pytest.importorskip(package)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    campaign, other = load(name), copy.deepcopy(load(name))
    campaign.prepare(tmp_path / "one")
    first = [make_input(campaign, 5, number) for number in range(100)]
    for content in first:
        with contextlib.suppress(StegoMedError):
            judge(campaign, content)

    other.prepare(tmp_path / "two")
    assert [make_input(campaign, 5, number) for number in range(100)] == first
    assert [make_input(other, 5, number) for number in range(100)] == first


def breaks(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make the program give wrong results."""
    wrong: dict[str, tuple[Any, str, Any]] = {
        "envelopes": (Opener, "open", lambda *_: Opened(TextRecord("of another patient"), b"", b"")),
        "masks": (masks, "read_mask", lambda *_: np.zeros((24, 33), np.bool_)),
        "polygons": (ViaPolygons, "mask", lambda *_: np.zeros((40, 50), np.bool_)),
        "sidecars": (sidecars, "read_weights", lambda *_: {"a": np.zeros(10**6)}),
    }
    monkeypatch.setattr(*wrong[name])


@pytest.mark.parametrize("name", NAMES)
def test_wrong_results_are_noticed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in HEAVY.get(name, ()):
        pytest.importorskip(package)
    campaign = load(name)
    campaign.prepare(tmp_path)
    breaks(monkeypatch, name)

    assert sum(_is_wrong(campaign, number) for number in range(60)) > 1


def _is_wrong(campaign: Campaign, number: int) -> bool:
    try:
        judge(campaign, make_input(campaign, 1, number))
    except WrongResultError:
        return True
    return False


def test_weights_that_are_no_numbers_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    network = checkpoint_files.Network()
    torch.save(network.run().model.state_dict(), tmp_path / "last.pt")

    def spoil(model: Any, _: Path) -> None:
        next(model.parameters()).data.fill_(torch.nan)

    monkeypatch.setattr(checkpoint_files, "transfer", spoil)
    with pytest.raises(WrongResultError, match="no numbers"):
        network._transferred(tmp_path / "last.pt")


def test_the_command_tells_what_was_found_and_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["polygons", "--count", "40", "--seed", "3", "--workers", "1", "--findings", str(tmp_path / "found")]

    assert main(arguments) == 0
    assert "40 inputs" in capsys.readouterr().out
    assert not (tmp_path / "found").exists()

    found = Tally("polygons", findings=[Finding("polygons", 3, 7, "it did harm", "where")])
    monkeypatch.setattr("Testing.campaigns.run.run", lambda *_, **__: found)
    assert main(arguments) == 1
    assert "seed 3 number 7: it did harm" in capsys.readouterr().out
    kept = tmp_path / "found" / "polygons"
    assert (kept / "3-7.input").read_bytes() == make_input(load("polygons"), 3, 7)
    assert (kept / "3-7.txt").read_text(encoding="utf-8") == "it did harm\nwhere"


def test_an_unknown_campaign_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["weather"])
    assert "there is no campaign weather" in capsys.readouterr().err
