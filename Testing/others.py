"""What others make of a nameless study: segmentations, reports, structures and more, as their tools write them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import highdicom as hd
import numpy as np
from highdicom.sr.coding import CodedConcept
from pydicom import Dataset, FileDataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, ExplicitVRLittleEndian, RTStructureSetStorage, generate_uid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["derived_series", "parametric_map", "presentation_state", "report", "segmentation", "structure_set"]

_MAKER = {
    "manufacturer": "Maker",
    "manufacturer_model_name": "Model",
    "software_versions": "1",
    "device_serial_number": "1",
}


def _new(number: int) -> dict[str, Any]:
    return {
        "series_instance_uid": hd.UID(),
        "series_number": number,
        "sop_instance_uid": hd.UID(),
        "instance_number": 1,
        **_MAKER,
    }


def _bright(images: Sequence[Dataset]) -> NDArray[np.bool_]:
    """Mask (N, H, W) of some pixels of every image."""
    shape = (len(images), images[0].Rows, images[0].Columns)
    mask = np.zeros(shape, dtype=bool)
    mask[:, shape[1] // 3 : shape[1] // 2, shape[2] // 3 : shape[2] // 2] = True
    return mask


def segmentation(images: Sequence[Dataset], syntax: UID = ExplicitVRLittleEndian, kind: str = "BINARY") -> Dataset:
    """A segmentation of a series."""
    description = hd.seg.SegmentDescription(
        segment_number=1,
        segment_label="Organ",
        segmented_property_category=codes.SCT.Organ,
        segmented_property_type=codes.SCT.Liver,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=hd.UID(),
        tracking_id="organ 1",
    )
    made: Dataset = hd.seg.Segmentation(
        source_images=list(images),
        pixel_array=_bright(images),
        segmentation_type=hd.seg.SegmentationTypeValues[kind],
        segment_descriptions=[description],
        transfer_syntax_uid=syntax,
        **_new(100),
    )
    return made


def report(images: Sequence[Dataset], segments: Dataset) -> Dataset:
    """A report of measurements (TID 1500) of a segment and of an image."""
    sources = [hd.sr.SourceImageForSegmentation.from_source_image(image) for image in images]
    segment = hd.sr.ReferencedSegment(segments.SOPClassUID, segments.SOPInstanceUID, 1, source_images=sources)
    volume = hd.sr.Measurement(name=codes.SCT.Volume, value=12.5, unit=codes.UCUM.CubicMillimeter)
    measured = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=hd.UID(), identifier="organ 1"),
        referenced_segment=segment,
        measurements=[volume],
        finding_type=codes.SCT.Organ,
    )
    length = hd.sr.Measurement(name=codes.SCT.Length, value=3.5, unit=codes.UCUM.Millimeter)
    of_image = hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=hd.UID(), identifier="line 1"),
        measurements=[length],
        source_images=[hd.sr.SourceImageForMeasurementGroup.from_source_image(images[0])],
    )
    observer = hd.sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name="Reader^Some"),
    )
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_person_context=observer),
        procedure_reported=CodedConcept("77477000", "SCT", "Computed tomography"),
        imaging_measurements=[measured, of_image],
    )
    made: Dataset = hd.sr.Comprehensive3DSR(
        evidence=[*images, segments], content=content, is_complete=True, **_new(101)
    )
    return made


def presentation_state(images: Sequence[Dataset]) -> Dataset:
    """A presentation state of a series."""
    made: Dataset = hd.pr.GrayscaleSoftcopyPresentationState(
        referenced_images=list(images),
        content_label="SOFT",
        content_creator_name="Reader^Some",
        concept_name=None,
        voi_lut_transformations=[hd.pr.SoftcopyVOILUTTransformation(window_center=40, window_width=400)],
        **_new(102),
    )
    return made


def parametric_map(images: Sequence[Dataset]) -> Dataset:
    """A map of floating point values."""
    values = np.random.default_rng(3).random((len(images), images[0].Rows, images[0].Columns), dtype=np.float32)
    mapping = hd.pm.RealWorldValueMapping(
        lut_label="1", lut_explanation="values", unit=codes.UCUM.NoUnits, value_range=(0.0, 1.0), slope=1, intercept=0
    )
    made: Dataset = hd.pm.ParametricMap(
        source_images=list(images),
        pixel_array=values,
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[mapping],
        voi_lut_transformations=[hd.VOILUTTransformation(window_center=0.5, window_width=1.0)],
        **_new(103),
    )
    return made


def _item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def _reference(image: Dataset) -> Dataset:
    return _item(ReferencedSOPClassUID=image.SOPClassUID, ReferencedSOPInstanceUID=image.SOPInstanceUID)


def _contours(images: Sequence[Dataset]) -> list[Dataset]:
    """One square in each image."""
    found = []
    for image in images:
        x, y, z = (float(each) for each in image.ImagePositionPatient)
        points = [x + 10, y + 10, z, x + 20, y + 10, z, x + 20, y + 20, z]
        found.append(
            _item(
                ContourImageSequence=[_reference(image)],
                ContourGeometricType="CLOSED_PLANAR",
                NumberOfContourPoints=3,
                ContourData=points,
            )
        )
    return found


def structure_set(images: Sequence[Dataset]) -> Dataset:
    """An RT structure set with a contour in each image."""
    first, now = images[0], dt.datetime(2026, 5, 4, 12, 30)  # noqa: DTZ001 as such files have it
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = RTStructureSetStorage, generate_uid()
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    for keyword in (
        *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate", "StudyTime"),
        *("AccessionNumber", "ReferringPhysicianName", "StudyID"),
    ):
        setattr(made, keyword, first.get(keyword, ""))
    made.SOPClassUID, made.SOPInstanceUID = RTStructureSetStorage, meta.MediaStorageSOPInstanceUID
    made.Modality, made.SeriesInstanceUID, made.SeriesNumber, made.OperatorsName = "RTSTRUCT", generate_uid(), 104, ""
    made.Manufacturer, made.StructureSetLabel = "Maker", "Structures"
    made.StructureSetDate, made.StructureSetTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    made.ApprovalStatus, made.PositionReferenceIndicator = "UNAPPROVED", ""
    made.FrameOfReferenceUID = first.FrameOfReferenceUID
    series = _item(SeriesInstanceUID=first.SeriesInstanceUID, ContourImageSequence=list(map(_reference, images)))
    study = _item(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID=first.StudyInstanceUID,
        RTReferencedSeriesSequence=[series],
    )
    made.ReferencedFrameOfReferenceSequence = [
        _item(FrameOfReferenceUID=first.FrameOfReferenceUID, RTReferencedStudySequence=[study])
    ]
    made.StructureSetROISequence = [
        _item(
            ROINumber=1,
            ReferencedFrameOfReferenceUID=first.FrameOfReferenceUID,
            ROIName="Organ",
            ROIGenerationAlgorithm="MANUAL",
        )
    ]
    made.ROIContourSequence = [_item(ReferencedROINumber=1, ContourSequence=_contours(images))]
    made.RTROIObservationsSequence = [
        _item(ObservationNumber=1, ReferencedROINumber=1, RTROIInterpretedType="ORGAN", ROIInterpreter="")
    ]
    return made


def derived_series(paths: Sequence[Path]) -> list[Dataset]:
    """A series of images with other pixels, as filters make them: the header is that of the source."""
    series, made = generate_uid(), list[Dataset]()
    for path in paths:
        image = dcmread(path)
        of_image = _reference(image)
        image.PixelData = (image.pixel_array // 2).astype(image.pixel_array.dtype).tobytes()
        image.ImageType = ["DERIVED", "SECONDARY", *image.ImageType[2:]]
        image.SeriesInstanceUID, image.SeriesNumber, image.SeriesDescription = series, 105, "Smoothed"
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        image.SourceImageSequence = [of_image]
        made.append(image)
    return made
