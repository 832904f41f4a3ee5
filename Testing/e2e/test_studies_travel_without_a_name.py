"""Through the command line: a study leaves without a name, and whoever has the key gets back what was sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pydicom import dcmread
from pydicom.uid import UID

from StegoMedLib.dicom import new_series
from StegoMedLib.lab.benchmark.planted import left, plant, plant_anywhere, searched
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from Testing.conftest import Stegomed

NAME, PATIENT_ID, STUDY_DATE = "Mustermann^Erika", "QX-4711-0815", "20240229"
HEADER = {
    "PatientName": NAME,
    "PatientID": PATIENT_ID,
    "PatientBirthDate": "19640812",
    "PatientSex": "F",
    "PatientAge": "059Y",
    "StudyDate": STUDY_DATE,
    "StudyTime": "101112",
    "StudyID": "S77-1234",
    "AccessionNumber": "ACC-998877",
    "InstitutionName": "Klinikum Hinterwald",
    "SeriesDescription": "Thorax Mustermann",
}


def series_of_somebody(folder: Path, slices: int, size: int) -> Path:
    """Write a series with a named header."""
    phantom = phantom_series(slices=slices, size=size)
    scale = (phantom.slope, phantom.intercept)
    new_series(
        folder, phantom.stored, spacing=phantom.spacing, attributes=HEADER, rescale=scale, padding=phantom.padding
    )
    return folder


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series of seven slices of somebody; not to be changed."""
    return series_of_somebody(tmp_path_factory.mktemp("named") / "Mustermann", slices=7, size=256)


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.dcm"))


def digests(paths: Iterable[Path]) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def deidentified(stegomed: Stegomed, source: Path, target: Path, *options: object) -> dict[str, Any]:
    report = target.with_suffix(".json")
    done = stegomed("deidentify", source, target, "--finder", "threshold", "--json", report, *options)
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(report.read_text())
    return made


def test_what_names_somebody_is_gone_and_comes_back_with_the_key(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    report = deidentified(stegomed, named, tmp_path / "nameless")
    assert report["residue"] == []
    for path in files(tmp_path / "nameless"):
        content = path.read_bytes()
        assert not [each for each in ("Mustermann", PATIENT_ID, "19640812", "Hinterwald") if each.encode() in content]
        assert "Mustermann" not in str(path.relative_to(tmp_path))
        header = dcmread(path)
        assert header.PatientIdentityRemoved == "YES"
        assert header.PatientID == header.PatientName != ""
        assert header.StudyID
        assert header.file_meta.MediaStorageSOPInstanceUID == header.SOPInstanceUID

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    for path in files(tmp_path / "back"):
        header = dcmread(path)
        assert (header.PatientName, header.PatientID, header.StudyDate) == (NAME, PATIENT_ID, STUDY_DATE)
        assert header.PatientIdentityRemoved == "NO"
        assert "DeidentificationMethod" not in header
        assert "DeidentificationMethodCodeSequence" not in header
    sources = {dcmread(path).SOPInstanceUID for path in files(named)}
    assert not sources & {dcmread(path).SOPInstanceUID for path in files(tmp_path / "back")}  # they are new instances


def test_with_whole_headers_and_reversible_every_file_is_the_one_that_was_sent(
    tmp_path: Path, stegomed: Stegomed
) -> None:
    named = series_of_somebody(tmp_path / "Mustermann", slices=7, size=320)  # whole headers need room, under every key
    deidentified(stegomed, named, tmp_path / "nameless", "--carry", "header", "--profile", "reversible")
    assert not digests(files(tmp_path / "nameless")) & digests(files(named))

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back", "--json", tmp_path / "back.json")

    assert done.returncode == 0, done.stderr
    assert digests(files(tmp_path / "back")) == digests(files(named))
    assert json.loads((tmp_path / "back.json").read_text())["returned"]["file"] == len(files(named))


def test_slices_that_are_left_of_a_series_get_their_whole_headers_back(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    deidentified(stegomed, named, tmp_path / "nameless", "--carry", "header")
    for path in files(tmp_path / "nameless")[1:6:3]:  # two of seven
        path.unlink()

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back")

    assert done.returncode == 0, done.stderr
    sources = {dcmread(path).SOPInstanceUID: dcmread(path) for path in files(named)}
    back = [dcmread(path) for path in files(tmp_path / "back")]
    assert len(back) == len(sources) - 2
    for header in back:
        source = sources[header.SOPInstanceUID]
        assert {e.tag: e for e in header if e.tag.group < 0x7FE0} == {e.tag: e for e in source if e.tag.group < 0x7FE0}


def test_another_key_says_that_there_is_nothing(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    deidentified(stegomed, named, tmp_path / "nameless")
    other = {"STEGOMED_PASSPHRASE": "a quite different one altogether"}

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back", env=other)

    assert done.returncode == 4
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("carry", ["identity", "header"])
def test_altered_images_get_no_name_unless_somebody_insists(
    named: Path, tmp_path: Path, stegomed: Stegomed, carry: str
) -> None:
    deidentified(stegomed, named, tmp_path / "nameless", "--carry", carry)
    path = files(tmp_path / "nameless")[3]
    header = dcmread(path)
    pixels = header.pixel_array.copy()
    pixels[128, 128] += 1
    header.PixelData = pixels.tobytes()
    header.save_as(path)

    refused = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back")
    insisted = stegomed("reidentify", tmp_path / "nameless", tmp_path / "insisted", "--accept-altered")

    assert refused.returncode == 6
    assert not (tmp_path / "back").exists()
    assert insisted.returncode == 0, insisted.stderr
    assert all(dcmread(each).PatientID == PATIENT_ID for each in files(tmp_path / "insisted"))
    assert "1 file belongs to these images" in insisted.stderr


def test_the_record_of_another_image_is_never_put_on_a_study(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    deidentified(stegomed, named, tmp_path / "nameless", "--carry", "header")
    first, second = files(tmp_path / "nameless")[2:4]
    one, other = dcmread(first), dcmread(second)
    one.PixelData, other.PixelData = other.PixelData, one.PixelData
    one.save_as(first)
    other.save_as(second)

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back")

    assert done.returncode == 6
    assert not (tmp_path / "back").exists()


def with_a_full_slice(named: Path, folder: Path) -> tuple[Path, Path]:
    """The series with a slice that has no air, and that slice's file."""
    shutil.copytree(named, folder)
    path = files(folder)[3]
    header = dcmread(path)
    header.PixelData = np.random.default_rng(1).integers(900, 1100, header.pixel_array.shape).astype("<i2").tobytes()
    header.save_as(path)
    return folder, path


def test_a_file_that_has_no_room_inside_comes_home_by_its_header(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    source, full = with_a_full_slice(named, tmp_path / "source")
    report = deidentified(stegomed, source, tmp_path / "nameless")
    assert report["sealed"] == 1

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back", "--restore-uids")

    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(full.read_bytes()).hexdigest() in digests(files(tmp_path / "back"))
    fresh = stegomed("reidentify", tmp_path / "nameless", tmp_path / "fresh")
    assert fresh.returncode == 0, fresh.stderr
    assert len({dcmread(path).SeriesInstanceUID for path in files(tmp_path / "fresh")}) == 1


def test_a_file_that_carries_nothing_gets_no_name_of_its_neighbours(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    source, _ = with_a_full_slice(named, tmp_path / "source")
    deidentified(stegomed, source, tmp_path / "nameless")
    path = files(tmp_path / "nameless")[3]
    header = dcmread(path)
    header.PixelData = np.flipud(header.pixel_array).tobytes()
    header.save_as(path)

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back")
    assert done.returncode == 7
    assert "was altered after its identity was sealed" in done.stderr
    assert len(files(tmp_path / "back")) == len(files(named)) - 1

    del header[0x534D1001]
    header.save_as(path)
    bare = stegomed("reidentify", tmp_path / "nameless", tmp_path / "bare")
    assert bare.returncode == 7
    assert "carries no record" in bare.stderr


def test_a_blank_image_of_somebody_else_gets_no_name(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    source = tmp_path / "source"
    shutil.copytree(named, source)
    blank = dcmread(files(source)[3])
    blank.PixelData = np.zeros_like(blank.pixel_array).tobytes()
    blank.save_as(files(source)[3])
    deidentified(stegomed, source, tmp_path / "nameless", "--carry", "header")
    stranger = dcmread(files(tmp_path / "nameless")[3])
    stranger.SOPInstanceUID = stranger.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4.5")
    stranger.save_as(tmp_path / "nameless" / "stranger.dcm")

    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back")

    assert done.returncode == 7, done.stderr
    assert "stranger.dcm" in done.stderr + done.stdout
    assert len(files(tmp_path / "back")) == len(files(named))


def test_without_anything_that_goes_along_pixels_stay_as_they_are(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    deidentified(stegomed, named, tmp_path / "nameless", "--carry", "none")

    def pixels(folder: Path) -> set[bytes]:
        return {dcmread(path).PixelData for path in files(folder)}

    assert pixels(tmp_path / "nameless") == pixels(named)
    assert stegomed("reidentify", tmp_path / "nameless", tmp_path / "back").returncode == 4


def test_dates_of_the_preset_longitudinal_move_by_the_same_whole_weeks(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    deidentified(stegomed, named, tmp_path / "nameless", "--preset", "longitudinal", "--carry", "none")
    for path, source in zip(files(tmp_path / "nameless"), files(named), strict=True):
        header, before = dcmread(path), dcmread(source)
        moved = [
            dt.datetime.strptime(header[word].value, "%Y%m%d") - dt.datetime.strptime(before[word].value, "%Y%m%d")  # noqa: DTZ007
            for word in ("StudyDate", "ContentDate")
            if before.get(word)
        ]
        assert len(set(moved)) == 1
        assert moved[0].days < 0
        assert moved[0].days % 7 == 0
        assert (header.PatientSex, header.PatientAge) == ("F", "059Y")
        assert header.LongitudinalTemporalInformationModified == "MODIFIED"


def test_two_runs_under_one_key_agree_and_another_key_gives_others(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    runs = []
    for number, passphrase in enumerate(("correct horse battery staple",) * 2 + ("a quite different one altogether",)):
        target = tmp_path / f"run{number}"
        options = ("--carry", "none", "--finder", "threshold")
        done = stegomed("deidentify", named, target, *options, env={"STEGOMED_PASSPHRASE": passphrase})
        assert done.returncode == 0, done.stderr
        headers = [dcmread(path) for path in files(target)]
        runs.append({(each.PatientID, each.StudyInstanceUID, each.SOPInstanceUID, each.StudyID) for each in headers})
    assert runs[0] == runs[1]
    assert not runs[0] & runs[2]


def test_prescribed_pseudonyms_are_used(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    table = tmp_path / "pseudonyms.csv"
    table.write_text(f"PatientID,Pseudonym\n{PATIENT_ID},TRIAL-007\n")
    deidentified(stegomed, named, tmp_path / "nameless", "--carry", "none", "--pseudonyms", table)
    assert {dcmread(path).PatientID for path in files(tmp_path / "nameless")} == {"TRIAL-007"}

    table.write_text("PatientID,Pseudonym\nA,X\nB,X\n")
    done = stegomed("deidentify", named, tmp_path / "other", "--carry", "none", "--pseudonyms", table)
    assert done.returncode == 3
    assert "Line 3" in done.stderr


def test_what_is_left_is_named_and_can_be_taken_out(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    source = tmp_path / "source"
    shutil.copytree(named, source)
    for path in files(source):
        header = dcmread(path)
        plant(header)
        plant_anywhere(header)
        header.save_as(path)
    options = ("--carry", "none", "--finder", "threshold")

    found = stegomed("deidentify", source, tmp_path / "left", *options)
    mended = stegomed("deidentify", source, tmp_path / "mended", *options, "--remove", "SequenceName,ConvolutionKernel")

    assert found.returncode == 6
    assert "ConvolutionKernel" in found.stderr + found.stdout
    assert mended.returncode == 0, mended.stderr


def test_planted_values_of_every_level_are_gone(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    source = tmp_path / "source"
    shutil.copytree(named, source)
    planted = []
    for number, path in enumerate(files(source)):
        header = dcmread(path)
        planted += plant(header, number)
        header.save_as(path)
    assert len(planted) >= 39 * len(files(source))

    deidentified(stegomed, source, tmp_path / "nameless", "--carry", "header", "--profile", "capacity")

    for path in files(tmp_path / "nameless"):
        assert not left(planted, searched(path))


def test_pictures_that_say_that_they_show_text_stop_the_run(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    source = tmp_path / "source"
    shutil.copytree(named, source)
    header = dcmread(files(source)[0])
    header.BurnedInAnnotation = "YES"
    header.save_as(files(source)[0])

    stopped = stegomed("deidentify", source, tmp_path / "nameless", "--finder", "threshold")
    accepted = stegomed("deidentify", source, tmp_path / "seen", "--finder", "threshold", "--accept-burned-in")

    assert stopped.returncode == 6
    assert not (tmp_path / "nameless").exists()
    assert accepted.returncode == 0, accepted.stderr


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate and its private key as PEM files."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return public, private


def test_encrypted_attributes_give_the_holder_of_the_certificate_everything_back(
    named: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    (anna, annas_key), (_, bens_key) = _certificate(tmp_path, "anna"), _certificate(tmp_path, "ben")
    options = ("--carry", "none", "--encrypted-attributes", anna)
    deidentified(stegomed, named, tmp_path / "nameless", *options)

    opened = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back", "--private-key", annas_key)
    closed = stegomed("reidentify", tmp_path / "nameless", tmp_path / "no", "--private-key", bens_key)

    assert opened.returncode == 0, opened.stderr
    assert closed.returncode == 4
    sources = {dcmread(path).SOPInstanceUID: dcmread(path) for path in files(named)}
    for path in files(tmp_path / "back"):
        header = dcmread(path)
        source = sources[header.SOPInstanceUID]
        assert all(header[each.tag] == each for each in source)
        assert "EncryptedAttributesSequence" not in header


def test_an_audit_tells_what_was_done_and_names_nobody(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    audit = tmp_path / "audit.jsonl"
    deidentified(stegomed, named, tmp_path / "nameless", "--audit", audit)
    assert stegomed("reidentify", tmp_path / "nameless", tmp_path / "back", "--audit", audit).returncode == 0

    assert stegomed("audit", "verify", audit).returncode == 0
    text = audit.read_text()
    assert not [each for each in ("Mustermann", PATIENT_ID, "19640812", "correct horse") if each in text]
    events = [json.loads(line) for line in text.splitlines()]
    assert [event.get("action") for event in events] == [None, "deidentify", "reidentify"]
    assert events[1]["files"] == events[2]["files"] == len(files(named))
    assert events[1]["key"] == events[2]["key"]


@pytest.mark.parametrize("folder", ["there", "to be made"])
def test_a_single_file_in_a_folder_gets_a_name_that_tells_nothing(
    named: Path, tmp_path: Path, stegomed: Stegomed, folder: str
) -> None:
    source = tmp_path / "Mustermann.dcm"
    shutil.copy(files(named)[0], source)
    if folder == "there":
        (tmp_path / "nameless").mkdir()
    done = stegomed("deidentify", source, f"{tmp_path}/nameless/", "--finder", "threshold", "--overwrite")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in files(tmp_path / "nameless")] == ["00001.dcm"]


def test_an_audit_file_never_lies_among_the_images(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    for place in (named / "audit.jsonl", tmp_path / "nameless" / "audit.jsonl"):
        done = stegomed("deidentify", named, tmp_path / "nameless", "--audit", place)
        assert done.returncode == 3
        assert "name another file" in done.stderr
        assert not (tmp_path / "nameless").exists()


def test_what_makes_no_sense_is_said_before_anything_is_done(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    for options, words in (
        (("--retain", "everything"), "no option"),
        (("--retain", "full-dates", "--preset", "research"), "full-dates or modified-dates"),
        (("--remove", "Nonsense"), "keyword"),
        (("--lost", "0.5"), "--carry header"),
        (("--profile", "saidi2024"), "choose another profile"),
        (("--carry", "header", "--profile", "robust"), "cannot spread"),
    ):
        done = stegomed("deidentify", named, tmp_path / "nameless", *options)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert not (tmp_path / "nameless").exists()


def test_a_robust_identity_comes_home_after_a_rough_way(tmp_path: Path, stegomed: Stegomed) -> None:
    named = series_of_somebody(tmp_path / "named", slices=3, size=512)
    deidentified(stegomed, named, tmp_path / "nameless", "--profile", "robust")
    level = ("--kind", "gaussian", "--level", "1")
    assert stegomed("attack", tmp_path / "nameless", tmp_path / "rough", *level).returncode == 0

    done = stegomed("reidentify", tmp_path / "rough", tmp_path / "back")

    assert done.returncode in {0, 7}, done.stderr  # a slice whose mark is too faint is left out, and named
    back = files(tmp_path / "back")
    assert len(back) > len(files(named)) / 2
    assert {dcmread(path).PatientID for path in back} == {PATIENT_ID}
