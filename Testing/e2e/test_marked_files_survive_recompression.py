"""Marked files go through other lossless syntaxes, by other people's encoders, and are still read."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

import gdcm
import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from StegoMedLib.dicom import read_instance

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def marked(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phantom series with its header hidden, marked by means of the library."""
    from StegoMedLib.envelope import Passphrase  # noqa: PLC0415
    from StegoMedLib.pipeline.embed import embed_series  # noqa: PLC0415
    from StegoMedLib.series.masks import mask_source  # noqa: PLC0415

    target = tmp_path_factory.mktemp("marked") / "series"
    key = Passphrase.typed("correct horse battery staple")
    embed_series(phantom_folder, target, key, mask_source("threshold", "auto", None))
    return target


def _assert_read(stegomed: Any, folder: Path, slices: int) -> None:
    read = stegomed("extract", folder, "--json", "-")
    assert read.returncode == 0, read.stderr
    report = json.loads(read.stdout)
    assert report["record"]["PatientName"] == "Phantom^Abdomen"
    assert [row["state"] for row in report["slices"]] == ["extracted"] * slices
    assert [row["binding"] for row in report["slices"]] == ["intact"] * slices
    assert report["series"][0]["in_order"]
    assert report["series"][0]["complete"] is (slices == report["series"][0]["count"])


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless], ids=lambda uid: uid.name)
def test_pydicom_compresses_and_decompresses_them(syntax: Any, marked: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "packed").mkdir()
    (tmp_path / "back").mkdir()
    for file in marked.iterdir():
        dataset = pydicom.dcmread(file)
        dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(tmp_path / "packed" / file.name)
        dataset = pydicom.dcmread(tmp_path / "packed" / file.name)
        dataset.decompress(generate_instance_uid=False)
        assert dataset.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
        dataset.save_as(tmp_path / "back" / file.name)

    _assert_read(stegomed, tmp_path / "packed", 4)
    _assert_read(stegomed, tmp_path / "back", 4)


@pytest.mark.parametrize(
    "syntax",
    [
        gdcm.TransferSyntax.JPEGLSLossless,
        gdcm.TransferSyntax.JPEG2000Lossless,
        gdcm.TransferSyntax.RLELossless,
        gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    ],
    ids=["JPEG-LS", "JPEG 2000", "RLE", "JPEG lossless"],
)
def test_gdcm_compresses_them(syntax: int, marked: Path, stegomed: Any, tmp_path: Path) -> None:
    for file in marked.iterdir():
        reader = gdcm.ImageReader()
        reader.SetFileName(str(file))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(str(tmp_path / file.name))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()

    _assert_read(stegomed, tmp_path, 4)


def test_dcmtk_rewrites_them_as_big_endian_and_deflated(
    marked: Path, stegomed: Any, tmp_path: Path, need_tool: Any
) -> None:
    need_tool("dcmconv")
    for file in marked.iterdir():
        for option, name in (("+tb", "big"), ("+td", "deflated")):
            target = tmp_path / f"{name}-{file.name}"
            subprocess.run(["dcmconv", option, file, target], check=True, timeout=60)
            np.testing.assert_array_equal(read_instance(target).plane(0).pixels, read_instance(file).plane(0).pixels)

    _assert_read(stegomed, tmp_path, 8)


def test_dcmtk_sends_and_stores_them(marked: Path, stegomed: Any, tmp_path: Path, need_tool: Any) -> None:
    need_tool("storescp")
    need_tool("storescu")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    arrived = tmp_path / "arrived"
    arrived.mkdir()
    archive = subprocess.Popen(["storescp", "-od", arrived, port])
    try:
        for _ in range(50):
            sent = subprocess.run(["storescu", "+sd", "127.0.0.1", port, marked], check=False, timeout=60)
            if sent.returncode == 0:
                break
            time.sleep(0.1)
    finally:
        archive.terminate()
        archive.wait(10)

    _assert_read(stegomed, arrived, 4)


@pytest.mark.parametrize("syntax", ["rle", "jpegls", "jpeg2000"])
def test_stegomed_writes_them_compressed_when_asked(
    syntax: str, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    result = stegomed("embed", phantom_folder, tmp_path / "out", "--syntax", syntax, "--finder", "threshold")

    assert result.returncode == 0, result.stderr
    _assert_read(stegomed, tmp_path / "out", 4)
