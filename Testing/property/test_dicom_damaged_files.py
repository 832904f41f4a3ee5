"""Whatever is cut off or overwritten, reading ends in an instance or in one sentence."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from StegoMedLib.dicom import DerivedSeries, list_files, new_series, read_instance
from StegoMedLib.errors import UnusableInputError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from collections.abc import Iterator

VOLUME = np.random.default_rng(3).integers(0, 2000, (1, 36, 34))
SYNTAXES = ["explicit", "rle", "jpegls", "jpeg2000"]


@pytest.fixture(scope="module")
def sources() -> Iterator[dict[str, bytes]]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (path,) = new_series(folder, VOLUME, attributes={"PatientName": "Doe^Jane", "PatientID": "1"})
        instance = read_instance(path)
        for syntax in SYNTAXES:
            write_derived(instance, {}, folder / syntax, DerivedSeries("test"), syntax=syntax)
        yield {syntax: (folder / syntax).read_bytes() for syntax in SYNTAXES}


def outcome(content: bytes) -> np.ndarray | str:
    """Pixels, or the sentence of the refusal; anything else that is raised fails the test."""
    with TemporaryDirectory() as name:
        path = Path(name) / "damaged.dcm"
        path.write_bytes(content)
        try:
            list_files(path)
            instance = read_instance(path, accept_lossy=True)
            pixels = instance.plane().pixels
            write_derived(instance, {}, path.with_name("out.dcm"), DerivedSeries("test"))
        except UnusableInputError as error:
            return str(error)
        return pixels


def check(found: np.ndarray | str) -> None:
    """A refusal is one sentence without anything of the patient."""
    if isinstance(found, str):
        assert found.endswith(".")
        assert "\n" not in found
        assert "Doe" not in found


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(syntax=st.sampled_from(SYNTAXES), share=st.floats(0, 0.999))
def test_truncated_file_is_read_or_refused(sources: dict[str, bytes], syntax: str, share: float) -> None:
    whole = sources[syntax]
    found = outcome(whole[: int(share * len(whole))])
    check(found)
    if syntax == "explicit":
        assert isinstance(found, str)


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(syntax=st.sampled_from(SYNTAXES), share=st.floats(0, 0.999), scrap=st.binary(min_size=1, max_size=8))
def test_overwritten_file_is_read_or_refused(
    sources: dict[str, bytes], syntax: str, share: float, scrap: bytes
) -> None:
    content = bytearray(sources[syntax])
    at = int(share * len(content))
    content[at : at + len(scrap)] = scrap
    check(outcome(bytes(content)))


def test_the_undamaged_sources_are_read(sources: dict[str, bytes]) -> None:
    for content in sources.values():
        assert np.array_equal(outcome(content), VOLUME[0])
