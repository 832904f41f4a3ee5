"""Compressed frames that make decoders abort or swell end in one sentence and an exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless

from StegoMedLib.dicom import read_instance
from Testing.campaigns.codestream_seeds import Seed, encoded, phantom, seeds

ROOT = Path(__file__).parents[2]
ODD_COUNT = 22


def refused(stegomed: Any, command: tuple[object, ...], cause: str) -> None:
    """The command ends with 3 and one sentence."""
    done = stegomed(*command)
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert cause in done.stderr


@pytest.mark.data
def test_the_height_of_nothing_that_made_the_decoder_abort(data_dir: Path, stegomed: Any, tmp_path: Path) -> None:
    path = tmp_path / "jpegls_height_zero.dcm"
    path.write_bytes((data_dir / "cases" / "codestream" / path.name).read_bytes())
    (tmp_path / "note.txt").write_text("42")
    embed = ("embed", path, "out", "--record", "text", "--from", "note.txt")
    for command in (embed, ("extract", path), ("capacity", path)):
        refused(stegomed, command, f"{path.name} cannot be used: its compressed pixel data cannot be decoded: it has")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEGLosslessSV1])
def test_two_bytes_in_a_frame_header(syntax: Any, make_image: Any, stegomed: Any) -> None:
    seed = next(s for s in seeds() if s.syntax == syntax and (s.rows, s.stored) == (64, 12))
    height = seed.code.index(b"\xff\xf7" if syntax == JPEGLSLossless else b"\xff\xc3") + 5
    path = make_image(lambda dataset: compress(dataset, seed, seed.code))
    assert (read_instance(path).plane().pixels == phantom(64, 48, 12)).all()
    path = make_image(lambda dataset: compress(dataset, seed, seed.code[:height] + b"\0\0" + seed.code[height + 2 :]))
    refused(stegomed, ("extract", path), "0 x 48 pixels and the header says 64 x 48")


def compress(dataset: pydicom.FileDataset, seed: Seed, code: bytes) -> None:
    """Put a frame in the place of an image's pixels."""
    dataset.file_meta.TransferSyntaxUID = seed.syntax
    dataset.Rows, dataset.Columns, dataset.PixelRepresentation = seed.rows, seed.columns, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelData = encapsulate([code])
    dataset["PixelData"].VR = "OB"


@pytest.mark.data
def test_every_real_compressed_file_decodes_as_by_pydicom_itself(data_dir: Path) -> None:
    count = 0
    for path in sorted((data_dir / "odd").glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
            continue
        count += 1
        instance = read_instance(path, accept_lossy=True)
        stored = dataset.pixel_array.reshape(instance.frames, instance.format.rows, instance.format.columns)
        for frame in range(instance.frames):
            assert (instance.plane(frame).pixels == stored[frame]).all(), path.name
    assert count > ODD_COUNT


PROBE = """
import sys
from pathlib import Path
from StegoMedLib.dicom import decoding, read_instance
from Testing.memory import most_memory
instance = read_instance(Path(sys.argv[1]))
for frame in range(instance.frames):
    assert not instance.containers(frame).any()
pids = "self", decoding._SERVICE._decoder._process.pid
print(*(most_memory(pid) >> 20 for pid in pids))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured there only")
def test_a_bomb_of_many_frames_is_read_one_frame_at_a_time(make_image: Any) -> None:
    code = encoded(JPEG2000Lossless, "pylibjpeg", np.zeros((4096, 4096), np.uint16), 16)
    seed = Seed(JPEG2000Lossless, code, 4096, 4096, 16, 16)

    def many(dataset: pydicom.FileDataset) -> None:
        compress(dataset, seed, code)
        dataset.NumberOfFrames = 30
        dataset.PixelData = encapsulate([code] * 30)

    path = make_image(many)
    assert path.stat().st_size < 10_000
    run = [sys.executable, "-c", PROBE, str(path)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert max(map(int, done.stdout.split())) < 400
