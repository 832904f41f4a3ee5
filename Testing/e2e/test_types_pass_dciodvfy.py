"""An attribute that is removed, emptied or replaced as its type allows makes no object invalid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom import Dataset

from StegoMedLib.identity.dummies import dummy
from StegoMedLib.identity.types import type_of
from StegoMedLib.lab.benchmark.dciodvfy import errors_of
from StegoMedLib.lab.benchmark.planted import plant
from StegoMedLib.resources import read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMPOUND = {int(row["tag"], 16): row["basic"].split("/") for row in read_table("e1_1.csv") if "/" in row["basic"]}
SAMPLES = [
    *("odd/ct_enhanced_multiframe2", "odd/mr_enhanced_movingknee_19frames", "odd/mr_head_implicit_signed16"),
    *("odd/t_ct_rle", "odd/ct_ankle_screenshot_burnedtext", "odd/mr_prostate_dwi_128x84", "odd/mr_mosaic_j2k_siemens"),
    *("odd/ct_head_plastic_phantom_philips12", "curated/ct_abdomen_chaos3", "curated/ct_thorax_lidc"),
    *("curated/ct_trunk_nysbu_axial", "curated/mr_abdomen_pydicom_overlay", "curated/mr_head_uih_t1"),
]
"""Objects of CT, MR, enhanced CT and MR and secondary captures, of many vendors."""


def action(kind: str | None, choices: list[str]) -> str:
    """Choose of X, Z and D what PS3.15 Table E.1-1a allows for a type."""
    wanted = {"1": "D", "1C": "D", "2": "ZD", "2C": "ZD"}.get(kind or "3", "XZD")
    return next((letter for letter in wanted if letter in choices), choices[-1])


def apply(dataset: Dataset, sop_class: str, path: tuple[int, ...] = ()) -> list[str]:
    """Do to every attribute with a compound action what its type allows; give what was done."""
    done = []
    for element in list(dataset):
        here = (*path, int(element.tag))
        if element.VR == "SQ":
            for item in element.value:
                done += apply(item, sop_class, here)
        elif element.tag in COMPOUND:
            done.append(action(type_of(sop_class, here), COMPOUND[element.tag]))
            if done[-1] == "X":
                del dataset[element.tag]
            else:
                element.value = dummy(element.tag, element.VR) if done[-1] == "D" else None
    return done


def sample(folder: Path, name: str) -> pydicom.FileDataset:
    path = folder / name
    return pydicom.dcmread(min(path.iterdir()) if path.is_dir() else path.with_suffix(".dcm"))


@pytest.mark.data
@pytest.mark.parametrize("planted", [False, True], ids=["as it is", "planted"])
@pytest.mark.parametrize("name", SAMPLES)
def test_dciodvfy_finds_no_new_error(
    data_dir: Path,
    tmp_path: Path,
    need_tool: Callable[[str], None],
    name: str,
    planted: bool,  # noqa: FBT001
) -> None:
    need_tool("dciodvfy")
    dataset = sample(data_dir, name)
    if planted:
        plant(dataset)
    dataset.save_as(tmp_path / "before.dcm")
    assert apply(dataset, dataset.SOPClassUID)
    dataset.save_as(tmp_path / "after.dcm")
    assert errors_of(tmp_path / "after.dcm") - errors_of(tmp_path / "before.dcm") == set()
