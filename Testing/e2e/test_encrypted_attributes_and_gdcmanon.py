"""Encrypted Attributes go to gdcmanon and come from it, through real files (PS3.15 E.1.1 and E.1.2)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pydicom import Dataset
from pydicom.data import get_testdata_file

from StegoMedLib.errors import NothingDecryptedError
from StegoMedLib.identity.certificates import certificate_from_pem, private_key_from_pem
from StegoMedLib.identity.encrypted import decrypted, encrypted
from Testing.certificates import certificate, key_pem, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable

WHO = ["PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "SOPInstanceUID", "InstitutionName"]
CIPHERS = ["--aes128", "--aes192", "--aes256", "--des3"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the keys and certificates of three recipients."""
    folder = tmp_path_factory.mktemp("keys")
    for number in range(3):
        (folder / f"key{number}.pem").write_bytes(key_pem(rsa_key(number)))
        (folder / f"cert{number}.pem").write_bytes(certificate(rsa_key(number)).public_bytes(Encoding.PEM))
    return folder


def gdcmanon(*arguments: object) -> None:
    """Run the program of the package python-gdcm."""
    program = Path(sys.executable).parent / "gdcmanon"
    if not program.is_file():
        pytest.skip("gdcmanon is not installed")
    subprocess.run([program, *map(str, arguments)], capture_output=True, check=True, timeout=60)


def nameless(source: Path, target: Path, keys: Path, recipients: tuple[int, ...]) -> Dataset:
    """Write `source` without who it is, which goes along encrypted by us; gives what was encrypted."""
    dataset, before = pydicom.dcmread(source), pydicom.dcmread(source)
    content = Dataset()
    for keyword in [keyword for keyword in WHO if keyword in dataset]:
        content[keyword] = before[keyword]
        setattr(dataset, keyword, pydicom.uid.generate_uid() if keyword.endswith("UID") else "")
    certificates = [certificate_from_pem((keys / f"cert{number}.pem").read_bytes()) for number in recipients]
    dataset.EncryptedAttributesSequence = [encrypted(content, certificates)]
    dataset.PatientIdentityRemoved = "YES"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(target)
    return content


def opened(path: Path, keys: Path, number: int) -> Dataset:
    """What we decrypt of a file."""
    dataset = pydicom.dcmread(path)
    key = private_key_from_pem((keys / f"key{number}.pem").read_bytes())
    return decrypted(dataset.EncryptedAttributesSequence, key, dataset.get("SpecificCharacterSet") or "")


def ct() -> Path:
    return Path(str(get_testdata_file("CT_small.dcm")))


@pytest.mark.parametrize("recipients", [(0,), (0, 1, 2)])
def test_gdcmanon_puts_back_what_we_encrypted(keys: Path, tmp_path: Path, recipients: tuple[int, ...]) -> None:
    content = nameless(ct(), tmp_path / "ours.dcm", keys, recipients)
    for number in recipients:
        gdcmanon("-d", "-k", keys / f"key{number}.pem", tmp_path / "ours.dcm", tmp_path / f"back{number}.dcm")
        back = pydicom.dcmread(tmp_path / f"back{number}.dcm")
        assert len(content) > 3
        assert [back[keyword] for keyword in content.dir()] == [content[keyword] for keyword in content.dir()]


def test_gdcmanon_puts_nothing_back_with_another_key(keys: Path, tmp_path: Path) -> None:
    nameless(ct(), tmp_path / "ours.dcm", keys, (0, 1))
    gdcmanon("-d", "-k", keys / "key2.pem", tmp_path / "ours.dcm", tmp_path / "back.dcm")
    assert not (tmp_path / "back.dcm").exists()


def check_theirs(source: Path, keys: Path, folder: Path, cipher: str) -> None:
    """Decrypt what gdcmanon took out of a file; it refuses those that say that they are nameless already."""
    before = pydicom.dcmread(source)
    for keyword in ("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"):
        before.pop(keyword, None)
    before.save_as(folder / "named.dcm")
    gdcmanon("-e", cipher, "-c", keys / "cert0.pem", folder / "named.dcm", folder / "theirs.dcm")
    taken = opened(folder / "theirs.dcm", keys, 0)
    assert {"PatientName", "PatientID", "StudyInstanceUID", "SOPInstanceUID"} <= set(taken.dir())
    assert all(taken[tag] == before[tag] for tag in taken.keys())  # noqa: SIM118
    with pytest.raises(NothingDecryptedError):
        opened(folder / "theirs.dcm", keys, 1)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_we_get_back_what_gdcmanon_encrypted(keys: Path, tmp_path: Path, cipher: str) -> None:
    check_theirs(ct(), keys, tmp_path, cipher)


def test_text_that_gdcmanon_encrypted_without_its_character_set_comes_back(keys: Path, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(ct())
    dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 144", "Гречко^Анна"
    dataset.save_as(tmp_path / "russian.dcm")
    gdcmanon("-e", "-c", keys / "cert0.pem", tmp_path / "russian.dcm", tmp_path / "theirs.dcm")
    assert opened(tmp_path / "theirs.dcm", keys, 0).PatientName == "Гречко^Анна"


def test_a_phantom_goes_both_ways(keys: Path, tmp_path: Path, make_image: Callable[..., Path]) -> None:
    def name(dataset: Dataset) -> None:
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = "Doe^Jane", "P-7", "19700101"

    source = make_image(name)
    nameless(source, tmp_path / "ours.dcm", keys, (0,))
    gdcmanon("-d", "-k", keys / "key0.pem", tmp_path / "ours.dcm", tmp_path / "back.dcm")
    assert pydicom.dcmread(tmp_path / "back.dcm").PatientName == "Doe^Jane"
    check_theirs(source, keys, tmp_path, "--aes256")


@pytest.mark.data
@pytest.mark.parametrize("number", range(16))
def test_real_series_go_both_ways(data_dir: Path, keys: Path, tmp_path: Path, number: int) -> None:
    series = sorted(path for path in (data_dir / "curated").iterdir() if path.is_dir())
    source = min(series[number].rglob("*.dcm"))
    content = nameless(source, tmp_path / "ours.dcm", keys, (0,))
    gdcmanon("-d", "-k", keys / "key0.pem", tmp_path / "ours.dcm", tmp_path / "back.dcm")
    back = pydicom.dcmread(tmp_path / "back.dcm", stop_before_pixels=True)
    assert [back[keyword] for keyword in content.dir()] == [content[keyword] for keyword in content.dir()]
    check_theirs(source, keys, tmp_path, "--aes256")
