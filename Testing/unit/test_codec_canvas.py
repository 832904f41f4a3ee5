"""A canvas: a plane and its air as a profile sees them, looked at once for capacity and embedding together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.profile import Payload, VotingProfile
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.dicom import Number
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.message import written
from StegoMedLib.pipeline.slices import embed_slice, measure_slice, room_in
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.plane import Plane
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import Region
from Testing.slices import slice_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Canvas

KEY = bytes(range(32))
SIDE = 256


def plane_and_air() -> tuple[Plane, NDArray[np.bool_]]:
    """Noise around a bright square; all but the square is air, and one pixel of a block elsewhere is not."""
    pixels = np.random.default_rng(0).normal(60, 3, (SIDE, SIDE)).round().astype(np.int32)
    pixels[100:160, 100:160] += 1000
    air = np.ones((SIDE, SIDE), dtype=np.bool_)
    air[100:160, 100:160] = False
    air[2, 2] = False
    return Plane(pixels, 0, 4095), air


def payload_of(bits: int) -> Payload:
    return Payload(9, np.random.default_rng(1).random(bits) < 0.5)


@pytest.mark.parametrize("name", PROFILES)
def test_a_canvas_embeds_twice_alike_and_in_blocks_of_air_alone(name: str) -> None:
    plane, air = plane_and_air()
    canvas = coding(name, KEY).profile.on(plane, air)
    payload = payload_of(canvas.capacity // 4)

    first, second = canvas.embed(payload), canvas.embed(payload)

    assert np.array_equal(first, second)
    assert (first != plane.pixels).any()
    assert not (first != plane.pixels)[~air].any()
    assert np.array_equal(first[:4, :4], plane.pixels[:4, :4])
    assert not canvas.usable[0, 0]


@pytest.mark.parametrize("name", PROFILES)
def test_without_air_nothing_fits_and_the_refusal_names_the_bits(name: str) -> None:
    plane, air = plane_and_air()
    canvas = coding(name, KEY).profile.on(plane, np.zeros_like(air))

    assert canvas.capacity == 0
    with pytest.raises(DoesNotFitError, match=r"^The 40 bits of the .*\.$"):
        canvas.embed(payload_of(40))


@pytest.mark.parametrize("name", PROFILES)
def test_votes_are_read_by_profiles_that_say_so(name: str) -> None:
    made = coding(name, KEY)
    assert isinstance(made.profile, VotingProfile) is made.info.votes


@pytest.mark.parametrize("characters", [20, 4000])
def test_a_slice_is_looked_at_once_whether_its_record_fits_or_not(
    characters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    phantom = phantom_series(slices=3, size=SIDE)
    plane = Plane(phantom.stored[1].astype(np.int32), -32768, 32767, (), "CT", phantom.slope, phantom.intercept)
    made, message = coding("fidelity", KEY), written("A" * characters)
    looked: list[Plane] = []

    def on(plane: Plane, air: NDArray[np.bool_]) -> Canvas:
        looked.append(plane)
        return type(made.profile).on(made.profile, plane, air)

    monkeypatch.setattr(made.profile, "on", on)

    cover = slice_of(plane)
    result = embed_slice(cover, Region(phantom.body[1]), message, made, Tie(cover, Number(0, 0, 1), message))
    metrics = room_in(plane, result, message, made) | measure_slice(plane, phantom.body[1], result, message)

    assert (result.stego is None) is (characters == 4000)
    assert metrics["capacity_bits"] == result.canvas.capacity > 0
    assert len(looked) == 1


def test_pixels_stay_in_their_run_of_legal_values_and_others_where_they_are() -> None:
    legal = Legal(Plane(np.zeros((4, 4), dtype=np.int32), 0, 20, ((5, 6), (9, 9))))
    values = np.array([0, 4, 5, 6, 7, 8, 9, 10, 20, 21, -1], dtype=np.int32)

    low, high = legal.limits(values)

    assert low.tolist() == [0, 0, 5, 6, 7, 7, 9, 10, 10, 21, -1]
    assert high.tolist() == [4, 4, 5, 6, 8, 8, 9, 20, 20, 21, -1]


def test_a_plane_that_is_all_padding_leaves_every_pixel_where_it_is() -> None:
    values = np.array([0, 128, 255], dtype=np.int32)
    low, high = Legal(Plane(values[None], 0, 255, ((0, 255),))).limits(values)
    assert low.tolist() == high.tolist() == values.tolist()


def test_incomplete_blocks_and_blocks_with_one_pixel_that_is_no_air_are_not_usable() -> None:
    plane, air = plane_and_air()
    cut = replace(plane, pixels=plane.pixels[:-1, :-2])
    usable = usable_blocks(air[:-1, :-2])
    assert usable.shape == (cut.shape[0] // 4, cut.shape[1] // 4) == (63, 63)
    assert not usable[0, 0]
    assert usable[0, 1]
