"""Text in pictures that programs made is found; scans are no alarm. Cleaned words name nobody."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import Dataset

from StegoMedLib.dicom import read_instance
from StegoMedLib.identity.burned_in import burned_in, shows_text
from StegoMedLib.identity.vocabulary import cleaned, is_harmless, is_standard_uid, words_of

if TYPE_CHECKING:
    from pathlib import Path

CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def lettered(count: int = 8, height: int = 9, *, dark: int = 0, bright: int = 255) -> np.ndarray:
    """A dark picture with a line of letters: bars with a foot."""
    pixels = np.full((64, 128), dark, np.int32)
    for number in range(count):
        left = 4 + 12 * number
        pixels[20 : 20 + height, left : left + 2] = bright
        pixels[19 + height, left : left + 6] = bright
    return pixels


def test_a_line_of_letters_is_found() -> None:
    assert shows_text(lettered())
    assert shows_text(lettered(bright=4095, dark=-1024))
    assert shows_text(lettered(height=30, count=8))


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((64, 64), np.int32),
        np.full((8, 8), 7, np.int32),
        lettered(count=3),
        lettered(height=3),
        np.eye(64, dtype=np.int32),
        np.arange(64 * 64, dtype=np.int32).reshape(64, 64),
    ],
)
def test_what_is_no_line_of_letters_is_none(pixels: np.ndarray) -> None:
    assert not shows_text(pixels)


@pytest.mark.data
def test_text_is_found_in_a_screenshot_and_in_no_series(data_dir: Path) -> None:
    odd = read_instance(data_dir / "odd" / "ct_ankle_screenshot_burnedtext.dcm", accept_lossy=True)
    assert burned_in(odd.dataset, lambda: odd.plane(0))
    for folder in sorted(each for each in (data_dir / "curated").iterdir() if each.is_dir()):
        files = sorted(folder.rglob("*.dcm"))
        for path in files[:: max(1, len(files) // 8)]:
            instance = read_instance(path, accept_lossy=True)
            assert not burned_in(instance.dataset, partial(instance.plane, 0)), path


@pytest.mark.data
def test_what_the_header_says_is_believed(data_dir: Path) -> None:
    path = min((data_dir / "curated" / "ct_thorax_lidc").rglob("*.dcm"))
    plane = read_instance(path).plane(0)
    said = Dataset()
    said.BurnedInAnnotation = "YES"
    assert "header" in burned_in(said, lambda: plane)
    assert burned_in(None, lambda: plane) == ""
    assert burned_in(Dataset(), lambda: plane) == ""


# Words


@pytest.mark.parametrize("word", ["chest", "Abdomen", "MPRAGE", "5mm", "T2", "L5", "120kV", "with", "a", "sag"])
def test_words_of_medicine_are_harmless(word: str) -> None:
    assert is_harmless(word)


@pytest.mark.parametrize("word", ["Zitzelsberger", "4711", "20240229", "QX7310459", "Müller", "Ü", "Xantenau"])
def test_names_and_numbers_are_not(word: str) -> None:
    assert not is_harmless(word)


def test_words_are_letters_and_digits_that_stand_together() -> None:
    assert words_of("Doe^Jane=山田^太郎_3-b") == ["Doe", "Jane", "山田", "太郎", "3", "b"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("CT Chest, Dr. Zitzelsberger (4711) & Müller", "CT Chest, Dr"),
        ("t2_tse_sag 3.0mm", "t2_tse_sag 3.0mm"),
        ("CT CHEST W/CONTRAST\\HEAD 1.5 T", "CT CHEST W/CONTRAST\\HEAD 1.5 T"),
        ("head 01/02/1987 neck", "head neck"),
        ("head 1/2/87", "head"),
        ("head 2024-3-1", "head"),
        ("call 030 123-45-67 head", "head"),
        ("head 555 01 23", "head"),
        ("head Zitzelsberger 12 neck 3 mm", "head neck 3 mm"),
        ("12 Zitzelsberger 34", ""),
        ("head 123 Zitzelsberger 456", "head"),
        ("", ""),
        ("(head)", "head"),
        ("head\u2013neck", "head neck"),
    ],
)
def test_what_names_nobody_stays_as_it_is(text: str, left: str) -> None:
    assert cleaned(text) == left


def test_names_go_also_if_they_are_words_of_medicine() -> None:
    assert cleaned("CT Chest", {"chest"}) == "CT"


@pytest.mark.parametrize("uid", ["", "1.2", "1.2.840.10008.5.1.4.1.1.2.77", " 1.2.840.10008.1.2", "nonsense"])
def test_only_registered_uids_are_those_of_the_standard(uid: str) -> None:
    assert not is_standard_uid(uid)
    assert is_standard_uid("1.2.840.10008.5.1.4.1.1.2")
