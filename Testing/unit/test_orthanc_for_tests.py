"""The Orthanc that tests start: it answers, takes settings, keeps what it holds, and is emptied between tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from Testing.orthanc import orthanc_in

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import ImageMaker
    from Testing.orthanc import Orthanc


def test_it_takes_an_instance_and_is_emptied(orthanc: Orthanc, make_image: ImageMaker) -> None:
    orthanc.put(make_image())
    assert len(orthanc.files()) == len(orthanc.get("dicom-web/studies")) == 1
    orthanc.clear()
    assert orthanc.get("instances") == []


def test_settings_are_taken_and_storage_stays(tmp_path: Path, make_image: ImageMaker) -> None:
    with orthanc_in(tmp_path / "o", {"DicomAet": "ELSEWHERE"}, plugins=()) as server:
        assert server.get("system")["DicomAet"] == server.title == "ELSEWHERE"
        server.put(make_image())
    with orthanc_in(tmp_path / "o", plugins=()) as server:
        assert len(server.files()) == 1
