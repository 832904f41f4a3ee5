"""Puts the identity back into a nameless study, from what its images carry (PS3.15 E.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from StegoMedLib.dicom import Instance, Node, new_uid, write_frames
from StegoMedLib.envelope import FileRecord, Opener
from StegoMedLib.errors import NothingReadableError, PersonMustLookError, UnusableFileError
from StegoMedLib.files import permissions, whole_file
from StegoMedLib.identity.headers import Original
from StegoMedLib.identity.nameless import GivenHeader, source_tree
from StegoMedLib.identity.originals import NO_STYLE, PixelDigest, digest_of, file_bytes, header_digest
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.identity.residue import named
from StegoMedLib.identity.restoring import UIDS, identified, restored
from StegoMedLib.identity.sealed_header import may_be_sealed, without_envelope
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.pipeline.extract_report import ExtractReport
from StegoMedLib.pipeline.marks import Marks
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.reidentify_report import DATA_SET, FILE, HEADER, IDENTITY, ReidentifyReport, Returned
from StegoMedLib.pipeline.results import FOLDER, bring_home
from StegoMedLib.pipeline.returning import Found, Identities, sealed_in_header
from StegoMedLib.pipeline.walk import Look, walk
from StegoMedLib.pipeline.written_anew import staged_anew
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableSequence, Sequence
    from pathlib import Path
    from typing import BinaryIO

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Listing, Tree
    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.envelope import HeaderRecord, Key
    from StegoMedLib.series.files import FilePart, FileSeries
    from StegoMedLib.series.slice import Slice

__all__ = ["reidentify_series"]


class _Restoring:
    """The pixels of each slice as they were, where its profile gives them back."""

    def __init__(self, marks: Marks, report: ReidentifyReport, key: Key, *, accept_altered: bool) -> None:
        self._marks, self._key, self._accept = marks, key, accept_altered
        self._pseudonyms = report.pseudonyms = Pseudonyms.of(key)
        self.looks: Sequence[Look] = (self,)
        self.rows: Sequence[MutableSequence[Any]] = (report.rows,)
        self.clock, self._report = Clock(), report
        self._identities: Identities | None = None
        self._opener, self._sealed = Opener(key), False
        self.whole = False

    def survey(self, each: Slice) -> None:
        """Read a slice; where none is known yet, look for an identity in its header."""
        self._marks.survey(each)
        if not self._sealed and each.header is not None and may_be_sealed(each.header):
            self._sealed = sealed_in_header(source_tree(each.header), self._opener) is not None
        self.clock.lap("checking")

    def forget(self, name: str) -> None:
        """A part is left out after all."""
        self._marks.forget(name)

    def plan(self) -> None:
        """See that the records are those of their slices.

        Raises
        ------
        PersonMustLookError
            When they are not, and nobody accepts that.
        NothingReadableError
            When there is no identity in them.
        """
        self._marks.plan()
        found = self._marks.report or (ExtractReport("") if self._sealed else None)
        if found is None:
            raise self._marks.nothing or NothingReadableError
        if found.untied and not self._accept:
            raise PersonMustLookError(
                *found.untied, "Nothing was written; when you have looked at the images, add --accept-altered."
            )
        self.whole = all(isinstance(record, FileRecord) for record in found.records)
        identities = Identities(found, self._key, self._pseudonyms, accept_altered=self._accept)
        self._report.missing = sorted({named(path) for path in identities.missing})
        self._report.series = found.series_in_words
        if not (identities.has_any or self._sealed):
            raise NothingReadableError
        self._identities = identities

    def found(self, part: FilePart, nameless: Tree) -> Found:
        """What a file gets back, once all were looked at."""
        return Found() if self._identities is None else self._identities.of(part, nameless)

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """The slice as it was, None where that does not come back."""
        mark = self._marks.of(each)
        self.clock.lap("checking")
        made = None if mark is None else mark.profile.restored(each.plane, mark.payload)
        self.clock.lap("restoring")
        return made


class _Frames:
    """Stored values of a file on their way, and what has to be known of them afterwards.

    Attributes
    ----------
    restored : bool
        Every frame is as it was before something was embedded.
    """

    def __init__(self, instance: Instance, stored: Iterable[NDArray[np.int32] | None]) -> None:
        self._instance, self._stored, self._digest = instance, stored, PixelDigest()
        self.restored = True

    def __iter__(self) -> Iterator[NDArray[np.int32] | None]:
        """The frames, None for one that stays."""
        for number, made in enumerate(self._stored):
            self._digest.add(self._instance.plane(number).pixels if made is None else made)
            self.restored = self.restored and made is not None
            yield made

    def cells(self) -> Iterator[Containers]:
        """Their pixel cells."""
        for number, stored in enumerate(self):
            cells = self._instance.containers(number)
            yield cells if stored is None else self._instance.field_of(cells).pack(cells, stored)

    def are(self, original: Original) -> bool:
        """Whether they are those of an instance."""
        return self._digest.value == original.pixels


class _Returned:
    """Writes files with their identity (`StegoMedLib.series.sinks.Sink`)."""

    def __init__(
        self, series: FileSeries, work: Path, restoring: _Restoring, report: ReidentifyReport, *, uids: bool | None
    ) -> None:
        self._series, self._work, self._restoring, self._report = series, work, restoring, report
        self._uids, self._fresh = uids, dict[str, str]()

    def take(self, part: FilePart, stored: Iterable[NDArray[np.int32] | None], made: list[Path]) -> None:
        """Write one file.

        Raises
        ------
        UnusableFileError
            When nothing ties an identity to it.
        """
        nameless, frames = source_tree(part.instance.dataset), _Frames(part.instance, stored)
        found = self._restoring.found(part, nameless)
        if found.content is None:
            raise UnusableFileError(f"{part.name} cannot be used: {found.reason}")
        target = self._work if self._series.single else self._work / part.name
        made.append(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        bare = without_envelope(nameless)
        if isinstance(found.content, Original):
            tree = self._whole(part, frames, target, bare, found.content, tied=found.tied)
        else:
            tree = self._named(part, frames, target, bare, found.content, tied=found.tied)
        self._report.home.add(nameless, tree)

    def _keeps_uids(self) -> bool:
        """Whether instances get their original UIDs; all of a study do, or none."""
        return self._restoring.whole if self._uids is None else self._uids

    def _whole(
        self, part: FilePart, frames: _Frames, target: Path, nameless: Tree, original: Original, *, tied: bool
    ) -> Tree:
        """Write a file whose whole header is known."""
        meta, tree, lost = restored(nameless, original)
        missing = (*map(named, lost), *self._report.missing)
        level = HEADER
        if not self._keeps_uids():
            tree = self._new(part, tree)
            write_frames(part.instance, frames, target, GivenHeader(tree))
        elif original.style == NO_STYLE:
            write_frames(part.instance, frames, target, GivenHeader(tree))
            level = DATA_SET if frames.are(original) and header_digest(tree) == original.whole else HEADER
        else:
            beginning = original.preamble, meta
            pieces = file_bytes(frames.cells(), part.instance.format, beginning, tree, original.style)
            level = FILE if _written(pieces, part.path, target) == original.whole else HEADER
        level = level if not missing else HEADER
        self._report.rows.append(Returned(part.name, level, frames.are(original), tied, missing))
        return tree

    def _named(
        self, part: FilePart, frames: _Frames, target: Path, nameless: Tree, record: HeaderRecord, *, tied: bool
    ) -> Tree:
        """Write a file of which is known who it is."""
        fresh = {} if self._keeps_uids() else self._fresh_uids(part)
        tree, lost = identified(nameless, record, fresh)
        write_frames(part.instance, frames, target, GivenHeader(tree))
        self._report.rows.append(Returned(part.name, IDENTITY, frames.restored, tied, tuple(lost)))
        return tree

    def _new(self, part: FilePart, tree: Tree) -> Tree:
        """A header of a new instance, in a new series."""
        fresh = {UIDS[word]: Node("UI", uid.encode("ascii")) for word, uid in self._fresh_uids(part).items()}
        return {tag: fresh.get(tag, node) for tag, node in tree.items()}

    def _fresh_uids(self, part: FilePart) -> dict[str, str]:
        """UIDs of a new instance, and of the new series that it is in."""
        series = self._fresh.setdefault(part.instance.series_key, str(new_uid()))
        return {"SOPInstanceUID": str(new_uid()), "SeriesInstanceUID": series}


def _written(pieces: Iterable[bytes], source: Path, target: Path) -> bytes:
    """Write a file in pieces, with the permissions of its source; its digest."""
    with whole_file(target, mode=permissions(source)) as (stream, _):
        return digest_of(_through(pieces, stream))


def _through(pieces: Iterable[bytes], stream: BinaryIO) -> Iterator[bytes]:
    for piece in pieces:
        stream.write(piece)
        yield piece


def reidentify_series(
    source: Path,
    target: Path,
    key: Key,
    *,
    accept_altered: bool = False,
    restore_uids: bool | None = None,
    results: Path | None = None,
    derived: bool = True,
    output: Output = Output(),
    listing: Listing | None = None,
    progress: Progress = silent,
) -> ReidentifyReport:
    """Write the nameless images of `source` to `target` with the identity that they carry.

    Where the whole header went along, each file gets all of it; with profile ``reversible`` also its pixels, and then
    it is the file that was sent, byte by byte, if that was native little endian.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the files with an identity go.
    key : Key
    accept_altered : bool
        Go on although images are not as they were sealed, or carry no record.
    restore_uids : bool or None
        Give the original UIDs of series and instances back, or new ones; None for the original ones where the whole
        header went along.
    results : Path, optional
        Folder of what others made of the nameless images (see `StegoMedLib.pipeline.results`).
    derived : bool
        Images without a record may be results, too (see `bring_home`); not where nobody chose what is in `results`.
    output : Output
    listing : Listing, optional
        Of the source, where it was looked at already.
    progress : callable

    Raises
    ------
    PersonMustLookError
        Records are of other images, or images were altered, and that is not accepted.
    NothingReadableError
        When there is no identity in the images that the key reads.
    TooFewShardsError
        When too few images are here for the whole header.
    UnusableInputError
        When there is nothing to read.
    """
    report = ReidentifyReport()
    with staged_anew(source, target, output, listing) as (series, work):
        report.files = series.count
        restoring = _Restoring(Marks(key, series.at), report, key, accept_altered=accept_altered)
        walk(series, restoring, _Returned(series, work, restoring, report, uids=restore_uids), progress)
        if results is not None:
            report.results = bring_home(results, work / FOLDER, report.home, progress, images=derived)
        report.seconds = restoring.clock.seconds
    return report
