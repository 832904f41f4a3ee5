"""Messages of one part come back however they are cut into pieces; any other message is refused, and nothing hangs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.network.multipart import MalformedError, boundary_of, only_part

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDARY = b"edge"
HEAD = b"--edge\r\nContent-Type: application/dicom\r\n\r\n"
CONTENT = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from([b"\r", b"\n", b"-", b"--", b"edge", b"\r\n--edg", b"x"]), max_size=20).map(b"".join),
).filter(lambda content: b"\r\n--edge" not in content)


def _cut(message: bytes, sizes: list[int]) -> Iterator[bytes]:
    for size in sizes:
        piece, message = message[:size], message[size:]
        yield piece
    yield message


def _read(message: bytes, sizes: list[int]) -> bytes:
    got = bytearray()
    only_part(_cut(message, sizes), BOUNDARY, got.extend)
    return bytes(got)


SIZES = st.lists(st.integers(0, 20), max_size=40)


@given(CONTENT, SIZES, st.sampled_from([b"", b"\r\n", b"preamble\r\n"]))
def test_the_only_part_comes_back(content: bytes, sizes: list[int], before: bytes) -> None:
    assert _read(before + HEAD + content + b"\r\n--edge--\r\n", sizes) == content


@given(CONTENT, SIZES, st.integers(1, 60))
def test_a_message_that_was_cut_off_is_refused(content: bytes, sizes: list[int], cut: int) -> None:
    message = HEAD + content + b"\r\n--edge--"
    with pytest.raises(MalformedError):
        _read(message[:-cut], sizes)


@given(CONTENT, SIZES)
def test_two_parts_are_refused(content: bytes, sizes: list[int]) -> None:
    with pytest.raises(MalformedError):
        _read(HEAD + content + b"\r\n" + HEAD + content + b"\r\n--edge--\r\n", sizes)


@given(st.binary(max_size=300), SIZES)
def test_any_bytes_end(message: bytes, sizes: list[int]) -> None:
    with pytest.raises(MalformedError):
        _read(message.replace(b"edge", b""), sizes)


def test_a_head_without_an_end_is_not_held() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        yield HEAD[:-2]
        while True:
            taken.append(1)
            yield b"X: y\r\n" * 100

    with pytest.raises(MalformedError):
        only_part(endless(), BOUNDARY, lambda _: None)
    assert len(taken) < 100


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ('multipart/related; type="application/dicom"; boundary="a b"', b"a b"),
        ("multipart/related;BOUNDARY=ab;x=1", b"ab"),
        ("multipart/related", None),
        ("multipart/related; boundary=", None),
    ],
)
def test_the_boundary_is_found(header: str, boundary: bytes | None) -> None:
    assert boundary_of(header) == boundary
