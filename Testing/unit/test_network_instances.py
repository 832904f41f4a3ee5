"""Instances as bytes, without an archive around them: rules are read strictly, folders are private, threads agree."""

from __future__ import annotations

import io
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from StegoMedLib.dicom import new_series
from StegoMedLib.errors import NothingReadableError, StegoMedError, UnusableInputError
from StegoMedLib.network.instances import Instances, NotAllowedError, refusal, user_of
from StegoMedLib.network.scratch import Scratch
from StegoMedLib.network.unexpected import sentence_for

RULES = """
finder = "threshold"
scratch = "scratch"
[[rules]]
action = "deidentify"
modalities = ["CT"]
key = "key"
[[rules]]
action = "reidentify"
key = "key"
"""
NAME = "Miller^Jane"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "key").write_bytes(bytes(range(32)))
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def image(folder: Path, seed: int = 3) -> bytes:
    """One that is noise from edge to edge, so that its pixels have no room."""
    full = np.random.default_rng(seed).integers(500, 1500, (1, 64, 64))
    (path,) = new_series(folder, full, attributes={"PatientName": NAME, "PatientID": "4711", "Modality": "CT"})
    return path.read_bytes()


def name_in(data: bytes) -> str:
    return str(dcmread(io.BytesIO(data)).PatientName)


def test_what_has_no_room_comes_back_from_its_header_and_is_not_sealed_twice(rules: Path, tmp_path: Path) -> None:
    instances, source = Instances.of(rules), image(tmp_path / "source")
    made = instances.protect(source)
    assert b"Miller" not in made
    assert instances.protect(made) == made
    back, kind = instances.restore("one", lambda _: made, "anybody")
    assert (name_in(back), kind) == (NAME, "application/dicom")
    assert name_in(instances.protect(back)) == name_in(made)


def test_a_sealed_header_into_which_somebody_wrote_is_not_taken_for_a_new_one(rules: Path, tmp_path: Path) -> None:
    instances = Instances.of(rules)
    dataset = dcmread(io.BytesIO(instances.protect(image(tmp_path / "source"))))
    dataset.InstitutionName = "Clinic"
    changed = io.BytesIO()
    dataset.save_as(changed)
    with pytest.raises(StegoMedError, match="carries a record already"):
        instances.protect(changed.getvalue())


def test_a_header_sealed_with_another_key_gives_nothing(rules: Path, tmp_path: Path) -> None:
    made = Instances.of(rules).protect(image(tmp_path / "source"))
    rules.with_name("key").write_bytes(bytes(32))
    with pytest.raises(StegoMedError, match=str(NothingReadableError())):
        Instances.of(rules).restore("one", lambda _: made, "anybody")


def test_threads_agree(rules: Path, tmp_path: Path) -> None:
    instances = Instances.of(rules)
    sources = [image(tmp_path / str(seed), seed) for seed in range(6)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(instances.protect, sources))
    assert len({name_in(each) for each in made}) == 1
    assert len(set(made)) == 6


def test_without_a_rule_for_what_arrives_it_stays_as_it_is(rules: Path) -> None:
    rules.write_text(RULES[RULES.rindex("[[rules]]") :], encoding="utf-8")
    assert Instances.of(rules).protect(b"anything") == b"anything"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("[[rules]]", "[[others]]"), "'rules' in rules.toml is missing; add at least one [[rules]]."),
        (('"deidentify"', '"extract"'), "is none of deidentify, embed, reidentify"),
        (('modalities = ["CT"]', 'callers = ["CT1"]'), "is for 'reidentify' alone"),
        (('"reidentify"', '"reidentify"\nmodalities = ["CT"]'), "is not for 'reidentify'"),
        (('modalities = ["CT"]', 'target = "archive"'), "'target' in rules.toml is unknown here"),
        (('key = "key"', 'key = "nowhere"'), "which is no file; correct it."),
    ],
)
def test_settings_that_make_no_sense_are_told(rules: Path, change: tuple[str, str], sentence: str) -> None:
    rules.write_text(RULES.replace(*change), encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        Instances.of(rules)
    assert sentence.replace("'target'", "'target' of [rules 1]") in str(caught.value)


def test_what_nobody_foresaw_is_told_without_its_message(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError(NAME)

    monkeypatch.setattr("StegoMedLib.network.instances.read_any", fail)
    with pytest.raises(StegoMedError, match=r"ValueError in test_network_instances\.py:\d+\); please report") as caught:
        Instances.of(rules).protect(b"")
    assert NAME not in str(caught.value)
    assert sentence_for(MemoryError()) == "There is not enough memory for it."


@pytest.mark.parametrize(
    ("authorization", "user"),
    [
        ("Basic cmFkaW9sb2dpc3Q6b2Y6dGVzdHM=", "radiologist"),
        ("basic  YTpi", "a"),
        ("Basic YTp", ""),
        ("Basic /w==", ""),
        ("Bearer cmFkaW9sb2dpc3Q6", ""),
        ("", ""),
    ],
)
def test_the_user_of_a_request(authorization: str, user: str) -> None:
    assert user_of(authorization) == user


def test_a_refusal_has_its_status() -> None:
    assert refusal(NotAllowedError())[0] == 403
    assert refusal(NothingReadableError())[0] == 422
    assert NAME not in refusal(KeyError(NAME))[1]


@pytest.mark.skipif(os.name == "nt", reason="permissions of other systems")
def test_what_a_killed_process_left_goes_and_what_is_of_others_stays(tmp_path: Path) -> None:
    living, left, strange = Scratch(tmp_path), Scratch(tmp_path), tmp_path / "stegomed-notes"
    (left.path / "instance.dcm").write_bytes(b"of somebody")
    left._lock.close()  # as the end of its process does
    strange.mkdir()
    Scratch(tmp_path).close()
    assert sorted(tmp_path.iterdir()) == sorted([living.path, strange])
    with living.folder() as folder:
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        (Path(folder) / "instance.dcm").write_bytes(b"of somebody")
    assert [path.name for path in living.path.iterdir()] == ["lock"]


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnusableInputError, match="name one in 'scratch'"):
        Scratch(tmp_path / "file")
