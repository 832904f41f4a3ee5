"""Archive A -> service -> Orthanc (a cloud) -> a segmentation made there -> service -> archive A, under its patient."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from pydicom import dcmread

from Testing.orthanc import free_port, orthanc_in
from Testing.others import segmentation
from Testing.service import Running, Sink, sent, serving, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydicom import Dataset

    from Testing.orthanc import Orthanc

pytestmark = [pytest.mark.data, pytest.mark.slow]


@pytest.fixture
def archive() -> Iterator[Sink]:
    with Sink(title="ARCHIVE") as made:
        yield made


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[tuple[Orthanc, int]]:
    """An Orthanc that knows the service, and the port that this is to have."""
    port = free_port()
    settings = {"DicomModalities": {"gateway": ["STEGOMED", "127.0.0.1", port]}}
    with orthanc_in(tmp_path / "orthanc", settings) as made:
        yield made, port


@pytest.fixture
def service(tmp_path: Path, archive: Sink, cloud: tuple[Orthanc, int]) -> Iterator[Running]:
    folder, (orthanc, port) = tmp_path / "service", cloud
    folder.mkdir()
    (folder / "key").write_bytes(bytes(range(32)))
    settings = f"""
finder = "threshold"
workers = 1
[[rules]]
callers = ["ARCHIVE"]
action = "deidentify"
key = "key"
target = "cloud"
[[rules]]
callers = ["ORTHANC"]
action = "reidentify"
key = "key"
target = "archive"
images = "cloud"
[targets.cloud]
url = "{orthanc.dicomweb}"
[targets.archive]
title = "ARCHIVE"
host = "127.0.0.1"
port = {archive.port}
"""
    with serving(folder, settings, port=port) as running:
        yield running


def _held(orthanc: Orthanc) -> list[Dataset]:
    return [dcmread(io.BytesIO(each)) for each in orthanc.files()]


def test_a_segmentation_made_in_the_cloud_comes_home_under_the_right_patient(
    service: Running, archive: Sink, cloud: tuple[Orthanc, int], data_dir: Path, tmp_path: Path
) -> None:
    orthanc, _ = cloud
    files = sorted((data_dir / "curated" / "ct_abdomen_chaos3").glob("*.dcm"))[:3]
    sources = [dcmread(path) for path in files]
    assert sent(files, service.port, caller="ARCHIVE") == [0] * 3
    until(lambda: len(orthanc.get("instances")) == 3)

    nameless = sorted(_held(orthanc), key=lambda each: float(each.ImagePositionPatient[2]))
    assert not {str(each.PatientName) for each in sources} & {str(each.PatientName) for each in nameless}
    made = segmentation(nameless)
    made.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    orthanc.put(tmp_path / "seg.dcm")

    orthanc.ask("modalities/gateway/store", data="\n".join(orthanc.get("studies")).encode(), method="POST")
    until(lambda: len(archive.got) == 4, 60)
    homes = {str(each.SOPInstanceUID): each for each in archive.got}
    for source in sources:
        home = homes.pop(str(source.SOPInstanceUID))
        assert home.PatientName == source.PatientName
        assert home.StudyInstanceUID == source.StudyInstanceUID
        assert home.SeriesInstanceUID == source.SeriesInstanceUID
    (result,) = homes.values()
    assert result.Modality == "SEG"
    assert result.PatientName == sources[0].PatientName
    assert result.StudyInstanceUID == sources[0].StudyInstanceUID
    referred = {
        str(row.ReferencedSOPInstanceUID) for row in result.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    }
    assert referred == {str(each.SOPInstanceUID) for each in sources}
    assert (result.PixelData, result.SegmentSequence) == (made.PixelData, made.SegmentSequence)
    until(lambda: not service.lying("received") + service.lying("protected"))
    assert not service.lying("quarantine")


def test_a_result_that_belongs_to_no_image_of_the_cloud_is_set_aside(
    service: Running, archive: Sink, data_dir: Path, tmp_path: Path
) -> None:
    files = sorted((data_dir / "curated" / "ct_abdomen_chaos3").glob("*.dcm"))[:2]
    segmentation([dcmread(path) for path in files]).save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    assert sent([tmp_path / "seg.dcm"], service.port, caller="ORTHANC") == [0]
    until(lambda: service.lying("quarantine"))
    assert not archive.got
