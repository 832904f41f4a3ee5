"""The type of an attribute follows the object and the place; of private attributes, the listed ones are safe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import uid
from pydicom.datadict import tag_for_keyword

from StegoMedLib.identity.safe_private import is_safe
from StegoMedLib.identity.types import type_of
from StegoMedLib.resources import read_table

SR = uid.EnhancedSRStorage
SHARED = "SharedFunctionalGroupsSequence"


def path_of(*keywords: str) -> tuple[int, ...]:
    tags = [tag_for_keyword(keyword) for keyword in keywords]
    return tuple(tag for tag in tags if tag is not None)


@pytest.mark.parametrize(
    ("sop_class", "keywords", "expected"),
    [
        (uid.CTImageStorage, ["PatientID"], "2"),
        (uid.CTImageStorage, ["ContentDate"], "2C"),
        (uid.CTImageStorage, ["AcquisitionDateTime"], "3"),
        (uid.CTImageStorage, ["ContrastBolusAgent"], "2"),
        (uid.CTImageStorage, ["RTPlanDate"], None),
        (uid.EnhancedMRImageStorage, ["AcquisitionDateTime"], "1C"),
        (uid.EnhancedMRImageStorage, ["DeviceSerialNumber"], "1"),
        (uid.EnhancedMRImageStorage, ["ContentDate"], "1"),
        (uid.SegmentationStorage, ["ContentCreatorName"], "3"),
        (uid.CTImageStorage, ["ReferencedImageSequence"], "3"),
        (uid.RTPlanStorage, ["OperatorsName"], "2"),
        (uid.RTPlanStorage, ["BeamSequence", "TreatmentMachineName"], "2"),
        (uid.CTImageStorage, ["OtherPatientIDsSequence", "PatientID"], "1"),
        (uid.EnhancedMRImageStorage, [SHARED, "ReferencedImageSequence"], "2"),
        (uid.CTImageStorage, [SHARED, "ReferencedImageSequence"], None),
        (SR, ["ObservationDateTime"], "1C"),
        (SR, ["ContentSequence", "ObservationDateTime"], "1C"),
        (SR, ["ContentSequence"] * 4 + ["ObservationDateTime"], "1C"),
        (uid.CTImageStorage, ["PatientName"], None),  # its action is no compound one
    ],
)
def test_types_are_those_of_the_standard(sop_class: str, keywords: list[str], expected: str | None) -> None:
    assert type_of(sop_class, path_of(*keywords)) == expected


@pytest.mark.parametrize("sop_class", ["1.2.3.4", "", uid.DigitalXRayImageStorageForProcessing + ".9"])
def test_of_an_unknown_object_the_strongest_type_is_told(sop_class: str) -> None:
    assert type_of(sop_class, path_of("ContentDate")) == "1"
    assert type_of(sop_class, path_of("PatientName")) is None
    assert type_of(sop_class, (0x00091001,)) is None


def test_every_attribute_with_a_compound_action_has_its_types() -> None:
    compound = {row["tag"] for row in read_table("e1_1.csv") if "/" in row["basic"]}
    assert {row["path"].rsplit("/", 1)[-1] for row in read_table("types.csv")} == compound


def test_reading_the_types_takes_no_time() -> None:
    code = (
        "import time; from StegoMedLib.identity.types import type_of; start = time.process_time(); "
        "type_of('1.2', (0x00100020,)); print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, check=True)
    assert float(done.stdout) < 0.2  # measured: 0.01


@pytest.mark.parametrize(
    ("creator", "tag", "safe"),
    [
        ("Philips PET Private Group", 0x70531000, True),
        ("Philips PET Private Group", 0x7053FF09, True),
        ("Philips PET Private Group ", 0x70531000, True),
        ("Philips PET Private Group", 0x70531001, False),
        ("Philips PET Private Group", 0x70551000, False),
        ("philips pet private group", 0x70531000, False),
        ("SIEMENS MR HEADER", 0x0019100C, True),
        ("SIEMENS CSA HEADER", 0x00291010, False),
        ("", 0x70531000, False),
    ],
)
def test_only_listed_private_attributes_are_safe(creator: str, tag: int, safe: bool) -> None:  # noqa: FBT001
    assert is_safe(creator, tag) is safe


def test_every_listed_private_attribute_is_safe() -> None:
    for row in read_table("safe_private.csv"):
        assert is_safe(row["creator"], int(f"{row['group']}10{row['element']}", 16))
