"""No change of an audit file but cutting off whole lines at its end goes unnoticed, and no content does harm."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.audit import Audit, Verified, verify
from StegoMedLib.errors import UnusableInputError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TAKEN = {"hash", "id", "number", "previous", "time", "version", "who"}
EVENTS = st.dictionaries(st.text(max_size=8).filter(lambda name: name not in TAKEN), JSON, max_size=4)


def judged(content: bytes) -> Verified | None:
    """What is said of a file; None for "no audit file"."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit"
        path.write_bytes(content)
        try:
            return verify(path)
        except UnusableInputError:
            return None


def written(events: list[dict[str, object]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        audit = Audit.open(Path(folder) / "audit")
        for event in events:
            audit.note(event)
        return (Path(folder) / "audit").read_bytes()


@given(st.lists(EVENTS, max_size=4))
def test_any_events_are_verified(events: list[dict[str, object]]) -> None:
    found = judged(written(events))
    assert found is not None
    assert (found.count, found.first_bad) == (len(events) + 1, None)


WHOLE = written([{"n": number, "text": "é\n\\"} for number in range(5)])
LINES = WHOLE.splitlines(keepends=True)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 3), st.binary(max_size=3))
def test_any_change_of_some_bytes_is_noticed(at: int, removed: int, put: bytes) -> None:
    changed = WHOLE[:at] + put + WHOLE[at + removed :]
    line = WHOLE[:at].count(b"\n") + 1
    found = judged(changed)
    ends = {b"".join(LINES[:count]) for count in range(1, len(LINES) + 1)}
    if changed in ends:
        assert found is not None
        assert found.first_bad is None
    elif found is None:
        assert line == 1
    else:
        assert found.first_bad is not None
        assert found.first_bad <= line + 1
        assert found.count == found.first_bad - 1


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=7))
def test_any_order_of_lines_but_the_right_one_is_noticed(order: list[int]) -> None:
    found = judged(b"".join(LINES[number] for number in order))
    if order and order == list(range(len(order))):
        assert found is not None
        assert found.first_bad is None
    else:
        assert found is None or found.first_bad is not None


@given(st.binary(max_size=200))
def test_any_bytes_are_no_audit_file(content: bytes) -> None:
    assert judged(content) is None


@given(st.binary(max_size=200))
def test_any_bytes_behind_a_good_beginning_are_noticed(content: bytes) -> None:
    found = judged(LINES[0] + content)
    assert found is not None
    assert found.first_bad == (2 if content else None)
