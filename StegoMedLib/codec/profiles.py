"""The registry of profiles, which command line, panel, pipeline, documents and tests read.

Light to load, for help: no arrays, and no codec before `ProfileInfo.under` is called. A new profile is a row here, a
folder or file of its own beside this one, and its row in the documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from StegoMedLib.choices import REPLICATE, SPREAD
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from StegoMedLib.codec.profile import Profile

__all__ = ["BLIND", "DEFAULT_PROFILE", "PROFILES", "ProfileInfo", "larger_than", "profile_info", "profiles_with"]


@dataclass(frozen=True)
class ProfileInfo:
    """Name, description and abilities of a profile, without its codec.

    Attributes
    ----------
    name : str
    sentence : str
        What it does, in one sentence for people.
    codec : str
        Module in `StegoMedLib.codec`, and class: ``module:Class``.
    modes : tuple of str
        How a record may lie in a series: `MODES`. Votes that add up have to be for the same bits in all slices, so that
        such a profile does not spread.
    keyed : bool
        Whether a key says where the bits lie.
    needs_mask : bool
        Whether a receiver needs the significant region. Where it does not, it finds the profile by itself, too.
    most_symbols : int
        Symbols that a slice may carry.
    whole_symbol : bool
        Whether all modules of the symbol are embedded, or its data modules only.
    votes : bool
        Whether what slices say adds up, or each bit of each slice is read or not read.
    tunings : tuple of str
        Numbers that it takes beside the key: ``beta``, ``strength``.
    exact : bool
        Whether one changed pixel is told, and, with tiles, where it lies.
    restores : bool
        Whether the cover comes back, bit by bit.
    """

    name: str
    sentence: str
    codec: str
    modes: tuple[str, ...] = (REPLICATE,)
    keyed: bool = True
    needs_mask: bool = False
    most_symbols: int = 1
    whole_symbol: bool = False
    votes: bool = False
    tunings: tuple[str, ...] = ()
    exact: bool = False
    restores: bool = False

    def under(self, key: bytes, **tuning: float | None) -> Profile:
        """Give the codec for a key of 32 bytes; it gets those of `tuning` that it knows and that are not None."""
        module, name = self.codec.split(":")
        codec: Callable[..., Profile] = getattr(import_module(f"StegoMedLib.codec.{module}"), name)
        taken = {each: tuning[each] for each in self.tunings if tuning.get(each) is not None}
        return codec(key, **taken) if self.keyed else codec(**taken)


_ROWS = (
    ProfileInfo(
        "fidelity",
        "Changes as few pixels as possible, each by one grey level; extracted without mask, model or original.",
        "fidelity:Fidelity",
        modes=(REPLICATE, SPREAD),
        exact=True,
    ),
    ProfileInfo(
        "capacity",
        "Carries as much as the air can hold, for large files; may change most of it by one grey level.",
        "capacity:Capacity",
        modes=(REPLICATE, SPREAD),
        exact=True,
        most_symbols=64,  # 183 kB of text; six fill a slice of 512 x 512
    ),
    ProfileInfo(
        "reversible",
        "Gives the image back bit by bit as it was before embedding; carries less where the air is noisy.",
        "reversible:Reversible",
        modes=(REPLICATE, SPREAD),
        exact=True,
        restores=True,
        most_symbols=8,  # all that calm air around a trunk of 512 x 512 holds
    ),
    ProfileInfo(
        "robust",
        "Survives noise and lossy compression; changes the air a lot, up to hundreds of grey levels.",
        "robust:Robust",
        votes=True,
        tunings=("strength",),
    ),
    ProfileInfo(
        "saidi2024",
        "The published method, for comparison: changes more, and can only be extracted with the same region.",
        "saidi2024:Saidi2024",
        keyed=False,
        needs_mask=True,
        whole_symbol=True,
        tunings=("beta",),
    ),
)

PROFILES: Mapping[str, ProfileInfo] = MappingProxyType({row.name: row for row in _ROWS})
"""All profiles by name; those that are cheapest to look for come first."""

DEFAULT_PROFILE = _ROWS[0].name

BLIND = tuple(row.name for row in _ROWS if not row.needs_mask)
"""Profiles that `extract` finds automatically, the cheapest first."""


def profile_info(name: str) -> ProfileInfo:
    """Give the entry of a profile; raises `UsageError` if there is none of that name."""
    if name not in PROFILES:
        raise UsageError(f"There is no profile {name!r}; choose one of {', '.join(PROFILES)}.")
    return PROFILES[name]


def profiles_with(*, mode: str | None = None, tuning: str | None = None) -> tuple[str, ...]:
    """Give the names of the profiles that have a mode and take a tuning."""
    return tuple(
        row.name for row in _ROWS if (mode is None or mode in row.modes) and (tuning is None or tuning in row.tunings)
    )


def larger_than(name: str, mode: str) -> str:
    """Give the profile with the most capacity in `mode`; empty if that is the one named."""
    largest = max(profiles_with(mode=mode), key=lambda each: PROFILES[each].most_symbols)
    return "" if largest == name else largest
