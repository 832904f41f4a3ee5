"""The codec works in the thread that calls it, however many threads BLAS may take."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from StegoMedLib.codec.multiplying import times

ROOT = Path(__file__).parents[2]
PROGRAM = """
import time
import numpy as np
from StegoMedLib.codec.cells.parities import scaled_coefficients
from StegoMedLib.codec.robust.slots import SlotGrid

values = np.random.default_rng(0).integers(0, 4000, (512, 512)).astype(np.int32)
blocks = values.reshape(-1, 16)
grid = SlotGrid(values.shape)
floats = blocks.astype(np.float32)
slots = grid.project(floats)
every = np.arange(len(blocks))
time.sleep(0.3)  # threads that BLAS makes at its start watch for work before they sleep
ours, all_threads = time.thread_time(), time.process_time()
for _ in range(100):
    scaled_coefficients(blocks)
    grid.project(floats)
    grid.compose_some(slots, every)
    grid.in_blocks(slots[grid.parts[0]])
print(time.thread_time() - ours, time.process_time() - all_threads)
"""


def test_no_other_thread_works_for_the_codec() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "8", "MKL_NUM_THREADS": "8"}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert not done.stderr
    ours, everybody = map(float, done.stdout.split())
    assert everybody <= 1.1 * ours + 0.01  # with one more thread it is twice as much


@pytest.mark.parametrize("rows", [0, 1, 511, 512, 513, 20_000])
@pytest.mark.parametrize("shape", [(16,), (16, 1), (16, 8), (4, 3)], ids=str)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_products_are_those_of_numpy(rows: int, shape: tuple[int, ...], kind: type) -> None:
    draw = np.random.default_rng(3)
    left: Any = draw.integers(-9, 9, (rows, shape[0])).astype(kind)
    right: Any = draw.integers(-9, 9, shape).astype(kind)

    found = times(left, right)

    assert found.dtype == kind
    np.testing.assert_array_equal(found, left @ right)


def test_all_products_of_the_codec_go_there() -> None:
    product = re.compile(r"[\w)\]] @ [\w(](?!.*``)|np\.(dot|matmul|tensordot)\(|\.dot\(")
    folder = ROOT / "StegoMedLib" / "codec"
    found = {path.name for path in folder.glob("*.py") if product.search(path.read_text(encoding="utf-8"))}
    assert found == {"multiplying.py"}
