"""Time that Encrypted Attributes take: written, read, and refused for one reason or another, in turns.

The answers to what is wrong shall take the same time. Beside each median stands how far it is from that of a wrong key,
and how far two halves of the measurements of one and the same reason are apart: less than that says nothing.
"""

from __future__ import annotations

import os
import statistics
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from pydicom import Dataset

from StegoMedLib.dicom.embedded import item_in_memory
from StegoMedLib.errors import NothingDecryptedError
from StegoMedLib.identity.encrypted import decrypted, encrypted
from Testing.certificates import certificate, rsa_key
from Testing.envelopes import edited, made_envelope, padded, recipient

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.identity import enveloped as cms

ROUNDS = 500


def attributes() -> Dataset:
    found = Dataset()
    for number in range(40):
        found.add_new(0x00101000 + number, "LO", f"value {number}")
    return found


def item(envelope: bytes) -> Dataset:
    found = Dataset()
    found.EncryptedContentTransferSyntaxUID, found.EncryptedContent = "1.2.840.10008.1.2.1", envelope
    return found


def cases() -> dict[str, Dataset]:
    """Items of one size, each wrong in its own way but the last."""
    right = encrypted(attributes(), [certificate(rsa_key(0))])
    inner = item_in_memory(0x04000550, attributes())

    def other_key(info: cms._ContentInfo) -> None:
        info.content.recipients = type(info.content.recipients)([recipient(os.urandom(255).rjust(256, b"\0"))])

    def other_content(info: cms._ContentInfo) -> None:
        info.content.encrypted.content = os.urandom(len(info.content.encrypted.content or b""))

    return {
        "for another certificate": encrypted(attributes(), [certificate(rsa_key(1))]),
        "wrapped key damaged": item(edited(right.EncryptedContent, other_key)),
        "content damaged": item(edited(right.EncryptedContent, other_content)),
        "padding wrong": item(made_envelope(padded(inner)[:-1] + b"\0")),
        "padding right, no data set": item(made_envelope(padded(os.urandom(len(inner))))),
        "no envelope": item(os.urandom(len(right.EncryptedContent))),
        "right": right,
    }


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    with suppress(NothingDecryptedError):
        work()
    return time.perf_counter() - start


def main() -> None:
    key, held = rsa_key(0), certificate(rsa_key(0))
    found = cases()
    times: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(ROUNDS):
        for name, one in found.items():  # in turns, so that what else the computer does is alike for all
            times[name].append(seconds(lambda one=one: decrypted([one], key)))  # type: ignore[misc]
    writing = statistics.median(seconds(lambda: encrypted(attributes(), [held])) for _ in range(200))
    print(f"encrypting 40 attributes for one certificate  {writing * 1e6:7.1f} us")
    wrong = statistics.median(times["for another certificate"])
    for name, each in times.items():
        median, halves = statistics.median(each), [statistics.median(each[first::2]) for first in (0, 1)]
        print(
            f"decrypting, {name:28s}  {median * 1e6:7.1f} us  {(median - wrong) * 1e6:+6.1f} us"
            f"  (halves {abs(halves[0] - halves[1]) * 1e6:.1f} us apart)"
        )


if __name__ == "__main__":
    main()
