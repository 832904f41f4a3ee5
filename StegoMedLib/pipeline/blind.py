"""Reads slices without being told the profile: each is tried, cheapest first, the one that read last before all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.codec.profiles import BLIND, profile_info
from StegoMedLib.envelope import Key, Opener, Record, Shard, ShardWriter
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Reader
from StegoMedLib.pipeline.quality import READ_ALONE, READ_SHARD, Quality, QualityOfReading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Payload
    from StegoMedLib.plane import Plane
    from StegoMedLib.symbol import Symbol

__all__ = ["BlindReader", "Reading"]

_Way = tuple[str, bytes]
"""A profile and a locator."""


@dataclass(frozen=True)
class Reading:
    """What was read from one slice, or from several together.

    Attributes
    ----------
    profile : str
    record : Record or None
        None for a shard.
    symbols : tuple of Symbol
    quality : Quality
    shard : Shard or None
        Of a record that is spread over slices.
    """

    profile: str
    record: Record | None
    symbols: tuple[Symbol, ...]
    quality: Quality
    shard: Shard | None = None


class BlindReader:
    """Reads under one key; what is derived from it is derived once, however many profiles are tried.

    Parameters
    ----------
    key : Key
    profile : str or None
        The only profile to try; None for all that need no mask.
    beta : float
        Strength of ``saidi2024``.

    Attributes
    ----------
    opener : Opener
        Of the key.
    """

    def __init__(self, key: Key, profile: str | None = None, *, beta: float = DEFAULT_BETA) -> None:
        names = BLIND if profile is None else (profile,)
        keyed = any(profile_info(name).keyed for name in names)
        locators = key.locators() if keyed else (b"",)
        self._codings: dict[_Way, Coding] = {
            (name, locator): coding(name, locator, beta=beta) for locator in locators for name in names
        }
        self._pools = {way: each.pool() for way, each in self._codings.items()}
        self.opener, self._shards = Opener(key), {locator: ShardWriter(locator) for locator in locators}
        self._reader, self._quality = Reader(self.opener), QualityOfReading()
        self._read_any = False

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
        found: dict[_Way, Payload | None] = {}
        for way, each in self._codings.items():
            found[way] = payload = each.extract(plane, air)
            reading = None if payload is None else self._reading(way, payload)
            if reading is not None:
                self._prefer(way)
                return reading
        if not self._read_any:
            for way, payload in found.items():
                self._pools[way].add(plane, payload)
        return None

    def together(self) -> list[Reading]:
        """What slices that could not be read alone say together; to be asked when none could."""
        readings = [self._reading(way, payload) for way, pool in self._pools.items() for payload in pool.payloads()]
        return [reading for reading in readings if reading is not None]

    def _reading(self, way: _Way, payload: Payload) -> Reading | None:
        name, locator = way
        symbols = self._codings[way].symbols(payload)
        if symbols is None:
            return None
        record, text = self._reader.read(*symbols), self._reader.text(*symbols)
        shard = self._shards[locator].read(text) if record is None else None
        if record is None and shard is None:
            return None
        quality = self._quality.of(payload, symbols, text, READ_ALONE if shard is None else READ_SHARD)
        return Reading(name, record, symbols, quality, shard)

    def _prefer(self, way: _Way) -> None:
        """Try a profile and a locator first from now on: slices of a series are marked alike."""
        self._read_any = True
        if next(iter(self._codings)) != way:
            self._codings = {way: self._codings[way], **self._codings}
