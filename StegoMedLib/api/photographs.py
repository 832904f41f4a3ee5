"""Files inside photographs, and out of them again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.api.given import one_of, places_of, sealing_key
from StegoMedLib.envelope import Key, Passphrase
from StegoMedLib.photo.conceal import Concealment, conceal_files, files_of
from StegoMedLib.photo.reveal import reveal_files
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from StegoMedLib.api.given import Place
    from StegoMedLib.photo.conceal import ConcealReport
    from StegoMedLib.photo.reveal import RevealReport

__all__ = ["conceal", "reveal"]

_KEEP, _REMOVE = "keep", "remove"


def conceal(
    source: Place | Iterable[Place],
    photographs: Iterable[Place],
    target: Place,
    key: Key | str,
    *,
    may_lose: float = 30,
    metadata: str = _KEEP,
    decode_jpeg: bool = False,
    weak_passphrase: bool = False,
    overwrite: bool = False,
    progress: Progress = silent,
    processes: int = 1,
) -> ConcealReport:
    """Write photographs that carry files, sealed.

    Parameters
    ----------
    source : path, or several
        Files of any kind, and folders.
    photographs : paths
        PNG, WebP or TIFF, grey or RGB with 8 bits a channel, stored without loss.
    target : path
        Folder for the photographs, under the names that they have.
    key : Key or str
        As in `embed`.
    may_lose : float
        Percentage of the photographs that may be lost, rounded down to whole ones.
    metadata : str
        ``keep`` or ``remove`` what the photographs say beside their samples.
    decode_jpeg : bool
        Take photographs that were stored with loss, too; they become PNG.
    weak_passphrase, overwrite, progress, processes
        As in `embed`.

    Returns
    -------
    ConcealReport
        Its ``photographs`` tell the PSNR of each.

    Raises
    ------
    StegoMedError
        `DoesNotFitError` if the photographs are too few or too small, and others.
    """
    options = Concealment(
        may_lose,
        metadata=one_of(metadata, (_KEEP, _REMOVE)) == _KEEP,
        decode_lossy=decode_jpeg,
        overwrite=overwrite,
        processes=processes,
    )
    return conceal_files(
        files_of(*places_of(source)),
        places_of(photographs),
        Path(target),
        sealing_key(key, weak=weak_passphrase),
        options=options,
        progress=progress,
    )


def reveal(
    photographs: Place | Iterable[Place],
    target: Place,
    key: Key | str,
    *,
    overwrite: bool = False,
    progress: Progress = silent,
) -> RevealReport:
    """Write the files that photographs carry.

    Parameters
    ----------
    photographs : path, or several
        Files, and folders of them; in any order, with others among them, and with some missing.
    target : path
        Folder for the files.
    key : Key or str
        A passphrase, a key file, or an identity.
    overwrite, progress
        As in `embed`.

    Returns
    -------
    RevealReport
        Its ``files`` are the names of the files below the target.

    Raises
    ------
    StegoMedError
        `NothingReadableError` if the key is another one or nothing is there, and others.
    """
    opening = Passphrase.typed(key) if isinstance(key, str) else key
    return reveal_files(places_of(photographs), Path(target), opening, overwrite=overwrite, progress=progress)
