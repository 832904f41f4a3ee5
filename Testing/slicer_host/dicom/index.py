"""What the database knows of its files: patients, studies, series, instances."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pydicom

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_VALUE = 4096


class NotDicomError(Exception):
    """A file that the database does not take."""


@dataclass(frozen=True)
class Instance:
    """One inserted file, with the tags of its top level."""

    path: Path
    patient: str
    study: str
    series: str
    uid: str
    tags: dict[str, str]


@dataclass
class Index:
    """Instances by UID; patients have numbers, as the database's own ids are."""

    instances: dict[str, Instance] = field(default_factory=dict)
    patients: list[str] = field(default_factory=list)

    def add(self, instance: Instance) -> None:
        """Take an instance in; an older one of the same UID is forgotten."""
        self.instances.pop(instance.uid, None)
        self.instances[instance.uid] = instance
        if instance.patient not in self.patients:
            self.patients.append(instance.patient)

    def select(self, part: str, **equal: str) -> tuple[str, ...]:
        """Different values of one part of the instances that match, in order of insertion."""
        matching = (
            each
            for each in self.instances.values()
            if all(getattr(each, name) == value for name, value in equal.items())
        )
        return tuple(dict.fromkeys(getattr(each, part) for each in matching))


def read_instance(path: Path) -> Instance:
    """Read the header of a file.

    Raises
    ------
    NotDicomError
        If it is no DICOM file, or lacks one of the UIDs of study, series and instance.
    """
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        study, series, uid = (
            str(dataset.get(each, "")) for each in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        )
        tags = {_key(each.tag): _text(each) for each in dataset if each.VR != "SQ"}
    except Exception as error:
        raise NotDicomError(f"{path} is not a DICOM file: {error}") from error
    if not (study and series and uid):
        raise NotDicomError(f"{path} lacks the UID of its study, series or instance")
    # An anonymous study is its own patient.
    patient_id = str(dataset.get("PatientID", "")) or study
    name = str(dataset.get("PatientName", "")) or patient_id
    patient = "\n".join((patient_id, name, str(dataset.get("PatientBirthDate", ""))))
    return Instance(path, patient, study, series, uid, tags)


def _key(tag: Any) -> str:
    return f"{tag.group:04x},{tag.element:04x}"


def _text(element: Any) -> str:
    value = element.value
    if value is None or isinstance(value, bytes):
        return ""
    texts = [str(each) for each in value] if isinstance(value, pydicom.multival.MultiValue) else [str(value)]
    return "\\".join(texts)[:_LONGEST_VALUE]


def tag_key(*tag: Any) -> str:
    """A tag as the database writes it, from "0020,0013" or from two numbers."""
    if len(tag) == 1:
        return str(tag[0]).replace(" ", "").lower()
    group, element = tag
    return f"{group:04x},{element:04x}"
