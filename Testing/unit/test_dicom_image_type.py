"""ImageType of a derived instance is what its object's class allows (PS3.3 C.7.6.1.1.2 and others)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom import Dataset, uid

from StegoMedLib.dicom import DerivedSeries, read_instance
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom import FileDataset

ORIGINAL = ["ORIGINAL", "PRIMARY"]


def derived(make_image: Any, tmp_path: Path, sop_class: str, image_type: object, **groups: Any) -> FileDataset:
    def edit(dataset: FileDataset) -> None:
        dataset.SOPClassUID, dataset.ImageType = sop_class, image_type
        for keyword, items in groups.items():
            setattr(dataset, keyword, items)

    target = tmp_path / "derived.dcm"
    write_derived(read_instance(make_image(edit)), {}, target, DerivedSeries("a test"))
    return pydicom.dcmread(target)


@pytest.mark.parametrize(
    ("sop_class", "before", "after"),
    [
        (uid.CTImageStorage, [*ORIGINAL, "AXIAL"], "DERIVED SECONDARY AXIAL"),
        (uid.CTImageStorage, [*ORIGINAL, "LOCALIZER", "CSA"], "DERIVED SECONDARY LOCALIZER CSA"),
        (uid.CTImageStorage, [" ORIGINAL", "PRIMARY ", " AXIAL"], "DERIVED SECONDARY AXIAL"),
        (uid.MRImageStorage, [*ORIGINAL, "M", "NORM"], "DERIVED SECONDARY M NORM"),
        (uid.MRImageStorage, ORIGINAL, "DERIVED SECONDARY OTHER"),
        (uid.MRImageStorage, None, "DERIVED SECONDARY OTHER"),
        (uid.PositronEmissionTomographyImageStorage, ORIGINAL, "DERIVED PRIMARY"),
        (uid.PositronEmissionTomographyImageStorage, "ORIGINAL", "DERIVED PRIMARY"),
        (uid.NuclearMedicineImageStorage, [*ORIGINAL, "TOMO", "EMISSION"], "DERIVED PRIMARY TOMO EMISSION"),
        (uid.ComputedRadiographyImageStorage, ORIGINAL, "DERIVED SECONDARY"),
        (uid.DigitalXRayImageStorageForPresentation, [*ORIGINAL, ""], ["DERIVED", "SECONDARY", ""]),
        (uid.XRayAngiographicImageStorage, [*ORIGINAL, "BIPLANE A"], ["DERIVED", "SECONDARY", "BIPLANE A"]),
        (uid.RTImageStorage, [*ORIGINAL, "PORTAL"], "DERIVED SECONDARY PORTAL"),
        (uid.UltrasoundImageStorage, [*ORIGINAL, "ABDOMINAL", "0001"], "DERIVED SECONDARY ABDOMINAL 0001"),
        (uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage, ORIGINAL, "DERIVED SECONDARY"),
        (uid.EnhancedCTImageStorage, [*ORIGINAL, "VOLUME", "NONE"], "DERIVED PRIMARY VOLUME NONE"),
        (uid.EnhancedMRImageStorage, ["MIXED", "PRIMARY", "M", "MIXED"], "DERIVED PRIMARY M MIXED"),
        (uid.LegacyConvertedEnhancedPETImageStorage, ["MIXED", "", "A", "NONE"], "DERIVED PRIMARY A NONE"),
        (uid.EnhancedXAImageStorage, [*ORIGINAL, "ANGIO", "NONE"], "DERIVED SECONDARY ANGIO NONE"),
        (uid.BreastTomosynthesisImageStorage, [*ORIGINAL, "TOMO", "NONE"], "DERIVED PRIMARY TOMO NONE"),
        ("1.2.3.4", ORIGINAL, "DERIVED SECONDARY"),
    ],
)
def test_values_follow_the_class(
    make_image: Any, tmp_path: Path, sop_class: str, before: object, after: str | list[str]
) -> None:
    expected = after.split() if isinstance(after, str) else after
    assert list(derived(make_image, tmp_path, sop_class, before).ImageType) == expected


def test_types_of_frames_follow_the_class_too(make_image: Any, tmp_path: Path) -> None:
    entry, group = Dataset(), Dataset()
    entry.FrameType = ["ORIGINAL", "", "VOLUME", "NONE"]
    group.CTImageFrameTypeSequence = [entry]
    after = derived(
        make_image,
        tmp_path,
        uid.EnhancedCTImageStorage,
        ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
        SharedFunctionalGroupsSequence=[group],
    )
    (written,) = after.SharedFunctionalGroupsSequence[0].CTImageFrameTypeSequence
    assert written.FrameType == ["DERIVED", "PRIMARY", "VOLUME", "NONE"]


def test_an_unknown_class_with_functional_groups_keeps_its_second_value(make_image: Any, tmp_path: Path) -> None:
    after = derived(make_image, tmp_path, "1.2.3.4", ORIGINAL, SharedFunctionalGroupsSequence=[Dataset()])
    assert after.ImageType == ["DERIVED", "PRIMARY"]
