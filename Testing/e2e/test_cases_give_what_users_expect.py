"""Small inputs that once broke the program: each gives what its line in the README of the cases says."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.dicom import read_instance
from StegoMedLib.lab.benchmark.dciodvfy import errors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.data, pytest.mark.key_file]

FINDER = ("--finder", "threshold")
NAMES = {
    "iso2022ir159": "Mori^Ogai=森^鷗外=もり^おうがい",
    "ir6_ir87_ir13": "Tokumei^Kanja=匿名^患者=ﾄｸﾒｲ^ｶﾝｼﾞｬ",
}


@pytest.fixture
def cases(data_dir: Path) -> Path:
    folder = data_dir / "cases"
    if not folder.is_dir():
        pytest.skip("there are no cases here")
    return folder


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the Debian tool {name} is not installed")
    return path


def embed(stegomed: Any, source: Path, *options: str) -> tuple[Path, dict[str, Any], str]:
    """The derived file, the report and what was said."""
    result = stegomed("embed", source, source.name, *FINDER, *options, "--json", "embedded.json")
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    return Path(source.name), json.loads(Path("embedded.json").read_text(encoding="utf-8")), result.stderr


@pytest.fixture
def embedded(stegomed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    return lambda source, *options: embed(stegomed, source, *options)


def extracted(stegomed: Any, marked: Path) -> tuple[dict[str, Any], str]:
    """The record, and what was shown."""
    result = stegomed("extract", marked, "--json", "extracted.json")
    assert result.returncode == 0, result.stderr
    record: dict[str, Any] = json.loads(Path("extracted.json").read_text(encoding="utf-8"))["record"]
    return record, result.stderr


def raw(path: Path, keyword: str) -> bytes:
    return bytes(pydicom.dcmread(path).get_item(keyword).value)


def test_every_file_of_the_cases_is_tested_here(cases: Path) -> None:
    known = {
        *("utf8_declared_latin1_bytes.dcm", "iso2022ir159.dcm", "ir6_ir87_ir13.dcm", "patientid_emoji_code.dcm"),
        *("series_description_backslash.dcm", "mr_jpegll_private_icon.dcm", "signed.dcm", "jpegls_height_zero.dcm"),
    }
    assert {path.name for path in cases.rglob("*.dcm")} <= known


def test_bytes_that_the_declared_set_does_not_have_come_back(
    cases: Path, embedded: Callable[..., Any], stegomed: Any
) -> None:
    source = cases / "charsets" / "utf8_declared_latin1_bytes.dcm"
    marked, _, said = embedded(source)
    assert "does not decode PatientName, PatientID" in said
    record, shown = extracted(stegomed, marked)
    assert bytes.fromhex(record["PatientName"]["bytes"]) == b"M\xfcller^J\xf6rg"
    assert bytes.fromhex(record["PatientID"]["bytes"]) == b"K\xf6ln-4711"
    assert record["SpecificCharacterSet"] == "ISO_IR 192"
    assert "M\\xfcller^J\\xf6rg (bytes that its character set does not decode)" in shown
    assert raw(marked, "PatientName") == raw(source, "PatientName")


def test_two_patients_whose_names_look_alike_undecoded_stay_two(
    cases: Path, stegomed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = (cases / "charsets" / "utf8_declared_latin1_bytes.dcm").read_bytes()
    (tmp_path / "in").mkdir()
    for name, letter in (("a.dcm", b"\xfc"), ("b.dcm", b"\xe4")):
        (tmp_path / "in" / name).write_bytes(content.replace(b"M\xfcller", b"M" + letter + b"ller"))
    assert stegomed("embed", "in", "out", *FINDER).returncode == 0
    result = stegomed("extract", "out", "--json", "-")
    assert result.returncode == 6
    names = {record["PatientName"]["bytes"] for record in json.loads(result.stdout)["records"]}
    assert names == {b"M\xfcller^J\xf6rg".hex(), b"M\xe4ller^J\xf6rg".hex()}


@pytest.mark.parametrize("name", NAMES)
def test_names_with_code_extensions_come_back_exactly(
    cases: Path, embedded: Callable[..., Any], stegomed: Any, name: str
) -> None:
    marked, _, said = embedded(cases / "charsets" / f"{name}.dcm")
    assert "does not decode" not in said
    record, _ = extracted(stegomed, marked)
    assert record["PatientName"].rstrip(" ") == NAMES[name]
    assert raw(marked, "PatientName") == raw(cases / "charsets" / f"{name}.dcm", "PatientName")


def test_a_patient_id_that_looks_like_markup_is_shown_as_it_is(
    cases: Path, embedded: Callable[..., Any], stegomed: Any
) -> None:
    marked, _, _ = embedded(cases / "header" / "patientid_emoji_code.dcm")
    record, shown = extracted(stegomed, marked)
    assert record["PatientID"] == "A:100:7"
    assert "A:100:7" in shown


def test_a_series_description_of_two_values_becomes_one(cases: Path, embedded: Callable[..., Any]) -> None:
    marked, _, _ = embedded(cases / "header" / "series_description_backslash.dcm")
    assert raw(marked, "SeriesDescription").rstrip(b" ") == b"HEAD/NECK StegoMed"


def test_a_signed_source_keeps_no_false_signature(cases: Path, embedded: Callable[..., Any]) -> None:
    marked, report, said = embedded(cases / "signature" / "signed.dcm")
    content = marked.read_bytes()
    assert b"\xfa\xff\xfa\xff" not in content
    assert b"\xfe\x4f\x01\x00" not in content
    gone = {row["attribute"]: row for row in report["removed"]}
    assert set(gone) == {"DigitalSignaturesSequence", "MACParametersSequence"}
    assert all(row["files"] == ["signed.dcm"] and "false" in row["reason"] for row in gone.values())
    assert "MACParametersSequence, DigitalSignaturesSequence, because signatures" in said


SYNTAXES = ("explicit", "rle", "jpegls", "jpeg2000")


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_compressed_private_icon_does_not_spoil_the_derived_file(
    cases: Path, embedded: Callable[..., Any], syntax: str
) -> None:
    source = cases / "nested-encapsulated" / "mr_jpegll_private_icon.dcm"
    marked, report, said = embedded(source, "--syntax", syntax)
    assert [row["attribute"] for row in report["removed"]] == ["(07A3,10CE)"]
    assert "(07A3,10CE), because a nested image" in said
    dump = subprocess.run([tool("dcmdump"), str(marked)], capture_output=True, check=True)
    assert not dump.stderr
    tool("dciodvfy")
    assert errors_of(marked) <= errors_of(source)
    gdcm = pytest.importorskip("gdcm", reason="python-gdcm is not installed")
    reader = gdcm.ImageReader()
    reader.SetFileName(str(marked))
    assert reader.Read()


@contextmanager
def archive(folder: Path) -> Iterator[str]:
    """Port of a storescp that takes every transfer syntax."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    folder.mkdir()
    command = [tool("storescp"), "--accept-all", "-od", str(folder), port]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                        break
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


@pytest.mark.parametrize(("syntax", "proposed"), [("explicit", "-xe"), ("rle", "-xr"), ("jpegls", "-xt")])
def test_the_derived_file_is_sent_and_arrives(
    cases: Path, embedded: Callable[..., Any], tmp_path: Path, syntax: str, proposed: str
) -> None:
    marked, _, _ = embedded(cases / "nested-encapsulated" / "mr_jpegll_private_icon.dcm", "--syntax", syntax)
    with archive(tmp_path / "archive") as port:
        command = [tool("storescu"), proposed, "127.0.0.1", port, str(marked)]
        subprocess.run(command, check=True, capture_output=True)
    (arrived,) = (tmp_path / "archive").iterdir()
    assert np.array_equal(read_instance(arrived).plane().pixels, read_instance(marked).plane().pixels)


def test_a_codestream_without_a_height_is_refused_in_one_sentence(cases: Path, stegomed: Any) -> None:
    result = stegomed("extract", cases / "codestream" / "jpegls_height_zero.dcm")
    assert result.returncode == 3
    assert len(result.stderr.strip().splitlines()) == 1
    assert "cannot be decoded" in result.stderr
