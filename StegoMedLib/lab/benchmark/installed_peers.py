"""Watermarking packages of other people, run with their own code and their own settings.

They are installed for the benchmark only (see Testing/benchmarks/peers-requirements.txt). All take colour images of 8
bits; a DICOM plane has one channel and up to 16 bits, so the plane is mapped on 0 to 255, given to them three times,
and their result's luminance is kept.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from StegoMedLib.lab.benchmark.methods import MethodFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.methods import Method, Told
    from StegoMedLib.plane import Plane

__all__ = ["HOW_TO_INSTALL", "BlindWatermark", "InvisibleWatermark", "installed_peers", "missing_packages"]

HOW_TO_INSTALL = "pip install --no-deps -r Testing/benchmarks/peers-requirements.txt torch"
"""For people who want the rows that are missing."""

_PACKAGES = {"blind_watermark": "blind-watermark", "imwatermark": "invisible-watermark"}
_ALSO_NEEDED = {"cv2": "opencv-python-headless", "pywt": "PyWavelets"}
_TORCH = {"torch": "torch"}


def missing_packages() -> list[str]:
    """Names, as pip knows them, of the packages without which some peers cannot run."""
    wanted = _PACKAGES | _ALSO_NEEDED | _TORCH
    return [name for module, name in wanted.items() if find_spec(module) is None]


def installed_peers() -> list[Method]:
    """The peers whose packages are there."""
    if any(find_spec(module) is None for module in _ALSO_NEEDED):
        return []
    peers: list[Method] = []
    if find_spec("blind_watermark") is not None:
        peers.append(BlindWatermark())
    if find_spec("imwatermark") is not None and find_spec("torch") is not None:
        peers += [
            InvisibleWatermark("dwtDct"),
            InvisibleWatermark("dwtDctSvd"),
            InvisibleWatermark("dwtDct", grey=False),
        ]
    return peers


class _WaterMark(Protocol):
    """What is used of the class of that name in blind-watermark."""

    def read_img(self, *, img: NDArray[np.uint8]) -> object: ...
    def read_wm(self, content: NDArray[np.int64], mode: str) -> None: ...
    def embed(self) -> NDArray[Any]: ...
    def extract(self, *, embed_img: NDArray[np.uint8], wm_shape: int, mode: str) -> NDArray[Any]: ...


class BlindWatermark:
    """Package blind-watermark: DWT, DCT and SVD of 4x4 blocks of the approximation band, every block used."""

    name, group, needs, eight_bit = "blind_watermark", "peer", "length", True
    settings = "defaults (d1 = 36, d2 = 20), bits"

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego luminance (H, W)."""
        del told
        mark = self._mark()
        mark.read_img(img=_colour(cover))
        mark.read_wm(bits.astype(np.int64), mode="bit")
        return _luminance(_guarded(mark.embed))

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Bits, split into two clusters as the package does."""
        mark = self._mark()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # means of empty clusters, when every bit reads alike
            found = _guarded(lambda: mark.extract(embed_img=_colour(plane), wm_shape=told.length, mode="bit"))
        return np.asarray(found) > 0.5  # noqa: PLR2004  its bits are 0.0 and 1.0

    @staticmethod
    def _mark() -> _WaterMark:
        import blind_watermark  # noqa: PLC0415  installed for the benchmark only

        blind_watermark.bw_notes.close()
        mark: _WaterMark = blind_watermark.WaterMark(password_wm=1, password_img=1)
        return mark


class InvisibleWatermark:
    """Package invisible-watermark: one coefficient or singular value of each 4x4 block of the approximation band.

    Parameters
    ----------
    method : str
        ``"dwtDct"`` or ``"dwtDctSvd"``.
    grey : bool
        Mark the luminance with the package's strength. The package's default marks a colour difference, which a plane
        of one channel has not.
    """

    group, needs, eight_bit = "peer", "length", True

    def __init__(self, method: str, *, grey: bool = True) -> None:
        self.name = f"invisible-watermark {method}" + ("" if grey else ", colour")
        self.settings = "scale 36 on luminance" if grey else "defaults: scale 36 on the colour difference U"
        self._method = method
        self._scales: dict[str, Any] = {"scales": [36, 0, 0]} if grey else {}

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego luminance (H, W)."""
        del told
        from imwatermark import WatermarkEncoder  # noqa: PLC0415  installed for the benchmark only

        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", bits.astype(int).tolist())
        return _luminance(_guarded(lambda: encoder.encode(_colour(cover), self._method, **self._scales)))

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Bits by the mean of their blocks."""
        from imwatermark import WatermarkDecoder  # noqa: PLC0415  installed for the benchmark only

        decoder = WatermarkDecoder("bits", told.length)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # means over no blocks, of bits that found none
            found = _guarded(lambda: decoder.decode(_colour(plane), self._method, **self._scales))
        return np.asarray(found, dtype=np.bool_)


def _colour(plane: Plane) -> NDArray[np.uint8]:
    """The plane in three equal channels; uint8, shape (H, W, 3)."""
    return np.repeat(plane.pixels.astype(np.uint8)[:, :, None], 3, axis=2)


def _luminance(image: NDArray[Any]) -> NDArray[np.int32]:
    """Luminance (BT.601) of an image (H, W, 3) of blue, green and red; int32, shape (H, W), 0 to 255."""
    grey = np.rint(np.asarray(image, dtype=np.float64) @ np.array([0.114, 0.587, 0.299]))
    return np.asarray(np.clip(grey, 0, 255), dtype=np.int32)


def _guarded(work: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Call into a peer; whatever it raises is a result to be reported."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001  assertions, index errors, RuntimeError: each peer has its own
        raise MethodFailedError(f"{type(error).__name__}: {error}") from None
