"""The errors that StegoMed raises: each has a sentence for the user (cause and remedy) and an exit code."""

from __future__ import annotations

__all__ = [
    "CancelledError",
    "DoesNotFitError",
    "NewerVersionError",
    "NotEveryFileError",
    "NothingReadableError",
    "NothingToSealError",
    "PersonMustLookError",
    "StegoMedError",
    "TooFewShardsError",
    "UnusableFileError",
    "UnusableInputError",
    "UsageError",
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


class NothingToSealError(UnusableInputError):
    """The header of a slice holds none of the attributes to seal; headers of other slices may."""


class NothingReadableError(StegoMedError):
    """No record can be extracted with this key: a wrong key, damaged data and "nothing embedded" look alike."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "No record can be extracted with this passphrase; check the passphrase, and that these are the marked "
            "images."
        )


class TooFewShardsError(NothingReadableError):
    """Shards of a record were found, but fewer than it needs; nobody learns this without the key."""

    def __init__(self, found: int, needed: int) -> None:
        StegoMedError.__init__(
            self,
            f"The record is spread over the slices of a series: {needed} of them are needed, and {found} can be read; "
            "add more slices of the series.",
        )


class DoesNotFitError(StegoMedError):
    """The record is larger than the capacity of the images."""

    exit_code = 5


class PersonMustLookError(StegoMedError):
    """The work was done, but a person must check the result before it is used."""

    exit_code = 6


class NotEveryFileError(StegoMedError):
    """The work was done, but some files were left out."""

    exit_code = 7


class CancelledError(StegoMedError):
    """The user asked to stop."""

    exit_code = 130
