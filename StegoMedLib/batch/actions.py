"""The four things that are done to a series, by the functions behind the commands of the same names."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.batch.settings import DEIDENTIFY, EMBED, EXTRACT, REIDENTIFY
from StegoMedLib.choices import DEFAULT_ATTRIBUTES, PRESETS
from StegoMedLib.dicom import DerivedSeries
from StegoMedLib.errors import PersonMustLookError
from StegoMedLib.files import PRIVATE, write_whole
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.pipeline.chosen_identity import chosen_identity
from StegoMedLib.pipeline.deidentify import carrying, deidentify_series
from StegoMedLib.pipeline.embed import DESCRIPTION, embed_series
from StegoMedLib.pipeline.extract import extract_series, save_files
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.reidentify import reidentify_series
from StegoMedLib.pipeline.tying import State
from StegoMedLib.series.masks import mask_source
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from StegoMedLib.batch.settings import Settings
    from StegoMedLib.dicom import LeftOut, Listing
    from StegoMedLib.envelope import Key

__all__ = ["REPORT", "Actions", "Made"]

REPORT = "report.json"
"""What `extract` writes for a series."""


@dataclass(frozen=True)
class Made:
    """What was made of a series.

    Attributes
    ----------
    left_out : sequence of LeftOut
    slices, carrying, altered : int or None
        As of `StegoMedLib.batch.jobs.Outcome`.
    must_look : sequence of str
        Why a person must look at it.
    images : bool
        One file is written for each that came in and was not left out.
    """

    left_out: Sequence[LeftOut]
    slices: int | None = None
    carrying: int | None = None
    altered: int | None = None
    must_look: Sequence[str] = field(default=())
    images: bool = True


class Actions:
    """What is done by these settings, with all that it needs loaded.

    Parameters
    ----------
    settings : Settings
    key : Key

    Raises
    ------
    StegoMedError
        Something that the settings name cannot be used here.
    """

    def __init__(self, settings: Settings, key: Key) -> None:
        self._settings, self._key = settings, key
        self.do = {
            DEIDENTIFY: self._deidentify,
            EMBED: self._embed,
            EXTRACT: self._extract,
            REIDENTIFY: self._reidentify,
        }[settings.action]
        self._output = Output(settings.syntax, settings.accept_lossy, overwrite=True)
        self._method = Method(
            settings.profile,
            lost=settings.lost,
            strength=settings.strength,
            tiles=settings.tiles,
            measured=False,  # nobody is shown how well slices came through
        )
        if settings.action in {DEIDENTIFY, EMBED}:
            self._masks = mask_source(settings.finder, settings.engine, None)
        if settings.action == DEIDENTIFY:
            chosen = (*PRESETS[settings.preset], *settings.retain, *settings.clean)
            self._identity = chosen_identity(
                Options.of(chosen, settings.remove),
                settings.carry,
                pseudonyms=settings.pseudonyms,
                certificates=settings.certificates,
                accept_burned_in=settings.accept_burned_in,
                header_suffices=settings.header_suffices,
            )

    def _deidentify(self, source: Path, work: Path, listing: Listing) -> Made:
        report = deidentify_series(
            source,
            work,
            self._key,
            self._masks,
            identity=self._identity,
            method=carrying(self._settings.carry, self._method),
            output=self._output,
            listing=listing,
        )
        if report.residue:
            places = ", ".join(sorted({f"{each.where} (of {each.of})" for each in report.residue})[:8])
            raise PersonMustLookError(
                f"Something of what was taken out is left in {counted(len(report.residue), 'place')}: {places}; "
                "nothing was written. Look at it, and take these attributes out with --remove."
            )
        if report.embedded is None:
            return Made(report.files.left_out)
        return Made(report.files.left_out, len(report.embedded.slices), report.embedded.embedded)

    def _embed(self, source: Path, work: Path, listing: Listing) -> Made:
        pseudonyms = Pseudonyms.of(self._key)
        # Apart from the UIDs of the same instance without a name, which is another instance.
        headers = DerivedSeries(DESCRIPTION, stands_for=lambda uid: pseudonyms.uid(f"marked {uid}"))
        report = embed_series(
            source,
            work,
            self._key,
            self._masks,
            content=Content(attributes=self._settings.attributes or tuple(DEFAULT_ATTRIBUTES)),
            method=self._method,
            output=self._output,
            listing=listing,
            headers=headers,
        )
        return Made(report.files.left_out, len(report.slices), report.embedded)

    def _extract(self, source: Path, work: Path, listing: Listing) -> Made:
        report = extract_series(source, self._key, accept_lossy=self._settings.accept_lossy, listing=listing)
        content = json.dumps(report.as_json(), indent=2).encode("ascii")
        write_whole(work / REPORT, content, mode=PRIVATE)
        save_files(report, work)
        read = sum(row.record is not None for row in report.slices)
        altered = sum(not row.is_(State.INTACT) for row in report.slices)
        return Made(report.files.left_out, len(report.slices), read, altered, report.must_look, images=False)

    def _reidentify(self, source: Path, work: Path, listing: Listing) -> Made:
        report = reidentify_series(
            source, work, self._key, accept_altered=self._settings.accept_altered, output=self._output, listing=listing
        )
        return Made(report.files.left_out, len(report.rows), len(report.rows))
