"""StegoMed: seals a record inside the part of a CT or MR image that carries no diagnosis.

The functions are loaded when somebody asks for them, so that a question of help or version needs nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from StegoMedLib.api import capacity, embed, extract, segment

__all__ = ["__version__", "capacity", "embed", "extract", "segment"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load what is offered and was not asked for yet (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("StegoMedLib.api"), name)


def __dir__() -> list[str]:
    """What is offered."""
    return sorted({*globals(), *__all__})
