"""What the program and its decoder process say to each other: lengths, JSON and raw bytes, nothing that runs.

The decoder process works on what nobody vouches for, so that its answers are no more to be trusted than a file.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LARGEST_MEMORY", "LONGEST_DECODING", "Answer", "Job", "answer_head", "job_of", "packed", "read_answer"]

LARGEST_MEMORY = 1 << 30
"""Bytes of address space for the decoder process; 4096 x 4096 pixels of noise in JPEG 2000 take 425 MiB of it."""

LONGEST_DECODING = 15.0
"""Seconds for one frame; 4096 x 4096 pixels of noise in JPEG 2000 take 4."""

_JOB = struct.Struct(">LQ")
_ANSWER = struct.Struct(">BL")


class Answer(IntEnum):
    """How a job went."""

    READY = 0x53
    DONE = 1
    UNDECODABLE = 2
    TOO_LARGE = 3


@dataclass(frozen=True)
class Job:
    """How one frame is to be decoded."""

    syntax: str
    plugin: str
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    pixel_representation: int
    photometric_interpretation: str

    @property
    def described(self) -> dict[str, object]:
        """The frame in the words of pydicom's decoders."""
        frame = {name: value for name, value in asdict(self).items() if name not in {"syntax", "plugin"}}
        return {**frame, "number_of_frames": 1, "samples_per_pixel": 1}


def packed(job: Job, code: bytes) -> bytes:
    """A job's head; its codestream follows."""
    text = json.dumps(asdict(job)).encode("ascii")
    return _JOB.pack(len(text), len(code)) + text


def job_of(read: Callable[[int], bytes]) -> tuple[Job, bytes]:
    """The next job and its codestream.

    Parameters
    ----------
    read : callable
        Gives as many bytes as it is asked for.

    Raises
    ------
    EOFError
        From `read`: there are no more.
    """
    described, coded = _JOB.unpack(read(_JOB.size))
    fields: dict[str, Any] = json.loads(read(described))
    return Job(**fields), read(coded)


def answer_head(answer: Answer, length: int = 0) -> bytes:
    """An answer's head; `length` bytes of pixels follow."""
    return _ANSWER.pack(answer, length)


def read_answer(read: Callable[[int], bytes], expected: int) -> Answer:
    """The head of an answer.

    Parameters
    ----------
    read : callable
        Gives as many bytes as it is asked for.
    expected : int
        Bytes that follow where the job is done; nothing follows any other answer.

    Raises
    ------
    ValueError
        It is no answer, or not to this job.
    """
    kind, length = _ANSWER.unpack(read(_ANSWER.size))
    answer = Answer(kind)
    if length != (expected if answer is Answer.DONE else 0):
        raise ValueError("an answer of another length than the job's")
    return answer
