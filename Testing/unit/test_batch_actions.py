"""What workers do to a series: each of the four actions, as the commands of these names do it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from pydicom import dcmread

from StegoMedLib import __version__
from StegoMedLib.batch.actions import REPORT
from StegoMedLib.batch.jobs import ASIDE, DONE, Job, Outcome
from StegoMedLib.batch.keys import fingerprint_of, key_in
from StegoMedLib.batch.settings import DEIDENTIFY, EMBED, EXTRACT, REIDENTIFY, KeyPlaces, Settings
from StegoMedLib.batch.work import work_on
from StegoMedLib.choices import PASSPHRASE_VARIABLE
from StegoMedLib.series.phantom import PATIENT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def worked(source: Path, target: Path, keys: KeyPlaces, action: str, **settings: Any) -> Outcome:
    files = tuple(str(path) for path in sorted(source.rglob("*.dcm")))
    chosen = Settings(action, keys=keys, finder="threshold", **settings)
    return work_on(Job(1, files, "", target, chosen, fingerprint_of(key_in(keys)), __version__))


def test_what_is_embedded_is_extracted(phantom_folder: Path, tmp_path: Path, key_file: Path) -> None:
    keys = KeyPlaces(key_file=key_file)
    made = worked(phantom_folder, tmp_path / "marked", keys, EMBED, attributes=("PatientName",))
    assert (made.state, made.written, made.slices, made.carrying) == (DONE, 4, 4, 4)
    again = worked(phantom_folder, tmp_path / "again", keys, EMBED)
    uids = [
        sorted(str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in (tmp_path / name).iterdir())
        for name in ("marked", "again")
    ]
    assert again.state == DONE
    assert uids[0] == uids[1]  # whoever makes it, it is the same instance

    read = worked(tmp_path / "marked", tmp_path / "read", keys, EXTRACT)
    assert (read.state, read.carrying, read.altered, read.must_look) == (DONE, 4, 0, False)
    report = json.loads((tmp_path / "read" / REPORT).read_text())
    assert report["record"]["PatientName"] == PATIENT["PatientName"]
    assert os.name == "nt" or (tmp_path / "read" / REPORT).stat().st_mode & 0o777 == 0o600

    twice = worked(tmp_path / "marked", tmp_path / "twice", keys, EMBED)
    assert (twice.state, "carries a record already" in twice.reason) == (ASIDE, True)


def test_what_is_nameless_gets_its_name_back(
    phantom_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "correct horse battery staple")
    keys = KeyPlaces(from_environment=True)
    made = worked(phantom_folder, tmp_path / "nameless", keys, DEIDENTIFY, carry="header")
    assert (made.state, made.reason, made.written) == (DONE, "", 4)
    back = worked(tmp_path / "nameless", tmp_path / "back", keys, REIDENTIFY)
    assert (back.state, back.reason, back.written) == (DONE, "", 4)
    sent, got = (
        sorted(str(dcmread(path).SOPInstanceUID) for path in folder.rglob("*.dcm"))
        for folder in (phantom_folder, tmp_path / "back")
    )
    assert sent == got
    assert dcmread(next((tmp_path / "back").rglob("*.dcm"))).PatientName == PATIENT["PatientName"]


def test_what_may_show_text_waits_for_a_person(phantom_folder: Path, tmp_path: Path, key_file: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for path in phantom_folder.iterdir():
        dataset = dcmread(path)
        dataset.BurnedInAnnotation = "YES"
        dataset.save_as(source / path.name)
    keys = KeyPlaces(key_file=key_file)
    outcome = worked(source, tmp_path / "nameless", keys, DEIDENTIFY)
    assert (outcome.state, outcome.must_look, outcome.came_in) == (ASIDE, True, 4)
    assert not (tmp_path / "nameless").exists()
    assert worked(source, tmp_path / "nameless", keys, DEIDENTIFY, accept_burned_in=True).state == DONE
