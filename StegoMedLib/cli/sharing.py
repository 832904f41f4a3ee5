"""How many processes share the work of a command; they begin while this one still loads what it needs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.processes import begun_early, processes_for

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

__all__ = ["chosen_threads", "chosen_workers", "sharing"]


def sharing(arguments: argparse.Namespace) -> AbstractContextManager[None]:
    """Let the other processes of a command begin, if it has any."""
    others = chosen_workers(arguments) - 1 if hasattr(arguments, "workers") else 0
    return begun_early(others, getattr(arguments, "shared", "StegoMedLib.pipeline.elsewhere"))


def chosen_workers(arguments: argparse.Namespace) -> int:
    """Processes that share the work: as many as were asked for, or as cores and images are worth."""
    if arguments.workers is not None:
        return int(arguments.workers)
    return processes_for(_size_of(arguments.source) if isinstance(arguments.source, Path) else 0)


def chosen_threads(arguments: argparse.Namespace) -> int:
    """Threads of the network in this process: one where processes share the work, or one was asked for; 0 for all."""
    shares = hasattr(arguments, "workers") and (arguments.workers is not None or chosen_workers(arguments) > 1)
    return 1 if shares else 0


def _size_of(source: Path) -> int:
    """Bytes of the files of a source; what cannot be looked at counts for nothing here."""
    folders = os.walk(source) if os.path.isdir(source) else [("", [], [os.fspath(source)])]  # noqa: PTH112
    return sum(_bytes_of(os.path.join(folder, name)) for folder, _, names in folders for name in names)  # noqa: PTH118


def _bytes_of(file: str) -> int:
    with suppress(OSError, ValueError):
        return os.stat(file).st_size  # noqa: PTH116  of a million files, too
    return 0
