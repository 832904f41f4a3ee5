"""The service: what arrives is worked on and forwarded; each instance by itself, and none is ever lost.

An instance is acknowledged when it lies in the spool, on the disk. A process works on it, and what it made replaces it
in the spool. When the target has acknowledged that, it goes. What cannot be done goes into quarantine with its reason.
`StegoMedLib.network.spool` says why this survives being killed at any moment.
"""

from __future__ import annotations

import os
import queue
import shutil
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from StegoMedLib.audit import Audit
from StegoMedLib.errors import StegoMedError
from StegoMedLib.network.commitment import Committer
from StegoMedLib.network.counters import Counters
from StegoMedLib.network.forwarding import Forwarder, pause_after
from StegoMedLib.network.health import HealthPage
from StegoMedLib.network.ledger import Ledger
from StegoMedLib.network.receiver import Receiver
from StegoMedLib.network.settings import Node
from StegoMedLib.network.spool import Spool, caller_of
from StegoMedLib.network.targets import NodeTarget, SentState
from StegoMedLib.network.unexpected import sentence_for
from StegoMedLib.network.web_target import WebTarget
from StegoMedLib.network.worker import WorkerDiedError, WorkerProcess
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.network.settings import Settings, WebServer
    from StegoMedLib.network.targets import Sent, Target
    from StegoMedLib.network.worker import Answer

__all__ = ["Service"]

_DISK_FAILURES = 6
"""For so many failures the pause is as long as a full disk may take."""
_DEATHS = 3
"""How many processes an instance may take down before it is set aside."""
_GRACE = 10.0
_HOUR = 3600.0


class Service:
    """A running service; used as a context.

    Parameters
    ----------
    settings : Settings
    tell : callable
        Given a sentence where something happens that its owner may want to know.

    Raises
    ------
    UnusableInputError
        On entering: the spool, a key, a port or a certificate cannot be used.
    """

    def __init__(self, settings: Settings, tell: Callable[[str], object]) -> None:
        self.settings, self._tell = settings, tell
        self.spool, self.counters = Spool(settings.spool), Counters()
        self._jobs: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._deaths: Counter[str] = Counter()
        self._waits: Counter[str] = Counter()
        self._forwarders: dict[str, Forwarder] = {}
        self._workers: list[WorkerProcess] = []
        self._ending, self._audit_lock = threading.Event(), threading.Lock()
        self._open = ExitStack()

    def __enter__(self) -> Service:  # noqa: PYI034  Python 3.10 has no Self
        """Begin; work that was left comes first."""
        try:
            self._begin()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End: take no more, and leave what is not done for the next time."""
        self._ending.set()
        self._open.close()

    def _begin(self) -> None:
        settings = self.settings
        self._open.enter_context(self.spool.held())
        self._ledger = Ledger(settings.spool / "ledger.sqlite3", settings.keep_days)
        self._open.callback(self._ledger.close)
        self._audit = None if settings.audit is None else Audit.open(settings.audit)
        self._start_forwarders()
        self._start_workers()
        committer = Committer(settings, self.spool.commitments, self._ledger, self.counters)
        committer.start()
        self._open.callback(committer.close)
        for path in self.spool.waiting():
            self._jobs.put(path)
        self._receiver = Receiver(
            settings,
            self.spool,
            self._ledger,
            self.counters,
            received=self._jobs.put,
            commit=committer.take,
            tell=self._tell,
        )
        self._open.callback(self._receiver.close)
        self._watch()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._receiver.port

    def _start_forwarders(self) -> None:
        for name, target in self.settings.targets.items():
            made = Forwarder(self._target(target), self._sent, name)
            self._forwarders[name] = made
            for path in sorted(self.spool.for_target(name).iterdir()):
                made.put(path)
            made.start()
        for made in self._forwarders.values():
            self._open.callback(made.close, _GRACE)
        for name, count in self.spool.left_for().items():
            if name not in self._forwarders:
                waits = f"In the spool lies what waits for the target {name} ({counted(count, 'instance')})"
                self._tell(f"{waits}, which the settings do not name; add it again to have it sent.")

    def _target(self, target: Node | WebServer) -> Target:
        if isinstance(target, Node):
            return NodeTarget(target, self.settings.listen.title)
        return WebTarget(target)

    def _start_workers(self) -> None:
        count = self.settings.workers or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0])
        self._workers = [WorkerProcess(self.settings) for _ in range(count)]
        threads = [
            threading.Thread(target=self._work, args=(worker,), name=f"work-{number}", daemon=True)
            for number, worker in enumerate(self._workers)
        ]
        for thread in threads:
            thread.start()
        self._open.callback(self._end_workers, threads)

    def _end_workers(self, threads: list[threading.Thread]) -> None:
        for _ in threads:
            self._jobs.put(None)
        limit = time.monotonic() + _GRACE
        for thread in threads:
            thread.join(max(0.0, limit - time.monotonic()))
        for worker in self._workers:
            worker.end()

    def _watch(self) -> None:
        """Show gauges, and look after the disk from time to time."""
        for name in self.spool.counts():
            does = f"Files in the folder '{name}' of the spool."
            self.counters.watch(f"spool_{name}", does, lambda name=name: self.spool.counts()[name])  # type: ignore[misc]
        self.counters.watch("disk_free_bytes", "Bytes that are free on the disk of the spool.", self.spool.free)
        if self.settings.health_port:
            page = HealthPage(self.settings.health_port, self.counters, self.ails)
            self._open.callback(page.close)
        threading.Thread(target=self._sweep, name="sweep", daemon=True).start()

    def _sweep(self) -> None:
        idle, forgotten = float(self.settings.listen.idle_seconds), 0.0
        while not self._ending.wait(idle):
            with suppress(OSError):
                self.spool.sweep(2 * idle)
            if time.monotonic() - forgotten > _HOUR:
                self._ledger.forget()
                forgotten = time.monotonic()

    def ails(self) -> list[str]:
        """Sentences about what is not well."""
        found = [f"Target {name}: {each.ails}" for name, each in self._forwarders.items() if each.ails]
        if self.spool.free() < self.settings.least_free:
            found.append("The disk of the spool is full: instances are refused until there is room.")
        return found

    def _work(self, worker: WorkerProcess) -> None:
        """Give a process one instance after the other."""
        while (path := self._jobs.get()) is not None and not self._ending.is_set():
            folder = self.spool.work / path.stem
            try:
                folder.mkdir(exist_ok=True)
                self._settle(path, worker.do(path, folder))
            except WorkerDiedError:
                self._died(path)
            except Exception as error:  # noqa: BLE001 a thread that dies would leave its share of the work undone
                self._later(path, sentence_for(error))
            shutil.rmtree(folder, ignore_errors=True)

    def _settle(self, path: Path, answer: Answer) -> None:
        """Put what was made of an instance where it belongs."""
        event = {"instance": path.stem, **answer.event}
        if answer.product is not None:
            self._note({**event, "target": answer.target})
            self._waits.pop(path.name, None)
            made = self.spool.protect(path, answer.product.path, answer.target)
            self.counters.protected.labels(str(event.get("action"))).inc()
            self._forwarders[answer.target].put(made)
        elif answer.passing or self.spool.free() < self.settings.least_free:
            self._later(path, answer.reason)  # what failed may be the disk
        else:
            self._set_aside(path, answer.reason, event)

    def _set_aside(self, path: Path, reason: str, event: dict[str, object]) -> None:
        self._note({**event, "action": "quarantine"})
        self.spool.set_aside(path, reason)
        self.counters.quarantined.labels(caller_of(path.name)).inc()
        self._tell(f"Set aside in quarantine: {path.name}. {reason}")

    def _died(self, path: Path) -> None:
        if self._ending.is_set():
            return
        self.counters.restarted.inc()
        self._deaths[path.name] += 1
        self._tell(f"A process ended, or took too long, over {path.name}; another one is there.")
        if self._deaths[path.name] < _DEATHS:
            self._jobs.put(path)
            return
        try:
            self._set_aside(path, f"The work on it died, or took too long, {_DEATHS} times.", {"instance": path.stem})
        except (OSError, StegoMedError) as error:
            self._later(path, sentence_for(error))

    def _later(self, path: Path, reason: str) -> None:
        """Try again when the disk may have room, or whoever is asked may answer."""
        self._waits[path.name] += 1
        if self._waits[path.name] == 1:
            self._tell(f"{path.name} waits, and is tried again: {reason}")
        timer = threading.Timer(pause_after(self._waits[path.name]), self._jobs.put, (path,))
        timer.daemon = True
        timer.start()

    def _sent(self, path: Path, sent: Sent) -> None:
        """Note what became of an attempt to forward; nothing stops the thread that forwards."""
        try:
            self._account(path, sent)
        except Exception as error:  # noqa: BLE001
            self._tell(f"What became of {path.name} could not be written down: {sentence_for(error)}")
            if sent.state is SentState.REFUSED and path.exists():  # the disk may have room for the reason later
                self._forwarders[path.parent.name].put(path, pause_after(_DISK_FAILURES))

    def _account(self, path: Path, sent: Sent) -> None:
        target = path.parent.name
        if sent.state is SentState.DONE:
            self.counters.forwarded.labels(target).inc()
            path.unlink(missing_ok=True)
            self._note({"action": "forward", "instance": path.stem, "target": target})
        elif sent.state is SentState.LATER:
            self.counters.failed.labels(target).inc()
        else:
            self._set_aside(path, sent.reason, {"instance": path.stem, "target": target})

    def _note(self, event: dict[str, object]) -> None:
        if self._audit is not None:
            with self._audit_lock:
                self._audit.note(event)
