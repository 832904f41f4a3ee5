"""Codestreams of compressed frames, found once and read one at a time (PS3.5 A.4, PS3.3 C.7.6.3.1.8)."""

from __future__ import annotations

from bisect import bisect_left
from struct import unpack
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.dicom.source import Bytes, Span
    from StegoMedLib.dicom.structure import Held

__all__ = ["FrameCodes"]

_HEADER = 8
_END = b"\xff\xd9"
"""What the codestreams of all JPEGs end with, in the last bytes before the padding."""
_TAIL = 10


class FrameCodes:
    """Codestreams of the frames of compressed pixel data.

    Parameters
    ----------
    content : Bytes
        What the pixel data lies in.
    pixels : Held
        The pixel data.
    frames : int
        Number of frames.
    extended : tuple of (bytes, bytes), optional
        Values of the extended offset table and of its lengths.

    Raises
    ------
    UnusableInputError
        There are fewer fragments than frames.
    """

    def __init__(self, content: Bytes, pixels: Held, frames: int, extended: tuple[bytes, bytes] | None = None) -> None:
        self._content = content
        starts, behind = pixels.parts, pixels.end - _HEADER
        if len(starts) <= frames:
            found = max(len(starts) - 1, 0)
            raise UnusableInputError(
                f"its header and its compressed pixel data disagree on the number of frames ({frames} and {found}); "
                "export it again."
            )
        self._starts, self._behind = [*starts[1:], behind], behind
        table = self._content.read([(starts[0] + _HEADER, starts[1] - starts[0] - _HEADER)])
        self._lengths: tuple[int, ...] = ()
        if extended is not None:
            self._offsets, self._lengths = (
                unpack(f"<{len(each) // 8}Q", each[: len(each) // 8 * 8]) for each in extended
            )
        else:
            self._offsets = unpack(f"<{len(table) // 4}L", table[: len(table) // 4 * 4])
        self._firsts = [] if self._offsets else self._counted(frames)

    def __call__(self, frame: int) -> bytes:
        """Codestream of a frame, with its padding.

        Raises
        ------
        ValueError
            The offset table is wrong, or there is no such frame.
        """
        return self._content.read(self._spans(frame))

    def _spans(self, frame: int) -> list[Span]:
        if self._lengths:
            at = self._starts[0] + self._offsets[frame] + _HEADER
            return [(at, min(self._lengths[frame], max(self._behind - at, 0)))]
        if self._offsets:
            last = frame + 1 == len(self._offsets)
            first, end = self._fragment(frame), len(self._starts) - 1 if last else self._fragment(frame + 1)
        else:
            first, end = self._firsts[frame], self._firsts[frame + 1]
        return [
            (self._starts[part] + _HEADER, self._starts[part + 1] - self._starts[part] - _HEADER)
            for part in range(first, end)
        ]

    def _fragment(self, frame: int) -> int:
        """Number of the fragment that a frame begins with, by the offset table."""
        at = self._starts[0] + self._offsets[frame]
        number = bisect_left(self._starts, at)
        if number >= len(self._starts) - 1 or self._starts[number] != at:
            raise ValueError("the offset table points at no fragment")
        return number

    def _counted(self, frames: int) -> Sequence[int]:
        """Numbers of the fragments that frames begin with, where no table tells them; and one behind them all."""
        fragments = len(self._starts) - 1
        if frames == 1:
            return 0, fragments
        if fragments == frames:
            return range(frames + 1)
        tails = self._content.read([(end - _TAIL, _TAIL) for end in self._starts[1:]])
        ends = [part + 1 for part in range(fragments) if _END in tails[part * _TAIL : (part + 1) * _TAIL]]
        return [0, *ends] if ends and ends[-1] == fragments else [0, *ends, fragments]
