"""Masks as bytes."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.packing import packed_mask, unpacked_mask

MASK = np.random.default_rng(0).random((3, 33, 17)) < 0.3
NONE = (b"", b"anything", packed_mask(MASK)[:-20], packed_mask(MASK[:2]), packed_mask(~MASK, raw=True))


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("mask", [MASK, MASK[0], MASK[0, 0], MASK[:0]])
def test_a_packed_mask_comes_back(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], raw: bool) -> None:  # noqa: FBT001
    assert np.array_equal(unpacked_mask(packed_mask(mask, raw=raw), mask.shape, raw=raw), mask)


@pytest.mark.parametrize(
    "packed", [b"", b"anything", packed_mask(MASK)[:-20], packed_mask(MASK[:2]), packed_mask(~MASK, raw=True)]
)
def test_what_is_no_mask_of_the_shape_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="packed mask"):
        unpacked_mask(packed, MASK.shape)


def test_a_small_file_of_zeros_claims_no_memory() -> None:
    with pytest.raises(ValueError, match="none of shape"):
        unpacked_mask(packed_mask(np.zeros((10_000, 10_000), dtype=np.bool_)), (4, 4))
