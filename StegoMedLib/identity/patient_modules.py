"""Says in one header whose it is, and of which study, as another header says it (PS3.3 C.7.1 and C.7.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydicom.datadict import tag_for_keyword

from StegoMedLib.dicom import CharacterSet, Node, character_set
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.deidentifier import CHARSET, charset_in
from StegoMedLib.identity.markers import MARKERS, unmarked

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree

__all__ = ["is_of_study", "said_as_in"]

_STUDY_KEYWORDS = (
    *("ReferencedPatientSequence", "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription"),
    *("AccessionNumber", "IssuerOfAccessionNumberSequence", "ReferringPhysicianName"),
    *("ReferringPhysicianIdentificationSequence", "ConsultingPhysicianName"),
    *("ConsultingPhysicianIdentificationSequence", "ProcedureCodeSequence", "PhysiciansOfRecord"),
    *("PhysiciansOfRecordIdentificationSequence", "NameOfPhysiciansReadingStudy"),
    *("PhysiciansReadingStudyIdentificationSequence", "ReferencedStudySequence", "RequestingService"),
    *("RequestingServiceCodeSequence", "ReasonForPerformedProcedureCodeSequence", "AdmittingDiagnosesDescription"),
    *("AdmittingDiagnosesCodeSequence", "ReasonForVisit", "ReasonForVisitCodeSequence", "AdmissionID"),
    *("IssuerOfAdmissionIDSequence", "ServiceEpisodeID", "ServiceEpisodeDescription"),
    *("IssuerOfServiceEpisodeIDSequence", "PatientState"),
)
"""Of patient, study and patient's study outside of group 0010 (PS3.3 Tables C.7-1, C.7-3 and C.7-4a)."""
_STUDY = frozenset(tag_for_keyword(keyword) for keyword in _STUDY_KEYWORDS)
_PATIENT_GROUP, _TRIAL_GROUP = 0x0010, 0x0012
_OF_IMAGES = frozenset({0x0010_9431})
"""In the patient's group, but measured for an image: ExaminedBodyThickness."""
_NEVER_MISSING = frozenset(
    tag_for_keyword(keyword)
    for keyword in (
        *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
        *("StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"),
    )
)
"""Of type 2: empty where nobody knows them."""
_REMOVED, _MOVED_DATES = MARKERS[0], MARKERS[-1]
_WRITTEN = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs whose values are in the declared character set (PS3.5 6.1.2.2)."""
_UTF8 = b"ISO_IR 192"


def is_of_study(tag: int) -> bool:
    """Whether an attribute says whose a header is, or of which study: the same in all objects of a study."""
    return tag in _STUDY or (tag >> 16 == _PATIENT_GROUP and tag not in _OF_IMAGES)


def said_as_in(tree: Tree, study: Tree) -> Tree:
    """A header that says of patient and study what another one says, and is nameless no longer (PS3.15 E.1.2).

    What the other header does not say, it does not say either. Attributes of a clinical trial are set where the other
    header has them, and stay where it has none: others may have added them. Text keeps its characters, in another
    encoding where both headers together need that.

    Parameters
    ----------
    tree, study : Tree
        Whole headers; stay as they are.

    Raises
    ------
    UnusableInputError
        No character set has the text of both; the sentence has the file of `tree` as its unnamed subject ("it").
    """
    earlier = study[_REMOVED].value.rstrip(b"\0 ").decode("ascii", "replace") if _REMOVED in study else "NO"
    nameless = unmarked(tree, earlier)
    given = {tag: node for tag, node in study.items() if _is_given(tag)}
    empty = {tag: replace(node, value=b"") for tag, node in nameless.items() if tag in _NEVER_MISSING}
    own = {tag: node for tag, node in nameless.items() if not is_of_study(tag) and tag not in given}
    made = empty | _together(own, given, study)
    return {tag: made[tag] for tag in sorted(made)}


def _is_given(tag: int) -> bool:
    """Whether an attribute is taken from the header of a study."""
    return is_of_study(tag) or (tag >> 16 == _TRIAL_GROUP and tag != _REMOVED) or tag == _MOVED_DATES


def _together(own: Tree, given: Tree, study: Tree) -> Tree:
    """Both trees in one, in a character set that has the text of both."""
    ours, theirs, utf8 = charset_in(own), charset_in(study), character_set(_UTF8)
    if own.get(CHARSET) == study.get(CHARSET):
        return own | given
    encoded = _encoded(given, theirs, ours)
    if encoded is not None:
        return own | encoded
    encoded = _encoded(own, ours, theirs)
    if encoded is not None:
        encoded.pop(CHARSET, None)
        return encoded | given | ({CHARSET: study[CHARSET]} if CHARSET in study else {})
    first, second = _encoded(own, ours, utf8), _encoded(given, theirs, utf8)
    if first is None or second is None:
        raise UnusableInputError(
            "its text is not in the character set that it declares, so that a name cannot be put beside it; correct "
            "its SpecificCharacterSet."
        )
    return first | second | {CHARSET: Node("CS", _UTF8)}


def _encoded(tree: Tree, source: CharacterSet, target: CharacterSet) -> Tree | None:
    """The same text in another character set, byte for byte where that says the same; None where it lacks something."""
    made: Tree = {}
    for tag, node in tree.items():
        found = _node(node, source, target)
        if found is None:
            return None
        made[tag] = found
    return made


def _node(node: Node, source: CharacterSet, target: CharacterSet) -> Node | None:
    if node.items is not None:
        # An item with a character set of its own has it for all that is in it.
        items = [item if CHARSET in item else _encoded(item, source, target) for item in node.items]
        known = tuple(item for item in items if item is not None)
        return None if len(known) < len(items) else replace(node, items=known)
    if node.vr not in _WRITTEN:
        return node
    value, name = node.value.rstrip(b"\0 "), node.vr == "PN"
    text = source.decode(value, name=name)
    if text is None or target.decode(value, name=name) == text:
        return None if text is None else node
    encoded = target.encode(text, name=name)
    return None if encoded is None else replace(node, value=encoded)
