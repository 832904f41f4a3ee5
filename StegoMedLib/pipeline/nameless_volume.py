"""Volumes of a viewer that lose their identity and get it back: by their files, under the numbers of the images."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.deidentify import deidentify_series
from StegoMedLib.pipeline.options import Method
from StegoMedLib.pipeline.reidentify import reidentify_series
from StegoMedLib.series.slice import silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.deidentify import Identity
    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedLib.pipeline.reidentify_report import ReidentifyReport
    from StegoMedLib.series.instances import InstanceStack
    from StegoMedLib.series.masks import VolumeMasks
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Key as SliceKey
    from StegoMedLib.series.slice import Progress, Slice

__all__ = ["deidentify_stack", "number_of", "reidentify_files"]


class _FileMasks:
    """Masks of a volume, for the slices of its files (`StegoMedLib.series.masks.MaskSource`)."""

    travels = False

    def __init__(self, masks: VolumeMasks, numbers: Mapping[SliceKey, int]) -> None:
        self.name = masks.name
        self._masks, self._numbers = masks, numbers

    def region(self, each: Slice) -> Region:
        """The mask of the volume's slice that a frame of a file is."""
        return self._masks.region(replace(each, frame=self._numbers[each.key]))


def deidentify_stack(
    stack: InstanceStack,
    masks: VolumeMasks,
    work: Path,
    target: Path,
    key: Key,
    *,
    identity: Identity,
    method: Method = Method(),
    progress: Progress = silent,
    processes: int = 1,
) -> DeidentifyReport:
    """Write the files behind a volume to `target` without the identity, which goes along inside the images.

    Parameters
    ----------
    stack : InstanceStack
    masks : VolumeMasks
        What a person has reviewed; not asked where nothing goes along.
    work : Path
        Private folder that whoever calls removes: links to the files stand in it under the numbers of the images, and
        the report calls them so (see `number_of`).
    target : Path
        New or empty folder.
    key, identity, method, progress, processes
        As of `StegoMedLib.pipeline.deidentify.deidentify_series`.

    Raises
    ------
    UnusableInputError
        The voxels of the volume are not those of its files.
    TextInPicturesError, UsageError, DoesNotFitError
        As of `deidentify_series`.
    """
    files = stack.files()
    for index in range(len(stack)):
        stack.plane(index)
    names = _linked([path for path, _ in files], work)
    numbers = {
        (name, frame): index for name, (_, frames) in zip(names, files, strict=True) for frame, index in frames.items()
    }
    found = _FileMasks(masks, numbers)
    return deidentify_series(
        work, target, key, found, identity=identity, method=method, progress=progress, processes=processes
    )


def reidentify_files(
    files: Iterable[Path],
    work: Path,
    target: Path,
    key: Key,
    *,
    accept_altered: bool = False,
    restore_uids: bool | None = None,
    progress: Progress = silent,
) -> ReidentifyReport:
    """Write some nameless files to `target` with the identity that they carry.

    Parameters
    ----------
    files : iterable of Path
        In the order of the images.
    work, target : Path
        As of `deidentify_stack`.
    key, accept_altered, restore_uids, progress
        As of `StegoMedLib.pipeline.reidentify.reidentify_series`, as are the errors.
    """
    _linked(list(dict.fromkeys(files)), work)
    return reidentify_series(
        work, target, key, accept_altered=accept_altered, restore_uids=restore_uids, progress=progress
    )


def number_of(name: str) -> int:
    """Number of the image, from 1, that a report calls by this name."""
    return int(name.removesuffix(".dcm"))


def _linked(files: list[Path], work: Path) -> list[str]:
    """Second names of files in a folder, their numbers; copies on a disk without hard links, or on another disk."""
    names = [f"{number:06}.dcm" for number in range(1, len(files) + 1)]
    try:
        work.mkdir(parents=True, exist_ok=True)
        for path, name in zip(files, names, strict=True):
            _link(path, work / name)
    except OSError as error:
        raise UnusableInputError(
            f"The files of the volume cannot be read ({error.strerror}); import and load the series again."
        ) from None
    return names


def _link(path: Path, place: Path) -> None:
    try:
        os.link(path.resolve(), place)
    except OSError:
        shutil.copyfile(path, place)
