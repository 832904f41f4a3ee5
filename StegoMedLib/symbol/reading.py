"""Reading symbols: zbar through pyzbar, and zxing-cpp where libzbar is missing or finds nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import zxingcpp

from StegoMedLib.errors import StegoMedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from StegoMedLib.symbol.symbol import Symbol

    Reader: TypeAlias = Callable[[NDArray[np.uint8]], str | None]

__all__ = ["UnreadableSymbolError", "count_readers", "read_symbol", "symbol_image"]

# From this version on zxing-cpp is asked first: version 40 takes it 0.6 ms, and zbar 27 ms.
_LARGE_VERSION = 20

# zbar needs two pixels a module; with more it reads no better and takes longer (version 10: 0.5 ms, 0.8 ms with three).
_READING_SCALE = 2


class UnreadableSymbolError(StegoMedError):
    """No reader gets a text out of a symbol."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__("The QR code cannot be read: it has more errors than its error correction can correct.")


def read_symbol(symbol: Symbol) -> str:
    """Read the text of a symbol.

    Error correction that is asked more than it can do gives, in small symbols now and then, another text than was
    written; it is the envelope that says whether a text is right.

    Parameters
    ----------
    symbol : Symbol
        May have errors in its data modules.

    Returns
    -------
    str
        The text, ASCII only.

    Raises
    ------
    UnreadableSymbolError
        The errors are more than the symbol's error correction takes, or there is no ASCII text in it.
    """
    image = symbol_image(symbol, _READING_SCALE)
    readers = _readers() if symbol.version < _LARGE_VERSION else _readers()[::-1]
    for reader in readers:
        text = reader(image)
        if text is not None:
            return text
    raise UnreadableSymbolError


def count_readers(symbol: Symbol, text: str) -> tuple[int, int]:
    """Count the readers that get the text that it should say out of a symbol.

    Returns
    -------
    tuple of (int, int)
        Readers that read `text`, and all readers this computer has.
    """
    image = symbol_image(symbol, _READING_SCALE)
    readers = _readers()
    return sum(reader(image) == text for reader in readers), len(readers)


def symbol_image(symbol: Symbol, scale: int = 4, border: int = 4) -> NDArray[np.uint8]:
    """Draw a symbol.

    Parameters
    ----------
    symbol : Symbol
        To be drawn.
    scale : int
        Pixels a module, in both directions.
    border : int
        Modules of quiet zone on each side; the standard asks for four.

    Returns
    -------
    ndarray of uint8, shape ((n + 2 * border) * scale, (n + 2 * border) * scale)
        0 is dark, 255 is light.
    """
    light = np.pad(~symbol.modules, border, constant_values=True)
    return (light * np.uint8(255)).repeat(scale, axis=0).repeat(scale, axis=1)


@cache
def _readers() -> tuple[Reader, ...]:
    """List the readers of this computer, in the order to ask them; once, because looking for a library takes long."""
    zbar = _find_zbar()
    return (_read_by_zxing,) if zbar is None else (zbar, _read_by_zxing)


def _find_zbar() -> Reader | None:
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 (loads libzbar, which many systems lack)
        from pyzbar.pyzbar_error import PyZbarError  # noqa: PLC0415
    except (ImportError, OSError):
        return None

    def read_by_zbar(image: NDArray[np.uint8]) -> str | None:
        try:
            # The other kinds of codes would be searched for in vain, and their readers print warnings.
            found = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])
        except PyZbarError:
            return None
        return _only_ascii(found[0].data) if found else None

    return read_by_zbar


def _read_by_zxing(image: NDArray[np.uint8]) -> str | None:
    formats: Any = zxingcpp.BarcodeFormat.QRCode  # a set of formats in some releases, one or many in others
    # "Pure": the picture is straight and clean, and nothing else is in it. Failures are then listed as invalid.
    found = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain, is_pure=True)
    return next((_only_ascii(code.text.encode()) for code in found if code.valid), None)


def _only_ascii(data: bytes) -> str | None:
    return data.decode("ascii") if data.isascii() else None
