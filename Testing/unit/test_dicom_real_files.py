"""Every odd file and a file of every curated series is read, or refused with a sentence, as this table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest

from StegoMedLib.dicom import DerivedSeries, list_files, read_instance
from StegoMedLib.errors import UnusableInputError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.data

GE, LIDC = ((-2000, -2000),), ((-2000, -2000), (-1024, -1024))
# File; frames, rows, columns; least and greatest stored value of all frames; padding of the first frame.
READABLE = [
    ("ct_abdomen_j2k_lossless_native", (1, 512, 512), (-1024, 1186), ()),
    ("ct_ankle_screenshot_burnedtext", (1, 512, 512), (32, 4080), ((0, 0),)),
    ("ct_enhanced_multiframe2", (2, 512, 512), (0, 1196), ()),
    ("ct_head_jpegll_philips_native", (1, 512, 512), (0, 2480), ()),
    ("ct_head_plastic_phantom_philips12", (1, 512, 512), (0, 1792), ()),
    ("ct_lumbar_fullfov_paddingus", (1, 512, 512), (-2000, 2400), GE),
    ("ct_thorax_implicit_pad-32768", (1, 512, 512), (-2000, 2249), ((-32768, -32768), (-2000, -2000))),
    ("ct_thorax_jpegll_badsequence_native", (1, 512, 512), (13, 2267), ()),
    ("ct_thorax_rle_fragments", (1, 512, 512), (-2000, 2278), GE),
    ("mr_empty_noise_only", (1, 256, 256), (0, 8), ()),
    ("mr_enhanced_64x64x10_RLE", (10, 64, 64), (0, 467), ()),
    ("mr_enhanced_64x64x10_big_endian", (10, 64, 64), (0, 467), ()),
    ("mr_enhanced_64x64x10_jpeg_2k_lossless", (10, 64, 64), (0, 467), ()),
    ("mr_enhanced_64x64x10_jpeg_ls_lossless", (10, 64, 64), (0, 467), ()),
    ("mr_enhanced_movingknee_19frames", (19, 256, 256), (0, 4095), ()),
    ("mr_head_dwi_mosaic_640", (1, 640, 640), (0, 2003), ()),
    ("mr_head_implicit_signed16", (1, 256, 256), (0, 731), ((0, 0),)),
    ("mr_mosaic_j2k_siemens", (1, 516, 516), (0, 2165), ()),
    ("mr_mosaic_jpegll_siemens", (1, 516, 516), (0, 2065), ()),
    ("mr_prostate_adc_signed_zerobg", (1, 256, 256), (0, 4095), ()),
    ("mr_prostate_b1map_48x64", (1, 48, 64), (0, 465), ()),
    ("mr_prostate_dwi_128x84", (1, 128, 84), (0, 406), ()),
    ("mr_prostate_dwi_mosaic_520x640", (1, 520, 640), (0, 1486), ()),
    ("mr_prostate_t2_nobackground", (1, 384, 384), (0, 913), ()),
    ("mr_shoulder_j2k_lossless_1024", (1, 1024, 1024), (0, 595), ()),
    ("t_ct_deflated", (1, 512, 512), (0, 2193), ()),
    ("t_ct_j2k_lossless", (1, 512, 512), (0, 2193), ()),
    ("t_ct_jpegll_sv1", (1, 512, 512), (0, 2193), ()),
    ("t_ct_jpegls_lossless", (1, 512, 512), (0, 2193), ()),
    ("t_ct_monochrome1", (1, 512, 512), (1902, 4095), ()),
    ("t_ct_rle", (1, 512, 512), (0, 2193), ()),
    ("t_cts_bigendian", (1, 512, 512), (-1024, 2695), LIDC),
    ("t_cts_j2k_lossless", (1, 512, 512), (-1024, 2695), LIDC),
    ("t_cts_jpegll_sv1", (1, 512, 512), (-1024, 2695), LIDC),
    ("t_cts_jpegls_lossless", (1, 512, 512), (-1024, 2695), LIDC),
    ("t_cts_rle", (1, 512, 512), (-1024, 2695), LIDC),
    ("t_mr_8bit", (1, 256, 256), (0, 255), ()),
    ("t_mr_j2k_lossless", (1, 256, 256), (0, 1731), ()),
    ("t_mr_jpegll_sv1", (1, 256, 256), (0, 1731), ()),
    ("t_mr_jpegls_lossless", (1, 256, 256), (0, 1731), ()),
    ("t_mr_monochrome1", (1, 256, 256), (0, 1731), ()),
]
LOSSY = [
    ("ct_thorax_j2k_lossy", (-2315, 2409)),
    ("mr_shoulder_j2k_lossy_1024", (0, 600)),
]
# First file of each series; padding; pixels that are padding.
CURATED = [
    ("ct_abdomen_chaos3", "i0000_0000b.dcm", (), 0),
    ("ct_abdomen_dcmqi3", "01.dcm", GE, 55772),
    ("ct_head_dcmqact", "01.dcm", ((-1500, -1500),), 62180),
    ("ct_thorax_acrinflt013", "1-001.dcm", (), 0),
    ("ct_thorax_cmbcrc", "1-001.dcm", GE, 55772),
    ("ct_thorax_lidc", "0001_-102_500000.dcm", LIDC, 55772),
    ("ct_thorax_lidc", "0002_-80_750000.dcm", GE, 55772),
    ("ct_thorax_riderpilot", "1-04.dcm", GE, 55772),
    ("ct_trunk_acrinflt001", "1-001.dcm", GE, 55772),
    ("ct_trunk_nysbu_axial", "A002304_axi_19001231-076.dcm", GE, 57025),
    ("ct_trunk_nysbu_axial", "A046441_axi_19010101-23.dcm", ((-2048, -2048),), 56252),
    ("ct_trunk_nysbu_axial", "A072894_axi_19001203-066.dcm", (), 0),
    ("ct_trunk_nysbu_coronal", "A046441_cor_19010101-43.dcm", ((-2048, -2048),), 67584),
    ("ct_trunk_nysbu_sagittal", "A002304_sag_19001231-080.dcm", (), 0),
    ("mr_abdomen_pydicom_overlay", "MR-SIEMENS-DICOM-WithOverlays.dcm", (), 0),
    ("mr_abdomen_tcgalihc_cor", "1-01.dcm", (), 0),
    ("mr_head_datalad_t1", "N2D_0062.dcm", (), 0),
    ("mr_head_uih_t1", "00000018.dcm", (), 0),
    ("mr_pelvis_prostatex0001_loc", "1_1-01.dcm", (), 0),
]


def without_group_lengths(dataset: pydicom.Dataset) -> pydicom.Dataset:
    """Group lengths are retired and are not written again."""
    for element in list(dataset):
        if element.tag.element == 0:
            del dataset[element.tag]
        elif element.VR == "SQ":
            for item in element.value:
                without_group_lengths(item)
    return dataset


def test_the_table_names_every_odd_file(data_dir: Path) -> None:
    there = {path.stem for path in (data_dir / "odd").glob("*.dcm")}
    assert there == {row[0] for row in READABLE} | {row[0] for row in LOSSY}


@pytest.mark.parametrize(("name", "size", "extremes", "padding"), READABLE, ids=[row[0] for row in READABLE])
def test_odd_file_is_read(
    data_dir: Path, name: str, size: tuple[int, ...], extremes: tuple[int, int], padding: tuple[tuple[int, int], ...]
) -> None:
    instance = read_instance(data_dir / "odd" / f"{name}.dcm")
    planes = [instance.plane(frame) for frame in range(instance.frames)]
    assert (instance.frames, *planes[0].shape) == size
    assert all(plane.pixels.dtype == np.int32 for plane in planes)
    assert (min(p.pixels.min() for p in planes), max(p.pixels.max() for p in planes)) == extremes
    assert planes[0].padding == padding
    assert planes[0].inverted == name.endswith("monochrome1")
    stored = instance.dataset.pixel_array.reshape(size)
    assert all(np.array_equal(plane.pixels, frame) for plane, frame in zip(planes, stored, strict=True))


@pytest.mark.parametrize(("name", "extremes"), LOSSY, ids=[row[0] for row in LOSSY])
def test_lossy_file_is_refused_unless_accepted(data_dir: Path, name: str, extremes: tuple[int, int]) -> None:
    path = data_dir / "odd" / f"{name}.dcm"
    with pytest.raises(UnusableInputError, match="lossy compressed"):
        read_instance(path)
    pixels = read_instance(path, accept_lossy=True).plane().pixels
    assert (pixels.min(), pixels.max()) == extremes


def test_padding_blurred_by_lossy_compression_is_recognised(data_dir: Path) -> None:
    lossy = read_instance(data_dir / "odd" / "ct_thorax_j2k_lossy.dcm", accept_lossy=True).plane()
    clean = read_instance(data_dir / "odd" / "ct_thorax_rle_fragments.dcm").plane()
    assert lossy.padding_mask[clean.padding_mask].mean() > 0.99
    assert lossy.padding_mask[~clean.padding_mask].mean() < 0.01


@pytest.mark.parametrize(("series", "name", "padding", "count"), CURATED)
def test_padding_of_curated_series(
    data_dir: Path, series: str, name: str, padding: tuple[tuple[int, int], ...], count: int
) -> None:
    plane = read_instance(data_dir / "curated" / series / name, accept_lossy=True).plane()
    assert plane.padding == padding
    assert np.count_nonzero(plane.padding_mask) == count


def test_no_legitimate_air_of_any_curated_ct_is_called_padding(data_dir: Path) -> None:
    images = [p for p in list_files(data_dir / "curated").images if p.parent.name.startswith("ct_")]
    assert len(images) > 150
    for path in images:
        plane = read_instance(path, accept_lossy=True).plane()
        padded = plane.pixels[plane.padding_mask] * plane.slope + plane.intercept
        assert not padded.size or padded.max() < -1024, path


def test_listing_finds_all_images_and_says_why_the_rest_is_left_out(data_dir: Path) -> None:
    listing = list_files(data_dir / "odd")
    assert len(listing.images) == len(READABLE) + len(LOSSY)
    assert list(listing.images) == sorted(listing.images)
    assert [(row.file.name, "not a DICOM file" in row.reason) for row in listing.left_out] == [("README.md", True)]


@pytest.mark.parametrize("name", [row[0] for row in READABLE])
def test_unchanged_pixels_survive_writing(data_dir: Path, tmp_path: Path, name: str) -> None:
    source = read_instance(data_dir / "odd" / f"{name}.dcm")
    write_derived(source, {}, tmp_path / "out.dcm", DerivedSeries("nothing changed"))
    derived = read_instance(tmp_path / "out.dcm")
    assert derived.dataset.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
    for frame in range(source.frames):
        assert np.array_equal(source.containers(frame), derived.containers(frame))
        assert source.plane(frame).padding == derived.plane(frame).padding


@pytest.mark.parametrize("name", [row[0] for row in READABLE])
def test_attributes_that_the_derivation_does_not_concern_survive(data_dir: Path, tmp_path: Path, name: str) -> None:
    concerned = {
        *("SOPInstanceUID", "SeriesInstanceUID", "ImageType", "DerivationDescription", "SourceImageSequence"),
        *("SeriesDescription", "ContentDate", "ContentTime", "InstanceCreationDate", "InstanceCreationTime"),
        *("SmallestImagePixelValue", "LargestImagePixelValue", "PixelData", "SourceImageEvidenceSequence"),
        *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "SOPClassUID"),
    }
    path = data_dir / "odd" / f"{name}.dcm"
    write_derived(read_instance(path), {}, tmp_path / "out.dcm", DerivedSeries("nothing changed"))
    before, after = pydicom.dcmread(path), pydicom.dcmread(tmp_path / "out.dcm")
    for element in without_group_lengths(before):
        if element.keyword in concerned:
            continue
        if element.VR == "UN" or after[element.tag].VR == "UN":
            assert element.tag in after
        else:
            assert element.value == after[element.tag].value, element.tag


def test_frames_of_an_enhanced_object_are_derived_like_the_object(data_dir: Path, tmp_path: Path) -> None:
    path = data_dir / "odd" / "mr_enhanced_movingknee_19frames.dcm"
    write_derived(read_instance(path), {}, tmp_path / "out.dcm", DerivedSeries("nothing changed"))
    before, after = pydicom.dcmread(path), pydicom.dcmread(tmp_path / "out.dcm")
    shared = after.SharedFunctionalGroupsSequence[0]
    assert after.ImageType == ["DERIVED", "PRIMARY", "MOTION", "NONE"]
    assert shared.MRImageFrameTypeSequence[0].FrameType == ["DERIVED", "PRIMARY", "MOTION", "NONE"]
    derivation = shared.DerivationImageSequence[0]
    assert derivation.DerivationDescription == "nothing changed"
    assert derivation.SourceImageSequence[0].ReferencedSOPInstanceUID == before.SOPInstanceUID
    series = after.SourceImageEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert series.SeriesInstanceUID == before.SeriesInstanceUID
    assert before.SharedFunctionalGroupsSequence[0].MRImageFrameTypeSequence[0].FrameType[0] == "ORIGINAL"
    assert len(after.PerFrameFunctionalGroupsSequence) == 19
