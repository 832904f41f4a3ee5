"""What a rule says of identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import PRESETS
from StegoMedLib.identity.certificates import read_certificate
from StegoMedLib.identity.csv_pseudonyms import read_pseudonyms
from StegoMedLib.identity.options import Options
from StegoMedLib.network.settings import HEADER
from StegoMedLib.pipeline.deidentify import Identity

if TYPE_CHECKING:
    from StegoMedLib.network.settings import Rule

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
    return Identity(
        Options.of((*PRESETS[rule.preset], *rule.retain, *rule.clean), rule.remove),
        rule.carry,
        {} if rule.pseudonyms is None else read_pseudonyms(rule.pseudonyms),
        rule.accept_burned_in,
        tuple(map(read_certificate, rule.certificates)),
        header_suffices=rule.without_capacity == HEADER,
    )
