"""Symbols are read: intact, damaged, without libzbar, and quickly."""

import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from StegoMedLib.symbol import (
    Symbol,
    UnreadableSymbolError,
    data_length,
    make_symbol,
    read_symbol,
    reading,
    symbol_from_bits,
    symbol_image,
    text_capacity,
)

_ALPHANUMERIC = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))


def _random_text(length: int, seed: int = 0) -> str:
    return "".join(np.random.default_rng(seed).choice(_ALPHANUMERIC, length))


def _damaged(symbol: Symbol, flips: int, seed: int = 0) -> Symbol:
    bits = symbol.data_bits
    bits[np.random.default_rng(seed).choice(len(bits), flips, replace=False)] ^= True
    return symbol_from_bits(symbol.version, symbol.level, symbol.mask, bits)


@pytest.fixture
def _fresh_readers() -> Iterator[None]:
    reading._readers.cache_clear()
    yield
    reading._readers.cache_clear()


@pytest.mark.parametrize("version", [1, 2, 5, 6, 7, 10, 14, 20, 30, 40])
def test_full_symbols_are_read(version: int) -> None:
    text = _random_text(text_capacity(version), version)
    symbol = make_symbol(text)
    assert symbol.version == version
    assert read_symbol(symbol) == text


@pytest.mark.parametrize(("version", "flips"), [(5, 6), (10, 16), (20, 40)])
def test_errors_are_corrected_by_every_reader(version: int, flips: int) -> None:
    text = _random_text(text_capacity(version), version)
    damaged = _damaged(make_symbol(text), flips, version)
    assert read_symbol(damaged) == text
    image = symbol_image(damaged, 2)
    assert [reader(image) for reader in reading._readers()] == [text] * len(reading._readers())


@pytest.mark.parametrize("version", [6, 10, 25])
def test_noise_is_unreadable_and_silent(version: int, capfd: pytest.CaptureFixture[str]) -> None:
    for seed in range(10):
        bits = np.random.default_rng(seed).random(data_length(version)) < 0.5
        with pytest.raises(UnreadableSymbolError, match="more errors"):
            read_symbol(symbol_from_bits(version, "L", seed % 8, bits))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("dark", [False, True])
def test_empty_symbols_are_unreadable(dark: bool) -> None:  # noqa: FBT001
    bits = np.full(data_length(6), dark)
    with pytest.raises(UnreadableSymbolError):
        read_symbol(symbol_from_bits(6, "L", 0, bits))


@pytest.mark.usefixtures("_fresh_readers")
def test_zxing_reads_where_libzbar_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    text = _random_text(200)
    symbol = make_symbol(text)
    assert reading.count_readers(symbol, text) == (1, 1)
    assert read_symbol(symbol) == text
    assert read_symbol(_damaged(symbol, 5)) == text


@pytest.mark.usefixtures("_fresh_readers")
def test_zxing_reads_what_zbar_does_not_find(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_find_zbar", lambda: lambda _: None)
    text = _random_text(100)
    symbol = make_symbol(text)
    assert reading.count_readers(symbol, text) == (1, 2)
    assert read_symbol(symbol) == text


def test_zbar_is_asked_first() -> None:
    pytest.importorskip("pyzbar.pyzbar", reason="libzbar is missing", exc_type=ImportError)
    assert [reader.__name__ for reader in reading._readers()] == ["read_by_zbar", "_read_by_zxing"]


def test_images_have_a_quiet_zone_and_sharp_modules() -> None:
    symbol = make_symbol("SM1:7")
    image = symbol_image(symbol, scale=3, border=2)
    assert image.dtype == np.uint8
    assert image.shape == ((21 + 4) * 3, (21 + 4) * 3)
    assert set(np.unique(image)) == {0, 255}
    assert (image[:6] == 255).all()
    assert (image[:, -6:] == 255).all()
    assert np.array_equal(image[6:-6:3, 6:-6:3] == 0, symbol.modules)
    assert np.array_equal(image[8:-6:3, 8:-6:3] == 0, symbol.modules)


def test_images_default_to_four_pixels_and_the_standards_border() -> None:
    assert symbol_image(make_symbol("SM1:7")).shape == ((21 + 8) * 4, (21 + 8) * 4)


def test_reading_is_quick() -> None:
    symbol = make_symbol(_random_text(text_capacity(10)))

    def seconds() -> float:
        start = time.perf_counter()
        read_symbol(symbol)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(10)) < 0.004
