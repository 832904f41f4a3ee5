"""Writes docs/conformance.md, the conformance statement of a de-identifier and re-identifier (PS3.15 E.1).

    make conformance

What is said of attributes comes from the table and from the rules that the program follows, so that it cannot say
something else than what is done. A test makes sure that the page is current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from StegoMedLib.choices import CLEANABLE, PRESETS, RETAINABLE
from StegoMedLib.dicom.element_headers import vr_in_dictionary
from StegoMedLib.identity.dummies import dummy
from StegoMedLib.identity.markers import marked
from StegoMedLib.identity.options import CODES, Options
from StegoMedLib.identity.rules import Action, action_on
from StegoMedLib.identity.table import PRIVATE, Row, rows
from StegoMedLib.lab.benchmark.page import Table, as_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
TEXT = Path(__file__).resolve().with_name("conformance.txt")
BASIC = {
    "X": "removed",
    "Z": "emptied",
    "D": "replaced",
    "U": "UID mapped",
    "X/Z": "removed; emptied if type 2; replaced if type 1",
    "X/D": "removed; replaced if type 1 or 2",
    "X/Z/D": "removed; emptied if type 2; replaced if type 1",
    "X/Z/U*": "removed; emptied if type 2; UIDs in it mapped if type 1",
    "Z/D": "emptied; replaced if type 1",
}
"""What the letters of the Basic Profile come to."""
OPTIONAL = {Action.KEEP: "kept", Action.MOVE: "moved", Action.CLEAN: "cleaned"}
DUMMIES = ("PN", "LO", "CS", "AE", "DA", "TM", "DT", "AS", "DS", "IS", "UR", "US", "FD", "OB")
NOT_OF_A_DATA_SET = ("0000", "0002", "0004")
OF_A_TAG = 8
PSEUDONYMS = ("00100010", "00100020", "00200010")
"""PatientName, PatientID, StudyID (`StegoMedLib.identity.deidentifier`)."""


def of_options(row: Row) -> str:
    """What each option makes of a row, in words, by what the program does."""
    if len(row.tag) != OF_A_TAG or "X" in row.tag or row.tag.startswith(NOT_OF_A_DATA_SET):
        return "kept if listed as safe: `safe-private`" if row.tag == PRIVATE else ""
    tag = int(row.tag, 16)
    vr = vr_in_dictionary(tag) or _vr_by_name(row.name)
    done: dict[str, list[str]] = {}
    for option in (*RETAINABLE, *CLEANABLE):
        action = action_on(tag, vr, Options.of([option]), "", ())
        if option in row.options:
            done.setdefault(OPTIONAL[action], []).append(f"`{option}`")
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in done.items())


def _vr_by_name(name: str) -> str:
    """VR of an attribute that the dictionary of pydicom does not know yet."""
    return "DT" if name.endswith("DateTime") else "LO"


def basic(row: Row) -> str:
    """What the Basic Profile makes of a row, in words."""
    if row.tag in PSEUDONYMS:
        return f"a pseudonym; in sequences: {BASIC[row.basic]}"
    written_anew = row.tag.startswith(NOT_OF_A_DATA_SET)
    return "not of the data set: not copied" if written_anew else BASIC[row.basic]


def shown(row: Row) -> list[str]:
    """A line of the table."""
    tag = "any odd group" if row.tag == PRIVATE else f"({row.tag[:4]},{row.tag[4:]})"
    return [tag, row.name, row.basic.replace("*", "\\*"), basic(row), of_options(row)]


def parts() -> dict[str, str]:
    """What is put into the text, by its name there."""
    codes = [[f"`{name}`", value, meaning] for name, (value, meaning) in CODES.items()]
    options = [[f"`{name}`", what] for name, what in {**RETAINABLE, **CLEANABLE}.items()]
    presets = [[f"`{name}`", ", ".join(f"`{each}`" for each in chosen) or "none"] for name, chosen in PRESETS.items()]
    values = [[vr, f"`{shown_dummy(vr)}`"] for vr in DUMMIES]
    dates = [["none", Options().dates]]
    dates += [[f"`{name}`", Options.of([name]).dates] for name in ("full-dates", "modified-dates")]
    method = marked({}, Options())[0x0012_0063].value.decode("ascii").split()
    return {
        "codes": as_markdown(Table("", ["option", "code (DCM)", "meaning"], codes)),
        "options": as_markdown(Table("", ["option", "what it leaves"], options)),
        "presets": as_markdown(Table("", ["preset", "options"], presets)),
        "dummies": as_markdown(Table("", ["VR", "value"], values)),
        "dates": as_markdown(Table("", ["option", "value of (0028,0303)"], dates)),
        "method": " ".join([method[0], "VERSION", *method[2:]]),
        "count": str(len(rows())),
        "rows": as_markdown(
            Table("", ["tag", "attribute", "E.1-1", "Basic Profile", "with options"], [shown(row) for row in rows()])
        ),
    }


def shown_dummy(vr: str) -> str:
    """A dummy value as people write it."""
    value = dummy(0, vr)
    return value.decode("ascii").strip() if isinstance(value, bytes) else str(value)


def page() -> str:
    """The page."""
    made = TEXT.read_text(encoding="utf-8")
    for name, part in parts().items():
        made = made.replace(f"{{{{{name}}}}}", part)
    return made


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"Written: {PAGE}\n")
