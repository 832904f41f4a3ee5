"""Studies without a name, and with it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.api.given import masks_of, one_of, sealing_key
from StegoMedLib.choices import (
    CARRIED_IDENTITY,
    CARRY,
    DEFAULT_FINDER,
    PRESETS,
)
from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.envelope import Key, Passphrase
from StegoMedLib.identity.options import Options
from StegoMedLib.pipeline.deidentify import Identity, deidentify_series
from StegoMedLib.pipeline.options import Method, Output
from StegoMedLib.pipeline.reidentify import reidentify_series
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from StegoMedLib.api.given import Place
    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedLib.pipeline.reidentify_report import ReidentifyReport

__all__ = ["deidentify", "reidentify"]


def deidentify(
    source: Place,
    target: Place,
    key: Key | str,
    *,
    preset: str = "basic",
    carry: str = CARRIED_IDENTITY,
    masks: Place | None = None,
    finder: str = DEFAULT_FINDER,
    profile: str = DEFAULT_PROFILE,
    accept_burned_in: bool = False,
    weak_passphrase: bool = False,
    overwrite: bool = False,
    progress: Progress = silent,
    processes: int = 1,
) -> DeidentifyReport:
    """Write a series without the identity, which goes along inside the images.

    Parameters
    ----------
    source, target : path
        DICOM file or folder, and where the nameless files go; the source stays as it is.
    key : Key or str
        As in `embed`.
    preset : str
        What stays of the header: one of `choices.PRESETS`.
    carry : str
        What goes along: one of `choices.CARRY`.
    masks, finder, profile, weak_passphrase, overwrite, progress
        As in `embed`.
    accept_burned_in : bool
        Somebody looked at the pictures, and they show no name.

    Returns
    -------
    DeidentifyReport
        Its ``residue`` is what is left, to be looked at before the files go anywhere.

    Raises
    ------
    StegoMedError
        `PersonMustLookError` if pictures may show text, `DoesNotFitError` if no slice has capacity, and others.
    """
    options = Options.of(PRESETS[one_of(preset, PRESETS)])
    return deidentify_series(
        Path(source),
        Path(target),
        sealing_key(key, weak=weak_passphrase),
        masks_of(masks, finder, processes),
        identity=Identity(options, one_of(carry, CARRY), accept_burned_in=accept_burned_in),
        method=Method(profile),
        output=Output(overwrite=overwrite),
        progress=progress,
        processes=processes,
    )


def reidentify(
    source: Place,
    target: Place,
    key: Key | str,
    *,
    accept_altered: bool = False,
    restore_uids: bool | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
) -> ReidentifyReport:
    """Write a nameless series with the identity that its images carry.

    Parameters
    ----------
    source, target : path
        DICOM file or folder, and where the files with an identity go.
    key : Key or str
        As in `embed`.
    accept_altered : bool
        Go on although images were altered, or carry no record; look at them first.
    restore_uids : bool, optional
        Original UIDs of series and instances, or new ones; by default the original ones if the whole header went along.
    overwrite, progress
        As in `embed`.

    Returns
    -------
    ReidentifyReport
        Its ``rows`` say how far each file came back.

    Raises
    ------
    StegoMedError
        `PersonMustLookError` if images were altered, or records are of others, and others.
    """
    if isinstance(key, str):
        key = Passphrase.typed(key)
    return reidentify_series(
        Path(source),
        Path(target),
        key,
        accept_altered=accept_altered,
        restore_uids=restore_uids,
        output=Output(overwrite=overwrite),
        progress=progress,
    )
