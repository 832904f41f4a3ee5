"""Which of pydicom's plugins codes pixel data: the strictest, and no other."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pydicom.uid import UID, JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes, JPEGTransferSyntaxes, RLELossless

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["chosen_plugin"]

# GDCM, which pydicom would take first, is not among them: damaged JPEG data makes it end the whole process.
_STRICTEST: Mapping[UID, str] = MappingProxyType(
    {**dict.fromkeys(JPEGLSTransferSyntaxes, "pyjpegls"), RLELossless: "pydicom"}
)
_OF_THE_REST = "pylibjpeg"
_PACKAGES: Mapping[UID, str] = MappingProxyType(
    {
        **dict.fromkeys(JPEGLSTransferSyntaxes, "pyjpegls"),
        **dict.fromkeys(JPEG2000TransferSyntaxes, "pylibjpeg-openjpeg"),
        **dict.fromkeys(JPEGTransferSyntaxes, "pylibjpeg-libjpeg"),
    }
)
"""Python packages that code a transfer syntax, which Slicer may lack."""


def chosen_plugin(available: tuple[str, ...], syntax: UID) -> str:
    """The pydicom plugin to code pixel data of a transfer syntax with.

    Raises
    ------
    UnusableInputError
        The one that can best be trusted with damaged data is not there, and a package would bring it.
    NotImplementedError
        It is not there, and no package is known to bring it.
    """
    name = _STRICTEST.get(syntax, _OF_THE_REST)
    if name in available:
        return name
    if syntax in _PACKAGES:
        raise UnusableInputError(
            f"its pixel data is {syntax.name}, which needs the Python package {_PACKAGES[syntax]}; install that, or "
            "use uncompressed files."
        )
    raise NotImplementedError(f"{name} is not among {available}")
