"""What can go wrong, each with a sentence for the user (cause and remedy) and the exit code of the command line."""

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
    """What was read is ours, of a version of the format that is not known here."""

    def __init__(self) -> None:
        super().__init__("The record was written by a newer version of StegoMed; update StegoMed to read it.")


class UnusableFileError(UnusableInputError):
    """One file of a source cannot be used, by what it holds or lacks; the others of the source may be."""


class NothingToSealError(UnusableInputError):
    """The header of a slice holds nothing of what shall be sealed; those of other slices may."""


class NothingReadableError(StegoMedError):
    """Nothing can be read with this key: wrong key, damaged data and "nothing embedded here" look alike."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "Nothing can be read with this passphrase; check the passphrase, and that the images are the marked ones."
        )


class TooFewShardsError(NothingReadableError):
    """Shards of a record were read with this key, but not as many as it takes; only who has the key gets to know."""

    def __init__(self, found: int, needed: int) -> None:
        StegoMedError.__init__(
            self,
            f"The record was spread over slices, and {found} of the {needed} that it takes can be read; add slices "
            "of the series.",
        )


class DoesNotFitError(StegoMedError):
    """The record is larger than the capacity of the images."""

    exit_code = 5


class PersonMustLookError(StegoMedError):
    """The work was done, but its result must not be used before a person has looked at it."""

    exit_code = 6


class NotEveryFileError(StegoMedError):
    """The work was done, but not with every file that came in."""

    exit_code = 7


class CancelledError(StegoMedError):
    """The user asked to stop."""

    exit_code = 130
