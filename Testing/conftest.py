"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real images beside the repository; skips where it is missing."""
    if not _DATA.is_dir():
        pytest.skip(f"the real images are not here: {_DATA} does not exist")
    return _DATA
