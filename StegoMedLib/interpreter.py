"""Python programs beside this one that run a module of ours, from whichever program Python lives in."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LIBRARY_PLACE",
    "ONE_THREAD",
    "NoPythonError",
    "child_environment",
    "kill",
    "python_interpreter",
    "start_python",
]

LIBRARY_PLACE = Path(__file__).resolve().parents[1]
"""The folder that holds StegoMedLib."""

_PYTHON = re.compile(r"(python|pypy)[\w.-]*", re.IGNORECASE)
# Pools of threads take address space, which may be limited, for every core, and there are as many processes as cores.
_COUNTS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "MALLOC_ARENA_MAX")
ONE_THREAD: Mapping[str, str] = dict.fromkeys(_COUNTS, "1")
"""Environment of a process that computes with one thread."""
# Names of Windows' alone.
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class NoPythonError(Exception):
    """There is no Python program."""


def python_interpreter() -> str:
    """A Python program with the packages that this process has.

    `sys.executable` is one, save where Python lives inside another program. Slicer sets it to its own PythonSlicer,
    which is on its PATH as well; where it was not set, it is Slicer itself, which must not be started a second time.

    Raises
    ------
    NoPythonError
        There is none.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    embedded = (base / "bin" / version, base / "python.exe")
    candidates = (sys.executable, shutil.which("PythonSlicer"), *embedded)
    for candidate in candidates:
        if candidate and _PYTHON.fullmatch(Path(candidate).name) and Path(candidate).is_file():
            return str(candidate)
    raise NoPythonError


def child_environment() -> dict[str, str]:
    """Environment in which that program finds the library and its packages from any folder, and computes alone.

    Passphrases are left out: nothing that a damaged file could take over shall find them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("STEGOMED_")}
    folders = [str(LIBRARY_PLACE), *(str(Path(each).resolve()) for each in sys.path if each)]
    # Without the current folder in front, whose files are anybody's (Python 3.11 and later).
    return {**kept, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(folders), "PYTHONSAFEPATH": "1"}


def start_python(module: str) -> subprocess.Popen[bytes]:
    """Run a module of ours; its standard input and output are unbuffered pipes.

    Raises
    ------
    NoPythonError
        As of `python_interpreter`.
    OSError
        It cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 our own module, by our own interpreter
        [python_interpreter(), "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=LIBRARY_PLACE,
        env=child_environment(),
        start_new_session=True,  # Ctrl-C in the terminal is not for it
        creationflags=_FLAGS,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: Slicer's Python is a program that starts another."""
    if process.poll() is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
