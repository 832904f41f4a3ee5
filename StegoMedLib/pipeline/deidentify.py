"""Makes a series nameless: headers without the identity, which goes along inside the images (PS3.15 E.1.1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import chain, repeat
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from StegoMedLib.choices import CARRIED_HEADER, CARRIED_IDENTITY, CARRIED_NOTHING, REPLICATE, SPREAD
from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.envelope import Sealer
from StegoMedLib.errors import TextInPicturesError, UnusableFileError
from StegoMedLib.identity.burned_in import burned_in
from StegoMedLib.identity.deidentifier import value_in
from StegoMedLib.identity.faces import shows_head
from StegoMedLib.identity.headers import Headers
from StegoMedLib.identity.nameless import NamelessHeaders
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.identity.residue import Search
from StegoMedLib.identity.sealed_header import envelope_in
from StegoMedLib.pipeline.carried import CarriedHeaders, CarriedIdentity, Originals
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
from StegoMedLib.pipeline.embed import embed
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.walk import Look, walk
from StegoMedLib.pipeline.written_anew import written_anew
from StegoMedLib.series.files import is_file
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence, Sequence

    import numpy as np
    from cryptography.x509 import Certificate
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Listing
    from StegoMedLib.envelope import Key
    from StegoMedLib.series.files import FilePart, FileSeries
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.sinks import DerivedFiles
    from StegoMedLib.series.slice import Slice

__all__ = ["Identity", "carrying", "deidentify_series", "nameless_target"]

_ONLY = "00001.dcm"


@dataclass(frozen=True)
class Identity:
    """What is done with the identity.

    Attributes
    ----------
    options : Options
    carry : str
        One of `StegoMedLib.choices.CARRY`.
    pseudonyms : mapping of str to str
        Prescribed ones, by PatientID.
    accept_burned_in : bool
        Somebody looked at the pictures, and no identity is written into them.
    certificates : tuple of Certificate
        For whose holders what is taken out is written into the headers, too, encrypted.
    header_suffices : bool
        Where no slice at all has capacity, identities go along in the headers alone.
    """

    options: Options = field(default_factory=Options)
    carry: str = CARRIED_IDENTITY
    pseudonyms: Mapping[str, str] = field(default_factory=dict, repr=False)
    accept_burned_in: bool = False
    certificates: tuple[Certificate, ...] = ()
    header_suffices: bool = False


class _NamelessFiles:
    """Writes files with nameless headers, under names that tell nothing, and searches them for what is left."""

    def __init__(
        self,
        series: FileSeries,
        files: DerivedFiles,
        headers: NamelessHeaders,
        options: Options,
        report: DeidentifyReport,
        *,
        sealer: Callable[[], Sealer] | None = None,
    ) -> None:
        self._sealer, self._originals = sealer, Originals(headers)
        self._series, self._files, self._headers, self._report = series, files, headers, report
        self._search, self._folders = Search(options), Counter[str]()
        self._numbers: dict[str, int] = {}
        self._written: list[tuple[Path, str]] = []

    def take(self, part: FilePart, stored: Iterable[NDArray[np.int32] | None], made: list[Path]) -> None:
        """Write one file.

        Raises
        ------
        UnusableFileError
            Its header holds an identity already, sealed, which would be lost.
        """
        both = self._headers.of(part.instance.dataset)
        if envelope_in(both.source):
            raise UnusableFileError(
                f"{part.name} cannot be used: its header holds an identity already, sealed; put that back with "
                "'stegomed reidentify', or leave the file as it is."
            )
        name = self._name(part)
        if self._sealer is not None:
            stored = self._sealed(part, iter(stored), self._sealer)
        self._files.take(part, stored, made, name)
        self._search.add(both.gone)
        self._written.append((made[-1], name))
        self._report.names[part.name] = name
        self._report.heads = self._report.heads or shows_head(both.source)
        self._report.patients.add(value_in(both.nameless, "PatientID"))
        words = ("StudyInstanceUID", "SeriesInstanceUID")
        self._report.uids |= {(value_in(both.source, word), value_in(both.nameless, word)) for word in words}

    def _sealed(
        self, part: FilePart, stored: Iterator[NDArray[np.int32] | None], sealer: Callable[[], Sealer]
    ) -> Iterable[NDArray[np.int32] | None]:
        """The frames as they are; where none of them carries anything, the header does."""
        unchanged = 0
        for frame in stored:
            if frame is not None:
                return chain(repeat(None, unchanged), [frame], stored)
            unchanged += 1
        dataset, number = part.instance.dataset, self._series.number((part.name, 0))
        record = Headers(number.series, (self._originals.of(dataset, number.number),)).record()
        self._headers.seal(dataset, sealer().seal(record))
        self._report.sealed += 1
        return repeat(None, unchanged)

    def search(self) -> None:
        """Look through everything that was written, as a stranger gets it."""
        for path, name in self._written:
            if path.exists():
                found = set(self._search.in_file(path))
                if not self._series.single:
                    found |= set(self._search.in_name(PurePath(name)))
                self._report.residue.update(found)

    def _name(self, part: FilePart) -> str:
        """A folder for each series, and numbers in the order of the source."""
        series = part.instance.series_key
        folder = self._numbers.setdefault(series, len(self._numbers) + 1)
        self._folders[series] += 1
        return f"{folder:03}/{self._folders[series]:05}.dcm"


class _BurnedIn:
    """Looks for text in the pictures, before anything is written."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def survey(self, each: Slice) -> None:
        """Look at a slice."""
        why = burned_in(each.header, lambda: each.plane)
        if why:
            self._found[each.name] = why

    def forget(self, name: str) -> None:
        """A file is left out after all."""
        self._found.pop(name, None)

    def plan(self) -> None:
        """Raise `TextInPicturesError` where there is text."""
        if self._found:
            raise TextInPicturesError(list(self._found), next(iter(self._found.values())))


class _HeadersOnly:
    """The work where nothing goes along: pixels stay as they are."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self.looks, self.clock = looks, Clock()
        self.rows: Sequence[MutableSequence[Any]] = ()

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """The slice as it is."""
        del each
        return None


def deidentify_series(
    source: Path,
    target: Path,
    key: Key,
    masks: MaskSource,
    *,
    identity: Identity = Identity(),
    method: Method = Method(),
    output: Output = Output(),
    listing: Listing | None = None,
    progress: Progress = silent,
    processes: int = 1,
) -> DeidentifyReport:
    """Write the images of `source` to `target` without the identity, which goes along inside them.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the nameless files go.
    key : Key
        Seals what goes along, and stands behind pseudonyms and UIDs.
    masks : MaskSource
        Not asked where nothing goes along.
    identity : Identity
    method : Method
        Its mode follows from what goes along.
    output : Output
    listing : Listing, optional
        Of the source, where it was looked at already.
    progress : callable
    processes : int
        As of `StegoMedLib.pipeline.embed.embed`.

    Raises
    ------
    TextInPicturesError
        Pictures may show text, and nobody accepts that.
    UsageError, UnusableInputError, DoesNotFitError
        As of `StegoMedLib.pipeline.embed.embed_series`.
    """
    target, method = nameless_target(source, target), carrying(identity.carry, method)
    pseudonyms = Pseudonyms.of(key, identity.pseudonyms)
    derived = identity.carry != CARRIED_NOTHING
    headers = NamelessHeaders(identity.options, pseudonyms, derived=derived, certificates=identity.certificates)
    report = DeidentifyReport(identity.carry, identity.options.names, identity.options.dates, pseudonyms)
    looks = () if identity.accept_burned_in else (_BurnedIn(),)
    sealer = cache(partial(Sealer, key)) if identity.carry == CARRIED_IDENTITY else None
    with written_anew(source, target, output, listing, headers) as (series, files):
        sink = _NamelessFiles(series, files, headers, identity.options, report, sealer=sealer)
        report.files = series.count
        if derived:
            carried = _carried(identity.carry, headers, series, method)
            content = Content(source=carried, optional=identity.header_suffices and identity.carry == CARRIED_IDENTITY)
            along = partial(embed, method=method, looks=looks, progress=progress, processes=processes)
            report.embedded = along(series, masks, key, sink, content=content)
            report.seconds = report.embedded.seconds
            report.missing = carried.missing
        else:
            work = _HeadersOnly(looks)
            walk(series, work, sink, progress)
            report.seconds = work.clock.seconds
        sink.search()
    return report


def carrying(carry: str, method: Method) -> Method:
    """A method in the mode that what goes along needs: whole headers are spread, identities are in every slice."""
    return replace(method, mode=SPREAD if carry == CARRIED_HEADER else REPLICATE)


def nameless_target(source: Path, target: Path, *, is_folder: bool = False) -> Path:
    """Where the result goes: what is made of one file goes into a folder under a name that tells nothing."""
    into = is_file(source) and (is_folder or target.is_dir())
    return target / _ONLY if into else target


def _carried(
    carry: str, headers: NamelessHeaders, series: FileSeries, method: Method
) -> CarriedHeaders | CarriedIdentity:
    """What gives the records that go along."""
    if carry == CARRIED_HEADER:
        return CarriedHeaders(headers, series.number)
    return CarriedIdentity(shared=profile_info(method.profile).votes)
