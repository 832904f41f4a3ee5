"""What the picture of an altered slice says and shows."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.pipeline.altered_picture import altered_in_words, altered_picture
from StegoMedLib.pipeline.tying import State, Verdict
from StegoMedLib.plane import Plane

RED = (220, 40, 60)
SHAPE = (20, 100)


def verdict(*altered: tuple[int, int], detail: str = "its pixels were changed") -> Verdict:
    """Of a plane of `SHAPE` with tiles of 8, of which some were altered."""
    tiles = np.zeros((3, 13), dtype=np.bool_)
    for tile in altered:
        tiles[tile] = True
    return Verdict(State.ALTERED, detail, tiles=tiles, side=8, shape=SHAPE)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (verdict((0, 0)), "Its pixels were changed; 1 tile of 8 x 8 pixels was altered."),
        (verdict((0, 0), (2, 12)), "Its pixels were changed; 2 tiles of 8 x 8 pixels were altered."),
        (verdict(detail="its header places it otherwise"), "Its header places it otherwise; no tile was altered."),
        (
            Verdict(State.ALTERED, "its pixels were changed"),
            "Its pixels were changed; there are no tiles that would tell where.",
        ),
    ],
)
def test_it_says_what_was_altered(found: Verdict, words: str) -> None:
    assert altered_in_words(found) == words


def test_tiles_at_the_edge_are_cut_and_the_legend_is_whole() -> None:
    pixels = np.arange(SHAPE[0] * SHAPE[1], dtype=np.int32).reshape(SHAPE)
    with Image.open(io.BytesIO(altered_picture(Plane(pixels, 0, 4095), verdict((2, 12))))) as picture:
        shown = np.asarray(picture.convert("RGB"))
    times = 6
    assert shown.shape[1] >= 2 * SHAPE[1] * times
    right = shown[: SHAPE[0] * times : times, SHAPE[1] * times : 2 * SHAPE[1] * times : times]
    red = (right == RED).all(axis=2)
    expected = np.zeros(SHAPE, dtype=np.bool_)
    expected[16:20, 96:100] = True
    expected[17:19, 97:99] = False
    assert np.array_equal(red, expected)
    assert (shown[SHAPE[0] * times :, -10:] == 255).all()  # nothing of the legend runs off the page


def test_a_narrow_image_has_room_for_the_legend() -> None:
    pixels = np.zeros((600, 20), dtype=np.int32)
    with Image.open(io.BytesIO(altered_picture(Plane(pixels, 0, 4095), Verdict(State.ALTERED, "x" * 60)))) as picture:
        shown = np.asarray(picture.convert("RGB"))
    assert shown.shape[1] > 400
    assert (shown[600:, -10:] == 255).all()
