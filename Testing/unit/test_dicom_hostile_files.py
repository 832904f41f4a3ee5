"""Files that nobody vouches for end in one sentence, quickly and in little memory."""

from __future__ import annotations

import os
import struct
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from StegoMedLib.dicom import DerivedSeries, list_files, read_instance
from StegoMedLib.dicom.coders import chosen_plugin
from StegoMedLib.errors import UnusableInputError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MEBIBYTE = 1 << 20


def setting(**values: Any) -> Callable[[pydicom.FileDataset], None]:
    def edit(dataset: pydicom.FileDataset) -> None:
        for keyword, value in values.items():
            setattr(dataset, keyword, value)

    return edit


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(UnusableInputError) as caught:
        read_instance(path, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert path.name in sentence
    return sentence


def colour(dataset: pydicom.FileDataset) -> None:
    dataset.PhotometricInterpretation, dataset.SamplesPerPixel, dataset.PlanarConfiguration = "RGB", 3, 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7


def floating(dataset: pydicom.FileDataset) -> None:
    del dataset.PixelData
    dataset.FloatPixelData = bytes(40 * 36 * 4)


@pytest.mark.parametrize(
    ("edit", "cause"),
    [
        (colour, "colour image"),
        (setting(PhotometricInterpretation="PALETTE COLOR"), "palette"),
        (setting(BitsAllocated=32, BitsStored=32, HighBit=31), "32 bits"),
        (setting(BitsStored=4, HighBit=3), "4 bits stored"),
        (setting(HighBit=3), "not supported"),
        (setting(Rows=0), "is not that of an image"),
        (setting(NumberOfFrames=0), "is not that of an image"),
        (setting(Rows=65535, Columns=65535), "too large"),
        (setting(NumberOfFrames=2_000_000_000), "too many"),
        (setting(Rows=41), "shorter than its size"),
        (setting(NumberOfFrames=2), "shorter than its size"),
        (setting(Modality="SEG"), "segmentation"),
        (setting(PixelData=b""), "shorter than its size"),
        (floating, "floating-point"),
        (lambda d: d.__delitem__("PixelData"), "no pixel data"),
        (lambda d: d.__delitem__("Rows"), "no image"),
        (lambda d: d.__delitem__("Columns"), "Columns is missing"),
        (lambda d: d.__delitem__("BitsAllocated"), "BitsAllocated is missing"),
    ],
)
def test_unsupported_image_is_refused_with_its_cause(make_image: Any, edit: Any, cause: str) -> None:
    assert cause in refusal(make_image(edit))


def test_image_stored_without_loss_is_read_though_it_went_through_loss_once(make_image: Any) -> None:
    assert read_instance(make_image(setting(LossyImageCompression="01"))).lossy


@pytest.mark.parametrize("content", [b"", b"\x08\x00", b"hello, world" * 20, bytes(200), b"DICM", bytes(128) + b"DICM"])
def test_what_is_no_dicom_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.dcm"
    path.write_bytes(content)
    refusal(path)
    with pytest.raises(UnusableInputError):
        list_files(path)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.dcm")
    assert "not a regular file" in refusal(tmp_path)


def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(tmp_path / "pipe")


def test_bomb_of_nested_sequences_is_refused(make_image: Any) -> None:
    path = make_image()
    deep = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 100_000
    whole = path.read_bytes()
    at = whole.index(b"\x10\x00\x10\x00PN")
    path.write_bytes(whole[:at] + deep + whole[at:])
    assert "damaged" in refusal(path)
    with pytest.raises(UnusableInputError):
        list_files(path)


def test_defined_length_sequences_nested_too_deep_to_write_are_refused(make_image: Any, tmp_path: Path) -> None:
    path = make_image()
    deep = b""
    for _ in range(3000):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(deep)) + deep
        deep = b"\x08\x00\x40\x11SQ\0\0" + struct.pack("<L", len(item)) + item
    whole = path.read_bytes()
    at = whole.index(b"\x10\x00\x10\x00PN")
    path.write_bytes(whole[:at] + deep + whole[at:])
    try:
        write_derived(read_instance(path), {}, tmp_path / "out.dcm", DerivedSeries("test"))
    except UnusableInputError as error:
        assert "header" in str(error)  # noqa: PT017 both outcomes are fine, a traceback is not
    assert not list(tmp_path.glob(".*.part"))


def test_length_that_claims_gigabytes_takes_no_memory(make_image: Any) -> None:
    path = make_image()
    whole = path.read_bytes()
    at = whole.index(b"\xe0\x7f\x10\x00OW")
    path.write_bytes(whole[: at + 8] + struct.pack("<L", 0xFFFF_FFF0) + whole[at + 12 :])
    tracemalloc.start()
    instance = read_instance(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert instance.plane().shape == (40, 36)
    assert peak < 10 * MEBIBYTE


def test_deflate_bomb_is_refused_without_inflating_it(make_image: Any) -> None:
    path = make_image(setting(PixelData=bytes(MEBIBYTE)))
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(path)
    head = path.read_bytes()[: 132 + 12 + pydicom.dcmread(path).file_meta.FileMetaInformationGroupLength]
    squeezer = zlib.compressobj(9, wbits=-15)
    zeros = bytes(16 * MEBIBYTE)
    path.write_bytes(head + b"".join(squeezer.compress(zeros) for _ in range(40)) + squeezer.flush())
    tracemalloc.start()
    assert "inflates to more than" in refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * MEBIBYTE


def test_codestream_larger_than_its_header_is_not_decoded(make_image: Any) -> None:
    def compress(dataset: pydicom.FileDataset) -> None:
        dataset.compress(JPEG2000Lossless)
        code = bytearray(next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1)))
        struct.pack_into(">2L", code, code.index(b"\xff\x51") + 6, 60000, 60000)
        dataset.PixelData = encapsulate([bytes(code)])

    assert "cannot be decoded" in refusal(make_image(compress))


def test_damaged_compressed_frame_is_refused(make_image: Any) -> None:
    def compress(dataset: pydicom.FileDataset) -> None:
        dataset.compress(JPEG2000Lossless)
        code = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
        dataset.PixelData = encapsulate([code[:40]])

    assert "cannot be decoded" in refusal(make_image(compress))


def test_unknown_transfer_syntax_is_refused(make_image: Any) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID("1.2.840.10008.1.2.4.100")
        dataset.PixelData = encapsulate([b"\0" * 10])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True

    assert "transfer syntax" in refusal(make_image(edit), accept_lossy=True)


def test_file_without_preamble_is_read(make_image: Any, tmp_path: Path) -> None:
    path = make_image()
    bare = tmp_path / "bare"
    bare.write_bytes(path.read_bytes()[132:])
    assert np.array_equal(read_instance(bare).plane().pixels, read_instance(path).plane().pixels)
    assert list_files(bare).images == (bare,)


@pytest.mark.parametrize(("implicit", "little"), [(True, True), (False, True), (False, False)])
def test_bare_data_set_is_read(make_image: Any, tmp_path: Path, implicit: bool, little: bool) -> None:  # noqa: FBT001
    path = make_image()
    dataset = pydicom.dcmread(path)
    expected = read_instance(path).plane().pixels
    if not little:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    bare = tmp_path / "bare"
    plain = pydicom.Dataset()
    plain.update(dataset)
    with bare.open("wb") as stream:
        pydicom.dcmwrite(stream, plain, implicit_vr=implicit, little_endian=little)
    assert np.array_equal(read_instance(bare).plane().pixels, expected)
    assert list_files(bare).images == (bare,)


def test_group_two_only_is_refused(make_image: Any) -> None:
    path = make_image()
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\x08\x00\x05\x00CS")])
    assert "no image" in refusal(path)
    assert ExplicitVRLittleEndian.encode() in path.read_bytes()


@pytest.mark.parametrize(
    ("syntax", "plugin"),
    [(JPEGLSLossless, "pyjpegls"), (RLELossless, "pydicom"), (JPEG2000Lossless, "pylibjpeg")],
)
def test_the_strictest_coder_is_chosen_and_gdcm_never(syntax: UID, plugin: str) -> None:
    assert chosen_plugin(("gdcm", "pillow", "pydicom", "pyjpegls", "pylibjpeg"), syntax) == plugin
    with pytest.raises((NotImplementedError, UnusableInputError)):
        chosen_plugin(("gdcm", "pillow"), syntax)


def test_a_codec_that_is_not_installed_is_named(make_image: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slicer may lack one, which wants another NumPy than it ships."""
    path = make_image(lambda dataset: dataset.compress(JPEGLSLossless, encoding_plugin="pyjpegls"))
    monkeypatch.setattr("pydicom.pixels.decoders.base.Decoder.available_plugins", ("pydicom",))
    with pytest.raises(UnusableInputError, match=r"JPEG-LS Lossless.*needs the Python package pyjpegls; install that"):
        read_instance(path).plane()
