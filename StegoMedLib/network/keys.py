"""The key of a rule: from files alone, as nobody is there to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.envelope import Passphrase, joined
from StegoMedLib.envelope.key_sources import passphrase_in, read_identity, read_key_file
from StegoMedLib.envelope.strength import strength_of
from StegoMedLib.errors import UnusableInputError, UnusableKeyError
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.network.nameless import identity_of
from StegoMedLib.network.settings import DEIDENTIFY, EMBED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.envelope import Key, SingleKey
    from StegoMedLib.network.settings import Rule

__all__ = ["check_rule", "key_of"]


def key_of(rule: Rule, tell: Callable[[str], object]) -> Key:
    """The key of a rule.

    Parameters
    ----------
    rule : Rule
    tell : callable
        Given a sentence where others may read the file, too.

    Raises
    ------
    UnusableInputError
        A file cannot be read, holds no key, or holds a passphrase that is easy to guess.
    """
    keys: list[SingleKey] = []
    if rule.passphrase is not None:
        keys.append(_passphrase(rule.passphrase, sealing=rule.action in (DEIDENTIFY, EMBED)))
    if rule.key is not None:
        keys.append(read_key_file(rule.key, tell))
    if rule.identity is not None:
        keys.append(read_identity(rule.identity, _no_password, tell))
    return joined(keys)


def check_rule(rule: Rule, tell: Callable[[str], object]) -> None:
    """Read the key of a rule, and see that it serves; parameters and errors as of `key_of`."""
    key = key_of(rule, tell)
    if rule.action in (DEIDENTIFY, EMBED) and not Pseudonyms.of(key).lasting:
        raise UnusableInputError(
            "The key of a rule holds nothing secret, so that no instance would agree with another."
        )
    if rule.action == DEIDENTIFY:
        identity_of(rule)


def _passphrase(file: Path, *, sealing: bool) -> Passphrase:
    typed = Passphrase.typed(passphrase_in(file))
    if sealing and (strength := strength_of(typed.prepared)).refused:
        raise UnusableInputError(f"The passphrase in {file} could be guessed in {strength}; use a key file.")
    return typed


def _no_password(file: Path) -> bytes:
    raise UnusableKeyError(
        f"{file.name} is encrypted, and nobody is there to be asked for its password; decrypt it with 'openssl pkey' "
        "to a file that only the service may read."
    )
