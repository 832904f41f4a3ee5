"""Series are found wherever their files lie: in folders, by a DICOMDIR, on a server; count in is count out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from pydicom import Dataset
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from StegoMedLib import __version__
from StegoMedLib.batch import work
from StegoMedLib.batch.crew import Crew, Workers
from StegoMedLib.batch.finding import find, looked_at
from StegoMedLib.batch.jobs import ASIDE, DONE, FAILED, UNFIT, Job, Outcome
from StegoMedLib.batch.keys import fingerprint_of, key_in
from StegoMedLib.batch.manifest import Manifest
from StegoMedLib.batch.settings import DEIDENTIFY, EXTRACT, KeyPlaces, ServerPlaces, Settings
from StegoMedLib.batch.work import work_on
from StegoMedLib.dicom import list_these
from StegoMedLib.envelope import KeyFile
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.network.addresses import Address
from Testing.fake_dicomweb import Asked, Reply, as_json, numbered, part, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.batch.cluster import Cluster
    from Testing.conftest import ImageMaker


@pytest.fixture
def manifest(tmp_path: Path) -> Iterator[Manifest]:
    with Manifest(tmp_path / "manifest") as made:
        yield made


def found(manifest: Manifest, *sources: Path | Address) -> dict[str, tuple[int, int]]:
    find(sources, manifest.scan(), ServerPlaces(), lambda chunks: map(looked_at, chunks), lambda *_: None)
    return manifest.states()


def laid(make_image: ImageMaker, folder: Path, *names: str) -> None:
    for path, name in zip(numbered(make_image), names, strict=False):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


def job(files: tuple[str, ...], target: Path, key_file: Path, **settings: object) -> Job:
    chosen = Settings(
        **{
            "action": DEIDENTIFY,
            "keys": KeyPlaces(key_file=key_file),
            "finder": "threshold",
            "header_suffices": True,
            "accept_burned_in": True,
            **settings,
        }  # type: ignore[arg-type]
    )
    return Job(1, files, "", target, chosen, fingerprint_of(key_in(KeyPlaces(key_file=key_file))), __version__)


def test_a_series_is_one_wherever_its_files_lie(make_image: ImageMaker, tmp_path: Path, manifest: Manifest) -> None:
    laid(make_image, tmp_path, "src/a/1.dcm", "src/b/2.dcm", "other/3.dcm")
    (tmp_path / "src" / "notes.txt").write_text("no image")
    (tmp_path / "src" / ".hidden").write_text("no image")
    (tmp_path / "src" / "again").symlink_to(tmp_path / "src" / "a" / "1.dcm")
    (tmp_path / "src" / "far").symlink_to(tmp_path / "other" / "3.dcm")
    (tmp_path / "src" / "gone").symlink_to(tmp_path / "nowhere")
    assert found(manifest, tmp_path / "src", tmp_path / "other", tmp_path / "src" / "a") == {"found": (1, 3)}
    assert [Path(file).name for file, _ in manifest.left_out()] == ["gone", "notes.txt"]
    assert [Path(file).name for file, _ in manifest.passed_over()] == [".hidden", "again"]
    assert found(manifest, tmp_path / "src") == {"found": (1, 3)}


@pytest.mark.filterwarnings("ignore:Invalid value")
def test_a_dicomdir_names_its_files_and_none_elsewhere(
    make_image: ImageMaker, tmp_path: Path, manifest: Manifest
) -> None:
    laid(make_image, tmp_path, "disc/IMAGES/IM1", "disc/IMAGES/IM2")

    def index(*paths: list[str]) -> Path:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = MediaStorageDirectoryStorage, UID("1.2.9")
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset = FileDataset("DICOMDIR", {}, file_meta=meta, preamble=b"\0" * 128)
        rows = [Dataset() for _ in paths]
        for row, each in zip(rows, paths, strict=True):
            row.DirectoryRecordType, row.ReferencedFileID = "IMAGE", each
        dataset.DirectoryRecordSequence = rows
        dataset.save_as(tmp_path / "disc" / "DICOMDIR", enforce_file_format=True)
        return tmp_path / "disc" / "DICOMDIR"

    assert found(manifest, index(["IMAGES", "IM1"], ["IMAGES", "IM3"])) == {"found": (1, 1)}
    assert [Path(file).name for file, _ in manifest.left_out()] == ["IM3"]
    assert found(manifest, tmp_path / "disc") == {"found": (1, 2)}
    with pytest.raises(UnusableInputError, match="outside of its folder"):
        found(manifest, index(["..", "other"]))


def test_a_series_on_a_server_is_found_fetched_and_named(
    make_image: ImageMaker, tmp_path: Path, manifest: Manifest, key_file: Path
) -> None:
    files = {f"1.2.{count}": path.read_bytes() for count, path in enumerate(numbered(make_image), start=1)}

    def answer(asked: Asked) -> Reply:
        end = asked.path.rpartition("/")[2]
        if end == "studies":
            return as_json([{"0020000D": {"Value": ["1.2"]}}])
        if end == "series":
            return as_json([{"0020000E": {"Value": ["1.3"]}}])  # it does not tell how many
        if end == "instances":
            return as_json([{"00080018": {"Value": [uid]}} for uid in files])
        return part(files[end])

    with running(answer) as server:
        assert found(manifest, Address.of(server.url)) == {"found": (1, 1)}
        row = manifest.next(most_kills=1, alone=False)
        assert row is not None
        given = job((), tmp_path / "out", key_file)
        outcome = work_on(Job(1, (), row.place, given.target, given.settings, given.check, given.version))
    assert (outcome.state, outcome.came_in, outcome.written, outcome.reason) == (DONE, 4, 4, "")
    manifest.became(outcome, most_tries=1)
    assert manifest.states() == {DONE: (1, 4)}
    assert len([path for path in (tmp_path / "out").rglob("*") if path.is_file()]) == 4


def test_a_result_that_is_there_already_is_accepted_and_a_part_of_it_is_not(
    make_image: ImageMaker, tmp_path: Path, key_file: Path
) -> None:
    laid(make_image, tmp_path, "src/1.dcm", "src/2.dcm")
    files = tuple(map(str, sorted((tmp_path / "src").iterdir())))
    assert not work_on(job(files[:1], tmp_path / "out", key_file)).accepted
    again = work_on(job(files, tmp_path / "out", key_file))
    assert (again.accepted, again.written) == (False, 2)
    again = work_on(job(files, tmp_path / "out", key_file))
    assert (again.accepted, again.written) == (True, 2)


def test_a_worker_that_another_one_outruns_accepts_what_that_made(
    make_image: ImageMaker, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(make_image, tmp_path, "src/1.dcm")
    given = job((str(tmp_path / "src" / "1.dcm"),), tmp_path / "out", key_file)
    listed = list_these

    def outrun(files: list[Path]) -> object:
        monkeypatch.setattr(work, "list_these", listed)
        assert work_on(given).state == DONE
        return listed(files)

    monkeypatch.setattr(work, "list_these", outrun)
    assert work_on(given).state == FAILED
    assert work_on(given).accepted


def test_files_beside_the_target_are_worked_on_too(make_image: ImageMaker, tmp_path: Path, key_file: Path) -> None:
    laid(make_image, tmp_path, "a/1.dcm", "b/2.dcm")
    files = (str(tmp_path / "a" / "1.dcm"), str(tmp_path / "b" / "2.dcm"))
    outcome = work_on(job(files, tmp_path / "out", key_file))
    assert (outcome.state, outcome.written, outcome.reason) == (DONE, 2, "")


def test_what_will_not_go_better_is_aside_at_once(make_image: ImageMaker, tmp_path: Path, key_file: Path) -> None:
    laid(make_image, tmp_path, "src/1.dcm")
    files = (str(tmp_path / "src" / "1.dcm"),)
    outcome = work_on(job(files, tmp_path / "out", key_file, action=EXTRACT))
    assert (outcome.state, outcome.came_in) == (ASIDE, 1)
    assert "No record can be extracted" in outcome.reason
    assert not (tmp_path / "out").exists()


def test_a_worker_with_another_key_or_version_does_nothing(tmp_path: Path, key_file: Path) -> None:
    given = job(("nothing",), tmp_path / "out", key_file)
    for check, version in (("another", given.version), (given.check, "0.0.0")):
        outcome = work_on(Job(1, given.files, "", given.target, given.settings, check, version))
        assert outcome.state == UNFIT


def test_what_travels_shows_no_names() -> None:
    shown = repr(Job(7, ("/data/Mustermann/1",), "", Path("/out"), Settings(DEIDENTIFY), "", "")) + repr(
        Outcome(7, DONE, "Mustermann")
    )
    assert shown == "Job(7)Outcome(7, done)"


def test_heads_that_no_worker_tells_are_read_here(make_image: ImageMaker, tmp_path: Path) -> None:
    laid(make_image, tmp_path, "src/1.dcm", "src/2.dcm", "src/3.dcm")

    class Gone:
        wide = 1

        def ask(self, *_: object) -> None:
            """Give a question to nobody."""

        def told(self, _: object) -> None:
            """Tell nothing."""

    crew = Crew(Workers(), Settings(DEIDENTIFY), KeyFile(bytes(32)))
    crew._cluster = cast("Cluster", Gone())
    chunks = ([(str(path), 1, 1)] for path in sorted((tmp_path / "src").iterdir()) * 5)
    assert len([look for looks in crew.looks(chunks) for look in looks]) == 15
