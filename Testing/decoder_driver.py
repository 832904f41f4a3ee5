"""The decoder process at work in tests: frames for it, a coder in it that breaks, and whether it lives."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pydicom.uid import JPEGLSLossless

from StegoMedLib.dicom import decoding
from StegoMedLib.dicom.decoding import decode_frame
from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.pixel_format import PixelFormat
from Testing.campaigns.codestream_seeds import Seed, seeds

if TYPE_CHECKING:
    import numpy as np

# Without those that are marked for a coder which did not make them.
SEEDS = [seed for seed in seeds() if b"\xff\x50\0\x08" not in seed.code[:80]]

# Takes the place of the JPEG-LS coder in the decoder process; what it does stands in a comment of the codestream.
BROKEN_CODER = """
import os, time
__version__ = "9.9"
served = 0
def decode_pixel_data(src):
    global served
    served += 1
    if b"<die>" in src or (b"<die late>" in src and served > 1):
        os.abort()
    if b"<hang>" in src:
        while True:
            pass
    if b"<swell>" in src:
        kept = []
        while True:
            kept.append(bytearray(1 << 22))
    if b"<chatter>" in src:
        os.write(1, b"warning" * 99)
        os.write(2, b"warning" * 99)
    if b"<exit>" in src:
        os._exit(0)
    return bytearray(b"\\x07\\x00" * 64 * 48), {"components": 1, "bits_per_sample": 12}
"""


def form_of(seed: Seed) -> PixelFormat:
    return PixelFormat(
        seed.rows, seed.columns, 1, StoredField(seed.allocated, seed.stored, seed.stored - 1), inverted=False
    )


def jpeg_ls(word: str = "") -> Seed:
    """A frame of 64 x 48, with a comment."""
    seed = next(s for s in SEEDS if s.syntax == JPEGLSLossless and (s.rows, s.stored) == (64, 12))
    comment = b"\xff\xfe" + (2 + len(word)).to_bytes(2, "big") + word.encode()
    return Seed(seed.syntax, seed.code[:2] + comment + seed.code[2:], seed.rows, seed.columns, 16, 12)


def decode(seed: Seed) -> np.ndarray:
    return decode_frame(seed.code, form_of(seed), seed.syntax)


def process_id() -> int:
    decoder = decoding._SERVICE._decoder
    assert decoder
    return decoder._process.pid


def lives(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def ends(pid: int, seconds: float) -> bool:
    """Whether a process ends in time."""
    until = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not lives(pid)
