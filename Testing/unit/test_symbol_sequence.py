"""A symbol whose modules were all hidden is found at the head of a longer sequence."""

import numpy as np
import pytest
from numpy.typing import NDArray

from StegoMedLib.symbol import Symbol, make_symbol, symbol_from_sequence, text_capacity


def _with_noise_behind(symbol: Symbol, seed: int) -> NDArray[np.bool_]:
    noise = np.random.default_rng(seed).random(40_000) < 0.5
    return np.concatenate([symbol.modules.ravel(), noise])


@pytest.mark.parametrize("version", [1, 2, 6, 7, 10, 20, 40])
def test_version_level_and_mask_are_found(version: int) -> None:
    symbol = make_symbol(("SM1:Z9 $%*+-./" * 400)[: text_capacity(version)])
    found = symbol_from_sequence(_with_noise_behind(symbol, version))
    assert found is not None
    assert (found.version, found.level, found.mask) == (version, symbol.level, symbol.mask)
    assert np.array_equal(found.modules, symbol.modules)


@pytest.mark.parametrize("seed", range(5))
def test_a_tenth_of_the_modules_may_be_wrong(seed: int) -> None:
    symbol = make_symbol("SM1:Z9 $%*+-./" * 13)
    damaged = _with_noise_behind(symbol, seed)
    damaged ^= np.random.default_rng(seed).random(damaged.size) < 0.1
    found = symbol_from_sequence(damaged)
    assert found is not None
    assert found.version == symbol.version


@pytest.mark.parametrize("size", [0, 440, 441, 40_000])
def test_noise_holds_no_symbol(size: int) -> None:
    assert symbol_from_sequence(np.random.default_rng(size).random(size) < 0.5) is None
