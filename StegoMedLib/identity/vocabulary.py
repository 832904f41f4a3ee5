"""Words of medicine: what is made of them names nobody.

They are the words of the meanings of the codes that pydicom knows (DICOM controlled terminology, SNOMED CT and others
that PS3.16 uses).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from pydicom import config
from pydicom.uid import UID

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["SCHEMES", "cleaned", "is_harmless", "is_standard_uid", "words_of"]

SCHEMES = frozenset(
    "DCM FMA I10 I9C ICD10 ICD11 LN MSH NCIt RADLEX SCT SNM3 SRT 99SDM UCUM UMLS".split()  # noqa: SIM905
)
"""Coding schemes (PS3.16 table 8-1) whose codes are the same everywhere, so that none is made for somebody."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d{1,3}(mm|cm|ms|s|kv|kvp|mg|ml|t|w|d|a|p|f|h|b)?|[a-z]{0,2}\d{1,2}[a-z]?", re.IGNORECASE)
"""Thicknesses, weightings, kernels, vertebrae: too short to be anybody's number or date."""
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DATE = re.compile(r"(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d)")
_DIGITS = 6
"""As many as a date has, or the shortest numbers of telephones."""
_SHORT = 2
# What people write and codes do not: abbreviations of series, and words of protocols.
_ABBREVIATIONS = (
    "abd abdo adc apex arterial asl ax axial bh bold brustkorb chest contrast cor coronal ct cta delayed dce "
    "diff diffusion dixon dti dwi early epi fat fatsat fgre fiesta flair flash flow fmri fse gado gd gre haste "
    "head hr inphase ir kidney lat late loc localizer localiser lspine lung mip mpr mprage mr mra mri mrs "
    "native neck nac nativ oblique opposed opp out outphase pa pd pelvis perf perfusion phase plain portal "
    "post pre prior recon routine sag sagittal scan scout se series spgr spine ssfse standard stir survey swi "
    "thin thick thorax tof topogram tra transversal transverse trufi tse turbo vibe venous with without wo "
)


@cache
def _words() -> frozenset[str]:
    from pydicom.sr.codedict import codes  # noqa: PLC0415  slow, and only needed where text is looked at

    found = set(_ABBREVIATIONS.split())
    for scheme in codes.schemes():
        for keyword in getattr(codes, scheme).dir():
            found |= {word.lower() for word in _CAMEL.findall(keyword)}
    return frozenset(found)


def is_harmless(word: str) -> bool:
    """Whether a word is one of medicine, or a number too short to be anybody's."""
    if len(word) <= _SHORT and word.isascii():
        return True
    return word.lower() in _words() or _NUMBER.fullmatch(word) is not None


def is_standard_uid(uid: str) -> bool:
    """Whether a UID is registered in the standard (PS3.6 annex A), and so names no study."""
    return uid != "" and uid == uid.strip() and UID(uid, config.IGNORE).name != uid


def words_of(text: str) -> list[str]:
    """Letters and digits that stand together."""
    return _WORD.findall(text)


def cleaned(text: str, names: Collection[str] = ()) -> str:
    """A text without the words that are not harmless, or are among `names`.

    What stands between two words that stay stays, too; a blank takes the place of what goes. With a word go the bare
    numbers beside it, and numbers that make a date or the number of a telephone with each other go together.
    """
    words = list(_WORD.finditer(text))
    stays = [_stays(match[0], names) for match in words]
    for run in _bare_numbers(words):
        beside = [stays[place] for place in (run.start - 1, run.stop) if 0 <= place < len(words)]
        if not all(beside) or _is_date_or_number(text[words[run.start].start() : words[run.stop - 1].end()]):
            stays[run.start : run.stop] = [False] * len(run)
    made, last = "", None
    for place in (place for place, kept in enumerate(stays) if kept):
        between = text[words[place - 1].end() : words[place].start()] if place and last == place - 1 else " "
        made += (between if between.isascii() else " ") * bool(made) + words[place][0]
        last = place
    return made if made == text else cleaned(made, names)


def _stays(word: str, names: Collection[str]) -> bool:
    return word.isascii() and is_harmless(word) and word.lower() not in names


def _bare_numbers(words: Sequence[re.Match[str]]) -> Iterator[range]:
    """Places of numbers that follow each other, with no letters between them."""
    for is_number, group in groupby(range(len(words)), lambda place: words[place][0].isdigit()):
        if is_number:
            places = list(group)
            yield range(places[0], places[-1] + 1)


def _is_date_or_number(run: str) -> bool:
    return sum(each.isdigit() for each in run) >= _DIGITS or _DATE.search(run) is not None
