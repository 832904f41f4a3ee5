"""What a rule says of identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import PRESETS
from StegoMedLib.identity.options import Options
from StegoMedLib.network.settings import HEADER
from StegoMedLib.pipeline.chosen_identity import chosen_identity

if TYPE_CHECKING:
    from StegoMedLib.network.settings import Rule
    from StegoMedLib.pipeline.deidentify import Identity

__all__ = ["identity_of"]


def identity_of(rule: Rule) -> Identity:
    """What is done with identities by a rule of `deidentify`; its files are read.

    Raises
    ------
    UsageError
        Options exclude each other, or are unknown.
    UnusableInputError
        A file cannot be used.
    """
    return chosen_identity(
        Options.of((*PRESETS[rule.preset], *rule.retain, *rule.clean), rule.remove),
        rule.carry,
        pseudonyms=rule.pseudonyms,
        certificates=rule.certificates,
        accept_burned_in=rule.accept_burned_in,
        header_suffices=rule.without_capacity == HEADER,
    )
