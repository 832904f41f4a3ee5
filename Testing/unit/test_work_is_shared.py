"""What a key and a size fix is made once, and what a plane fixes once for all that look at it."""

from __future__ import annotations

import ctypes
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from StegoMedLib.blocks import split_blocks
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.parities import coefficients_of, scaled_coefficients
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.memory import keep_freed_memory
from StegoMedLib.plane import Plane

KEY, OTHER = bytes(range(32)), bytes(32)
KEYED = [name for name, info in PROFILES.items() if info.keyed]


def some_plane() -> Plane:
    pixels = np.random.default_rng(5).integers(-1000, 3000, (70, 90)).astype(np.int32)
    return Plane(pixels, -32768, 32767)


@pytest.mark.parametrize("name", KEYED)
def test_profiles_under_one_key_share_their_layouts_and_others_do_not(name: str) -> None:
    one, same, other = (PROFILES[name].under(key) for key in (KEY, KEY, OTHER))
    layouts = [getattr(each, "layout")((256, 240)) for each in (one, same, other)]  # noqa: B009  keyed profiles alone

    assert layouts[0] is layouts[1]
    assert layouts[0] is not layouts[2]


def test_blocks_and_coefficients_are_those_of_the_plane_and_nobody_changes_them() -> None:
    plane = some_plane()
    blocks = split_blocks(plane.pixels).astype(np.int32)

    assert np.array_equal(plane.blocks, blocks)
    assert np.array_equal(coefficients_of(plane), scaled_coefficients(blocks))
    assert coefficients_of(plane) is coefficients_of(plane)
    for kept in (plane.blocks, coefficients_of(plane)):
        with pytest.raises(ValueError, match="read-only"):
            kept[0] = 1


def test_patterns_of_a_plane_that_others_looked_at_are_the_same() -> None:
    layout = CellLayout(KEY, (70, 90))
    assert np.array_equal(layout.patterns(some_plane()), CellLayout(KEY, (70, 90)).patterns(some_plane()))
    plane = some_plane()
    CellLayout(OTHER, (70, 90)).patterns(plane)
    assert np.array_equal(layout.patterns(plane), layout.patterns(some_plane()))


def test_freed_memory_is_kept_where_the_c_library_can_and_nothing_happens_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []
    library = SimpleNamespace(mallopt=lambda number, size: asked.append((number, size)))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    keep_freed_memory()
    assert asked == [(-1, 1 << 28), (-3, 1 << 25)]

    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    keep_freed_memory()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "CDLL", pytest.fail)
    keep_freed_memory()
    assert len(asked) == 2
