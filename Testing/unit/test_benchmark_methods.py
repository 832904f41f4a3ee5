"""Methods that the profiles are compared with: each reads what it hid, and none is handicapped or helped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.lab.benchmark.baselines import DftQim, DwtQim, Lsb, LsbInAir
from StegoMedLib.lab.benchmark.installed_peers import InvisibleWatermark, installed_peers, missing_packages
from StegoMedLib.lab.benchmark.methods import MethodFailedError, Told, eight_bit_plane
from StegoMedLib.lab.benchmark.our_methods import our_methods
from StegoMedLib.lab.benchmark.peers import PeersReport
from StegoMedLib.metrics import compare
from StegoMedLib.plane import Plane
from StegoMedLib.symbol import make_symbol

if TYPE_CHECKING:
    from StegoMedLib.lab.benchmark.methods import Method

LENGTH = 600
BASELINES = [Lsb(), LsbInAir(), DwtQim(), DftQim()]


@pytest.fixture(scope="module")
def cover() -> Plane:
    """Noise around a bright disc, away from the ends of the legal range."""
    rows, columns = np.mgrid[:320, :288]
    disc = np.hypot(rows - 160, columns - 144) < 110
    noise = np.random.default_rng(1).normal(0, 8, disc.shape)
    return Plane(np.rint(noise + np.where(disc, 1000, 100)).astype(np.int32), -2000, 4000, modality="CT")


@pytest.fixture(scope="module")
def bits() -> np.ndarray:
    return np.random.default_rng(2).random(LENGTH) < 0.5


def told(plane: Plane, length: int = LENGTH) -> Told:
    usable = np.ones((plane.shape[0] // 4, plane.shape[1] // 4), dtype=np.bool_)
    usable[20:60, 15:57] = False
    return Told(usable, usable, length, 1, float(np.ptp(plane.pixels)))


def ids(method: Method) -> str:
    return method.name


@pytest.mark.parametrize("method", BASELINES, ids=ids)
def test_a_baseline_reads_what_it_hid(method: Method, cover: Plane, bits: np.ndarray) -> None:
    stego = replace(cover, pixels=method.embed(cover, bits, told(cover)))

    assert np.array_equal(method.extract(stego, told(cover)), bits)


@pytest.mark.parametrize("method", [method for method in our_methods() if method.group == "ours"], ids=ids)
def test_our_profiles_read_with_nothing_told_but_the_key(method: Method, cover: Plane, bits: np.ndarray) -> None:
    stego = replace(cover, pixels=method.embed(cover, bits, told(cover)))
    blind = replace(told(cover), usable=np.zeros((1, 1), np.bool_), outside=np.zeros((1, 1), np.bool_), span=0.0)

    assert np.array_equal(method.extract(stego, blind), bits)


@pytest.mark.parametrize("method", [DwtQim(), DftQim()], ids=ids)
def test_qim_has_the_strength_that_is_stated(method: Method, cover: Plane, bits: np.ndarray) -> None:
    quality = compare(cover, method.embed(cover, bits, told(cover)))

    assert quality.psnr_range == pytest.approx(40.0, abs=0.7)


@pytest.mark.parametrize("method", [DwtQim(), DftQim()], ids=ids)
def test_qim_stands_noise_that_its_step_is_larger_than(method: Method, cover: Plane, bits: np.ndarray) -> None:
    stego = method.embed(cover, bits, told(cover))
    noise = np.random.default_rng(3).normal(0, 0.01 * np.ptp(cover.pixels), cover.shape)
    noisy = replace(cover, pixels=np.rint(stego + noise).astype(np.int32))

    assert np.array_equal(method.extract(noisy, told(cover)), bits)


def test_least_significant_bits_in_air_stay_in_air(cover: Plane, bits: np.ndarray) -> None:
    known = told(cover)
    changed = LsbInAir().embed(cover, bits, known) != cover.pixels

    assert changed.sum() == pytest.approx(LENGTH / 2, rel=0.15)
    assert not changed[80:240, 60:228].any()


@pytest.mark.parametrize("method", BASELINES, ids=ids)
def test_too_many_bits_are_refused(method: Method, cover: Plane) -> None:
    small = replace(cover, pixels=cover.pixels[:16, :16])
    known = replace(told(small, 10_000), usable=np.ones((4, 4), np.bool_))

    with pytest.raises(MethodFailedError, match="can carry"):
        method.embed(small, np.zeros(10_000, np.bool_), known)


def test_mapping_on_eight_bits_takes_the_whole_range(cover: Plane) -> None:
    mapped = eight_bit_plane(cover)

    assert (mapped.pixels.min(), mapped.pixels.max()) == (0, 255)
    step = np.ptp(cover.pixels) / 255
    assert np.abs(mapped.pixels * step + cover.pixels.min() - cover.pixels).max() <= step / 2 + 1e-9


@pytest.mark.parametrize("method", installed_peers(), ids=ids)
def test_an_installed_peer_takes_a_grey_plane(method: Method, cover: Plane, bits: np.ndarray) -> None:
    plane = eight_bit_plane(cover)
    try:
        stego = method.embed(plane, bits, told(plane))
    except MethodFailedError as failure:
        pytest.fail(str(failure))
    received = method.extract(replace(plane, pixels=stego), told(plane))

    assert stego.shape == plane.shape
    assert received.shape == bits.shape
    if method.name in {"blind_watermark", "invisible-watermark dwtDctSvd"}:
        assert np.mean(received != bits) < 0.1


def test_a_mark_in_colour_is_lost_on_a_plane_of_one_channel(cover: Plane, bits: np.ndarray) -> None:
    pytest.importorskip("imwatermark")
    plane, method = eight_bit_plane(cover), InvisibleWatermark("dwtDct", grey=False)

    received = method.extract(replace(plane, pixels=method.embed(plane, bits, told(plane))), told(plane))

    assert np.mean(received != bits) > 0.4


def test_without_the_packages_there_are_no_peers_but_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("StegoMedLib.lab.benchmark.installed_peers.find_spec", lambda _: None)
    symbol = make_symbol("SM1:NOTHING")

    report = PeersReport([], missing_packages(), symbol)

    assert installed_peers() == []
    assert {"blind-watermark", "invisible-watermark", "opencv-python-headless"} <= set(report.missing)
    assert "pip install" in report.advice
    assert PeersReport([], [], symbol).advice == ""
