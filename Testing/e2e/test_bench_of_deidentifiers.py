"""The commands in the bench: nothing planted is left, nothing new is wrong, and what went along comes back."""

from __future__ import annotations

import pytest

from StegoMedLib.dicom import new_series
from StegoMedLib.lab.benchmark.deidentify_files import write_keys
from StegoMedLib.lab.benchmark.deidentify_series import Row, judge, plant_series
from StegoMedLib.lab.benchmark.deidentify_tools import our_tools
from StegoMedLib.series.phantom import phantom_series

pytestmark = pytest.mark.slow
SLICES = 6


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """What each of our tools did to one planted phantom."""
    folder = tmp_path_factory.mktemp("bench")
    phantom = phantom_series(slices=SLICES, size=384)
    paths = new_series(folder / "phantom", phantom.stored, rescale=(phantom.slope, phantom.intercept))
    series, keys = plant_series("phantom", paths, folder / "planted"), write_keys(folder / "keys")
    return {tool.name: judge(tool, series, folder / str(number), keys) for number, tool in enumerate(our_tools())}


def test_every_file_comes_out_nameless(rows: dict[str, Row]) -> None:
    for name, row in rows.items():
        assert (row.failure, row.written, row.left) == ("", SLICES, ()), name
        assert not row.new_errors, name


def test_what_went_along_comes_back(rows: dict[str, Row]) -> None:
    none, identity, header, reversible = rows.values()
    assert none.returned == 0
    assert 0 < identity.back < identity.elements
    assert header.back == header.elements
    assert header.same == 0
    assert reversible.same == SLICES
