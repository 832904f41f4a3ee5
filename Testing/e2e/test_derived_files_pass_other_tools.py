"""Other people's tools judge the files: dciodvfy finds no new error, dcmtk and GDCM read identical pixels."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom import uid

from StegoMedLib.dicom import SYNTAXES, DerivedSeries, new_series, read_instance
from StegoMedLib.lab.benchmark.dciodvfy import errors_of
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path

ODD = [
    *("ct_abdomen_j2k_lossless_native", "ct_ankle_screenshot_burnedtext", "ct_enhanced_multiframe2"),
    *("ct_head_jpegll_philips_native", "ct_head_plastic_phantom_philips12", "ct_lumbar_fullfov_paddingus"),
    *("ct_thorax_implicit_pad-32768", "ct_thorax_j2k_lossy", "ct_thorax_jpegll_badsequence_native"),
    *("ct_thorax_rle_fragments", "mr_empty_noise_only", "mr_enhanced_64x64x10_RLE"),
    *("mr_enhanced_64x64x10_big_endian", "mr_enhanced_64x64x10_jpeg_2k_lossless"),
    *("mr_enhanced_64x64x10_jpeg_ls_lossless", "mr_enhanced_movingknee_19frames", "mr_head_dwi_mosaic_640"),
    *("mr_head_implicit_signed16", "mr_mosaic_j2k_siemens", "mr_mosaic_jpegll_siemens"),
    *("mr_prostate_adc_signed_zerobg", "mr_prostate_b1map_48x64", "mr_prostate_dwi_128x84"),
    *("mr_prostate_dwi_mosaic_520x640", "mr_prostate_t2_nobackground", "mr_shoulder_j2k_lossless_1024"),
    *("mr_shoulder_j2k_lossy_1024", "t_ct_deflated", "t_ct_j2k_lossless", "t_ct_jpegll_sv1"),
    *("t_ct_jpegls_lossless", "t_ct_monochrome1", "t_ct_rle", "t_cts_bigendian", "t_cts_j2k_lossless"),
    *("t_cts_jpegll_sv1", "t_cts_jpegls_lossless", "t_cts_rle", "t_mr_8bit", "t_mr_j2k_lossless"),
    *("t_mr_jpegll_sv1", "t_mr_jpegls_lossless", "t_mr_monochrome1"),
]
CURATED = [
    *("ct_abdomen_chaos3", "ct_abdomen_dcmqi3", "ct_head_dcmqact", "ct_thorax_acrinflt013", "ct_thorax_cmbcrc"),
    *("ct_thorax_lidc", "ct_thorax_riderpilot", "ct_trunk_acrinflt001", "ct_trunk_nysbu_axial"),
    *("ct_trunk_nysbu_coronal", "ct_trunk_nysbu_sagittal", "mr_abdomen_pydicom_overlay", "mr_abdomen_tcgalihc_cor"),
    *("mr_head_datalad_t1", "mr_head_uih_t1", "mr_pelvis_prostatex0001_loc"),
]
# dicom3tools of 2022 forbids these attributes in a derived enhanced MR object; PS3.3 C.8.13.4 and C.7.6.18.3 say
# "Required if Image Type Value 1 is ORIGINAL or MIXED. May be present otherwise."
MAY_BE_PRESENT = (
    "Attribute present when condition unsatisfied (which may not be present otherwise) for Type 1C Conditional",
    ("Module=<MRPulseSequence>", "Module=<BulkMotionSynchronization>"),
)


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the Debian tool {name} is not installed")
    return path


def errors(path: Path) -> frozenset[str]:
    """Error lines of dciodvfy."""
    tool("dciodvfy")
    return errors_of(path)


def is_known_strictness(line: str) -> bool:
    sentence, modules = MAY_BE_PRESENT
    return sentence in line and line.endswith(modules)


def derive(source: Path, target: Path, syntax: str = "explicit") -> dict[int, np.ndarray]:
    """Change the lowest bit of every second pixel that is no padding, in all frames."""
    instance = read_instance(source, accept_lossy=True)
    changed = {}
    for frame in range(instance.frames):
        plane = instance.plane(frame)
        pixels = plane.pixels.copy()
        pixels[:, ::2] ^= 1
        changed[frame] = np.where(plane.padding_mask, plane.pixels, pixels)
    write_derived(instance, changed, target, DerivedSeries("Every second pixel changed by one"), syntax=syntax)
    return changed


def first_and_last(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return [files[0], files[-1]]


@pytest.fixture
def ct(tmp_path: Path) -> Path:
    """A signed CT slice with padding."""
    rng = np.random.default_rng(11)
    volume = rng.integers(-1024, 3000, (1, 64, 72))
    volume[:, :8] = -2000
    attributes = {"PatientName": "Doe^Jane", "PatientID": "1", "BodyPartExamined": "ABDOMEN"}
    (path,) = new_series(tmp_path / "new", volume, attributes=attributes, rescale=(1, 0), padding=-2000)
    return path


@pytest.mark.data
@pytest.mark.parametrize("name", ODD)
def test_dciodvfy_finds_no_new_error_in_derived_odd_files(data_dir: Path, tmp_path: Path, name: str) -> None:
    source = data_dir / "odd" / f"{name}.dcm"
    derive(source, tmp_path / "out.dcm")
    new = errors(tmp_path / "out.dcm") - errors(source)
    if read_instance(source, accept_lossy=True).dataset.SOPClassUID == uid.EnhancedMRImageStorage:
        new = frozenset(line for line in new if not is_known_strictness(line))
    assert new == set()


@pytest.mark.data
@pytest.mark.parametrize("series", CURATED)
def test_dciodvfy_finds_no_new_error_in_derived_series(data_dir: Path, tmp_path: Path, series: str) -> None:
    for source in first_and_last(data_dir / "curated" / series):
        derive(source, tmp_path / source.name)
        assert errors(tmp_path / source.name) - errors(source) == set()


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_dciodvfy_finds_no_error_in_new_series(tmp_path: Path, modality: str) -> None:
    volume = np.random.default_rng(2).integers(0, 4000, (2, 40, 40))
    for path in new_series(tmp_path, volume, modality=modality, bits_stored=12, signed=False):
        assert errors(path) == set()


def gdcm_pixels(path: Path) -> np.ndarray:
    """Stored values as GDCM decodes them."""
    gdcm = pytest.importorskip("gdcm", reason="python-gdcm is not installed")
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    image = reader.GetImage()
    kind = image.GetPixelFormat()
    sign = "i" if kind.GetPixelRepresentation() else "u"
    buffer = image.GetBuffer().encode("utf-8", errors="surrogateescape")
    values = np.frombuffer(buffer, f"<{sign}{kind.GetBitsAllocated() // 8}")
    return values.reshape(-1, image.GetDimension(1), image.GetDimension(0))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_gdcm_reads_identical_pixels(ct: Path, tmp_path: Path, syntax: str) -> None:
    changed = derive(ct, tmp_path / "out.dcm", syntax)
    assert np.array_equal(gdcm_pixels(tmp_path / "out.dcm")[0], changed[0])


@pytest.mark.data
@pytest.mark.parametrize(
    "name", ["t_mr_8bit", "mr_enhanced_64x64x10_big_endian", "t_cts_jpegll_sv1", "t_ct_monochrome1"]
)
def test_gdcm_reads_identical_pixels_of_real_files(data_dir: Path, tmp_path: Path, name: str) -> None:
    changed = derive(data_dir / "odd" / f"{name}.dcm", tmp_path / "out.dcm")
    found = gdcm_pixels(tmp_path / "out.dcm")
    assert len(found) == len(changed)
    assert all(np.array_equal(found[frame], pixels) for frame, pixels in changed.items())


@pytest.mark.parametrize(("syntax", "converter"), [("explicit", "dcmconv"), ("rle", "dcmdrle"), ("jpegls", "dcmdjpls")])
def test_dcmtk_converts_to_identical_pixels(ct: Path, tmp_path: Path, syntax: str, converter: str) -> None:
    changed = derive(ct, tmp_path / "out.dcm", syntax)
    options = ["+ti"] if syntax == "explicit" else []
    command = [tool(converter), *options, str(tmp_path / "out.dcm"), str(tmp_path / "plain.dcm")]
    subprocess.run(command, check=True, capture_output=True)
    assert np.array_equal(pydicom.dcmread(tmp_path / "plain.dcm").pixel_array, changed[0])


@pytest.mark.data
def test_dcmtk_dumps_derived_files_without_complaint(data_dir: Path, tmp_path: Path) -> None:
    for series in CURATED:
        source = first_and_last(data_dir / "curated" / series)[0]
        derive(source, tmp_path / "out.dcm")
        command = [tool("dcmdump"), "+P", "SOPInstanceUID", str(tmp_path / "out.dcm")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert read_instance(tmp_path / "out.dcm", accept_lossy=True).sop_instance in done.stdout
        assert not done.stderr


def recode_with_gdcm(source: Path, target: Path, syntax: str) -> None:
    gdcm = pytest.importorskip("gdcm", reason="python-gdcm is not installed")
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(source))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    assert writer.Write()


def recode_with_pydicom(source: Path, target: Path, syntax: str) -> None:
    dataset = pydicom.dcmread(source)
    dataset.compress(SYNTAXES[syntax])
    dataset.save_as(target)


@pytest.mark.parametrize(
    ("syntax", "expected"),
    [
        ("JPEGLSLossless", uid.JPEGLSLossless),
        ("JPEG2000Lossless", uid.JPEG2000Lossless),
        ("RLELossless", uid.RLELossless),
        ("JPEGLosslessProcess14_1", uid.JPEGLosslessSV1),
    ],
)
def test_recompression_by_gdcm_keeps_the_pixels(ct: Path, tmp_path: Path, syntax: str, expected: str) -> None:
    changed = derive(ct, tmp_path / "out.dcm")
    recode_with_gdcm(tmp_path / "out.dcm", tmp_path / "packed.dcm", syntax)
    recode_with_gdcm(tmp_path / "packed.dcm", tmp_path / "plain.dcm", "ExplicitVRLittleEndian")
    assert read_instance(tmp_path / "packed.dcm").dataset.file_meta.TransferSyntaxUID == expected
    for name in ("packed.dcm", "plain.dcm"):
        assert np.array_equal(read_instance(tmp_path / name).plane().pixels, changed[0])


@pytest.mark.parametrize("syntax", ["rle", "jpegls", "jpeg2000"])
def test_recompression_by_pydicom_keeps_the_pixels(ct: Path, tmp_path: Path, syntax: str) -> None:
    changed: dict[int, Any] = derive(ct, tmp_path / "out.dcm")
    recode_with_pydicom(tmp_path / "out.dcm", tmp_path / "packed.dcm", syntax)
    assert np.array_equal(read_instance(tmp_path / "packed.dcm").plane().pixels, changed[0])


TYPES = {
    uid.CTImageStorage: ("ORIGINAL", "PRIMARY", "AXIAL"),
    uid.MRImageStorage: ("ORIGINAL", "PRIMARY"),
    uid.PositronEmissionTomographyImageStorage: ("ORIGINAL", "PRIMARY"),
    uid.NuclearMedicineImageStorage: ("ORIGINAL", "PRIMARY", "STATIC", "EMISSION"),
    uid.ComputedRadiographyImageStorage: ("ORIGINAL", "PRIMARY"),
    uid.DigitalXRayImageStorageForPresentation: ("ORIGINAL", "PRIMARY", ""),
    uid.DigitalMammographyXRayImageStorageForProcessing: ("ORIGINAL", "PRIMARY", ""),
    uid.XRayAngiographicImageStorage: ("ORIGINAL", "PRIMARY", "SINGLE PLANE"),
    uid.RTImageStorage: ("ORIGINAL", "PRIMARY", "PORTAL"),
    uid.UltrasoundImageStorage: ("ORIGINAL", "PRIMARY", "ABDOMINAL"),
    uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage: ("ORIGINAL", "PRIMARY"),
    uid.EnhancedCTImageStorage: ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"),
    uid.LegacyConvertedEnhancedCTImageStorage: ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"),
    uid.EnhancedMRImageStorage: ("ORIGINAL", "PRIMARY", "T1", "NONE"),
    uid.LegacyConvertedEnhancedMRImageStorage: ("ORIGINAL", "PRIMARY", "T1", "NONE"),
    uid.EnhancedPETImageStorage: ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"),
    uid.LegacyConvertedEnhancedPETImageStorage: ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"),
    uid.EnhancedXAImageStorage: ("ORIGINAL", "PRIMARY", "ANGIO", "NONE"),
    uid.XRay3DAngiographicImageStorage: ("ORIGINAL", "PRIMARY", "VOLUME", "NONE"),
    uid.BreastTomosynthesisImageStorage: ("ORIGINAL", "PRIMARY", "TOMOSYNTHESIS", "NONE"),
    uid.ParametricMapStorage: ("DERIVED", "PRIMARY", "VOLUME", "NONE"),
}


@pytest.mark.parametrize("sop_class", TYPES, ids=lambda sop_class: sop_class.keyword)
def test_dciodvfy_finds_no_error_in_image_types(make_image: Any, tmp_path: Path, sop_class: uid.UID) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
        dataset.ImageType = list(TYPES[sop_class])

    derive(make_image(edit), tmp_path / "out.dcm")
    assert not [line for line in errors(tmp_path / "out.dcm") if "ImageType" in line]
