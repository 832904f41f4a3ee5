"""StegoMed: hides a record, encrypted, in the air around the body of CT and MR images.

The functions are loaded when they are first used, so that help and version load nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from StegoMedLib.api import capacity, conceal, deidentify, embed, extract, reidentify, reveal, segment

__all__ = ["__version__", "capacity", "conceal", "deidentify", "embed", "extract", "reidentify", "reveal", "segment"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load a function when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("StegoMedLib.api"), name)


def __dir__() -> list[str]:
    """List the names that this package offers."""
    return sorted({*globals(), *__all__})
