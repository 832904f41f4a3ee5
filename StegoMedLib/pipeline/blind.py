"""Reads slices without being told the profile: each is tried, cheapest first, the one that read last before all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.envelope import Opener, Record, Shard, ShardWriter, locator_key
from StegoMedLib.pipeline.coding import BLIND, Coding, coding
from StegoMedLib.pipeline.message import Reader, symbols_of
from StegoMedLib.pipeline.quality import READ_ALONE, READ_SHARD, Quality, QualityOfReading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Payload
    from StegoMedLib.plane import Plane
    from StegoMedLib.symbol import Symbol

__all__ = ["BlindReader", "Reading"]


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
    """Reads under one passphrase; keys are derived once, however many profiles are tried.

    Parameters
    ----------
    passphrase : bytes
        As `prepare_passphrase` gives it.
    profile : str or None
        The only profile to try; None for all that need no mask.
    beta : float
        Strength of ``saidi2024``.

    Attributes
    ----------
    opener : Opener
        Of the passphrase.
    """

    def __init__(self, passphrase: bytes, profile: str | None = None, *, beta: float = 1000.0) -> None:
        names = BLIND if profile is None else (profile,)
        key = b"" if profile == "saidi2024" else locator_key(passphrase)
        self._codings: dict[str, Coding] = {name: coding(name, key, beta=beta) for name in names}
        self._pools = {name: each.pool() for name, each in self._codings.items()}
        self.opener, self._shards = Opener(passphrase), ShardWriter(key)
        self._reader, self._quality = Reader(self.opener), QualityOfReading()
        self._read_any = False

    @property
    def needs_mask(self) -> bool:
        """Whether `read` needs usable blocks."""
        return any(each.needs_mask for each in self._codings.values())

    def read(self, plane: Plane, usable: NDArray[np.bool_] | None) -> Reading | None:
        """Read one slice; None when no profile reads anything. `usable` (H // 4, W // 4) where it is known."""
        found: dict[str, Payload | None] = {}
        for name, each in self._codings.items():
            found[name] = payload = each.extract(plane, usable)
            reading = None if payload is None else self._reading(name, payload)
            if reading is not None:
                self._prefer(name)
                return reading
        if not self._read_any:
            for name, payload in found.items():
                self._pools[name].add(plane, payload)
        return None

    def together(self) -> list[Reading]:
        """What slices that could not be read alone say together; to be asked when none could."""
        readings = [self._reading(name, payload) for name, pool in self._pools.items() for payload in pool.payloads()]
        return [reading for reading in readings if reading is not None]

    def _reading(self, name: str, payload: Payload) -> Reading | None:
        symbols = symbols_of(self._codings[name], payload)
        if symbols is None:
            return None
        record, text = self._reader.read(*symbols), self._reader.text(*symbols)
        shard = self._shards.read(text) if record is None else None
        if record is None and shard is None:
            return None
        quality = self._quality.of(payload, symbols, text, READ_ALONE if shard is None else READ_SHARD)
        return Reading(name, record, symbols, quality, shard)

    def _prefer(self, name: str) -> None:
        """Try a profile first from now on: slices of a series are marked alike."""
        self._read_any = True
        if next(iter(self._codings)) != name:
            self._codings = {name: self._codings[name], **self._codings}
