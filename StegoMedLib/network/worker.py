"""Processes that work on instances, one each at a time; one that dies or hangs takes no other down."""

from __future__ import annotations

from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.dicom.hostile import open_object
from StegoMedLib.errors import ServerError, StegoMedError, UnusableInputError, WorkerEndedError
from StegoMedLib.interpreter import NoPythonError
from StegoMedLib.network.spool import caller_of
from StegoMedLib.network.unexpected import is_of_the_disk, place_of, sentence_for
from StegoMedLib.network.web_target import fetcher
from StegoMedLib.network.work import InstanceWork, Product
from StegoMedLib.processes import Workers

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from StegoMedLib.network.settings import Rule, Settings

__all__ = ["Answer", "WorkerDiedError", "WorkerProcess"]

_STARTING = 120.0
"""Seconds for a process to begin, its network loaded."""


class WorkerDiedError(Exception):
    """The process ended, or took too long and was ended, over the instance that it had."""


@dataclass(frozen=True)
class Answer:
    """What became of an instance: a product for a target, or the reason why there is none.

    `passing` says that it may go better when it is tried again.
    """

    target: str = ""
    product: Product | None = None
    reason: str = ""
    passing: bool = False
    event: dict[str, object] = field(default_factory=dict)


class WorkerProcess:
    """A process with what it needs loaded, started anew where it died.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    UnusableInputError
        No process can be started here.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._start()

    def _start(self) -> None:
        try:
            self._workers = Workers(1)
        except (NoPythonError, OSError) as error:
            raise UnusableInputError(
                "No process can be started to work on instances; see that Python is on the PATH, and that the system "
                "lets the service start processes."
            ) from error
        self._begun: Future[None] | None = self._workers.submit(0, _begin, self._settings)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._workers.pids[0]

    def do(self, source: Path, folder: Path) -> Answer:
        """Work on one instance, in an empty folder of its own.

        Raises
        ------
        WorkerDiedError
            The process is gone; there is a new one now.
        """
        try:
            if self._begun is not None:
                self._begun.result(_STARTING)
                self._begun = None
            return self._workers.submit(0, _answer, source, folder).result(self._settings.seconds)
        except (WorkerEndedError, FutureTimeoutError):
            self.end()
            self._start()
            raise WorkerDiedError from None

    def end(self) -> None:
        """End the process, whatever it does."""
        self._workers.end()


@dataclass
class _Desk:
    """What a process has loaded."""

    settings: Settings
    works: dict[Rule, InstanceWork] = field(default_factory=dict)


_desk: list[_Desk] = []
"""Of this process; none before it begins."""


def _begin(settings: Settings) -> None:
    _desk[:] = [_Desk(settings)]


def _answer(source: Path, folder: Path) -> Answer:
    settings, works = _desk[0].settings, _desk[0].works
    try:
        rule = settings.rule_for(caller_of(source.name), _modality(source))
        if rule is None:
            return Answer(reason="No rule is for instances of its sender and modality; add one, and send it again.")
        if rule not in works:
            works[rule] = InstanceWork(rule, settings.finder, fetcher(rule, settings))
        product = works[rule].done(source, folder)
    except ServerError as error:
        return Answer(reason=str(error), passing=error.passing, event={"refused": "ServerError"})
    except StegoMedError as error:
        passing = is_of_the_disk(error)
        return Answer(reason=str(error), passing=passing, event={"refused": type(error).__name__})
    except Exception as error:  # noqa: BLE001 nothing may be lost, and messages of exceptions may hold what images say
        return Answer(reason=sentence_for(error), event={"refused": place_of(error)})
    return Answer(rule.target, product, event=dict(product.event))


def _modality(source: Path) -> str:
    return str(open_object(source, only=["Modality"], any_object=True).dataset.get("Modality") or "")
