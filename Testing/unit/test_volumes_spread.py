"""A record spread over the slices of a volume that a viewer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.dicom import read_instance
from StegoMedLib.envelope import FileRecord, prepare_passphrase
from StegoMedLib.errors import TooFewShardsError
from StegoMedLib.pipeline.embed_run import EmbedOptions
from StegoMedLib.pipeline.volumes import embed_stack, extract_stack
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series.instances import InstanceStack
from StegoMedLib.series.region import Region
from StegoMedLib.series.stacks import RevisedStack

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

PASSPHRASE = prepare_passphrase("correct horse battery staple")
RECORD = FileRecord("large.bin", np.random.default_rng(0).bytes(6000))


def find(_index: int, plane: Plane) -> Region:
    return Region(ThresholdFinder().find(plane))


def test_a_volume_gives_the_record_back_until_too_many_slices_are_painted_over(phantom_folder: Path) -> None:
    files = sorted(phantom_folder.iterdir())
    planes = [read_instance(path).plane() for path in files]
    volume = np.stack([plane.pixels * plane.slope + plane.intercept for plane in planes])
    stego, steps = volume.copy(), []

    def show(index: int, voxels: NDArray[np.float64]) -> None:
        stego[index] = voxels

    report = embed_stack(
        InstanceStack(files, volume),
        find,
        PASSPHRASE,
        EmbedOptions("capacity", "spread", record=RECORD),
        show,
        progress=lambda done, total, _: steps.append((done, total)),
    )
    assert steps == [(step, 8) for step in range(9)]
    assert (report.shards[0]["needed"], report.shards[0]["written"]) == (3, 4)

    stego[0] = volume[0]
    stack = RevisedStack(InstanceStack(files, stego, revised=True), stego)
    read = extract_stack(stack, PASSPHRASE)
    assert read.record == RECORD
    assert [row.record for row in read.slices] == [None, 0, 0, 0]

    stego[1] = volume[1]
    with pytest.raises(TooFewShardsError, match="2 of the 3"):
        extract_stack(RevisedStack(InstanceStack(files, stego, revised=True), stego), PASSPHRASE)
