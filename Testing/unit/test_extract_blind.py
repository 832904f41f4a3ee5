"""Reading without being told the profile: which it was, how well it was read, and what slices say together."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.codec.profiles import BLIND, PROFILES
from StegoMedLib.envelope import Key, KeyCost, Passphrase, Sealer, TextRecord
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.lab.attacks import attack
from StegoMedLib.pipeline import blind
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.extract_run import ExtractRun
from StegoMedLib.pipeline.message import seal
from StegoMedLib.plane import Plane
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import Region
from Testing.slices import embed_tied, slice_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload
    from StegoMedLib.pipeline.extract_report import ExtractReport

KEY, OTHER = (Passphrase(each, KeyCost(3, 1, 1)) for each in (b"correct horse", b"battery staple"))
RECORD = TextRecord("Erika Mustermann, 12 August 1964, 0815")
LOCATOR = KEY.locators()[0]
MESSAGE = seal(Sealer(KEY), RECORD)


def _covers() -> list[tuple[Plane, np.ndarray]]:
    phantom = phantom_series(slices=5, size=256)
    void = ((phantom.padding, phantom.padding),)
    return [
        (Plane(stored.astype(np.int32), -32768, 32767, void, "CT", phantom.slope, phantom.intercept), body)
        for stored, body in zip(phantom.stored, phantom.body, strict=True)
    ]


COVERS = _covers()


@cache
def _marked(profile: str, strength: float | None = None) -> list[Plane]:
    chosen, planes = coding(profile, LOCATOR, strength=strength), []
    for number, (plane, body) in enumerate(COVERS):
        result = embed_tied(plane, Region(body), MESSAGE, chosen, start=100 * number)  # what noise does hangs on it
        assert result.stego is not None, result.reason
        planes.append(replace(plane, pixels=result.stego))
    return planes


def _extracted(planes: list[Plane], key: Key = KEY, profile: str | None = None) -> ExtractReport:
    slices = [slice_of(plane, f"{number}.dcm") for number, plane in enumerate(planes)]
    run = ExtractRun(key, profile, again={each.key: each for each in slices}.__getitem__)
    for each in slices:
        run.read(each, None)
    return run.finish()


def _attacked(planes: list[Plane], kind: str, level: float) -> list[Plane]:
    rng = np.random.default_rng(0)
    return [attack(kind, plane, level, rng) for plane in planes]


@pytest.mark.parametrize("profile", BLIND)
def test_the_profile_is_found(profile: str) -> None:
    report = _extracted(_marked(profile))

    assert report.profile == profile
    assert report.record == RECORD
    assert {row.profile for row in report.slices} == {profile}


@pytest.mark.parametrize("profile", ["fidelity", "capacity", "reversible"])
def test_lossless_profiles_are_read_with_full_quality(profile: str) -> None:
    report = _extracted(_marked(profile))

    assert report.quality == 1.0
    assert {row.detail for row in report.slices} == {"the record was extracted from this slice alone"}


def test_quality_falls_with_noise_before_reading_fails() -> None:
    planes = _marked("robust")

    qualities = [_extracted(_attacked(planes, "gaussian", level)).quality for level in (0.2, 0.6, 1.3)]

    assert 1 > qualities[0] > qualities[1] > qualities[2] > 0


def test_what_was_corrected_is_told() -> None:
    report = _extracted(_attacked(_marked("robust"), "gaussian", 2.0))

    assert any("were wrong and were corrected" in row.detail for row in report.slices)
    assert all("times its noise" in row.detail for row in report.slices if row.record is not None)


def test_slices_of_several_profiles_are_read_in_one_run() -> None:
    report = _extracted([_marked(profile)[0] for profile in ("robust", "fidelity", "capacity", "robust")])

    assert [row.profile for row in report.slices] == ["robust", "fidelity", "capacity", "robust"]
    assert report.profile == "robust"


def test_unmarked_slices_among_marked_ones_are_told() -> None:
    planes = [COVERS[0][0], *_marked("robust")[1:3], COVERS[3][0]]

    report = _extracted(planes)

    assert [row.record for row in report.slices] == [None, 0, 0, None]
    assert report.slices[0].as_json()["state"] == "unreadable"


def test_the_profile_that_read_last_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    planes = _marked("robust")
    tried: list[str] = []

    def watched(name: str, key: bytes, *, beta: float) -> Coding:
        made = coding(name, key, beta=beta)
        extract = made.profile.extract

        def noted(*arguments: Any) -> Payload | None:
            tried.append(name)
            return extract(*arguments)

        monkeypatch.setattr(made.profile, "extract", noted)
        return made

    monkeypatch.setattr(blind, "coding", watched)

    _extracted(planes)

    assert tried == [*BLIND, "robust", "robust", "robust", "robust"]


def test_keys_are_derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[Key] = []

    def noted(key: Key) -> tuple[bytes, ...]:
        derived.append(key)
        return (LOCATOR,)

    monkeypatch.setattr(Passphrase, "locators", noted)

    _extracted(_marked("robust")[:2])

    assert derived == [KEY]


def test_slices_that_cannot_be_read_alone_are_read_together_in_any_order() -> None:
    planes = _marked("robust", 44.0) * 4
    noisy = [planes[number] for number in np.random.default_rng(1).permutation(len(planes))[:17]]
    noisy = _attacked(noisy, "gaussian", 1.7)

    report = _extracted(noisy)

    assert report.record == RECORD
    assert report.profile == "robust"
    together = [number for number, row in enumerate(report.slices) if "together" in row.detail]  # as the nonces have it
    assert len(together) > 1
    with pytest.raises(NothingReadableError):
        _extracted([noisy[together[0]]])


@pytest.mark.parametrize("profile", [None, *BLIND])
def test_a_wrong_key_and_nothing_hidden_get_the_same_answer(profile: str | None) -> None:
    with pytest.raises(NothingReadableError) as wrong:
        _extracted(_marked("robust")[:1], OTHER, profile)
    with pytest.raises(NothingReadableError) as nothing:
        _extracted([COVERS[0][0]], KEY, profile)

    assert str(wrong.value) == str(nothing.value)


def test_the_paper_s_profile_has_to_be_named() -> None:
    assert set(PROFILES) - set(BLIND) == {"saidi2024"}


def test_a_named_profile_is_the_only_one_tried() -> None:
    with pytest.raises(NothingReadableError):
        _extracted(_marked("robust")[:1], profile="fidelity")
