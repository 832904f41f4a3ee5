"""A slice counts as embedded only when a receiver, who sees the stego plane alone, reads its symbol."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Message
from StegoMedLib.plane import Plane
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import Region, air_of
from StegoMedLib.symbol import make_symbol
from Testing.slices import embed_tied

if TYPE_CHECKING:
    from numpy.typing import NDArray


def test_strong_changes_that_move_the_guard_are_not_called_embedded() -> None:
    phantom = phantom_series(slices=4, size=256)
    void = (phantom.padding, phantom.padding)
    plane = Plane(phantom.stored[2].astype(np.int32), -32768, 32767, (void,), "CT", phantom.slope, phantom.intercept)
    body, paper = phantom.body[2], coding("saidi2024", b"", beta=10.0)
    rng = np.random.default_rng(0)
    skipped = 0

    for _ in range(12):
        symbol = make_symbol("".join(rng.choice(list("0123456789ABCDEF"), 110)))
        result = embed_tied(plane, Region(body), Message(symbol, Payload(0, symbol.data_bits), ""), paper)
        if result.stego is None:
            skipped += 1
            assert "% of the bits" in result.reason
            continue
        stego = replace(plane, pixels=result.stego)
        received = paper.extract(stego, air_of(stego, body))
        assert received is not None
        drawn = paper.symbols(received)
        assert drawn is not None
        assert np.array_equal(drawn[0].modules, symbol.modules)

    assert skipped


def test_a_receiver_who_sees_fewer_blocks_loses_their_bits() -> None:
    phantom = phantom_series(slices=4, size=256)
    plane = Plane(phantom.stored[2].astype(np.int32), -32768, 32767, (), "CT", phantom.slope, phantom.intercept)
    symbol = make_symbol("0123456789")
    message = Message(symbol, Payload(0, symbol.data_bits), "")
    paper = coding("saidi2024", b"", beta=40.0)

    class Cramped(Coding):
        def extract(self, plane: Plane, air: NDArray[np.bool_] | None) -> Payload | None:
            read = super().extract(plane, air)
            return None if read is None else replace(read, bits=read.bits[: symbol.modules.size // 4])

    result = embed_tied(plane, Region(phantom.body[2]), message, Cramped(paper.info, paper.profile))
    assert result.stego is None
    assert re.search("loses [78][0-9] % of the bits", result.reason), result.reason
