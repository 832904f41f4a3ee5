"""Puts back what Encrypted Attributes hold (PS3.15 E.1.2), which nothing ties to the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.dicom import write_frames
from StegoMedLib.errors import NothingDecryptedError, UnusableFileError
from StegoMedLib.identity.encrypted_header import with_decrypted
from StegoMedLib.identity.nameless import GivenHeader, source_tree
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.reidentify_report import HEADER, ReidentifyReport, Returned
from StegoMedLib.pipeline.results import FOLDER, bring_home
from StegoMedLib.pipeline.written_anew import staged_anew
from StegoMedLib.series.slice import Progress, silent, steps

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from StegoMedLib.dicom import Listing
    from StegoMedLib.series.files import FilePart

__all__ = ["decrypt_series"]


def decrypt_series(
    source: Path,
    target: Path,
    key: RSAPrivateKey,
    *,
    results: Path | None = None,
    output: Output = Output(),
    listing: Listing | None = None,
    progress: Progress = silent,
) -> ReidentifyReport:
    """Write the nameless images of `source` to `target` with what their headers hold for this key.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the files with an identity go.
    key : RSAPrivateKey
    results : Path, optional
        Folder of what others made of the nameless images (see `StegoMedLib.pipeline.results`).
    output : Output
    listing : Listing, optional
        Of the source, where it was looked at already.
    progress : callable

    Raises
    ------
    NothingDecryptedError
        When the key decrypts nothing of any file.
    UnusableInputError
        When there is nothing to read.
    """
    report = ReidentifyReport()
    with staged_anew(source, target, output, listing) as (series, work):
        report.files = series.count
        for part in steps(series, progress):
            with series.taking(part, report.rows) as made:
                place = work if series.single else work / part.name
                made.append(place)
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(part, key, place, report)
        if not report.rows and series.count.taken < len(series):
            raise NothingDecryptedError
        series.check_taken()
        if results is not None:
            report.results = bring_home(results, work / FOLDER, report.home, progress)
    return report


def _write(part: FilePart, key: RSAPrivateKey, place: Path, report: ReidentifyReport) -> None:
    """Write one file; raises `UnusableFileError` when nothing in it is for the key."""
    nameless = source_tree(part.instance.dataset)
    try:
        tree = with_decrypted(nameless, key)
    except NothingDecryptedError as error:
        raise UnusableFileError(f"{part.name} cannot be used: {error}") from None
    write_frames(part.instance, [None] * part.instance.frames, place, GivenHeader(tree))
    report.rows.append(Returned(part.name, HEADER, pixels=False, tied=False))
    report.home.add(nameless, tree)
