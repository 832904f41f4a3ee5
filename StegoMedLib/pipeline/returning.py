"""Which identity each file of a nameless study gets back: by its own record, or by what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.dicom import CharacterSet
from StegoMedLib.envelope import HeaderRecord, Opener
from StegoMedLib.errors import NewerVersionError, NothingReadableError
from StegoMedLib.identity.deidentifier import text_of
from StegoMedLib.identity.headers import headers_in
from StegoMedLib.identity.nameless import SOP_INSTANCE
from StegoMedLib.identity.originals import pixel_digest
from StegoMedLib.identity.sealed_header import envelope_in
from StegoMedLib.pipeline.tying import State

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree
    from StegoMedLib.envelope import Key
    from StegoMedLib.identity.headers import Headers, Original
    from StegoMedLib.identity.pseudonyms import Pseudonyms
    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport
    from StegoMedLib.series.files import FilePart

__all__ = ["Found", "Identities", "sealed_in_header"]

_NO_RECORD = (
    "it carries no record, so that nothing ties it to this patient; when you have looked at it, add --accept-altered, "
    "and it comes along with its series."
)
_ALTERED = (
    "it was altered after its identity was sealed into its header; when you have looked at it, add --accept-altered."
)
_UNSURE = "whether its record is of this image cannot be told; when you have looked at it, add --accept-altered."
_NOT_OURS = "its record holds no identity that was taken out by 'stegomed deidentify'."


@dataclass(frozen=True)
class Found:
    """What a file gets back: its whole header, or who it is; else why nothing."""

    content: Original | HeaderRecord | None = field(default=None, repr=False)
    reason: str = ""
    tied: bool = True


class Identities:
    """The identities that the records of a study hold.

    Parameters
    ----------
    report : ExtractReport
        Of all slices.
    key : Key
        Opens what headers hold.
    pseudonyms : Pseudonyms
        Tell which file a header is of, where the file does not say so itself.
    accept_altered : bool
        Give identities, too, to files that are not, or may not be, as they were sealed.
    """

    def __init__(self, report: ExtractReport, key: Key, pseudonyms: Pseudonyms, *, accept_altered: bool) -> None:
        self._report, self._pseudonyms, self._accept = report, pseudonyms, accept_altered
        self._opener = Opener(key)
        self._rows: dict[str, list[ExtractedSliceReport]] = {}
        for row in report.slices:
            self._rows.setdefault(row.file, []).append(row)
        self._headers = [headers_in(record) for record in report.records]
        self._of_series: dict[str, HeaderRecord] = {}

    @property
    def has_any(self) -> bool:
        """Whether any record is of a nameless study."""
        return any(self._headers) or any(isinstance(each, HeaderRecord) for each in self._report.records)

    @property
    def missing(self) -> list[tuple[int, ...]]:
        """Places of private attributes that did not fit, of all series."""
        return sorted({path for headers in self._headers if headers is not None for path in headers.missing})

    def of(self, part: FilePart, nameless: Tree) -> Found:
        """What a file gets back."""
        rows = [row for row in self._rows.get(part.name, ()) if self._may(row)]
        for row, number in ((row, self._number(row)) for row in rows):
            if number is None:
                continue
            headers, record = self._headers[number], self._report.records[number]
            if isinstance(record, HeaderRecord):
                self._of_series.setdefault(part.instance.series_key, record)
                return Found(record, tied=row.is_(State.INTACT))
            original = None if headers is None else self._tied(headers, row, nameless)
            if original is not None:
                return Found(original, tied=row.is_(State.INTACT))
        return self._without_record(part, nameless, marked=any(row.record is not None for row in rows))

    def _number(self, row: ExtractedSliceReport) -> int | None:
        """Number of the record of a slice: its own, or what slices of its run say that could only be read together."""
        if row.record is not None or row.run is None:
            return row.record
        of_run = {each.record for each in self._report.slices if each.run == row.run and each.record is not None}
        known = of_run or set(range(len(self._report.records)))
        return known.pop() if len(known) == 1 else None

    def _may(self, row: ExtractedSliceReport) -> bool:
        return self._accept or row.is_(State.INTACT)

    def _tied(self, headers: Headers, row: ExtractedSliceReport, nameless: Tree) -> Original | None:
        """The header whose place in the series a slice was sealed for."""
        number = None if row.verdict is None else row.verdict.number
        if number is not None:
            if number.series != headers.series:
                return None
            if len(headers.instances) == 1:
                return headers.instances[0]
            return next((each for each in headers.instances if row.frame == 0 and each.number == number.number), None)
        named = [each for each in headers.instances if self._is_named(each, nameless)]
        return named[0] if len(named) == 1 else None

    def _is_named(self, original: Original, nameless: Tree) -> bool:
        """Whether a header is of the instance whose UID stands for its UID."""
        uid = original.changes.get((SOP_INSTANCE,))
        if uid is None or SOP_INSTANCE not in nameless:
            return False
        return self._pseudonyms.uid(text_of(uid, CharacterSet())) == text_of(nameless[SOP_INSTANCE], CharacterSet())

    def _without_record(self, part: FilePart, nameless: Tree, *, marked: bool) -> Found:
        """A file that carries nothing: its pixels never changed, and its header says what they were."""
        digest = pixel_digest(part.instance.plane(frame).pixels for frame in range(part.instance.frames))
        own = sealed_in_header(nameless, self._opener)
        if own is not None and (own.pixels == digest or self._accept):
            return Found(own, tied=own.pixels == digest)
        known = [each for headers in self._headers if headers is not None for each in headers.instances]
        equal = [each for each in known if each.pixels == digest]
        named = [each for each in equal if self._is_named(each, nameless)]
        tied = named or ([] if _is_blank(part) else equal)
        if len(tied) == 1:
            return Found(tied[0])
        if self._accept and any(self._headers):
            named = [each for each in known if self._is_named(each, nameless)]
            if len(named) == 1:
                return Found(named[0], tied=False)
        record = self._of_series.get(part.instance.series_key)
        if self._accept and record is not None:
            kept = {word: value for word, value in record.attributes.items() if word != "SOPInstanceUID"}
            return Found(HeaderRecord(kept), tied=False)
        if own is not None:
            return Found(reason=_ALTERED)
        unsure = any(row.is_(State.UNKNOWN) for row in self._rows.get(part.name, ()))
        return Found(reason=_UNSURE if unsure else _NOT_OURS if marked else _NO_RECORD)


def sealed_in_header(nameless: Tree, opener: Opener) -> Original | None:
    """What the header of a file holds that carries nothing else."""
    envelope = envelope_in(nameless)
    try:
        headers = headers_in(opener.open(envelope).record) if envelope else None
    except (NothingReadableError, NewerVersionError):
        return None
    return headers.instances[0] if headers is not None and len(headers.instances) == 1 else None


def _is_blank(part: FilePart) -> bool:
    """Whether all pixels of a file are the same: those of any patient may be, so that they tie nothing."""
    planes = (part.instance.plane(frame).pixels for frame in range(part.instance.frames))
    return all(plane.min() == plane.max() for plane in planes)
