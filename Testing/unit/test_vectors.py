"""The vectors of the format: the program reads each as it says, and none ever changes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from StegoMedLib.envelope import record_as_json
from StegoMedLib.errors import StegoMedError
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.extract_run import ExtractRun
from Testing.vectors.checks import (
    check_embedding,
    check_envelope,
    check_geometry,
    check_part,
    check_passphrases,
    check_photographs,
    check_sealing,
    check_shards,
    check_signature,
    check_slice,
    check_slots,
    check_symbol,
    check_text,
    check_verdict,
)
from Testing.vectors.load import FOLDER, Vector, arrays, checksums, index, single_key, slice_of

INDEX = index()


def every(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", INDEX[kind].values(), ids=list(INDEX[kind]))


def test_no_vector_was_changed() -> None:
    assert checksums() == INDEX["checksums"]


def test_the_vectors_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3_600_000


def test_there_is_a_vector_of_each_profile_key_and_mode() -> None:
    planes = INDEX["planes"].values()
    assert {(each["profile"], each["mode"]) for each in planes} >= {
        ("fidelity", "replicate"),
        ("fidelity", "spread"),
        ("capacity", "replicate"),
        ("capacity", "spread"),
        ("reversible", "replicate"),
        ("reversible", "spread"),
        ("robust", "replicate"),
        ("saidi2024", "replicate"),
    }
    for profile in ("fidelity", "capacity", "reversible", "robust"):
        keys = {tuple(each["keys"]) for each in planes if each["profile"] == profile}
        assert {("passphrase",), ("key file",), ("x25519",)} <= keys
        assert any(len(each) > 1 for each in keys)
    assert any(each["keys"] == ["hybrid"] for each in planes)


@every("envelopes")
def test_an_envelope_is_opened_or_not(vector: dict[str, Any]) -> None:
    check_envelope(vector)


def test_passphrases_have_one_form() -> None:
    check_passphrases()


@every("texts")
def test_a_text_is_read_or_not(vector: dict[str, Any]) -> None:
    check_text(vector)


@every("shards")
def test_shards_are_joined_or_refused(vector: dict[str, Any]) -> None:
    check_shards(vector)


@pytest.mark.parametrize("version", INDEX["symbols"])
def test_a_symbol_has_its_data_modules(version: str) -> None:
    check_symbol(int(version), INDEX["symbols"][version])


@every("slots")
def test_a_plane_has_its_slots(vector: dict[str, Any]) -> None:
    check_slots(vector)


def test_what_is_sealed_and_embedded_now_is_read() -> None:
    check_sealing()
    for name in ("fidelity-key-file", "capacity-key-file", "reversible-key-file"):
        check_embedding(INDEX["planes"][name])


@every("geometry")
def test_what_a_header_says_has_its_bytes(vector: dict[str, Any]) -> None:
    check_geometry(vector)


@every("parts")
def test_an_own_part_is_sound_or_not(vector: dict[str, Any]) -> None:
    check_part(vector)


@pytest.mark.parametrize("name", INDEX["signatures"])
def test_a_plane_has_its_signature(name: str) -> None:
    check_signature(name, INDEX["signatures"][name])


@every("planes")
def test_a_slice_carries_what_it_says(vector: dict[str, Any]) -> None:
    for number in range(max(1, len(vector["slices"]))):
        check_slice(vector, number)


def check_planes(vector: Vector) -> None:
    """Every key of the vector extracts record and states from all its planes, as a whole run does."""
    stored = arrays(vector["file"])
    slices = [slice_of(stored[name], vector["header"], int(name)) for name in sorted(stored)]
    for name in vector["keys"]:
        again = {each.key: each for each in slices}
        run = ExtractRun(single_key(name), again=again.__getitem__)
        for each in slices:
            run.read(each, None)
        if not vector["slices"]:
            with suppress(StegoMedError):
                raise AssertionError(run.finish())
            continue
        report = run.finish()
        assert [record_as_json(record) for record in report.records] == [vector["record"]]
        for row, said in zip(run.rows, vector["slices"], strict=True):
            assert row.verdict is not None
            check_verdict(said, row.verdict)


@pytest.mark.parametrize("name", [name for name, each in INDEX["planes"].items() if each["beta"] is None])
def test_a_run_extracts_the_record_and_judges_the_slices(name: str) -> None:
    check_planes(INDEX["planes"][name])


@pytest.mark.parametrize("name", INDEX["files"])
def test_a_file_is_extracted(name: str) -> None:
    said = INDEX["files"][name]
    report = extract_series(FOLDER / "files" / f"{name}.dcm", single_key(said["keys"][0]))
    assert record_as_json(report.records[0]) == said["record"]
    (row,) = report.slices
    assert (row.profile, row.verdict and row.verdict.state.value) == (said["profile"], said["state"])
    assert row.verdict is not None
    assert row.verdict.number is not None
    found = row.verdict.number
    assert [found.series, found.number, found.count] == said["number"]


@every("photographs")
def test_photographs_give_their_files(vector: Vector) -> None:
    check_photographs(vector)
