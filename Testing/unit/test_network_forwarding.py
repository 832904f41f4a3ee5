"""Forwarding: again and again with growing pauses, and nobody waits for what fails for good."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from StegoMedLib.network import forwarding
from StegoMedLib.network.forwarding import Forwarder
from StegoMedLib.network.targets import Sent, SentState

DONE, LATER, REFUSED = Sent(SentState.DONE), Sent(SentState.LATER, "It is down."), Sent(SentState.REFUSED, "No.")


class Scripted:
    """A target that answers for each file as it is told, and then well."""

    def __init__(self, answers: dict[str, list[Sent | Exception]]) -> None:
        self.answers, self.closed = answers, False

    def send(self, path: Path) -> Sent:
        told = self.answers.get(path.name)
        answer = told.pop(0) if told else DONE
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def _forwarded(target: Scripted, names: list[str], attempts: int) -> list[tuple[str, SentState]]:
    seen: list[tuple[str, SentState]] = []
    enough = threading.Event()

    def note(path: Path, sent: Sent) -> None:
        seen.append((path.name, sent.state))
        if len(seen) == attempts:
            enough.set()

    forwarder = Forwarder(target, note, "test")
    for name in names:
        forwarder.put(Path(name))
    forwarder.start()
    assert enough.wait(10)
    forwarder.close(10)
    assert target.closed
    return seen


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "_FIRST_PAUSE", 0.001)


def test_what_waits_is_sent_in_order() -> None:
    assert _forwarded(Scripted({}), ["1", "2", "3"], 3) == [(name, SentState.DONE) for name in "123"]


def test_a_target_that_is_down_is_tried_again_until_it_takes_it() -> None:
    seen = _forwarded(Scripted({"1": [LATER, LATER, LATER]}), ["1"], 4)
    assert [state for _, state in seen] == [SentState.LATER] * 3 + [SentState.DONE]


def test_what_is_refused_is_not_tried_again_and_others_follow() -> None:
    seen = _forwarded(Scripted({"1": [REFUSED]}), ["1", "2"], 2)
    assert seen == [("1", SentState.REFUSED), ("2", SentState.DONE)]


def test_one_that_fails_for_ever_keeps_no_other_back() -> None:
    seen = _forwarded(Scripted({"1": [LATER] * 1000}), ["1", "2", "3"], 8)
    assert {("2", SentState.DONE), ("3", SentState.DONE)} < set(seen)


def test_an_unexpected_error_is_a_failure_like_others() -> None:
    seen = _forwarded(Scripted({"1": [ZeroDivisionError()]}), ["1"], 2)
    assert [state for _, state in seen] == [SentState.LATER, SentState.DONE]


def test_pauses_grow_to_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "_FIRST_PAUSE", 1.0)
    for failures, longest in [(1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10_000, 300)]:
        assert longest / 2 <= forwarding.pause_after(failures) <= longest
