"""Eleven bits say what kind of symbol it is."""

import itertools

import pytest

from StegoMedLib.symbol import LABEL_BITS, pack_label, unpack_label

_KINDS = list(itertools.product(range(1, 41), "LMQH", range(8)))


def test_every_kind_has_its_label() -> None:
    labels = {kind: pack_label(*kind) for kind in _KINDS}
    assert len(set(labels.values())) == len(_KINDS) == 1280
    assert all(unpack_label(label) == kind for kind, label in labels.items())


def test_the_layout_never_changes() -> None:
    assert LABEL_BITS == 11
    assert pack_label(10, "Q", 5) == 0b001010_10_101
    assert pack_label(40, "H", 7) == 0b101000_11_111
    assert pack_label(1, "L", 0) == 0b000001_00_000


def test_only_possible_labels_unpack() -> None:
    possible = {pack_label(*kind) for kind in _KINDS}
    for label in range(-1, 2**LABEL_BITS + 1):
        assert (unpack_label(label) is not None) == (label in possible)


@pytest.mark.parametrize(("version", "level", "mask"), [(0, "L", 0), (41, "L", 0), (1, "X", 0), (1, "L", 8)])
def test_impossible_kinds_are_not_packed(version: int, level: str, mask: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        pack_label(version, level, mask)
