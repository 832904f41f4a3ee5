"""The page of pictures and the contact sheet: what they say, and that they are there whole or not at all."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.demo import run_demo
from StegoMedLib.lab.pictures.canvas import ACCENT, Page, fit_text
from StegoMedLib.lab.pictures.page import MOST_MASKS, MaskShown, SliceShown, draw_mask_sheet, draw_page
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.symbol import make_symbol

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def shown() -> SliceShown:
    phantom = phantom_series(slices=3, size=128)
    cover = phantom.stored[1].astype(np.int32)
    stego = cover.copy()
    stego[16, 50:60] += 1
    modules = make_symbol("SM1:WORDS").modules
    usable = np.zeros((32, 32), dtype=np.bool_)
    usable[2:6] = True
    return SliceShown("a slice", cover, phantom.body[1], usable, stego, modules, modules, (864.0, 1264.0))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give all that is written on pages, besides the numbers."""
    texts: list[str] = []
    write = Page.text

    def listen(page: Page, left: float, top: float, text: str, **style: Any) -> None:
        texts.append(text)
        write(page, left, top, text, **style)

    monkeypatch.setattr(Page, "text", listen)
    return texts


def colours(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def share_of(path: Path, colour: str) -> float:
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return float((colours(path) == wanted).all(axis=2).mean())


def test_a_page_is_a_png_of_1600_pixels_width(tmp_path: Path, shown: SliceShown) -> None:
    draw_page(tmp_path / "new/page.png", shown, {"slices": 8, "psnr_65535 (dB)": 122.3, "profile": "fidelity"})
    height, width, _ = colours(tmp_path / "new/page.png").shape
    assert width == 1600
    assert 1100 < height < 1400


def test_captions_state_what_changed_and_the_gain(tmp_path: Path, shown: SliceShown, said: list[str]) -> None:
    draw_page(tmp_path / "page.png", shown, {})
    assert "a slice" in said
    assert any(text.startswith("10 pixels changed by at most 1") for text in said)
    assert "Difference \u00d7 200" in said, "half of the window over the largest change"
    assert "0 modules differ" in said
    assert any("usable, 12% of the blocks" in text for text in said)


def test_a_slice_without_a_change_says_so(tmp_path: Path, shown: SliceShown, said: list[str]) -> None:
    draw_page(tmp_path / "page.png", replace(shown, stego=shown.cover), {})
    assert "no pixel changed" in said


def test_wrong_modules_are_counted_and_coloured(tmp_path: Path, shown: SliceShown, said: list[str]) -> None:
    assert shown.received is not None
    draw_page(tmp_path / "right.png", shown, {})
    received = shown.received.copy()
    received[8:12, 8:12] ^= True
    draw_page(tmp_path / "wrong.png", replace(shown, received=received), {})
    assert "16 modules differ" in said
    assert share_of(tmp_path / "wrong.png", ACCENT) > share_of(tmp_path / "right.png", ACCENT) + 0.0003


def test_a_symbol_of_another_version_is_shown_as_such(tmp_path: Path, shown: SliceShown, said: list[str]) -> None:
    draw_page(tmp_path / "page.png", replace(shown, received=make_symbol("SM1:" + "A" * 200).modules), {})
    assert "another version" in said


def test_what_was_not_read_is_not_drawn(tmp_path: Path, shown: SliceShown, said: list[str]) -> None:
    draw_page(tmp_path / "page.png", replace(shown, received=None), {})
    assert "nothing was read" in said


@pytest.mark.parametrize(("rows", "columns"), [(128, 40), (24, 128), (4, 4)])
def test_planes_of_any_shape_fit(tmp_path: Path, shown: SliceShown, rows: int, columns: int) -> None:
    part = np.s_[40 : 40 + rows, :columns] if rows < 128 else np.s_[:, :columns]
    small = replace(
        shown,
        cover=shown.cover[part],
        stego=shown.stego[part],
        mask=shown.mask[part],
        usable=np.zeros((rows // 4, columns // 4), dtype=np.bool_),
        window=(1264.0, 864.0),
    )
    draw_page(tmp_path / "page.png", small, {"psnr_range (dB)": float("inf")})
    assert colours(tmp_path / "page.png").shape[1] == 1600


def test_the_sheet_outlines_masks_and_names_slices_without_a_body(
    tmp_path: Path, shown: SliceShown, said: list[str]
) -> None:
    item = MaskShown("one.dcm", shown.cover, shown.mask, shown.window)
    empty = replace(item, title="two.dcm", mask=np.zeros_like(shown.mask))
    draw_mask_sheet(tmp_path / "with.png", [item, empty])
    draw_mask_sheet(tmp_path / "without.png", [empty])
    assert said[1].startswith("two.dcm")
    assert said[1].endswith("no body")
    assert share_of(tmp_path / "with.png", ACCENT) > 0
    assert share_of(tmp_path / "without.png", ACCENT) == 0


@pytest.mark.parametrize("count", [0, MOST_MASKS + 1])
def test_the_sheet_holds_one_to_twelve(tmp_path: Path, shown: SliceShown, count: int) -> None:
    item = MaskShown("one.dcm", shown.cover, shown.mask, shown.window)
    with pytest.raises(ValueError, match="1 to 12"):
        draw_mask_sheet(tmp_path / "sheet.png", [item] * count)


def test_a_target_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path: Path, shown: SliceShown) -> None:
    (tmp_path / "page.png").mkdir()
    with pytest.raises(UnusableInputError, match="cannot be written"):
        draw_page(tmp_path / "page.png", shown, {})
    assert [path.name for path in tmp_path.rglob("*")] == ["page.png"]


def test_missing_matplotlib_is_named_with_its_remedy(
    tmp_path: Path, shown: SliceShown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UnusableInputError, match=r"stegomed\[pictures\]"):
        draw_page(tmp_path / "page.png", shown, {})
    assert not list(tmp_path.iterdir())


def test_the_demo_asks_for_matplotlib_before_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NotAsked:
        name, travels = "not asked", False

        def mask(self, *_: object) -> Any:
            raise AssertionError("the body was looked for")

        region = mask

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(UnusableInputError, match=r"stegomed\[pictures\]"):
        run_demo(tmp_path / "demo", NotAsked())


def test_long_names_are_shortened_in_their_middle() -> None:
    assert fit_text("slice.dcm", 9) == "slice.dcm"
    assert fit_text("0123456789", 7) == "012…789"
