"""A slice counts as embedded only when a receiver, who sees the stego plane alone, reads its symbol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.message import Message
from StegoMedLib.pipeline.phantom import phantom_series
from StegoMedLib.pipeline.slices import embed_slice, usable_of
from StegoMedLib.plane import Plane
from StegoMedLib.symbol import make_symbol


def test_strong_changes_that_move_the_guard_are_not_called_embedded() -> None:
    phantom = phantom_series(slices=4, size=256)
    void = (phantom.padding, phantom.padding)
    plane = Plane(phantom.stored[2].astype(np.int32), -32768, 32767, (void,), "CT", phantom.slope, phantom.intercept)
    body, paper = phantom.body[2], coding("saidi2024", b"", beta=10.0)
    rng = np.random.default_rng(0)
    skipped = 0

    for _ in range(12):
        symbol = make_symbol("".join(rng.choice(list("0123456789ABCDEF"), 140)))
        result = embed_slice(plane, body, Message(symbol, Payload(0, symbol.data_bits), 140), paper)
        if result.stego is None:
            skipped += 1
            assert "% of the bits" in result.reason
            continue
        stego = replace(plane, pixels=result.stego)
        received = paper.extract(stego, usable_of(stego, body))
        assert received is not None
        drawn = paper.symbol(received)
        assert drawn is not None
        assert np.array_equal(drawn.modules, symbol.modules)

    assert skipped
