"""What of the header goes along inside the images of a nameless study: who it is, or all that was changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_ATTRIBUTES
from StegoMedLib.dicom import header_record, read_instance
from StegoMedLib.envelope import HeaderRecord
from StegoMedLib.errors import NothingToSealError, UnusableInputError, UsageError
from StegoMedLib.identity.changes import changes
from StegoMedLib.identity.headers import Headers, Original
from StegoMedLib.identity.originals import NO_STYLE, header_digest, pixel_digest, read_beginning, style_of
from StegoMedLib.identity.residue import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydicom import Dataset

    from StegoMedLib.dicom import Node, Number
    from StegoMedLib.envelope import Record
    from StegoMedLib.identity.deidentifier import Path as Place
    from StegoMedLib.identity.nameless import NamelessHeaders
    from StegoMedLib.series.slice import Key as SliceKey
    from StegoMedLib.series.slice import Slice

__all__ = ["IDENTITY", "CarriedHeaders", "CarriedIdentity", "Originals"]

_OF_STUDY = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
_OF_INSTANCE = ("SOPInstanceUID",)
IDENTITY = (*DEFAULT_ATTRIBUTES, "StudyTime", *_OF_STUDY, *_OF_INSTANCE, "PatientIdentityRemoved")
"""Attributes that say who it is, and lead to the study and its instances."""
_EXTREMES = (0x0028_0106, 0x0028_0107)
"""Smallest and largest pixel value, which embedding may change."""


class CarriedIdentity:
    """Who it is, the study, and the UIDs: as much of them as the header does not show any more.

    Parameters
    ----------
    shared : bool
        All slices of a series carry the same, so that nothing can be said of single instances.
    """

    given = False
    missing: Sequence[str] = ()
    """Private attributes that did not fit: none are to."""

    def __init__(self, *, shared: bool) -> None:
        self._keywords = tuple(word for word in IDENTITY if not (shared and word in _OF_INSTANCE))

    def of(self, each: Slice) -> tuple[object, Record]:
        """See `RecordSource`.

        Raises
        ------
        UsageError
            There is no header.
        NothingToSealError
            It is malformed.
        """
        if each.header is None:
            raise UsageError("These images have no DICOM header, so there is no identity in them.")
        try:
            attributes = header_record(each.header, self._keywords)
        except UnusableInputError as error:
            raise NothingToSealError(str(error)) from None
        if not attributes:
            raise NothingToSealError("The header says nothing of who it is.")
        return tuple(attributes.items()), HeaderRecord(attributes)

    def note(self, each: Slice) -> object:
        """Identities go into every slice, and are not spread."""
        raise AssertionError(each)

    def choices(self, owner: object) -> Iterator[Record]:
        """Identities go into every slice, and are not spread."""
        raise AssertionError(owner)


class Originals:
    """Tells what has to be known of files to have them again.

    Parameters
    ----------
    headers : NamelessHeaders
    """

    def __init__(self, headers: NamelessHeaders) -> None:
        self._headers = headers
        self._last: dict[Place, Node | None] = {}

    def of(self, header: Dataset, number: int) -> Original:
        """What has to be known of a file whose first frame has a number in its series.

        Raises
        ------
        UnusableInputError
            It cannot be read.
        """
        instance, both = (
            read_instance(Path(str(getattr(header, "filename", ""))), accept_lossy=True),
            self._headers.of(header),
        )
        preamble, meta = read_beginning(instance.path)
        style, whole = style_of(instance, (preamble, meta), both.source)
        made: dict[Place, Node | None] = {(tag,): node for tag, node in meta.items()}
        made |= changes(both.source, both.nameless)
        made |= {(tag,): both.source[tag] for tag in _EXTREMES if tag in both.source}
        made = {path: self._kept(path, node) for path, node in made.items()}
        pixels = pixel_digest(instance.plane(frame).pixels for frame in range(instance.frames))
        whole = header_digest(both.source) if style == NO_STYLE else whole
        return Original(number, pixels, whole, style, made, preamble)

    def _kept(self, path: Place, node: Node | None) -> Node | None:
        """The value of the file before where it is the same, so that it is held once."""
        if path not in self._last or self._last[path] != node:
            self._last[path] = node
        return self._last[path]


@dataclass
class _Series:
    """Headers of one series, as its files are walked through."""

    number: int
    originals: dict[str, Original] = field(default_factory=dict)


class CarriedHeaders:
    """The headers of each series, to be spread over its slices.

    Parameters
    ----------
    headers : NamelessHeaders
    number : callable
        Gives the number of a slice in its series, by its key.

    Attributes
    ----------
    missing : sequence of str
        Private attributes that did not fit.
    """

    given = False

    def __init__(self, headers: NamelessHeaders, number: Callable[[SliceKey], Number]) -> None:
        self._originals, self._number = Originals(headers), number
        self._series: dict[object, _Series] = {}
        self.missing: Sequence[str] = ()

    def of(self, each: Slice) -> tuple[object, Record]:
        """Headers are spread, and go into no slice as a whole."""
        raise AssertionError(each)

    def note(self, each: Slice) -> object:
        """Look at a slice; the number of its series."""
        if each.header is None:
            raise UsageError("These images have no DICOM header, so there is no identity in them.")
        number = self._number(each.key)
        series = self._series.setdefault(number.series, _Series(number.series))
        if each.frame == 0:
            try:
                series.originals[each.name] = self._originals.of(each.header, number.number)
            except UnusableInputError as error:
                raise NothingToSealError(str(error)) from None
        return number.series

    def choices(self, owner: object) -> Iterator[Record]:
        """All headers; then without the largest private attributes, more and more of them."""
        series = self._series[owner]
        headers = Headers(series.number, tuple(series.originals.values()))
        sizes = headers.sizes()
        largest = sorted(sizes, key=lambda path: -sizes[path])
        for left_out in _counts(len(largest)):
            made = headers.without(largest[:left_out])
            self.missing = sorted({named(path) for path in made.missing})
            yield made.record()


def _counts(total: int) -> Iterator[int]:
    """Numbers from 0 to `total`, each about twice the one before."""
    count = 0
    while count < total:
        yield count
        count = max(1, 2 * count)
    yield total
