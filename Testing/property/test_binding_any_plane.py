"""Whatever the plane: a changed pixel is found, open ones do not count, and what is packed comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.binding import (
    Geometry,
    Likeness,
    Part,
    altered_tiles,
    features,
    likeness,
    pixel_digest,
    signature,
    tile_tags,
    unpack_part,
)
from StegoMedLib.blocks import pixels_of

if TYPE_CHECKING:
    from decimal import Decimal

KEYS = st.binary(min_size=32, max_size=32)
SHAPES = st.tuples(st.integers(4, 70), st.integers(4, 70))


@st.composite
def planes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Give a plane, touched blocks, and the place of one pixel."""
    shape = draw(SHAPES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    low = draw(st.sampled_from([-32768, 0]))
    touched = rng.random((shape[0] // 4, shape[1] // 4)) < draw(st.floats(0, 1))
    place = (draw(st.integers(0, shape[0] - 1)), draw(st.integers(0, shape[1] - 1)))
    return rng.integers(low, low + 65536, shape).astype(np.int32), touched, place


def _with(pixels: np.ndarray, place: tuple[int, int], bits: int) -> np.ndarray:
    changed = pixels.copy()
    changed[place] ^= bits
    return changed


@settings(max_examples=100, deadline=None)
@given(planes(), st.integers(1, 0xFFFF))
def test_a_digest_changes_with_every_pixel_but_the_open_ones(
    plane: tuple[np.ndarray, np.ndarray, tuple[int, int]], bits: int
) -> None:
    pixels, blocks, place = plane
    open_pixels = pixels_of(blocks, pixels.shape)

    same = pixel_digest(_with(pixels, place, bits), open_pixels) == pixel_digest(pixels, open_pixels)

    assert same == open_pixels[place]


@settings(max_examples=200, deadline=None)
@given(planes(), st.integers(1, 0xFFFF), st.sampled_from([8, 16]), st.binary(min_size=3, max_size=3))
def test_a_changed_pixel_alters_its_tile_only(
    plane: tuple[np.ndarray, np.ndarray, tuple[int, int]], bits: int, side: int, drawn: bytes
) -> None:
    pixels, touched, place = plane
    changed, key = _with(pixels, place, bits), drawn.ljust(32, b"k")

    # A key in 65,536 misses a change: one in 2^48 three times in a row.
    found = [altered_tiles(changed, touched, side, k, tile_tags(pixels, touched, side, k)) for k in _keys(key)]

    expected = np.zeros((-(-pixels.shape[0] // side), -(-pixels.shape[1] // side)), dtype=np.bool_)
    expected[place[0] // side, place[1] // side] = not pixels_of(touched, pixels.shape)[place]
    altered = [each for each in found if each is not None]
    assert len(altered) == len(found)
    assert (np.any(altered, axis=0) == expected).all()


def _keys(key: bytes) -> list[bytes]:
    return [bytes(byte ^ number for byte in key) for number in range(3)]


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Give an own part that a sender may write."""
    count = draw(st.integers(1, (1 << 24) - 1))
    tile = draw(st.sampled_from([0, 8, 16]))
    tags = draw(st.lists(st.integers(0, 0xFFFF), max_size=40)) if tile else []
    return Part(
        draw(st.integers(0, 0xFFFF)),
        draw(st.integers(0, count - 1)),
        count,
        draw(st.binary(min_size=12, max_size=12)),
        tile,
        draw(st.booleans()),
        np.array(tags, dtype=np.uint16),
    )


@settings(max_examples=200, deadline=None)
@given(parts())
def test_an_own_part_comes_back(part: Part) -> None:
    found = unpack_part(part.pack())

    assert found == part
    assert found is not None
    assert found.tags.tolist() == part.tags.tolist()


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_part_that_packs_to_them_or_none(packed: bytes) -> None:
    found = unpack_part(packed)

    assert found is None or found.pack() == packed


def _writings(number: Decimal) -> list[str]:
    """Ways in which programs write a decimal string."""
    plain = f"{number:f}"
    return [plain, f"{number:E}", f" {plain} ", f"{number:.15e}", plain + ("000" if "." in plain else ".000")]


@settings(max_examples=300, deadline=None)
@given(st.decimals(-100_000, 100_000, places=5, allow_nan=False), st.decimals(-10, 10, places=8, allow_nan=False))
def test_geometry_is_the_same_however_numbers_are_written(length: Decimal, slope: Decimal) -> None:
    ways = zip(_writings(length), _writings(slope), strict=True)

    found = {
        Geometry(slope=float(s), intercept=float(n), spacing=(float(n),) * 2, position=(float(n),) * 3).to_bytes()
        for n, s in ways
    }

    assert len(found) == 1


@settings(max_examples=300, deadline=None)
@given(st.floats(-1e5, 1e5, allow_subnormal=False))
def test_geometry_survives_rewriting_with_as_many_digits_as_fit(length: float) -> None:
    """Left out are ties of the rounding, which no digits save."""
    if abs(length * 1e6 % 1 - 0.5) < 1e-3:
        return
    longest = 16  # characters of a decimal string, PS3.5 section 6.2
    short = next(text for digits in range(17, 0, -1) if len(text := f"{length:.{digits}g}") <= longest)

    assert Geometry(position=(length, 0, 0)).to_bytes() == Geometry(position=(float(short), 0, 0)).to_bytes()


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["slope", "intercept"]), st.floats() | st.none()),
    st.lists(st.floats(), max_size=8),
    st.text(max_size=40),
    st.integers(-5, 10**9),
)
def test_any_header_has_bytes(rescale: dict[str, float | None], numbers: list[float], text: str, bits: int) -> None:
    geometry = Geometry(bits, None, text, None, None, numbers, numbers, numbers)

    assert len(geometry.to_bytes()) >= 8
    assert len(Geometry(slope=rescale.get("slope"), intercept=rescale.get("intercept")).to_bytes()) >= 8


@settings(max_examples=30, deadline=None)
@given(planes(), KEYS, st.sampled_from([0.0, 0.1, 0.5]))
def test_any_plane_is_not_called_another_than_itself(
    plane: tuple[np.ndarray, np.ndarray, tuple[int, int]], key: bytes, error_rate: float
) -> None:
    pixels, touched, _ = plane
    pixels[~pixels_of(touched, pixels.shape)] = 0

    found = features(pixels)

    assert likeness(found, key, signature(found, key), error_rate) is not Likeness.OTHER
