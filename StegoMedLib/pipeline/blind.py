"""Reads slices without being told the profile: each is tried, cheapest first, the one that read last before all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.codec.profiles import BLIND, profile_info
from StegoMedLib.envelope import Key, Opened, Opener, Shard, ShardWriter, is_ours
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Reader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Payload, Profile, Votes
    from StegoMedLib.plane import Plane
    from StegoMedLib.symbol import Symbol

__all__ = ["BlindReader", "Reading", "Way"]

Way = tuple[str, bytes]
"""A profile and a locator."""


@dataclass(frozen=True)
class Reading:
    """What was read from one slice, or from several together.

    Attributes
    ----------
    way : tuple of (str, bytes)
        The profile, and the locator of the key by which it was found.
    opened : Opened or None
        What the envelope held; None for a shard, and for an envelope that the key does not open.
    symbols : tuple of Symbol
    payload : Payload
    text : str
        What the symbols say.
    nonces : int
        That there are for such slices under the profile.
    shard : Shard or None
        Of a record that is spread over slices.
    shape : tuple of int or None
        Rows and columns of slices that were read together.
    """

    way: Way = field(repr=False)
    opened: Opened | None
    symbols: tuple[Symbol, ...]
    payload: Payload
    text: str = field(repr=False)
    nonces: int = 1
    shard: Shard | None = None
    shape: tuple[int, int] | None = None

    @property
    def profile(self) -> str:
        """Name of the profile."""
        return self.way[0]


class BlindReader:
    """Reads under one key; what is derived from it is derived once, however many profiles are tried.

    Parameters
    ----------
    key : Key
    profile : str or None
        The only profile to try; None for all that need no mask.
    beta : float
        Strength of ``saidi2024``.
    sealed_too : bool
        Give also what lies where this key's records do, but is for others to open: positions may be public.
    locators : tuple of bytes
        Of the key, where they were derived already.

    Attributes
    ----------
    opener : Opener
        Of the key.
    """

    def __init__(
        self,
        key: Key,
        profile: str | None = None,
        *,
        beta: float = DEFAULT_BETA,
        sealed_too: bool = False,
        locators: tuple[bytes, ...] = (),
    ) -> None:
        names = BLIND if profile is None else (profile,)
        keyed = any(profile_info(name).keyed for name in names)
        locators = (locators or key.locators()) if keyed else (b"",)
        self._codings: dict[Way, Coding] = {
            (name, locator): coding(name, locator, beta=beta) for locator in locators for name in names
        }
        pools = ((way, each.pool()) for way, each in self._codings.items())
        self._pools = {way: pool for way, pool in pools if pool is not None}
        self.opener, self._shards = Opener(key), {locator: ShardWriter(locator) for locator in locators}
        self._reader = Reader(self.opener)
        self._read_any, self._sealed_too = False, sealed_too

    @property
    def newer(self) -> bool:
        """Whether something was read that a newer version wrote."""
        return self._reader.newer

    @property
    def needs_mask(self) -> bool:
        """Whether `read` needs the air."""
        return any(each.info.needs_mask for each in self._codings.values())

    def read(self, plane: Plane, air: NDArray[np.bool_] | None) -> Reading | None:
        """Read one slice; None when no profile reads anything. `air` (H, W) where it is known."""
        for way in self._codings:
            reading = self.read_as(way, plane, air)
            if reading is not None:
                self._prefer(way)
                return reading
        return None

    def read_as(self, way: Way, plane: Plane, air: NDArray[np.bool_] | None) -> Reading | None:
        """Read one slice in one way; None when nothing is read so."""
        each = self._codings[way]
        payload = each.extract(plane, air)
        reading = None if payload is None else self.reading(way, payload)
        return None if reading is None else replace(reading, nonces=each.profile.nonces(plane.shape))

    def profile(self, way: Way) -> Profile:
        """The codec that reads in a way."""
        return self._codings[way].profile

    def hear(self, plane: Plane) -> list[Way]:
        """Put a slice that could not be read alone with the others, as long as none could; the ways it is heard in."""
        return [] if self._read_any else [way for way, pool in self._pools.items() if pool.add(plane)]

    def voted(self, way: Way, plane: Plane) -> tuple[Votes | None, int]:
        """What a slice votes for in one way, and the nonces that there are."""
        return self._pools[way].votes(plane), self._codings[way].profile.nonces(plane.shape)

    def together(self) -> list[Reading]:
        """What slices that could not be read alone say together; to be asked when none could."""
        readings = [
            (self.reading(way, payload), shape)
            for way, pool in self._pools.items()
            for shape, payload in pool.payloads().items()
        ]
        return [replace(reading, shape=shape) for reading, shape in readings if reading is not None]

    def reading(self, way: Way, payload: Payload) -> Reading | None:
        """What a payload that was read in one way says; None where that is nothing."""
        _, locator = way
        symbols = self._codings[way].symbols(payload)
        if symbols is None:
            return None
        text = self._reader.text(*symbols)
        opened = self._reader.read(text)
        shard = self._shards[locator].read(text) if opened is None else None
        if opened is None and shard is None and not (self._sealed_too and is_ours(text)):
            return None
        return Reading(way, opened, symbols, payload, text, shard=shard)

    def _prefer(self, way: Way) -> None:
        """Try a profile and a locator first from now on: slices of a series are marked alike."""
        self._read_any = True
        if next(iter(self._codings)) != way:
            self._codings = {way: self._codings[way], **self._codings}
