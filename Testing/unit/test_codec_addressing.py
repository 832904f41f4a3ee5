"""Keyed addressing: known answers, evenness, and different keys for different uses."""

from __future__ import annotations

import numpy as np

from StegoMedLib.codec.addressing import keystream, permutation, subkey
from StegoMedLib.codec.fidelity.groups import bits_of_words, group_starts, syndromes, words_of_bits
from StegoMedLib.codec.fidelity.header import Header
from StegoMedLib.codec.fidelity.layout import DRAWS, Layout

KEY = bytes(range(32))


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


def test_header_and_body_share_out_all_blocks_in_every_draw() -> None:
    layout = Layout(KEY, (64, 96))

    for draw in range(DRAWS):
        both = np.concatenate([layout.header_blocks(draw), layout.body_blocks(draw)])
        assert sorted(both) == list(range(16 * 24))


def test_neighbouring_blocks_are_spread_evenly_over_the_groups() -> None:
    layout = Layout(KEY, (512, 512))
    body, groups = layout.body_blocks(0), 100
    group = np.searchsorted(group_starts(body.size, groups), np.arange(body.size), side="right") - 1
    upper_half = np.bincount(group, weights=body < 128 * 64, minlength=groups)

    # Hypergeometric: mean 77, deviation about 6; 5 deviations happen to one of 100 groups in 20,000 keys.
    assert abs(upper_half - upper_half.mean()).max() < 5 * 6.2


def test_a_group_s_syndrome_is_the_exclusive_or_of_its_words() -> None:
    words = np.array([1, 2, 4, 8, 16], dtype=np.uint32)

    np.testing.assert_array_equal(syndromes(words, 2, 8), [1 | 2, 4 | 8 | 16])
    np.testing.assert_array_equal(syndromes(words, 2, 3), [3, 4])


def test_bits_come_back_from_words_of_any_size() -> None:
    bits = np.random.default_rng(0).random(101) < 0.5

    for size in range(1, 21):
        np.testing.assert_array_equal(bits_of_words(words_of_bits(bits, size), size, 101), bits)


def test_a_header_is_read_with_its_key_and_draw_only() -> None:
    packed = Header(label=1234, group_bits=17).pack(KEY, draw=3)

    assert len(packed) == 4
    assert Header.unpack(packed, KEY, 3) == Header(1234, 17)
    assert Header.unpack(packed, KEY, 2) is None
    assert Header.unpack(packed, bytes(32), 3) is None
