"""What became of images that lost their identity, or got it back, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.wording import counted
from StegoMedPanel.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedPanel.travelling import Returned

__all__ = ["asked_before_sending", "residue_rows", "what_came_back", "what_was_saved"]

_LEVELS = {
    "file": "as the files that were sent, byte by byte",
    "data set": "with every attribute and every pixel as they were",
    "header": "with the whole header as it was",
    "identity": "with the name and what else tells whose they are; the rest of the header did not go along",
}
_NAMED = 12
"""Attributes that a sentence names at the most."""
_CLEAN = "Nothing that was taken out was found in what was written."
_HEADS = "The images show a head: a face can be made of them, which no change of headers prevents."
_ONCE = (
    "The keys of step 3 hold no secret of yours, so that another series of this patient gets another pseudonym; add a "
    "passphrase or a key file to keep it the same."
)


def what_was_saved(report: DeidentifyReport, place: str, told: Sequence[str]) -> tuple[str, State]:
    """What was saved where, and what a person has to know of it."""
    written = report.files.taken
    doubts = []
    if report.residue:
        doubts.append("The table names what is left of the identity; look at it before you give the images away.")
    if report.files.left_out:
        doubts.append(f"{counted(len(report.files.left_out), 'image')} could not be used and stayed behind.")
    if report.missing:
        doubts.append(f"Too large to go along: {_named(report.missing)}.")
    if not report.lasting:
        doubts.append(_ONCE)
    notes = [*doubts, *([] if report.residue else [_CLEAN]), *([_HEADS] if report.heads else []), *told]
    embedded = report.embedded
    if embedded is not None and embedded.embedded < len(embedded.slices):
        notes.insert(0, f"What goes along is in {embedded.embedded} of {counted(len(embedded.slices), 'slice')}.")
    are = "image is" if written == 1 else "images are"
    words = " ".join((f"{written} {are} {place}, without identity.", *notes))
    return words, State.WARNING if doubts or told else State.GOOD


def asked_before_sending(report: DeidentifyReport) -> str:
    """What a person has to answer before nameless images are sent, after looking at them; nothing where all is well."""
    doubts = []
    if report.residue:
        doubts.append("Something of the identity is left in these images; the table names it.")
    if report.heads:
        doubts.append("These images show a head, of which a face can be made.")
    return " ".join((*doubts, "Send them all the same?")) if doubts else ""


def residue_rows(report: DeidentifyReport) -> list[tuple[str, str, str]]:
    """Where something is left, of which attribute, and in how many images."""
    return [(each.where, each.of, str(count)) for each, count in sorted(report.residue.items())]


def what_came_back(returned: Returned) -> tuple[str, State]:
    """How much came back, and where it is."""
    report = returned.report
    levels = "; ".join(
        f"{counted(report.levels[level], 'image')} came back {words}"
        for level, words in _LEVELS.items()
        if report.levels[level]
    )
    place = (
        "They are a new series in the DICOM database; the nameless series stays."
        if returned.new
        else "The DICOM database has these files already, so nothing was added."
    )
    doubts = []
    if any(not row.tied for row in report.rows):
        doubts.append("Some are not as they were sealed, and nothing but you vouches for whose they are.")
    if report.files.left_out:
        left = counted(len(report.files.left_out), "image")
        doubts.append(f"{left} got no identity back, as nothing in them says whose they are.")
    missing = sorted({*report.missing, *(name for row in report.rows for name in row.lost)})
    if missing:
        doubts.append(f"Not back: {_named(missing)}.")
    return " ".join((f"{levels}. {place}", *report.series, *doubts)), State.WARNING if doubts else State.GOOD


def _named(attributes: Sequence[str]) -> str:
    more = len(attributes) - _NAMED
    return ", ".join(attributes[:_NAMED]) + (f" and {more} more" if more > 0 else "")
