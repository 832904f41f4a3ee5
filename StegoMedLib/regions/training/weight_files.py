"""Files of weights, read as what strangers wrote: data alone, no code, and never more than the file can hold."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import pickle
import struct
import zipfile
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_weight_file"]

# The unpickler runs whatever opcodes the file holds, so that nearly every kind of mistake comes out of it.
_UNREADABLE = (
    OSError,
    RuntimeError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    struct.error,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
)


def _refuse_bombs(path: Path) -> None:
    """Refuse an archive whose parts claim more bytes than it has: PyTorch stores them without compression."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > path.stat().st_size:
            raise ValueError("parts are larger than the archive")


def read_weight_file(path: Path, remedy: str) -> Mapping[str, object]:
    """Read a dictionary that ``torch.save`` wrote, its tensors on the processor.

    Parameters
    ----------
    path : Path
    remedy : str
        Ends the sentence of the error.

    Returns
    -------
    mapping of str to object
        Whatever stands in the file; its values are not looked at.

    Raises
    ------
    UnusableInputError
        The file cannot be read, would run code, or holds no dictionary with names for keys.
    """
    import torch

    try:
        _refuse_bombs(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise UnusableInputError(f"{path} holds no weights that can be read; {remedy}") from error
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
        raise UnusableInputError(f"{path} holds no named weights; {remedy}")
    return state
