"""The profiles as the pipeline uses them: what each hides of a message, and how it is read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.choices import BLIND, PROFILES
from StegoMedLib.codec.capacity import Capacity
from StegoMedLib.codec.fidelity import Fidelity
from StegoMedLib.codec.profile import Payload, Profile
from StegoMedLib.codec.robust import Robust
from StegoMedLib.codec.saidi2024 import Saidi2024
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.message import Message, length_of
from StegoMedLib.pipeline.pools import MajorityPool, Pool, SoftPool
from StegoMedLib.symbol import Symbol, symbol_from_bits, symbol_from_sequence, unpack_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["BLIND", "PROFILES", "Coding", "FidelityCoding", "SaidiCoding", "coding", "symbols_of"]


class Coding(Protocol):
    """A profile and what it hides of a message."""

    @property
    def profile(self) -> Profile:
        """The codec's profile."""

    @property
    def needs_mask(self) -> bool:
        """Whether `extract` needs usable blocks."""

    def payload(self, message: Message) -> Payload:
        """What is hidden of `message`."""

    def extract(self, plane: Plane, usable: NDArray[np.bool_] | None) -> Payload | None:
        """What is hidden in `plane`, None when there is nothing to be read; `usable` where a mask is needed."""

    def symbol(self, payload: Payload) -> Symbol | None:
        """Symbol drawn from `payload`, None when it is none."""

    def pool(self) -> Pool:
        """Where slices that cannot be read alone are put together."""


@dataclass(frozen=True)
class FidelityCoding:
    """Data modules only; the symbol's version, level and mask travel in the label."""

    profile: Profile
    needs_mask: bool = False

    def payload(self, message: Message) -> Payload:
        """Label and data modules."""
        return message.payload

    def extract(self, plane: Plane, usable: NDArray[np.bool_] | None) -> Payload | None:
        """Label and data modules, from the plane alone."""
        return self.profile.extract(plane, usable, length_of)

    def symbol(self, payload: Payload) -> Symbol | None:
        """Symbol with its function patterns drawn again."""
        fields = unpack_label(payload.label)
        return None if fields is None else symbol_from_bits(*fields, payload.bits)

    def pool(self) -> Pool:
        """Sum of votes where there are some, else the majority of bits."""
        return SoftPool(self.profile) if isinstance(self.profile, Robust) else MajorityPool()


@dataclass(frozen=True)
class SaidiCoding:
    """The whole symbol, module after module, as in the paper."""

    profile: Profile
    needs_mask: bool = True

    def payload(self, message: Message) -> Payload:
        """All modules, row by row."""
        return Payload(0, message.symbol.modules.ravel())

    def extract(self, plane: Plane, usable: NDArray[np.bool_] | None) -> Payload | None:
        """Bits of all usable blocks in sequence."""
        return self.profile.extract(plane, usable, length_of)

    def symbol(self, payload: Payload) -> Symbol | None:
        """Symbol at the head of the sequence, found by its finder patterns."""
        return symbol_from_sequence(payload.bits)

    def pool(self) -> Pool:
        """Majority of bits."""
        return MajorityPool()


def coding(name: str, key: bytes, *, beta: float = 1000.0, strength: float | None = None) -> Coding:
    """Make a profile ready for use.

    Parameters
    ----------
    name : str
        One of `PROFILES`.
    key : bytes
        32 bytes; unused by ``saidi2024``, which has none.
    beta : float
        Strength of ``saidi2024``.
    strength : float or None
        Of ``robust``: see `codec.robust.Robust`; only the sender needs it.

    Raises
    ------
    UsageError
        When there is no such profile.
    """
    if name == "fidelity":
        return FidelityCoding(Fidelity(key))
    if name == "capacity":
        return FidelityCoding(Capacity(key))
    if name == "robust":
        return FidelityCoding(Robust(key, strength))
    if name == "saidi2024":
        return SaidiCoding(Saidi2024(beta=beta))
    raise UsageError(f"There is no profile {name!r}; choose one of {', '.join(PROFILES)}.")


def symbols_of(coding: Coding, payload: Payload) -> tuple[Symbol, ...] | None:
    """Symbols drawn from `payload`, None when it is none."""
    if payload.count == 1:
        symbol = coding.symbol(payload)
        return None if symbol is None else (symbol,)
    drawn = [coding.symbol(Payload(payload.label, bits)) for bits in np.split(payload.bits, payload.count)]
    symbols = tuple(symbol for symbol in drawn if symbol is not None)
    return symbols if len(symbols) == payload.count else None
