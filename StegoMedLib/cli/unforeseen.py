"""Where a failure that nobody foresaw came from: types of exceptions, files, lines and functions of the program.

Messages of exceptions and values of variables are left out, as they may hold what images, records and people say.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["place_of", "trace_of"]

_PACKAGE = "StegoMedLib"
_ENTRIES = 60
"""At most so many calls of each exception: endless recursion has thousands."""


def place_of(error: BaseException) -> str:
    """File and line of the innermost call of ours."""
    frames = [frame for frame in _frames(error) if frame.filename.startswith(_PACKAGE)] or _frames(error)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "the program"


def trace_of(error: BaseException) -> Iterator[str]:
    """One line for each exception, from the first cause on, and one for each of its calls, the innermost last."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    for one in reversed(chain):
        yield f"{type(one).__module__}.{type(one).__qualname__}"
        for frame in _frames(one)[-_ENTRIES:]:
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}"


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The calls, outermost first, with file names that do not tell whose computer it is."""
    found = traceback.extract_tb(error.__traceback__)
    return [traceback.FrameSummary(_short(each.filename), each.lineno, each.name, line=each.line) for each in found]


def _short(filename: str) -> str:
    parts = filename.replace("\\", "/").split("/")
    for name in (_PACKAGE, "site-packages"):
        if name in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(name) + (name != _PACKAGE) :])
    return parts[-1]
