"""Bytes in one photograph: exact, by the fewest changes, and nothing without the key."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.errors import CancelledError, DoesNotFitError
from StegoMedLib.photo.canvas import PhotoCanvas, extract
from Testing.photographs import astronaut, scaled

KEY, OTHER = bytes(range(32)), bytes(32)


def data_of(size: int) -> bytes:
    return np.random.default_rng(size).bytes(size)


def psnr(cover: np.ndarray, stego: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(stego.astype(int) - cover).mean()))


def test_a_photograph_gives_back_what_was_put_in() -> None:
    photograph = scaled("coffee", 180, 120)
    canvas = PhotoCanvas(photograph, KEY)
    for size in (0, 1, 100, canvas.capacity // 2, canvas.capacity):
        assert extract(canvas.embed(data_of(size)), KEY) == data_of(size)
    with pytest.raises(DoesNotFitError):
        canvas.embed(data_of(canvas.capacity + 1))


def test_only_the_key_reads() -> None:
    photograph = scaled("coffee", 180, 120)
    stego = PhotoCanvas(photograph, KEY).embed(b"secret")
    assert extract(stego, OTHER) is None
    assert extract(photograph, KEY) is None
    assert extract(stego[:, ::-1], KEY) is None
    assert extract(stego[:-1], KEY) is None


def test_a_change_of_what_carries_something_is_noticed() -> None:
    stego = PhotoCanvas(scaled("coffee", 180, 120), KEY).embed(data_of(5000))
    for row in range(0, 120, 10):
        damaged = stego.copy()
        damaged[row] ^= 1
        assert extract(damaged, KEY) is None


def test_the_same_bytes_never_lie_the_same_way_twice() -> None:
    canvas = PhotoCanvas(scaled("coffee", 180, 120), KEY)
    one, other = canvas.embed(data_of(5000)), canvas.embed(data_of(5000))
    assert (one != other).mean() > 0.1


def test_nothing_becomes_black_or_white_and_what_is_stays() -> None:
    photograph = astronaut()
    saturated = (photograph == 0) | (photograph == 255)
    stego = PhotoCanvas(photograph, KEY).embed(data_of(60_000))
    assert np.array_equal(stego[saturated], photograph[saturated])
    assert not np.isin(stego[~saturated], (0, 255)).any()
    beyond = np.abs(stego.astype(int) - photograph) > 1
    assert np.isin(photograph[beyond], (1, 254)).all()
    assert beyond.mean() < 0.001


def test_a_slice_fits_into_an_equal_photograph_of_which_much_is_black() -> None:
    photograph = astronaut()
    stego = PhotoCanvas(photograph, KEY).embed(data_of(143_000))
    assert extract(stego, KEY) == data_of(143_000)
    assert psnr(photograph, stego) > 50


@pytest.mark.parametrize("level", [0, 255])
def test_what_is_black_or_white_may_lie_anywhere(level: int) -> None:
    """The first rows of the key's order may have nothing of it, so that both orders begin alike."""
    photograph = scaled("coffee", 120, 120).clip(1, 254)
    photograph[50:56, 30:110] = level
    canvas = PhotoCanvas(photograph, KEY)
    for size in range(canvas.capacity - 200, canvas.capacity + 1, 100):
        for key in (KEY, OTHER, bytes(reversed(KEY))):
            assert extract(PhotoCanvas(photograph, key).embed(data_of(size)), key) == data_of(size)


@pytest.mark.parametrize("level", [0, 255])
def test_a_blank_picture_carries_something_too(level: int) -> None:
    blank = np.full((80, 90, 3), level, np.uint8)
    stego = PhotoCanvas(blank, KEY).embed(data_of(900))
    assert extract(stego, KEY) == data_of(900)


def test_changes_lie_where_the_photograph_is_busy() -> None:
    random = np.random.default_rng(2)
    photograph = np.full((200, 200, 3), 128, np.uint8)
    photograph[:, 100:] = random.integers(90, 160, (200, 100, 3))
    stego = PhotoCanvas(photograph, KEY).embed(data_of(3000), contrast=1.0)
    changed = (stego != photograph).any(axis=2)
    assert changed[:, :90].sum() < 0.05 * changed[:, 110:].sum()


def test_places_are_chosen_at_the_price_of_few_more_changes() -> None:
    for name in ("coffee", "chelsea", "astronaut"):
        photograph = scaled(name, 300, 300)
        canvas = PhotoCanvas(photograph, KEY)
        fewest, chosen = (canvas.embed(data_of(13_000), contrast) != photograph for contrast in (0.0, None))
        assert chosen.mean() < 1.13 * fewest.mean()


def test_tiny_pictures_carry_nothing() -> None:
    canvas = PhotoCanvas(np.full((20, 30, 3), 128, np.uint8), KEY)
    assert canvas.capacity == 0
    with pytest.raises(DoesNotFitError):
        canvas.embed(b"x")


def test_whoever_waits_can_stop_it() -> None:
    def stop() -> None:
        raise CancelledError("Cancelled.")

    with pytest.raises(CancelledError):
        PhotoCanvas(scaled("coffee", 180, 120), KEY).embed(b"x", tick=stop)
