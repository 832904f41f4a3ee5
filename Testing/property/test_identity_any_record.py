"""Any headers come back from their record, and no record of headers does more harm than to be unreadable."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import cbor2
from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.envelope import FileRecord
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.identity.changes import applied, changes
from StegoMedLib.identity.headers import Headers, Original, headers_in
from StegoMedLib.identity.originals import header_digest
from StegoMedLib.identity.restoring import restored, uids_between
from Testing.trees import trees

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree

DIGESTS = st.binary(min_size=16, max_size=16)
PREAMBLES = st.one_of(st.just(b""), st.binary(min_size=128, max_size=128))
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.binary(max_size=9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=9), st.dictionaries(st.one_of(st.integers(), st.binary(max_size=6)), inner, max_size=4)
    ),
    max_leaves=20,
)


@st.composite
def originals(draw: st.DrawFn) -> tuple[Tree, Tree, Original]:
    before, after = draw(trees(lawful=True)), draw(trees(lawful=True))
    made = changes(before, after)
    number, style = draw(st.integers(0, 1000)), draw(st.integers(-1, 15))
    return before, after, Original(number, draw(DIGESTS), draw(DIGESTS), style, made, draw(PREAMBLES))


@given(st.lists(originals(), min_size=1, max_size=4))
def test_any_headers_come_back_from_their_record(series: list[tuple[Tree, Tree, Original]]) -> None:
    headers = Headers(3, tuple(each for _, _, each in series))
    found = headers_in(headers.record())
    assert found == headers
    for (before, after, _), each in zip(series, found.instances, strict=True):
        _, tree, lost = restored(after, each)
        assert (tree, lost) == (before, [])
        assert header_digest(tree) == header_digest(before)


@given(st.lists(originals(), min_size=1, max_size=3), st.data())
def test_a_damaged_record_is_nothing_readable_or_another(series: list[Any], data: st.DataObject) -> None:
    record = Headers(3, tuple(each for _, _, each in series)).record()
    assert isinstance(record, FileRecord)
    damaged = bytearray(record.data)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    check(bytes(damaged), series)


@given(st.lists(originals(), min_size=1, max_size=3), st.integers(0, 7), PLAIN)
def test_a_record_with_any_part_is_nothing_readable_or_another(series: list[Any], place: int, part: Any) -> None:
    record = Headers(3, tuple(each for _, _, each in series)).record()
    assert isinstance(record, FileRecord)
    parts = cbor2.loads(record.data)
    parts[place] = part
    check(cbor2.dumps(parts), series)


@given(st.one_of(st.binary(max_size=60), PLAIN.map(cbor2.dumps)))
def test_any_bytes_are_nothing_readable(data: bytes) -> None:
    check(data, [])


def check(data: bytes, series: list[Any]) -> None:
    """What is read can be put into any header, and written again."""
    with suppress(NothingReadableError):
        found = headers_in(FileRecord("stegomed-headers.cbor", data))
        assert found is not None
        assert headers_in(found.record()) == found
        for (_, after, _), each in zip(series, found.instances, strict=False):
            _, tree, _ = restored(after, each)
            header_digest(tree)
            uids_between(after, tree)
            applied(after, each.changes)
        found.without(found.sizes())
