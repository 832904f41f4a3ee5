"""Keyed addressing: known answers, evenness, and different keys for different uses."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from StegoMedLib.codec import addressing
from StegoMedLib.codec.addressing import keystream, permutation, subkey
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.fidelity.groups import bits_of_words, group_starts, syndromes, words_of_bits
from Testing.airs import KEY


def test_the_key_stream_is_chacha20_of_rfc_8439() -> None:
    # RFC 8439, appendix A.1, test vector 1: key, nonce and counter all zero.
    expected = bytes.fromhex("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7")

    assert keystream(bytes(32), 32, np.uint8).tobytes() == expected


def test_each_use_of_a_key_has_a_key_of_its_own() -> None:
    keys = {subkey(KEY, "order", 0), subkey(KEY, "order", 1), subkey(KEY, "dither"), subkey(bytes(32), "dither")}

    assert len(keys) == 4


def test_a_permutation_holds_every_number_once_and_follows_the_key() -> None:
    order = permutation(KEY, 1000)

    assert sorted(order) == list(range(1000))
    assert not np.array_equal(order, permutation(bytes(32), 1000))


@pytest.mark.parametrize("most", [3, 500, 2**63])
def test_equal_draws_stay_in_the_order_of_their_numbers(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = np.random.default_rng(most % 97).integers(0, most, 2000).astype(np.uint64)
    monkeypatch.setattr(addressing, "keystream", lambda *_: drawn)

    expected = sorted(range(drawn.size), key=lambda number: (int(drawn[number]), number))
    assert permutation(KEY, drawn.size).tolist() == expected


def test_a_slice_orders_its_blocks_by_key_and_nonce() -> None:
    layout, other = CellLayout(KEY, (64, 96)), CellLayout(bytes(32), (64, 96))
    blocks = np.arange(7, 300)
    orders = [layout.slice_order(1, blocks), layout.slice_order(2, blocks), other.slice_order(1, blocks)]

    for order in orders:
        np.testing.assert_array_equal(np.sort(order), blocks)
    for one, two in combinations(orders, 2):
        assert np.count_nonzero(one == two) < 10  # one place in the mean
    np.testing.assert_array_equal(layout.slice_order(1, blocks), orders[0])


def test_neighbouring_blocks_are_spread_evenly_over_the_groups() -> None:
    body, groups = CellLayout(KEY, (512, 512)).slice_order(5, np.arange(128 * 128)), 100
    group = np.searchsorted(group_starts(body.size, groups), np.arange(body.size), side="right") - 1
    upper_half = np.bincount(group, weights=body < 128 * 64, minlength=groups)

    # Hypergeometric: mean 82, deviation about 6.4; 5 deviations happen to one of 100 groups in 20,000 keys.
    assert abs(upper_half - upper_half.mean()).max() < 5 * 6.4


def test_streams_of_slices_uses_and_keys_have_nothing_in_common() -> None:
    layout, other = CellLayout(KEY, (64, 96)), CellLayout(bytes(32), (64, 96))
    streams = [
        layout.slice_stream(1, "chain", 4000),
        layout.slice_stream(2, "chain", 4000),
        layout.slice_stream(1, "whitening", 4000),
        other.slice_stream(1, "chain", 4000),
    ]

    for one, two in combinations(streams, 2):
        assert np.count_nonzero(one == two) < 16 + 5 * 4  # 16 in the mean


def test_bits_of_a_slice_are_those_of_its_stream_the_highest_first() -> None:
    layout = CellLayout(KEY, (64, 96))
    stream = layout.slice_stream(3, "whitening", 2)

    assert (
        "".join(map(str, layout.slice_bits(3, "whitening", 13).astype(int))) == "".join(f"{b:08b}" for b in stream)[:13]
    )


def test_a_group_s_syndrome_is_the_exclusive_or_of_its_words() -> None:
    words = np.array([1, 2, 4, 8, 16], dtype=np.uint32)

    np.testing.assert_array_equal(syndromes(words, 2, 8), [1 | 2, 4 | 8 | 16])
    np.testing.assert_array_equal(syndromes(words, 2, 3), [3, 4])


def test_bits_come_back_from_words_of_any_size() -> None:
    bits = np.random.default_rng(0).random(101) < 0.5

    for size in range(1, 21):
        np.testing.assert_array_equal(bits_of_words(words_of_bits(bits, size), size, 101), bits)
