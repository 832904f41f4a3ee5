"""Attacks a plane: plane in, plane out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import UsageError
from StegoMedLib.lab.attacks.kinds import KINDS

if TYPE_CHECKING:
    from numpy.random import Generator

    from StegoMedLib.plane import Plane

__all__ = ["Attacked", "attack", "attack_and_measure"]


@dataclass(frozen=True)
class Attacked:
    """A plane after an attack.

    Attributes
    ----------
    plane : Plane
    ratio : float or None
        BitsStored bits a pixel over the bits that the codestream took; None for what is no compression.
    """

    plane: Plane
    ratio: float | None = None


def attack(kind: str, plane: Plane, level: float, rng: Generator) -> Plane:
    """Do to `plane` what the attack `kind` of `KINDS` does at `level`.

    Parameters
    ----------
    kind : str
        A name in `KINDS`, which says what the level counts.
    plane : Plane
        Stays as it is.
    level : float
    rng : numpy.random.Generator
        Whatever is random is drawn from it.

    Returns
    -------
    Plane
        The same in all but its pixels; int32, shape (H, W), rounded and clipped to the legal range. Pixels that were
        outside that range stay as they are.

    Raises
    ------
    UsageError
        When there is no such kind, or the level makes no sense for it.
    """
    return attack_and_measure(kind, plane, level, rng).plane


def attack_and_measure(kind: str, plane: Plane, level: float, rng: Generator) -> Attacked:
    """Like `attack`, and tell the ratio that a lossy compression reached."""
    if kind not in KINDS:
        raise UsageError(f"There is no attack {kind!r} on a plane; choose one of {', '.join(KINDS)}.")
    chosen = KINDS[kind]
    chosen.check(level)
    made = chosen.change(plane, level, rng)
    values, size = made if isinstance(made, tuple) else (made, None)
    legal = np.clip(np.rint(values), plane.low, plane.high).astype(np.int32)
    inside = (plane.pixels >= plane.low) & (plane.pixels <= plane.high)
    ratio = None if size is None else plane.pixels.size * plane.bits_stored / 8 / size
    return Attacked(replace(plane, pixels=np.where(inside, legal, plane.pixels)), ratio)
