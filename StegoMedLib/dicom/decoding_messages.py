"""What the program and its decoder process say to each other: lengths, JSON and raw bytes, nothing that runs.

The decoder process works on what nobody vouches for, so that its answers are no more to be trusted than a file.
"""

from __future__ import annotations

import json
import struct
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["LARGEST_MEMORY", "LONGEST_DECODING", "Answer", "Job", "answer_head", "packed", "read_answer", "read_job"]

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


class Job(NamedTuple):
    """How one frame is to be decoded: transfer syntax, pydicom's plugin, and the frame in the words of its decoders."""

    syntax: str
    plugin: str
    described: dict[str, Any]


def packed(job: Job, code: bytes) -> bytes:
    """A job's head; its codestream follows."""
    text = json.dumps(job).encode("ascii")
    return _JOB.pack(len(text), len(code)) + text


def _exactly(stream: BinaryIO, count: int) -> bytes:
    found = stream.read(count)
    if len(found) < count:
        raise EOFError
    return found


def read_job(stream: BinaryIO) -> tuple[Job, bytes]:
    """The next job and its codestream; `EOFError` where there are no more."""
    described, coded = _JOB.unpack(_exactly(stream, _JOB.size))
    return Job(*json.loads(_exactly(stream, described))), _exactly(stream, coded)


def answer_head(answer: Answer, length: int = 0) -> bytes:
    """An answer's head; `length` bytes of pixels follow."""
    return _ANSWER.pack(answer, length)


def read_answer(stream: BinaryIO, expected: int) -> Answer:
    """The head of an answer.

    Parameters
    ----------
    stream : BinaryIO
    expected : int
        Bytes that follow where the job is done; nothing follows any other answer.

    Raises
    ------
    EOFError
        There is none any more.
    ValueError
        It is no answer, or not to this job.
    """
    kind, length = _ANSWER.unpack(_exactly(stream, _ANSWER.size))
    answer = Answer(kind)
    if length != (expected if answer is Answer.DONE else 0):
        raise ValueError("an answer of another length than the job's")
    return answer
