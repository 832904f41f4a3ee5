"""Processes that work on instances, one each at a time; one that dies or hangs takes no other down."""

from __future__ import annotations

import errno
import multiprocessing
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.dicom.hostile import open_object
from StegoMedLib.errors import ServerError, StegoMedError
from StegoMedLib.memory import keep_freed_memory
from StegoMedLib.network.spool import caller_of
from StegoMedLib.network.unexpected import place_of, sentence_for
from StegoMedLib.network.web_target import fetcher
from StegoMedLib.network.work import InstanceWork, Product
from StegoMedLib.processes import one_thread_each

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from StegoMedLib.network.settings import Rule, Settings

__all__ = ["Answer", "WorkerDiedError", "WorkerProcess"]

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
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
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, self._settings), daemon=True, name="stegomed-worker")
        with one_thread_each():
            self._process.start()
        other.close()
        self._ready = False

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid or 0

    def do(self, source: Path, folder: Path) -> Answer:
        """Work on one instance, in an empty folder of its own.

        Raises
        ------
        WorkerDiedError
            The process is gone; there is a new one now.
        """
        try:
            if not self._ready:
                self._received(_STARTING)
                self._ready = True
            self._connection.send((source, folder))
            return self._received(self._settings.seconds)
        except (EOFError, OSError, TimeoutError):
            self.end()
            self._start()
            raise WorkerDiedError from None

    def _received(self, seconds: float) -> Answer:
        if not self._connection.poll(seconds):
            raise TimeoutError
        answer = self._connection.recv()
        assert isinstance(answer, Answer)  # noqa: S101  our own module sent it
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        with suppress(OSError):
            self._connection.close()
        self._process.kill()
        self._process.join()


def _work(connection: Connection, settings: Settings) -> None:
    """What the process does until its other end is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):  # whoever started it ends it
        signal.signal(number, signal.SIG_IGN)
    keep_freed_memory()
    works: dict[Rule, InstanceWork] = {}
    with suppress(EOFError, OSError):
        connection.send(Answer())
        while True:
            source, folder = connection.recv()
            connection.send(_answer(works, settings, source, folder))


def _answer(works: dict[Rule, InstanceWork], settings: Settings, source: Path, folder: Path) -> Answer:
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
        passing = _is_of_the_disk(error)
        return Answer(reason=str(error), passing=passing, event={"refused": type(error).__name__})
    except Exception as error:  # noqa: BLE001 nothing may be lost, and messages of exceptions may hold what images say
        return Answer(reason=sentence_for(error), event={"refused": place_of(error)})
    return Answer(rule.target, product, event=dict(product.event))


def _is_of_the_disk(error: BaseException | None) -> bool:
    """Whether a full or failing disk is behind an exception: then the instance is not to blame."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return True
        error = error.__cause__ or error.__context__
    return False


def _modality(source: Path) -> str:
    return str(open_object(source, only=["Modality"], any_object=True).dataset.get("Modality") or "")
