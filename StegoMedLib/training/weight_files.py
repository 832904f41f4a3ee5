"""Files of weights, read as what strangers wrote: data alone, no code, and never more than the file can hold."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
from __future__ import annotations

import pickle
import struct
import zipfile
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import open_file
from StegoMedLib.training.weight_pickles import refuse_harm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_weight_file"]

_LARGEST_FILE = 2 * 2**30
"""Bytes; twice a checkpoint of the largest network that is trained here."""

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


def _refuse_stretched(state: object) -> None:
    """Refuse tensors of more numbers than the file has for them: whoever copies one needs all its memory."""
    import torch

    waiting, seen = [state], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, torch.Tensor):
            if each.layout is torch.strided and each.numel() * each.element_size() > each.untyped_storage().nbytes():
                raise ValueError("a tensor is larger than what the file has of it")
        elif id(each) not in seen:
            seen.add(id(each))
            waiting.extend(each.values() if isinstance(each, dict) else each if isinstance(each, (list, tuple)) else ())


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
        with open_file(path, _LARGEST_FILE, remedy) as stream:
            refuse_harm(stream)
            stream.seek(0)
            state = torch.load(stream, map_location="cpu", weights_only=True)
        _refuse_stretched(state)
    except _UNREADABLE as error:
        raise UnusableInputError(f"{path} holds no weights that can be read; {remedy}") from error
    if not isinstance(state, dict) or not all(isinstance(name, str) for name in state):
        raise UnusableInputError(f"{path} holds no named weights; {remedy}")
    return state
