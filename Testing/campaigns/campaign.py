"""What a campaign is: inputs made by chance, and a judgement of how each ended."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from StegoMedLib.errors import StegoMedError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Campaign", "Limits", "WrongResultError", "judge", "make_input"]

_LONGEST_SENTENCE = 1000


class WrongResultError(Exception):
    """Something ended well and should not have, or ended with the wrong result."""


@dataclass(frozen=True)
class Limits:
    """What one input may take.

    Attributes
    ----------
    seconds : float
    megabytes : int
        Address space beyond what the process has taken when it is ready; Linux and other Unix systems keep to it.
    """

    seconds: float = 20.0
    megabytes: int = 1500


class Campaign(Protocol):
    """What is attacked, and with what.

    Objects travel to other processes, so that they hold nothing but their settings before `prepare`.
    """

    name: str

    def prepare(self, folder: Path) -> None:
        """Make ready in a fresh process whose files go to the empty `folder`; what it loads counts for no limit."""
        ...

    def make(self, chance: random.Random) -> bytes:
        """Make one input; by `chance` alone."""
        ...

    def judge(self, content: bytes) -> str:
        """Put one input to the test and name how it ended, in a word.

        A `StegoMedError` that comes out is a refusal. Any other exception is a finding, and so is a
        `WrongResultError`, which says that something ended well and should not have.
        """
        ...


def make_input(campaign: Campaign, seed: int, number: int) -> bytes:
    """Make one input of a campaign that is prepared."""
    return campaign.make(random.Random(f"{campaign.name}/{seed}/{number}"))


def judge(campaign: Campaign, content: bytes) -> str:
    """Put one input to the test; a refusal is one printable sentence of sensible length.

    Raises
    ------
    WrongResultError
        The sentence is none, or the campaign says so.
    """
    try:
        return campaign.judge(content)
    except StegoMedError as error:
        said = str(error)
        if not said.isprintable() or not 1 < len(said) <= _LONGEST_SENTENCE:
            raise WrongResultError(f"the refusal is no sentence for people: {said[:_LONGEST_SENTENCE]!r}") from error
        return "refused"
