"""Memory does not grow with the length of a series, nor with the frames of an object."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series
from Testing.multiframe import enhanced_phantom

if TYPE_CHECKING:
    from pathlib import Path

PROBE = (
    "import sys\n"
    "from StegoMedLib.cli.main import main\n"
    "from Testing.memory import most_memory\n"
    "code = main(sys.argv[1:])\n"
    "print('PEAK', most_memory() >> 20, file=sys.stderr)\n"
    "sys.exit(code)\n"
)


def _peak(command: list[str], folder: Path) -> int:
    environment = {
        **os.environ,
        "STEGOMED_PASSPHRASE": "correct horse battery staple",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = [sys.executable, "-c", PROBE, *command]
    result = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    found = re.search(r"PEAK (\d+)", result.stderr)
    assert found is not None
    return int(found.group(1))


@pytest.mark.slow
def test_a_series_ten_times_as_long_takes_hardly_more_memory(tmp_path: Path) -> None:
    phantom = phantom_series(slices=4, size=256)
    peaks = {}
    for length in (12, 120):
        volume = phantom.stored[np.arange(length) % 4]
        new_series(tmp_path / f"in{length}", volume, rescale=(1.0, phantom.intercept), padding=phantom.padding)
        embed = ["embed", f"in{length}", f"out{length}", "--finder", "threshold"]
        peaks[length] = _peak(embed, tmp_path), _peak(["extract", f"out{length}"], tmp_path)

    # 108 more slices of 128 KiB are 13.5 MiB of pixels; 30 MiB would be two copies of them all.
    assert peaks[120][0] - peaks[12][0] < 30
    assert peaks[120][1] - peaks[12][1] < 30


@pytest.mark.slow
@pytest.mark.parametrize("syntax", ["explicit", "jpegls"])
def test_an_object_with_fifteen_times_the_frames_takes_hardly_more_memory(tmp_path: Path, syntax: str) -> None:
    peaks = {}
    for frames in (8, 120):
        enhanced_phantom(tmp_path / f"in{frames}.dcm", frames, size=256)
        embed = ["embed", f"in{frames}.dcm", f"out{frames}.dcm", "--finder", "threshold", "--syntax", syntax]
        peaks[frames] = _peak(embed, tmp_path), _peak(["extract", f"out{frames}.dcm"], tmp_path)

    # 112 more frames of 128 KiB are 14 MiB of pixels, to be held once; functional groups and report are less than one.
    assert peaks[120][0] - peaks[8][0] < 10
    assert peaks[120][1] - peaks[8][1] < 10
