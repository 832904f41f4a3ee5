"""A Python program to start a process with, and what that process inherits: inside Slicer, neither is plain."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from StegoMedLib.errors import UnusableInputError

__all__ = ["LIBRARY_PLACE", "child_environment", "python_interpreter"]

LIBRARY_PLACE = Path(__file__).resolve().parents[2]
"""The folder that holds StegoMedLib."""

_PYTHON = re.compile(r"(python|pypy)[\w.-]*", re.IGNORECASE)
# Pools of threads reserve address space, which is limited there, for every core of the machine.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "MALLOC_ARENA_MAX")


def python_interpreter() -> str:
    """A Python program with the packages that this process has.

    `sys.executable` is one, save where Python lives inside another program. Slicer sets it to its own PythonSlicer,
    which is on its PATH as well; where it was not set, it is Slicer itself, which must not be started a second time.

    Raises
    ------
    UnusableInputError
        There is none.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    embedded = (base / "bin" / version, base / "python.exe")
    candidates = (sys.executable, shutil.which("PythonSlicer"), *embedded)
    for candidate in candidates:
        if candidate and _PYTHON.fullmatch(Path(candidate).name) and Path(candidate).is_file():
            return str(candidate)
    raise UnusableInputError(
        "its pixel data is compressed, which is decoded in a process of its own, and there is no Python program to "
        "start one with; put Python (in Slicer: PythonSlicer) on the PATH, or export it uncompressed."
    )


def child_environment() -> dict[str, str]:
    """Environment in which that program finds the library and its packages from any folder.

    Passphrases are left out: nothing that a damaged file could take over shall find them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("STEGOMED_")}
    folders = [str(LIBRARY_PLACE), *(str(Path(each).resolve()) for each in sys.path if each)]
    # Without the current folder in front, whose files are anybody's (Python 3.11 and later).
    return {**kept, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONPATH": os.pathsep.join(folders), "PYTHONSAFEPATH": "1"}
