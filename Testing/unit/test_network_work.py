"""One thing done to one instance by itself, as a rule says."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from StegoMedLib.envelope import KeyFile
from StegoMedLib.errors import DoesNotFitError, NothingReadableError, UnusableInputError
from StegoMedLib.network.settings import Rule
from StegoMedLib.network.work import InstanceWork
from StegoMedLib.pipeline.deidentify import deidentify_series
from StegoMedLib.regions import make_finder
from StegoMedLib.series.masks import FinderMasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom import Dataset

    from Testing.conftest import ImageMaker

    Do = Callable[[Rule, Path], Dataset]


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    (tmp_path / "key").write_bytes(bytes(range(32)))
    return Rule((), (), "deidentify", "archive", key=tmp_path / "key")


@pytest.fixture
def done(tmp_path: Path) -> Callable[[Rule, Path], Dataset]:
    """Do what a rule says to a file."""
    count = iter(range(100))

    def do(rule: Rule, source: Path) -> Dataset:
        folder = tmp_path / f"out{next(count)}"
        folder.mkdir()
        product = InstanceWork(rule, "threshold").done(source, folder)
        assert [product.path] == list(folder.iterdir())
        return dcmread(product.path)

    return do


def test_each_instance_gets_the_same_names_by_itself(rule: Rule, phantom_folder: Path, done: Do) -> None:
    sources = sorted(phantom_folder.iterdir())[:2]
    first, second = (done(rule, path) for path in sources)
    again = done(rule, sources[0])
    assert first.PatientID == second.PatientID != dcmread(sources[0]).PatientID
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert again.SOPInstanceUID == first.SOPInstanceUID != second.SOPInstanceUID


def test_what_was_taken_out_comes_back_with_its_uids(
    rule: Rule, phantom_folder: Path, done: Do, tmp_path: Path
) -> None:
    source = min(phantom_folder.iterdir())
    done(rule, source).save_as(tmp_path / "nameless.dcm")
    home, original = done(replace(rule, action="reidentify"), tmp_path / "nameless.dcm"), dcmread(source)
    for word in ("PatientName", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        assert home[word] == original[word]


def test_an_embedded_copy_has_uids_of_its_own_the_same_each_time(rule: Rule, phantom_folder: Path, done: Do) -> None:
    source = min(phantom_folder.iterdir())
    once, twice = (done(replace(rule, action="embed"), source) for _ in range(2))
    assert (once.SOPInstanceUID, once.SeriesInstanceUID) == (twice.SOPInstanceUID, twice.SeriesInstanceUID)
    nameless = done(rule, source)
    assert len({once.SOPInstanceUID, nameless.SOPInstanceUID, dcmread(source).SOPInstanceUID}) == 3
    assert once.PatientName == dcmread(source).PatientName


@pytest.mark.parametrize("action", ["deidentify", "embed"])
def test_what_was_worked_on_already_stays_as_it_is(
    rule: Rule, phantom_folder: Path, tmp_path: Path, action: str
) -> None:
    work, source = InstanceWork(replace(rule, action=action), "threshold"), min(phantom_folder.iterdir())
    for name in ("once", "twice"):
        (tmp_path / name).mkdir()
    once = work.done(source, tmp_path / "once")
    twice = work.done(once.path, tmp_path / "twice")
    assert twice.path.read_bytes() == once.path.read_bytes() != source.read_bytes()
    assert (once.event["action"], twice.event["action"]) == (action, "keep")
    assert once.event["key"] == twice.event["key"]


def test_what_is_extracted_lies_in_a_report_and_the_instance_goes_on(
    rule: Rule, phantom_folder: Path, done: Do, tmp_path: Path
) -> None:
    source = min(phantom_folder.iterdir())
    done(rule, source).save_as(tmp_path / "marked.dcm")
    reading = replace(rule, action="extract", reports=tmp_path / "reports")
    for path in (tmp_path / "marked.dcm", source):
        assert done(reading, path).SOPInstanceUID == dcmread(path).SOPInstanceUID
    found = json.loads((tmp_path / "reports" / "marked.json").read_text())
    assert str(dcmread(source).PatientName) in json.dumps(found)
    assert "No record" in json.loads((tmp_path / "reports" / f"{source.stem}.json").read_text())["error"]
    assert (tmp_path / "reports" / "marked.json").stat().st_mode & 0o077 == 0


def test_without_room_the_header_carries_it_or_the_instance_stays(
    rule: Rule, make_image: ImageMaker, done: Do, tmp_path: Path
) -> None:
    source = make_image()  # noise all over
    made = done(rule, source)
    made.save_as(tmp_path / "nameless.dcm")
    assert made.PatientID != dcmread(source).PatientID
    assert done(replace(rule, action="reidentify"), tmp_path / "nameless.dcm").PatientID == dcmread(source).PatientID
    with pytest.raises(UnusableInputError, match="holds an identity already, sealed"):
        deidentify_series(
            tmp_path / "nameless.dcm",
            tmp_path / "twice.dcm",
            KeyFile(bytes(range(32))),
            FinderMasks(make_finder("threshold")),
        )
    for strict in (replace(rule, without_capacity="quarantine"), replace(rule, action="embed")):
        with pytest.raises(DoesNotFitError):
            done(strict, source)


def test_an_image_without_a_record_is_not_given_back_as_it_is(rule: Rule, phantom_folder: Path, done: Do) -> None:
    with pytest.raises(NothingReadableError):
        done(replace(rule, action="reidentify"), min(phantom_folder.iterdir()))


def test_an_image_whose_mark_is_gone_gets_no_name_as_a_result_of_others(
    rule: Rule, phantom_folder: Path, done: Do, tmp_path: Path
) -> None:
    cloud = tmp_path / "cloud"
    cloud.mkdir()
    for path in sorted(phantom_folder.iterdir())[:2]:
        done(rule, path).save_as(cloud / path.name)
    swapped = done(rule, sorted(phantom_folder.iterdir())[2])
    swapped.PixelData = bytes(len(swapped.PixelData))
    swapped.save_as(cloud / "swapped.dcm")

    def fetch(_: object, folder: Path) -> None:
        shutil.copytree(cloud, folder, dirs_exist_ok=True)

    work = InstanceWork(replace(rule, action="reidentify", images="cloud"), "threshold", fetch)
    (tmp_path / "home").mkdir()
    with pytest.raises(UnusableInputError, match="an image without a record, so that nothing ties it"):
        work.done(cloud / "swapped.dcm", tmp_path / "home")


def test_masks_are_found_by_the_uid_of_their_instance(
    rule: Rule, phantom_folder: Path, done: Do, tmp_path: Path
) -> None:
    source = min(phantom_folder.iterdir())
    header = dcmread(source)
    masks = tmp_path / "masks"
    masks.mkdir()
    with pytest.raises(UnusableInputError, match="There is no mask"):
        done(replace(rule, masks=masks), source)
    everything = np.full((header.Rows, header.Columns), 255, np.uint8)
    Image.fromarray(everything).save(masks / f"{header.SOPInstanceUID}.png")
    with pytest.raises(DoesNotFitError):  # all of it is body
        done(replace(rule, masks=masks, without_capacity="quarantine"), source)


@pytest.mark.parametrize("uid", ["../../etc/passwd", "", "1.2/3"])
def test_a_uid_that_is_none_is_no_name_of_a_mask(rule: Rule, make_image: ImageMaker, done: Do, uid: str) -> None:
    source = make_image(lambda dataset: setattr(dataset, "SOPInstanceUID", uid))
    assert rule.key is not None
    with pytest.raises(UnusableInputError):
        done(replace(rule, masks=rule.key.parent), source)
