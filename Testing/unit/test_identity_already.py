"""A header that is nameless already is known as such; one with anything of anybody in it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import StegoMedLib
from StegoMedLib.choices import PRESETS
from StegoMedLib.dicom import Node, read_any
from StegoMedLib.dicom.hostile import open_object
from StegoMedLib.identity.already import has_pseudonym, is_nameless
from StegoMedLib.identity.nameless import NamelessHeaders
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.identity.sealed_header import with_envelope

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.dicom import Tree

BASIC = Options.of(PRESETS["basic"])


@pytest.fixture(scope="module")
def nameless(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    target = tmp_path_factory.mktemp("nameless") / "made.dcm"
    source = min(phantom_folder.iterdir())
    StegoMedLib.deidentify(source, target, "correct horse battery staple", finder="threshold")
    return read_any(target).tree


def test_what_was_made_nameless_is(nameless: Tree, phantom_folder: Path) -> None:
    assert is_nameless(nameless, BASIC)
    assert is_nameless(with_envelope(nameless, "SM1:W5"), BASIC)
    assert not is_nameless(read_any(min(phantom_folder.iterdir())).tree, BASIC)


@pytest.mark.data
@pytest.mark.parametrize("preset", PRESETS)
def test_headers_of_every_scanner_are_nameless_after_one_pass_and_not_before(data_dir: Path, preset: str) -> None:
    options, pseudonyms = Options.of(PRESETS[preset]), Pseudonyms(b"of a test")
    folders = [path for kind in ("curated", "safety") for path in (data_dir / kind).iterdir() if path.is_dir()]
    files = [min(each.rglob("*.dcm"), default=None) for each in sorted(folders)]
    headers = NamelessHeaders(options, pseudonyms, derived=True)
    both = [headers.of(open_object(path).dataset) for path in files if path is not None]
    assert len(both) > 30
    assert [is_nameless(each.nameless, options) for each in both] == [True] * len(both)
    assert not any(is_nameless(each.source, options) for each in both)


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x0008_0018, "UI", b"1.2.840.113619.2.5\0"),
        (0x0008_0080, "LO", b"Clinic"),
        (0x0008_2111, "ST", b"of Mrs. Miller"),
        (0x0010_0010, "PN", b"Miller^Jane"),
        (0x0010_0010, "PN", b"SMAAAAAAAAAAAAAAAA"),
        (0x0010_0020, "LO", b"4711"),
        (0x0010_0030, "DA", b"19640812"),
        (0x0012_0062, "CS", b"NO"),
        (0x0012_0063, "LO", b"by hand"),
        (0x0020_0010, "SH", b"S77-1234"),
        (0x0009_0010, "LO", b"MAKER"),
    ],
)
def test_whatever_somebody_wrote_into_it_since_is_noticed(nameless: Tree, tag: int, vr: str, value: bytes) -> None:
    assert not is_nameless(nameless | {tag: Node(vr, value)}, BASIC)


def test_what_is_inside_of_sequences_is_noticed(nameless: Tree) -> None:
    item = {0x0008_0018: Node("UI", b"1.2.840.113619.2.5")}
    assert not is_nameless(nameless | {0x0008_1140: Node("SQ", items=(item,))}, BASIC)


def test_a_pseudonym_is_one_by_name_and_number(nameless: Tree) -> None:
    assert has_pseudonym(nameless)
    assert not has_pseudonym(nameless | {0x0010_0010: Node("PN", b"SMAAAAAAAAAAAAAAAA")})
    assert not has_pseudonym({tag: node for tag, node in nameless.items() if tag != 0x0010_0020})
