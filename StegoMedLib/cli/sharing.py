"""How many processes share the work of a command; they begin while this one still loads what it needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.processes import begun_early, processes_for

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

__all__ = ["chosen_workers", "sharing"]


def sharing(arguments: argparse.Namespace) -> AbstractContextManager[None]:
    """Let the other processes of a command begin, if it has any."""
    others = chosen_workers(arguments) - 1 if hasattr(arguments, "workers") else 0
    return begun_early(others, "StegoMedLib.pipeline.elsewhere")


def chosen_workers(arguments: argparse.Namespace) -> int:
    """Processes that share the work: as many as were asked for, or as cores and images are worth."""
    if arguments.workers is not None:
        return int(arguments.workers)
    return processes_for(_size_of(arguments.source) if isinstance(arguments.source, Path) else 0)


def _size_of(source: Path) -> int:
    """Bytes of the files of a source; what cannot be looked at counts for nothing here."""
    folders = os.walk(source) if os.path.isdir(source) else [("", [], [os.fspath(source)])]  # noqa: PTH112
    files = (os.path.join(folder, name) for folder, _, names in folders for name in names)  # noqa: PTH118
    return sum(os.stat(file).st_size for file in files if os.path.isfile(file))  # noqa: PTH113, PTH116
