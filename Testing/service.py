"""A running ``stegomed serve`` for tests, and application entities around it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom import dcmread
from pynetdicom import AE, StoragePresentationContexts, evt

from Testing.orthanc import free_port

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from pynetdicom.events import Event

__all__ = [
    "KEY",
    "Running",
    "Sink",
    "all_at_once",
    "begun",
    "sent",
    "serving",
    "settings_file",
    "to_archive",
    "until",
    "workers",
]

KEY = bytes(range(32))
"""The key of all services of tests."""
ROOT = Path(__file__).parents[1]
_BEGINNING, _ENDING = 60.0, 20.0


def until(what: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something is true; fails when it is not in time."""
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "it did not come about in time"
        time.sleep(0.02)


@dataclass
class Sink:
    """An application entity that keeps what it gets, and answers as it is told.

    Attributes
    ----------
    answer : callable
        Status for a request; may take its time.
    secure : SSLContext or None
        For TLS.
    got : list of Dataset
        In the order in which they came.
    """

    port: int = field(default_factory=free_port)
    title: str = "SINK"
    answer: Callable[[Event], int] = lambda _: 0x0000
    got: list[Any] = field(default_factory=list)
    secure: ssl.SSLContext | None = None
    _server: Any = None

    def __enter__(self) -> Sink:  # noqa: PYI034  Python 3.10 has no Self
        """Listen."""
        self.start()
        return self

    def start(self) -> None:
        """Listen."""
        entity = AE(self.title)
        entity.maximum_associations = 100
        entity.supported_contexts = StoragePresentationContexts
        self._server = entity.start_server(
            ("127.0.0.1", self.port),
            block=False,
            evt_handlers=[(evt.EVT_C_STORE, self._store)],
            ssl_context=self.secure,
        )

    def stop(self) -> None:
        """Listen no more, and end what is open."""
        for association in self._server.active_associations:
            association.abort()
        self._server.shutdown()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def _store(self, event: Event) -> int:
        status = self.answer(event)
        if status == 0:
            dataset = event.dataset
            dataset.file_meta = event.file_meta
            self.got.append(dataset)
        return status


@dataclass
class Running:
    """A service that runs."""

    folder: Path
    port: int
    health: int
    process: subprocess.Popen[bytes]
    spool: Path

    @property
    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text()

    def page(self, name: str) -> str:
        """What its page says; also where it is not well."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health}/{name}", timeout=10) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def count(self, counter: str) -> int:
        """Sum of a counter over all its labels."""
        lines = [line for line in self.page("metrics").splitlines() if line.startswith(f"stegomed_{counter}")]
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines if "_created" not in line))

    def lying(self, place: str) -> list[Path]:
        """Instances in a folder of the spool."""
        return sorted((self.spool / place).rglob("*.dcm"))

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_ENDING)


def settings_file(
    folder: Path, port: int, health: int, settings: str, *, spool: Path | None = None, least_free_mb: int = 1
) -> Path:
    """Write a configuration with ports; `settings` are rules, targets and more."""
    listen = f"[listen]\nport = {port}\n" if "[listen]" not in settings else ""
    top, _, rest = settings.partition("[")
    head = (
        f'spool = "{spool or "spool"}"\n' + f"health-port = {health}\nleast-free-mb = {least_free_mb}\n{top}\n{listen}"
    )
    path = folder / "config.toml"
    path.write_text(f"{head}[{rest}".replace("@PORT@", str(port)))
    return path


def to_archive(
    folder: Path,
    port: int,
    *,
    top: str = "",
    listen: str = "",
    action: str = "deidentify",
    rule: str = "",
    tls: str = "",
) -> str:
    """Settings of one rule, whose target listens on a port; its key is written to the folder."""
    (folder / "key").write_bytes(KEY)
    (folder / "key").chmod(0o600)
    return f"""
finder = "threshold"
{top or "workers = 1"}
{listen}
[[rules]]
action = "{action}"
key = "key"
target = "archive"
{rule}
[targets.archive]
title = "SINK"
host = "127.0.0.1"
port = {port}
{tls}
"""


@contextlib.contextmanager
def serving(
    folder: Path, settings: str, *, port: int = 0, spool: Path | None = None, least_free_mb: int = 1
) -> Iterator[Running]:
    """Run a service with a configuration; its last process is ended in any case."""
    port, health = port or free_port(), free_port()
    config = settings_file(folder, port, health, settings, spool=spool, least_free_mb=least_free_mb)
    running = begun(folder, config, port, health)
    running.spool = spool or running.spool
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()


def begun(folder: Path, config: Path, port: int, health: int) -> Running:
    """Start a service, and wait until it listens."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "StegoMedLib", "serve", str(config)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
    running = Running(folder, port, health, process, folder / "spool")
    until(lambda: process.poll() is not None or _listens(port), _BEGINNING)
    assert process.poll() is None, running.log
    return running


def workers(running: Running) -> list[int]:
    """Processes of a service that work on instances."""
    tasks = Path(f"/proc/{running.process.pid}/task").glob("*/children")
    pids = [int(pid) for path in tasks for pid in _content(path).split()]
    return [pid for pid in pids if b"spawn_main" in _content(Path(f"/proc/{pid}/cmdline"))]


def _content(path: Path) -> bytes:
    """What a file in /proc says; nothing where its thread or process has ended."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def sent(
    paths: Iterable[Path], port: int, *, caller: str = "CT1", called: str = "STEGOMED", whole: bool = True, **tls: Any
) -> list[int]:
    """Send files over one association; their statuses, -1 where there was no answer.

    What cannot be read is sent from its file (not `whole`), where pynetdicom is set to do so.
    """
    files = list(paths)
    entity = AE(caller)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 60
    for kind in {(meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID) for meta in map(_meta, files)}:
        entity.add_requested_context(*kind)
    association = entity.associate("127.0.0.1", port, ae_title=called, **tls)
    if not association.is_established:
        return [-1] * len(files)
    statuses = [_status(association, dcmread(path) if whole else path) for path in files]
    if association.is_established:
        association.release()
    return statuses


def _status(association: Any, what: Any) -> int:
    try:
        return int(association.send_c_store(what).get("Status", -1))
    except RuntimeError:  # it was ended
        return -1


def _meta(path: Path) -> Any:
    return dcmread(path, stop_before_pixels=True).file_meta


def all_at_once(jobs: Iterable[Callable[[], None]]) -> None:
    """Do several things at the same time."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
