"""The profiles as the pipeline uses them: what each embeds of a message, and how that is extracted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.codec.profile import Payload, Profile, VotingProfile
from StegoMedLib.codec.profiles import ProfileInfo, profile_info
from StegoMedLib.pipeline.message import Message, length_of
from StegoMedLib.pipeline.pools import VotePool
from StegoMedLib.symbol import Symbol, symbol_from_bits, symbol_from_sequence, unpack_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Coding", "coding"]


@dataclass(frozen=True)
class Coding:
    """A profile and what it embeds of a message."""

    info: ProfileInfo
    profile: Profile

    def payload(self, message: Message, nonce: int = 0) -> Payload:
        """Label and data modules, under a nonce; or the whole symbol row by row, as in the paper."""
        if self.info.whole_symbol:
            return Payload(0, message.symbol.modules.ravel())
        return replace(message.payload, nonce=nonce)

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None) -> Payload | None:
        """What is embedded in `plane`, None when there is nothing to be read; `air` (H, W) where a mask is needed."""
        return self.profile.extract(plane, air, length_of)

    def symbols(self, payload: Payload) -> tuple[Symbol, ...] | None:
        """Symbols drawn from `payload`, None when it is none."""
        drawn = [self._symbol(payload.label, bits) for bits in np.split(payload.bits, payload.count)]
        symbols = tuple(symbol for symbol in drawn if symbol is not None)
        return symbols if len(symbols) == payload.count else None

    def pool(self) -> VotePool | None:
        """Where slices that cannot be read alone are put together; None where that gives nothing."""
        return VotePool(self.profile) if isinstance(self.profile, VotingProfile) else None

    def _symbol(self, label: int, bits: NDArray[np.bool_]) -> Symbol | None:
        """Symbol with its function patterns drawn again, or at the head of a sequence, found by its finder patterns."""
        if self.info.whole_symbol:
            return symbol_from_sequence(bits)
        fields = unpack_label(label)
        return None if fields is None else symbol_from_bits(*fields, bits)


def coding(name: str, key: bytes, *, beta: float = DEFAULT_BETA, strength: float | None = None) -> Coding:
    """Make a profile ready for use.

    Parameters
    ----------
    name : str
        One of `PROFILES`.
    key : bytes
        32 bytes; unused by profiles without a key.
    beta, strength : float or None
        For profiles that take them; only the sender needs a strength.

    Raises
    ------
    UsageError
        When there is no such profile.
    """
    info = profile_info(name)
    return Coding(info, info.under(key, beta=beta, strength=strength))
