"""The planted header: every value is found again where it was put, and none where it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom import uid

from StegoMedLib.lab.benchmark.planted import Planted, left, plant, plant_anywhere, searched
from StegoMedLib.lab.benchmark.planted_values import JAPANESE, RUSSIAN

if TYPE_CHECKING:
    from pathlib import Path

SYNTAXES = [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian]


def plant_in(path: Path, target: Path, syntax: uid.UID) -> list[Planted]:
    dataset = pydicom.dcmread(path)
    planted = plant(dataset)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(target, implicit_vr=syntax.is_implicit_VR, little_endian=True)
    return planted


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.keyword)
def test_every_value_is_found_in_the_file(make_image: Any, tmp_path: Path, syntax: uid.UID) -> None:
    source = make_image()
    planted = plant_in(source, tmp_path / "planted.dcm", syntax)
    assert len(planted) >= 39
    assert left(planted, searched(tmp_path / "planted.dcm")) == planted
    assert left(planted, searched(source)) == []


def test_every_value_has_words_and_a_place_of_its_own(make_image: Any) -> None:
    planted = plant(pydicom.dcmread(make_image()))
    assert len({each.where for each in planted}) == len(planted)
    for each in planted:
        content = " ".join(other.value for other in planted if other.value != each.value).encode()
        assert not each.is_in(content), each


def test_one_value_that_is_left_is_named(make_image: Any, tmp_path: Path) -> None:
    planted = plant_in(make_image(), tmp_path / "planted.dcm", uid.ExplicitVRLittleEndian)
    dataset = pydicom.dcmread(make_image())
    dataset.add_new(0x00291077, "LO", "herrenlos: Waisenkühler")
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.save_as(tmp_path / "nearly.dcm")
    assert [each.value for each in left(planted, searched(tmp_path / "nearly.dcm"))] == ["Waisenkühler"]


def test_names_are_found_in_every_script(make_image: Any, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(make_image())
    planted = plant(dataset)
    for script in (JAPANESE, RUSSIAN):
        clean = pydicom.dcmread(make_image())
        clean.SpecificCharacterSet = str(script["SpecificCharacterSet"]).split("\\")
        clean.PatientName = script["PatientName"]
        clean.save_as(tmp_path / "script.dcm")
        assert [each.value for each in left(planted, searched(tmp_path / "script.dcm"))] == [script["PatientName"]]


@pytest.mark.parametrize("syntax", SYNTAXES[:2], ids=lambda syntax: syntax.keyword)
def test_sequences_of_one_file_are_of_one_kind(make_image: Any, tmp_path: Path, syntax: uid.UID) -> None:
    dataset = pydicom.dcmread(make_image())
    item = pydicom.Dataset()
    item.CodeValue = "T"
    item.is_undefined_length_sequence_item = True
    dataset.AnatomicRegionSequence = [item]
    dataset["AnatomicRegionSequence"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(tmp_path / "open.dcm", implicit_vr=syntax.is_implicit_VR, little_endian=True)
    plant_in(tmp_path / "open.dcm", tmp_path / "planted.dcm", syntax)
    ends = (b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xfe\xff\x0d\xe0\0\0\0\0")
    assert all(end in (tmp_path / "open.dcm").read_bytes() for end in ends)
    assert not any(end in (tmp_path / "planted.dcm").read_bytes() for end in ends)


def test_pixels_are_no_short_names(make_image: Any, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(make_image())
    planted = plant(dataset)
    clean = pydicom.dcmread(make_image())
    clean.PixelData = "Ida Eva Ella Olga".encode("utf-16-le").ljust(len(clean.PixelData), b"\0")
    clean.save_as(tmp_path / "pixels.dcm")
    assert left(planted, searched(tmp_path / "pixels.dcm")) == []


def test_options_that_keep_a_value_are_told(make_image: Any) -> None:
    kept = {each.where: each.kept_by for each in plant(pydicom.dcmread(make_image()))}
    assert kept["StudyDate"] == {"retain_full_dates", "retain_modified_dates"}
    assert kept["PatientName"] == frozenset()
    assert kept["ContributingEquipmentSequence[0].DeviceSerialNumber"] == {"retain_device"}
    assert kept["private text"] == frozenset()


def test_a_name_where_nothing_looks_is_found(make_image: Any, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(make_image())
    dataset.SpecificCharacterSet = "ISO_IR 100"
    planted = plant_anywhere(dataset)
    dataset.save_as(tmp_path / "anywhere.dcm")
    assert left(planted, searched(tmp_path / "anywhere.dcm")) == planted


@pytest.mark.data
@pytest.mark.parametrize("name", ["odd/t_ct_rle", "odd/mr_enhanced_64x64x10_big_endian", "odd/t_ct_deflated"])
def test_real_files_take_the_values(data_dir: Path, tmp_path: Path, name: str) -> None:
    dataset = pydicom.dcmread(data_dir / f"{name}.dcm")
    planted = plant(dataset, 3)
    dataset.save_as(tmp_path / "planted.dcm")
    assert left(planted, searched(tmp_path / "planted.dcm")) == planted
    assert left(planted, searched(data_dir / f"{name}.dcm")) == []
    assert pydicom.dcmread(tmp_path / "planted.dcm").PixelData == pydicom.dcmread(data_dir / f"{name}.dcm").PixelData
