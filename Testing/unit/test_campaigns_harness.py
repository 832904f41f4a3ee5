"""The harness of the campaigns notices every kind of harm, and names the input that did it."""

from __future__ import annotations

import json
import os
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.errors import UnusableInputError
from Testing.campaigns.campaign import Limits, WrongResultError, make_input
from Testing.campaigns.harness import run
from Testing.campaigns.mutators import mutate_bytes, mutate_json

if TYPE_CHECKING:
    from pathlib import Path

BAD = 17


@dataclass
class Harm:
    """Does one kind of harm on input 17 and none on the others."""

    kind: str
    name: str = "harm"

    def prepare(self, folder: Path) -> None:
        self.folder = folder

    def make(self, chance: random.Random) -> bytes:
        return json.dumps(self.kind if chance.random() == FATEFUL else "").encode()

    def judge(self, content: bytes) -> str:
        kind = json.loads(content)
        if kind:
            getattr(self, f"_{kind}")()
        return "read"

    def _abort(self) -> None:
        os.abort()

    def _leave(self) -> None:
        os._exit(0)

    def _hang(self) -> None:
        time.sleep(60)

    def _swallow(self) -> None:
        self.kept = bytearray(1 << 31)

    def _foreign(self) -> None:
        raise KeyError("x")

    def _wrong(self) -> None:
        raise WrongResultError("another record")

    def _shout(self) -> None:
        raise UnusableInputError("a name\nwith a line end; use another.")

    def _refuse(self) -> None:
        raise UnusableInputError("It is damaged; make another.")


FATEFUL = random.Random(f"harm/3/{BAD}").random()


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("abort", "signal"),
        ("leave", "ended with 0"),
        ("hang", "longer than 1 s"),
        ("swallow", "MemoryError"),
        ("foreign", "KeyError"),
        ("wrong", "another record"),
        ("shout", "no sentence"),
    ],
)
def test_harm_is_found_and_the_other_inputs_are_run_all_the_same(kind: str, what: str) -> None:
    if kind in {"abort", "swallow"} and not hasattr(os, "fork"):
        pytest.skip("the system has no such signals and limits")

    tally = run(Harm(kind), 40, 3, workers=1, limits=Limits(seconds=1.0, megabytes=500))

    assert [(each.seed, each.number) for each in tally.findings] == [(3, BAD)]
    assert what in tally.findings[0].what
    assert tally.outcomes["read"] == 39
    assert tally.outcomes.total() == 40
    assert json.loads(make_input(Harm(kind), 3, BAD)) == kind


def test_a_refusal_is_no_finding() -> None:
    tally = run(Harm("refuse"), 500, 3, workers=2)

    assert not tally.findings
    assert tally.outcomes == {"read": 499, "refused": 1}


def test_no_input_is_begun_after_the_time_is_over() -> None:
    tally = run(Harm("refuse"), 10_000, 3, workers=1, minutes=0)

    assert tally.outcomes.total() == 200


def test_what_cannot_be_prepared_is_said() -> None:
    with pytest.raises(RuntimeError, match="cannot be prepared"):
        run(Unready("x"), 1, 0)


class Unready(Harm):
    def prepare(self, folder: Path) -> None:
        raise OSError(str(folder))


def test_equal_chance_gives_equal_damage_and_most_damage_differs() -> None:
    def damaged(number: int) -> tuple[bytes, bytes]:
        chance = random.Random(number)
        return mutate_bytes(chance, bytes(100), [b"other"]), mutate_json(chance, {"a": [1, 2.5, {"b": "text"}]})

    assert [damaged(number) for number in range(200)] == [damaged(number) for number in range(200)]
    assert len({damaged(number) for number in range(200)}) > 180
