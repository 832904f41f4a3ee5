"""What the service counts: how many instances came, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Counters"]


class Counters:
    """Counters of one service, which begin at 0 with it.

    Attributes
    ----------
    received, refused, quarantined : Counter
        By the AE title that called; `refused` also by the status.
    protected : Counter
        By what was done.
    forwarded, failed : Counter
        By target; `failed` are attempts.
    restarted : Counter
        Worker processes.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.received = self._counter("received", "Instances that were received and acknowledged.", "caller")
        self.refused = self._counter("refused", "Instances that were not acknowledged.", "caller", "status")
        self.protected = self._counter("protected", "Instances that were worked on.", "action")
        self.quarantined = self._counter("quarantined", "Instances that were set aside.", "caller")
        self.forwarded = self._counter("forwarded", "Instances that a target acknowledged.", "target")
        self.failed = self._counter("forward_failures", "Attempts to forward that failed.", "target")
        self.committed = self._counter("commitment_requests", "Requests of storage commitment.", "caller")
        self.restarted = self._counter("worker_restarts", "Worker processes that died and were started anew.")
        self.aborted = self._counter("aborted_associations", "Associations that this service ended.", "why")

    def _counter(self, name: str, does: str, *labels: str) -> Counter:
        return Counter(f"stegomed_{name}", does, labels, registry=self.registry)

    def watch(self, name: str, does: str, value: Callable[[], float]) -> None:
        """Show what a function gives when somebody asks."""
        Gauge(f"stegomed_{name}", does, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        """All of them in the text format of Prometheus."""
        return generate_latest(self.registry)
