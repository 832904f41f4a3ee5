"""A derived instance differs from its source in what the derivation concerns, and in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from StegoMedLib.dicom import SYNTAXES, DerivedSeries, compressing, read_instance
from StegoMedLib.errors import UnusableInputError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.dicom import Instance

IDENTITY = {"PatientName": "Müller^Zoë", "PatientID": "4711", "StudyDescription": "Thorax"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "derived.dcm"


def flipped(instance: Instance, frame: int = 0) -> np.ndarray:
    """The frame with the lowest bit of every third column turned over."""
    pixels = instance.plane(frame).pixels.copy()
    pixels[:, ::3] ^= 1
    return pixels


def derive(path: Path, target: Path, **options: Any) -> pydicom.FileDataset:
    instance = read_instance(path)
    changed = {frame: flipped(instance, frame) for frame in options.pop("frames", [0])}
    write_derived(instance, changed, target, DerivedSeries(options.pop("description", "a test")), **options)
    return pydicom.dcmread(target)


def four_frames(dataset: pydicom.FileDataset) -> None:
    dataset.NumberOfFrames = 4
    dataset.PixelData = np.random.default_rng(1).integers(0, 999, (4, 40, 36)).astype("<u2").tobytes()


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_changed_pixels_are_written_exactly(make_image: Any, target: Path, syntax: str) -> None:
    source = read_instance(make_image(volume=np.random.default_rng(1).integers(-2000, 3000, (1, 48, 40))))
    written = write_derived(source, {0: flipped(source)}, target, DerivedSeries("a test"), syntax=syntax)
    derived = read_instance(target)
    assert np.array_equal(derived.plane().pixels, flipped(source))
    assert derived.dataset.file_meta.TransferSyntaxUID == SYNTAXES[syntax]
    assert written.uid == derived.sop_instance == derived.dataset.file_meta.MediaStorageSOPInstanceUID


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("representation", [0, 1])
def test_eight_bits_stored_in_sixteen_are_written_in_every_syntax(
    make_image: Any, target: Path, syntax: str, representation: int
) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 7, representation
        values = np.random.default_rng(3).integers(-128 if representation else 0, 128, (40, 36))
        dataset.PixelData = values.astype("<i2").tobytes()

    source = read_instance(make_image(edit))
    write_derived(source, {0: flipped(source)}, target, DerivedSeries("a test"), syntax=syntax)
    assert np.array_equal(read_instance(target).plane().pixels, flipped(source))


def test_a_copy_that_does_not_decode_blames_the_syntax_and_names_no_temporary_file(
    make_image: Any, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressing._Encoder, "code", lambda *_: b"nothing!")
    source = read_instance(make_image())
    with pytest.raises(UnusableInputError) as caught:
        write_derived(source, {}, target, DerivedSeries("a test"), syntax="rle")
    sentence = f"{source.path.name} cannot be used: the transfer syntax 'rle' would change the pixels; "
    assert str(caught.value) == sentence + "ask for 'explicit'."


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_frames_that_are_not_listed_keep_their_bytes(make_image: Any, target: Path, syntax: str) -> None:
    source = read_instance(make_image(four_frames))
    write_derived(source, {2: flipped(source, 2)}, target, DerivedSeries("a test"), syntax=syntax)
    derived = read_instance(target)
    assert derived.frames == 4
    for frame in (0, 1, 3):
        assert np.array_equal(derived.containers(frame), source.containers(frame))
    assert np.array_equal(derived.plane(2).pixels, flipped(source, 2))


def test_source_stays_as_it_is(make_image: Any, target: Path) -> None:
    path = make_image(attributes=IDENTITY)
    before = path.read_bytes()
    source = read_instance(path)
    header = str(source.dataset)
    write_derived(source, {0: flipped(source)}, target, DerivedSeries("a test"))
    assert path.read_bytes() == before
    assert str(source.dataset) == header


def test_what_the_derivation_concerns(make_image: Any, target: Path) -> None:
    path = make_image(attributes=IDENTITY)
    before, after = pydicom.dcmread(path), derive(path, target)
    assert after.ImageType == ["DERIVED", "SECONDARY", "AXIAL"]
    assert after.DerivationDescription == "a test"
    assert after.SeriesDescription == "StegoMed"
    (source,) = after.SourceImageSequence
    assert source.ReferencedSOPInstanceUID == before.SOPInstanceUID
    assert source.ReferencedSOPClassUID == before.SOPClassUID
    (purpose,) = source.PurposeOfReferenceCodeSequence
    assert (purpose.CodeValue, purpose.CodingSchemeDesignator) == ("121322", "DCM")
    assert after.SOPInstanceUID != before.SOPInstanceUID
    assert after.SeriesInstanceUID != before.SeriesInstanceUID
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientName", "PatientID", "SOPClassUID"):
        assert after[keyword].value == before[keyword].value
    assert "SmallestImagePixelValue" not in after


def test_earlier_derivations_and_long_texts_are_kept_within_their_limits(make_image: Any, target: Path) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.DerivationDescription = "e" * 1020
        dataset.SeriesDescription = "s" * 64
        dataset.SourceImageSequence = [pydicom.Dataset()]
        dataset.SourceImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"

    after = derive(make_image(edit), target, description="hidden")
    assert after.DerivationDescription == "e" * 1016 + "; hidden"
    assert after.SeriesDescription == "s" * 55 + " StegoMed"
    earlier, _ = after.SourceImageSequence
    assert earlier.ReferencedSOPInstanceUID == "1.2.3"


def test_series_of_a_run_keep_together_and_apart(make_image: Any, tmp_path: Path) -> None:
    run = DerivedSeries("a test")
    first, other = read_instance(make_image()), read_instance(make_image())
    for name, source in (("a", first), ("b", first), ("c", other)):
        write_derived(source, {}, tmp_path / name, run)
    a, b, c = (read_instance(tmp_path / name) for name in "abc")
    assert a.series_key == b.series_key != c.series_key
    assert a.sop_instance != b.sop_instance
    assert DerivedSeries("a test").uid("1.2") != DerivedSeries("a test").uid("1.2")


def test_keys_tell_patients_and_studies_apart(make_image: Any) -> None:
    same = [read_instance(make_image(attributes={**IDENTITY, "PatientName": name})) for name in ("Doe^J", "Doe^J^^")]
    other = read_instance(make_image(attributes={**IDENTITY, "IssuerOfPatientID": "elsewhere"}))
    assert same[0].patient_key == same[1].patient_key != other.patient_key
    assert len({instance.study_key for instance in (*same, other)}) == 3


def test_smallest_and_largest_value_follow_the_pixels_but_not_the_padding(make_image: Any, target: Path) -> None:
    volume = np.arange(100, 100 + 40 * 36).reshape(1, 40, 36)
    volume[0, 0, :4] = -2000

    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.add_new("SmallestImagePixelValue", "SS", 104)
        dataset.add_new("LargestImagePixelValue", "SS", 1539)

    source = read_instance(make_image(edit, volume=volume, padding=-2000))
    pixels = source.plane().pixels.copy()
    pixels[5, 5], pixels[6, 6] = -3, 3000
    write_derived(source, {0: pixels}, target, DerivedSeries("a test"))
    after = pydicom.dcmread(target)
    assert (after["SmallestImagePixelValue"].VR, after.SmallestImagePixelValue) == ("SS", -3)
    assert after.LargestImagePixelValue == 3000


def malformed(dataset: pydicom.FileDataset) -> None:
    """Values that pydicom does not decode, or not without loss."""
    dataset.SpecificCharacterSet = "ISO_IR 999"
    raw = {
        0x0010_0030: ("DA", b"next Tuesday"),
        0x0020_0013: ("IS", b"one "),
        0x0018_0050: ("DS", b"thick "),
        0x0008_1030: ("LO", b"caf\xe9 \x9d"),
        0x0010_1010: ("AS", b"\xff\xfe"),
        0x0009_0010: ("LO", b"ACME "),
        0x0009_1001: ("UN", b"\x01\x02\x03\x04"),
        0x0009_1002: ("FD", b"\x01\x02\x03\x04"),
        0x0019_1002: ("OB", b"no creator"),
        0x7FE1_1010: ("OW", b"behind the pixels."),
    }
    for tag, (vr, value) in raw.items():
        base = pydicom.tag.BaseTag(tag)
        dataset._dict[base] = RawDataElement(
            base, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True
        )
    dataset.set_original_encoding(False, True, dataset._character_set)  # noqa: FBT003


MALFORMED = {0x0010_0030, 0x0020_0013, 0x0018_0050, 0x0008_1030, 0x0010_1010, 0x0009_1001, 0x0019_1002, 0x7FE1_1010}


def test_malformed_unknown_and_private_values_survive_byte_for_byte(make_image: Any, target: Path) -> None:
    path = make_image(malformed)
    before, after = pydicom.dcmread(path), derive(path, target)
    for tag in MALFORMED | {0x0009_1002}:
        assert after.get_item(tag).value == before.get_item(tag).value
        assert after.get_item(tag).VR == before.get_item(tag).VR


def test_text_in_another_character_set_survives(make_image: Any, target: Path) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
        dataset.PatientName = "Yamada^Tarou=山田^太郎"
        dataset.SeriesDescription = "胸部"

    after = derive(make_image(edit), target)
    assert str(after.PatientName) == "Yamada^Tarou=山田^太郎"
    assert after.SeriesDescription == "胸部 StegoMed"


def reencode(path: Path, syntax: pydicom.uid.UID) -> None:
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x0029_0010, "LO", "ACME")
    dataset.add_new(0x0029_1001, "SL", [1, -2])
    dataset.add_new(0x0028_3006, "OW", b"\1\0\2\0")
    dataset.add_new(0x0018_9087, "FD", 12.5)
    dataset.add_new(0x0028_0009, "AT", 0x0018_1063)
    dataset.SequenceOfUltrasoundRegions = [pydicom.Dataset()]
    dataset.SequenceOfUltrasoundRegions[0].RegionLocationMinX0 = 70000
    if syntax == ExplicitVRBigEndian:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
        dataset[0x0028_3006].value = b"\0\1\0\2"
    dataset.file_meta.TransferSyntaxUID = syntax
    for element in dataset.iterall():
        assert isinstance(element, DataElement)
    implicit = syntax == ImplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=implicit, little_endian=syntax != ExplicitVRBigEndian)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian], ids=["implicit", "big endian"])
def test_values_survive_the_change_of_encoding(make_image: Any, target: Path, syntax: pydicom.uid.UID) -> None:
    path = make_image(attributes=IDENTITY, padding=-2000)
    reencode(path, syntax)
    assert read_instance(path).dataset.file_meta.TransferSyntaxUID == syntax
    after = derive(path, target)
    assert (after["PixelPaddingValue"].VR, after.PixelPaddingValue) == ("SS", -2000)
    assert (after[0x0029_0010].VR, after[0x0029_0010].value) == ("LO", "ACME")
    assert after[0x0028_3006].value == b"\1\0\2\0"
    assert after.DiffusionBValue == 12.5
    assert after[0x0028_0009].value == 0x0018_1063
    assert after.SequenceOfUltrasoundRegions[0].RegionLocationMinX0 == 70000
    assert after[0x0029_1001].value in ([1, -2], b"\1\0\0\0\xfe\xff\xff\xff")
    assert str(after.PatientName) == IDENTITY["PatientName"]
    assert np.array_equal(read_instance(target).plane().pixels, flipped(read_instance(path)))


def test_overlay_in_unused_bits_survives(make_image: Any, target: Path) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0
        dataset.add_new(0x6000_0010, "US", 40)
        dataset.add_new(0x6000_0011, "US", 36)
        dataset.add_new(0x6000_0100, "US", 16)
        dataset.add_new(0x6000_0102, "US", 12)
        cells = np.frombuffer(dataset.PixelData, "<u2").copy()
        cells[::5] |= 0x1000
        dataset.PixelData = cells.tobytes()

    path = make_image(edit)
    before, after = pydicom.dcmread(path), derive(path, target)
    old, new = (np.frombuffer(dataset.PixelData, "<u2") for dataset in (before, after))
    assert np.array_equal(old & 0xF000, new & 0xF000)
    assert np.count_nonzero(old & 0x1000) == 288
    assert np.count_nonzero(old != new) == 40 * 12


def test_bits_that_a_compressed_syntax_cannot_keep_are_refused(make_image: Any, target: Path) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0
        cells = np.frombuffer(dataset.PixelData, "<u2") | 0x4000
        dataset.PixelData = cells.astype("<u2").tobytes()
        dataset.add_new(0x6000_0102, "US", 14)

    source = read_instance(make_image(edit))
    with pytest.raises(UnusableInputError, match="ask for 'explicit'"):
        write_derived(source, {}, target, DerivedSeries("a test"), syntax="jpegls")
    assert list(target.parent.iterdir()) == []
    write_derived(source, {}, target, DerivedSeries("a test"), syntax="rle")
    assert np.array_equal(read_instance(target).containers(0), source.containers(0))


def test_encapsulated_icon_is_dropped_with_the_compression(make_image: Any, target: Path) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.compress(SYNTAXES["rle"])
        icon = pydicom.Dataset()
        icon.Rows = icon.Columns = 8
        icon.PixelData = pydicom.encaps.encapsulate([b"icon"])
        icon["PixelData"].VR = "OB"
        icon["PixelData"].is_undefined_length = True
        dataset.IconImageSequence = [icon]

    path = make_image(edit)
    assert "IconImageSequence" in pydicom.dcmread(path)
    assert "IconImageSequence" not in derive(path, target)


def test_malformed_instance_uid_is_not_referred_to(make_image: Any, target: Path) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        value = b"deadbeef"
        tag = pydicom.tag.BaseTag(0x0008_0018)
        dataset._dict[tag] = RawDataElement(tag, "UI", 8, value, 0, is_implicit_VR=False, is_little_endian=True)

    assert "SourceImageSequence" not in derive(make_image(edit), target)
