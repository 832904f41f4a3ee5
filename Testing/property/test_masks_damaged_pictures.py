"""A damaged mask is refused in one sentence, whatever the damage."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.masks import read_mask, write_mask

if TYPE_CHECKING:
    from pathlib import Path


def _picture() -> bytes:
    stream = io.BytesIO()
    checks = np.indices((64, 64)).sum(axis=0) % 2 == 0
    Image.fromarray(checks.astype(np.uint8) * np.uint8(255)).save(stream, format="PNG")
    return stream.getvalue()


PICTURE = _picture()
CHUNK_LENGTH, CHUNK_NAME = 8, 37  # of the header chunk, and of the one after it


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, len(PICTURE) - 1), st.integers(0, 255), max_size=4), st.integers(0, len(PICTURE)))
def test_any_damage(tmp_path: Path, damage: dict[int, int], length: int) -> None:
    content = bytearray(PICTURE)
    for place, value in damage.items():
        content[place] = value
    (tmp_path / "m.png").write_bytes(content[:length])

    with suppress(UnusableInputError):
        read_mask(tmp_path / "m.png")


@pytest.mark.parametrize(("place", "bytes_there"), [(CHUNK_LENGTH, b"\0\0\0\2"), (CHUNK_NAME, b"\x18\x18\x18\x18")])
def test_a_broken_chunk(place: int, bytes_there: bytes, tmp_path: Path) -> None:
    broken = PICTURE[:place] + bytes_there + PICTURE[place + len(bytes_there) :]
    (tmp_path / "m.png").write_bytes(broken)

    with pytest.raises(UnusableInputError, match="a picture that cannot be read"):
        read_mask(tmp_path / "m.png")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    mask = np.indices((5, 7)).sum(axis=0) % 3 == 0

    write_mask(tmp_path / "deep" / "m.png", mask)

    assert np.array_equal(read_mask(tmp_path / "deep" / "m.png"), mask)
