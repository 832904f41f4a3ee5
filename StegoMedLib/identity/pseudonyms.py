"""Names, UIDs and days that stand for others: by a keyed hash, the same everywhere under one key, without any table.

HMAC-SHA-256 (RFC 2104) under a key that is derived from the user's for this purpose alone. Who has the key can compute
what stands for what; who has not learns nothing but which things are the same.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import RFC_4122, UUID

from StegoMedLib.envelope import public_locator
from StegoMedLib.envelope.derivation import expanded
from StegoMedLib.labels import label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from StegoMedLib.envelope import Key

__all__ = ["Patient", "Pseudonyms", "is_pseudonym", "is_study_pseudonym"]

_NAME_BYTES, _STUDY_BYTES = 10, 5
_PREFIX = "SM"
_MOST_WEEKS = 260
"""Five years."""
_OF_PATIENT, _OF_STUDY = re.compile(rf"{_PREFIX}[A-Z2-7]{{16}}"), re.compile(r"[A-Z2-7]{8}")
_DATE_DIGITS = 8
_DATE = re.compile(r"[0-9]{8}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:\.[0-9]{1,6})?)?)?)?(?:[+-][01][0-9][0-5][0-9])?")
"""DA, and DT with a day (PS3.5 6.2)."""
_UUID_VERSION = 8
"""A UUID of a form of one's own (RFC 9562, section 5.8)."""


@dataclass(frozen=True, order=True)
class Patient:
    """Who it is: PatientID and its issuer, and the name where there is no ID; values as they stand in the header."""

    id: str
    issuer: str = ""
    name: str = ""

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "Patient(...)"


@dataclass(frozen=True, repr=False)
class Pseudonyms:
    """What stands for what.

    Attributes
    ----------
    secret : bytes of length 32
    given : mapping of str to str
        Pseudonyms that somebody prescribed, by PatientID.
    lasting : bool
        Another run under the same key gives the same.
    """

    secret: bytes
    given: Mapping[str, str] = field(default_factory=dict)
    lasting: bool = True

    @classmethod
    def of(cls, key: Key, given: Mapping[str, str] | None = None) -> Pseudonyms:
        """Those of a key; where it holds nothing secret, as public keys of recipients, those of this run alone."""
        found = next((each for each in key.locators() if each != public_locator()), None)
        secret = secrets.token_bytes(32) if found is None else expanded(found, "pseudonyms")
        return cls(secret, dict(given or {}), lasting=found is not None)

    def name(self, patient: Patient) -> str:
        """PatientID and PatientName of a patient from now on: at most 18 letters and digits, if none is prescribed."""
        given = self.given.get(patient.id)
        return given or _PREFIX + self._letters("patient", _NAME_BYTES, patient.id, patient.issuer, patient.name)

    def study(self, uid: str) -> str:
        """StudyID that stands for that of the study with this UID: 8 letters and digits."""
        return self._letters("study", _STUDY_BYTES, uid)

    def uid(self, uid: str) -> str:
        """UID that stands for another one: root 2.25 and a UUID in decimal digits (PS3.5 B.2)."""
        number = bytearray(self._hash("uid", uid)[:16])
        number[6] = number[6] & 0x0F | _UUID_VERSION << 4
        number[8] = number[8] & 0x3F | 0x80
        made = UUID(bytes=bytes(number))
        assert made.variant == RFC_4122  # noqa: S101  the two bits above are those of the variant
        return f"2.25.{made.int}"

    def fingerprint(self, what: str) -> str:
        """Keyed hash of a text, 16 hexadecimal digits, for those who have to show that two are the same."""
        return self._hash("fingerprint", what)[:8].hex()

    def days(self, patient: Patient) -> int:
        """By how many days dates of a patient are moved: back, by whole weeks, from 1 to 260, so that weekdays stay."""
        number = int.from_bytes(self._hash("weeks", patient.id, patient.issuer, patient.name)[:8], "big")
        return -7 * (1 + number % _MOST_WEEKS)

    def moved(self, date: str, patient: Patient) -> str | None:
        """A date (DA, or the beginning of DT) moved; None where it is none, or has no day."""
        digits = date[:_DATE_DIGITS]
        if _DATE.fullmatch(date) is None:
            return None
        try:
            day = dt.datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007  a date has no zone
            return f"{day + dt.timedelta(days=self.days(patient)):%Y%m%d}".rjust(8, "0") + date[_DATE_DIGITS:]
        except (ValueError, OverflowError):
            return None

    def _letters(self, purpose: str, size: int, *parts: str) -> str:
        return base64.b32encode(self._hash(purpose, *parts)[:size]).decode("ascii").rstrip("=")

    def _hash(self, purpose: str, *parts: str) -> bytes:
        content = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return hmac.digest(self.secret, label(f"pseudonym of {purpose}") + b"\0" + content, "sha256")


def is_pseudonym(text: str) -> bool:
    """Whether a text has the form of a pseudonym of a patient."""
    return _OF_PATIENT.fullmatch(text) is not None


def is_study_pseudonym(text: str) -> bool:
    """Whether a text has the form of a StudyID that stands for another one."""
    return _OF_STUDY.fullmatch(text) is not None
