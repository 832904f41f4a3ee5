# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""The networks of Stego-eHealth: two preparation branches, one that embeds and one that extracts.

N. Subramanian and others (poster) prepare the photograph and the medical image in branches of their own, embed what
both give, and extract from the stego photograph alone. Here each network works on 2 x 2 pixels at a time, which takes a
processor a quarter of the time, and has a linear path beside its layers, so that training begins with what is simple:
the stego is the photograph and a small change.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.lab.photo.config import FOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

__all__ = ["PhotoNetwork", "network_of", "sizes_of"]

_PHOTO, _SECRET = 3 * FOLD * FOLD, FOLD * FOLD
_LAYERS = 3
_LEVELS = 255.0
_SMALL = 0.3
"""Factor on what is added to the photograph, and on the first weights of last layers."""

_HAAR = np.array([[[1, 1], [1, 1]], [[1, -1], [1, -1]], [[1, 1], [-1, -1]], [[1, -1], [-1, 1]]]) / FOLD
"""Mean and three details of 2 x 2 pixels; orthonormal."""

_COLOURS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])
"""Brightness and two differences of colours; orthonormal."""

_ENLARGED_COLOURS, _ENLARGED_DETAILS = (1.0, 3.0, 5.0), (1.0, 4.0, 4.0, 8.0)
"""What varies little is enlarged, so that networks see it as well as the rest."""


@dataclass(frozen=True)
class PhotoNetwork:
    """The four networks.

    Attributes
    ----------
    parts : torch.nn.ModuleDict
        ``photo`` and ``secret`` prepare, ``embedding`` gives the change, ``extraction`` the secret; ``mixing`` and
        ``guessing`` are the linear paths beside the latter two.
    """

    parts: torch.nn.ModuleDict

    def embed(self, photos: torch.Tensor, secrets: torch.Tensor) -> torch.Tensor:
        """Stego photographs as they are stored: whole levels from 0 to 255, divided by 255.

        Rounding lets gradients through as if it were not there.

        Parameters
        ----------
        photos : torch.Tensor of float32, shape (N, 3, H, W), from 0 to 1
        secrets : torch.Tensor of float32, shape (N, 1, H, W), from 0 to 1

        Returns
        -------
        torch.Tensor of float32, shape (N, 3, H, W)
        """
        import torch

        cover, secret = _coefficients(photos - 0.5), _coefficients(secrets - 0.5)
        both = torch.cat([self.parts["photo"](cover), self.parts["secret"](secret)], dim=1)
        change = self.parts["embedding"](both) + self.parts["mixing"](torch.cat([cover, secret], dim=1))
        wished = photos + _SMALL * _pixels(change)
        stored = (wished.detach() * _LEVELS).round().clamp(0, _LEVELS) / _LEVELS
        return wished + (stored - wished.detach())

    def extract(self, stegos: torch.Tensor) -> torch.Tensor:
        """What comes out of photographs (N, 3, H, W); float32, shape (N, 1, H, W), from 0 to 1 or a little beyond."""
        seen = _coefficients(stegos - 0.5)
        return _pixels(self.parts["extraction"](seen) + self.parts["guessing"](seen)) + 0.5


def network_of(channels: int) -> PhotoNetwork:
    """The networks with their first weights, by PyTorch's random numbers.

    Parameters
    ----------
    channels : int
        Of every inner layer.
    """
    from torch import nn

    parts = nn.ModuleDict(
        {
            "photo": _stack([_PHOTO] + [channels] * _LAYERS, ends=False),
            "secret": _stack([_SECRET] + [channels] * _LAYERS, ends=False),
            "embedding": _stack([2 * channels] + [channels] * (_LAYERS - 1) + [_PHOTO]),
            "extraction": _stack([_PHOTO] + [channels] * _LAYERS + [_SECRET]),
            "mixing": nn.Conv2d(_PHOTO + _SECRET, _PHOTO, 1, bias=False),
            "guessing": nn.Conv2d(_PHOTO, _SECRET, 1, bias=False),
        }
    )
    for name in ("embedding", "extraction", "mixing"):
        _shrink([*parts[name].modules()][-1])
    return PhotoNetwork(parts)


def sizes_of(channels: int) -> dict[str, tuple[int, ...]]:
    """Shapes of the weights by name, without making them."""
    import torch

    with torch.device("meta"):
        state: dict[str, Any] = network_of(channels).parts.state_dict()
    return {name: tuple(each.shape) for name, each in state.items()}


def _coefficients(images: torch.Tensor) -> torch.Tensor:
    """Haar transform of 2 x 2 pixels of images (N, C, H, W), details enlarged; shape (N, 4 C, H / 2, W / 2)."""
    from torch.nn import functional

    return functional.conv2d(images, _basis(images.shape[1], inverse=False), stride=FOLD)


def _pixels(coefficients: torch.Tensor) -> torch.Tensor:
    """Undo `_coefficients`."""
    from torch.nn import functional

    return functional.conv_transpose2d(
        coefficients, _basis(coefficients.shape[1] // FOLD**2, inverse=True), stride=FOLD
    )


@lru_cache(maxsize=4)
def _basis(channels: int, *, inverse: bool) -> torch.Tensor:
    """Pattern of each coefficient in the pixels; float32, shape (4 C, C, 2, 2)."""
    import torch

    colours = _COLOURS if channels == len(_COLOURS) else np.ones((1, 1))
    enlarged = np.outer(_ENLARGED_COLOURS[:channels], _ENLARGED_DETAILS)
    scale = (1 / enlarged if inverse else enlarged).reshape(-1, 1, 1, 1)
    patterns = np.einsum("ac,dyx->adcyx", colours, _HAAR).reshape(-1, channels, FOLD, FOLD)
    return torch.from_numpy((patterns * scale).astype(np.float32))


def _stack(channels: Sequence[int], *, ends: bool = True) -> torch.nn.Sequential:
    """Convolutions of 3 x 3 with ReLU behind each, but not behind the last where the stack `ends` there."""
    from torch import nn

    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layer = nn.Conv2d(before, after, 3, padding=1)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.constant_(layer.get_parameter("bias"), 0.0)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*(layers[:-1] if ends else layers))


def _shrink(layer: torch.nn.Module) -> None:
    import torch

    with torch.no_grad():
        for weights in layer.parameters():
            weights.mul_(_SMALL)
