"""A record spread over the slices of a volume that a viewer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.dicom import read_instance
from StegoMedLib.envelope import FileRecord, Passphrase
from StegoMedLib.errors import TooFewShardsError
from StegoMedLib.pipeline.embed import embed
from StegoMedLib.pipeline.extract import extract
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series.instances import InstanceStack
from StegoMedLib.series.masks import FinderMasks
from StegoMedLib.series.sinks import Viewer
from StegoMedLib.series.stacks import RevisedStack, StackSeries

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


KEY = Passphrase.typed("correct horse battery staple")
RECORD = FileRecord("large.bin", np.random.default_rng(0).bytes(5800))


def test_a_volume_gives_the_record_back_until_too_many_slices_are_painted_over(phantom_folder: Path) -> None:
    files = sorted(phantom_folder.iterdir())
    planes = [read_instance(path).plane() for path in files]
    volume = np.stack([plane.pixels * plane.slope + plane.intercept for plane in planes])
    stego, steps = volume.copy(), []

    def show(index: int, voxels: NDArray[np.float64]) -> None:
        stego[index] = voxels

    source = InstanceStack(files, volume)
    report = embed(
        StackSeries(source),
        FinderMasks(ThresholdFinder()),
        KEY,
        Viewer(source, show),
        content=Content(RECORD),
        method=Method("capacity", "spread"),
        progress=lambda done, total, _: steps.append((done, total)),
    )
    assert steps == [(step, 8) for step in range(9)]
    assert (report.shards[0]["needed"], report.shards[0]["written"]) == (3, 4)

    stego[0] = volume[0]
    stack = RevisedStack(InstanceStack(files, stego, revised=True), stego)
    read = extract(StackSeries(stack), KEY)
    assert read.record == RECORD
    assert [row.record for row in read.slices] == [None, 0, 0, 0]

    stego[1] = volume[1]
    with pytest.raises(TooFewShardsError, match="3 of them are needed, and 2 can be read"):
        extract(StackSeries(RevisedStack(InstanceStack(files, stego, revised=True), stego)), KEY)
