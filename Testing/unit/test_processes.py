"""Processes that share work: what they give and raise comes back, and where none starts one does it alone."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from StegoMedLib import interpreter, processes
from StegoMedLib.errors import WorkerEndedError
from StegoMedLib.processes import Workers, begun_early, processes_for, workers

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path


NO_PYTHON = (
    "#!/bin/sh\nexit 1\n",
    r"""#!/bin/sh
printf '\003\0\0\0\0\0\0\0abc'
""",
    "not a program",
)
"""What programs may hold that are none."""


def ask_until_it_has_ended(made: Workers) -> None:
    for _ in range(2):
        made.submit(0, len, "abc").result()


def is_loaded(module: str) -> bool:
    return module in sys.modules


def test_answers_and_errors_come_back_in_turn() -> None:
    with workers(2) as made:
        assert made is not None
        roots = [made.submit(number, math.sqrt, number) for number in (4, -1, 9)]
        others = made.submit(1, os.getpid), made.submit(3, os.getpid), made.submit(0, os.getpid)

        assert roots[0].result() == 2
        assert roots[2].result() == 3
        with pytest.raises(ValueError, match="math domain"):
            roots[1].result()
        assert others[0].result() == others[1].result() != others[2].result()
        assert {each.result() for each in others} == set(made.pids)


def test_what_cannot_be_sent_back_is_an_error_and_no_end() -> None:
    with workers(1) as made:
        assert made is not None
        with pytest.raises((TypeError, AttributeError), match=r"pickle"):
            made.submit(0, open, os.devnull).result()
        assert made.submit(0, len, "abc").result() == 3


def test_they_are_where_this_process_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with workers(1) as made:
        assert made is not None
        assert made.submit(0, os.getcwd).result() == str(tmp_path)
        assert made.are_there()


def test_what_is_printed_is_no_answer() -> None:
    with workers(1) as made:
        assert made is not None
        made.submit(0, print, "nonsense").result()
        assert made.submit(0, len, "abc").result() == 3


def test_a_process_that_ends_is_said_by_what_it_was_asked_and_afterwards() -> None:
    with workers(1) as made:
        assert made is not None
        asked: list[Future[Any]] = [made.submit(0, os._exit, 1), made.submit(0, len, "abc")]
        for each in asked:
            with pytest.raises(WorkerEndedError, match="fewer --workers"):
                each.result()
        with pytest.raises(WorkerEndedError):
            made.submit(0, len, "abc")


def test_what_they_still_do_at_the_end_is_dropped() -> None:
    with workers(1) as made:
        assert made is not None
        asked: Future[int] = made.submit(0, sum, range(10**12))
    with pytest.raises(WorkerEndedError):
        asked.result()


def test_processes_that_began_early_are_given_to_whoever_asks_for_as_many() -> None:
    with begun_early(1, "fractions"):
        with workers(2) as others:
            assert others is not None
            assert len(others) == 2
        with workers(1) as made:
            assert made is not None
            assert made.submit(0, is_loaded, "fractions").result()
            with workers(1) as more:
                assert more is not None
                assert not more.submit(0, is_loaded, "fractions").result()
    with begun_early(1, "no.such.module"), workers(1) as made:
        assert made is not None
        assert made.submit(0, len, "abc").result() == 3
    with begun_early(0, "fractions"), workers(1) as made:
        assert made is not None


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize(
    "text", [None, "#!/bin/sh\nexit 1\n", "#!/bin/sh\nprintf '\\003\\0\\0\\0\\0\\0\\0\\0abc'\n", "not a program"]
)
def test_where_no_process_starts_one_has_to_do_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text is None:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "SlicerApp-real"))
        monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        path = tmp_path / "python"
        path.write_text(text)
        path.chmod(0o755)
        monkeypatch.setattr(interpreter, "python_interpreter", lambda: str(path))
    with workers(2) as made:
        if made is not None:
            with pytest.raises(WorkerEndedError):
                ask_until_it_has_ended(made)
            assert not made.are_there()


def test_a_few_slices_are_not_worth_a_process_and_cores_bound_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "cores", lambda: 4)
    counts = [processes_for(slices * 2 * 512 * 512) for slices in (0, 1, 12, 24, 36, 1000)]
    assert counts == [1, 1, 1, 2, 3, 4]
