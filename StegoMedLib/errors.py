"""The errors that StegoMed raises: each has a sentence for the user (cause and remedy) and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CancelledError",
    "DoesNotFitError",
    "LossyPhotographError",
    "MarkedAlreadyError",
    "NewerVersionError",
    "NotEveryFileError",
    "NothingDecryptedError",
    "NothingReadableError",
    "NothingToSealError",
    "PersonMustLookError",
    "ServerError",
    "StegoMedError",
    "TextInPicturesError",
    "TooFewPhotographsError",
    "TooFewShardsError",
    "UnusableFileError",
    "UnusableInputError",
    "UnusableKeyError",
    "UsageError",
    "WorkerEndedError",
]


class StegoMedError(Exception):
    """Base of all errors that StegoMed raises on purpose; ``str(error)`` is a sentence for the user.

    A message never contains a passphrase, a key, or anything of a record.

    Parameters
    ----------
    sentences : str
        One, or several where each is worth a line of its own.
    """

    exit_code = 1

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)

    def __str__(self) -> str:
        """All sentences."""
        return " ".join(self.args)


class UsageError(StegoMedError):
    """The request itself makes no sense, whatever the files hold."""

    exit_code = 2


class UnusableInputError(StegoMedError):
    """A file, folder, setting or target cannot be used."""

    exit_code = 3


class NewerVersionError(UnusableInputError):
    """The record is in a newer version of the format, which this version of StegoMed does not know."""

    def __init__(self) -> None:
        super().__init__("The record was written by a newer version of StegoMed; update StegoMed to extract it.")


class UnusableFileError(UnusableInputError):
    """One file of a source cannot be used; its other files may be usable."""


class MarkedAlreadyError(UnusableInputError):
    """A slice carries a record already, and nobody said that it shall be replaced."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name} carries a record already, where this key puts one; replace it with --replace, or, to change the "
            "key alone, use 'stegomed reseal'."
        )


class LossyPhotographError(UnusableInputError):
    """A photograph was stored with loss, and nobody said that such are taken.

    Parameters
    ----------
    path : str
    """

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"{path} was compressed with loss, so that changes can be told; take photographs that never were, or "
            "add --decode-jpeg."
        )

    def __reduce__(self) -> tuple[type[LossyPhotographError], tuple[str]]:
        """Come from another process as it was raised there."""
        return type(self), (self.path,)


class UnusableKeyError(UnusableInputError):
    """What should be a key is none, or cannot be used here; the sentence names no file."""


class NothingToSealError(UnusableInputError):
    """The header of a slice holds none of the attributes to seal; headers of other slices may."""


class NothingReadableError(StegoMedError):
    """No record can be extracted with this key: a wrong key, damaged data and "nothing embedded" look alike."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "No record can be extracted with this passphrase or key; check it, and that these are the marked images."
        )


class NothingDecryptedError(NothingReadableError):
    """No Encrypted Attributes can be decrypted with this key: they are for others, damaged, or there are none."""

    def __init__(self) -> None:
        StegoMedError.__init__(
            self,
            "No Encrypted Attributes can be decrypted with this private key; check that it belongs to a certificate "
            "they were encrypted for, and that the file is as it was sent.",
        )


class TooFewShardsError(NothingReadableError):
    """Shards of a record were found, but fewer than it needs; only whoever knows the positions learns this."""

    def __init__(self, found: int, needed: int) -> None:
        StegoMedError.__init__(
            self,
            f"The record is spread over the slices of a series: {needed} of them are needed, and {found} can be read; "
            "add more slices of the series.",
        )


class TooFewPhotographsError(NothingReadableError):
    """Photographs carry something for this key, but of nothing enough of them are there.

    Parameters
    ----------
    sentences : str
        What is found of each secret.
    """

    def __init__(self, *sentences: str) -> None:
        StegoMedError.__init__(self, *sentences)


class DoesNotFitError(StegoMedError):
    """The record is larger than the capacity of the images."""

    exit_code = 5


class PersonMustLookError(StegoMedError):
    """The work was done, but a person must check the result before it is used."""

    exit_code = 6


class TextInPicturesError(PersonMustLookError):
    """Pictures may show text that names somebody, and nobody said that they do not.

    Parameters
    ----------
    files : sequence of str
    why : str
        What speaks for it.
    """

    def __init__(self, files: Sequence[str], why: str) -> None:
        self.files, self.why = list(files), why
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        super().__init__(
            f"{files[0]}{more} may show text that names somebody ({why}); nothing was written. Look at the pictures, "
            "leave those out that show a name, and add --accept-burned-in."
        )


class NotEveryFileError(StegoMedError):
    """The work was done, but some files were left out."""

    exit_code = 7


class ServerError(StegoMedError):
    """A server cannot be reached, or does not do what it was asked to.

    Parameters
    ----------
    sentence : str
    passing : bool
        Whether it may go better when it is tried again, with nothing changed here.
    """

    exit_code = 8

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        self.passing = passing
        super().__init__(sentence)


class WorkerEndedError(StegoMedError):
    """A process that worked for this one is gone."""

    exit_code = 9

    def __init__(self) -> None:
        super().__init__(
            "A process that worked on slices ended before its time, perhaps for want of memory; run it again, with "
            "fewer --workers if it happens again."
        )


class CancelledError(StegoMedError):
    """The user asked to stop."""

    exit_code = 130
