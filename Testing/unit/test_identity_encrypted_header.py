"""Encrypted Attributes in a header give back what was taken out, and nothing that is no part of a header."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom import Dataset

from StegoMedLib.dicom import Node, Tree
from StegoMedLib.errors import NothingDecryptedError
from StegoMedLib.identity.deidentifier import Deidentifier, value_in
from StegoMedLib.identity.encrypted_header import with_decrypted, with_encrypted
from StegoMedLib.identity.markers import marked
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Pseudonyms
from Testing.certificates import certificate, rsa_key
from Testing.trees import STYLES, as_bytes, read_in, tree_in

ENCRYPTED = 0x04000500


def header(**attributes: Any) -> Tree:
    dataset = Dataset()
    for keyword, value in {
        "PatientName": "Doe^Jane",
        "PatientID": "4711",
        "SOPInstanceUID": "1.2",
        **attributes,
    }.items():
        setattr(dataset, keyword, value)
    return tree_in(dataset)


def sent(source: Tree) -> Tree:
    """A nameless header as it lies in a file."""
    made = marked(Deidentifier(Options(), Pseudonyms(bytes(32))).nameless(source).tree, Options())
    return read_in(as_bytes(with_encrypted(made, source, [certificate(rsa_key(0))])), STYLES[2])


def test_what_was_taken_out_comes_back() -> None:
    source = header(StudyDate="20240229", AccessionNumber="A1", PatientComments="seen by Doe ")
    nameless = sent(source)
    assert b"Doe" not in as_bytes(nameless)
    made = with_decrypted(nameless, rsa_key(0))
    assert {tag: made.get(tag) for tag in source} == source
    assert set(made) == {*source, 0x00200010, 0x00120062}
    assert value_in(made, "PatientIdentityRemoved") == "NO"


def test_who_was_nameless_before_is_so_again() -> None:
    source = header(PatientIdentityRemoved="YES", DeidentificationMethod="CTP")
    made = with_decrypted(sent(source), rsa_key(0))
    assert {tag: made.get(tag) for tag in source} == source


def test_items_of_others_stay_beside_ours() -> None:
    other: Tree = {0x04000510: Node("UI", b"1.2.840.10008.1.2.1\0"), 0x04000520: Node("OB", bytes(8))}
    source = header() | {ENCRYPTED: Node("SQ", items=(other,))}
    nameless = sent(source)
    assert len(nameless[ENCRYPTED].items or ()) == 2
    assert value_in(with_decrypted(nameless, rsa_key(0)), "PatientName") == "Doe^Jane"


@pytest.mark.parametrize(
    "change", [lambda tree: tree, lambda _: {}, lambda tree: tree | {ENCRYPTED: Node("SQ", items=())}]
)
def test_nothing_to_decrypt_has_one_answer(change: Any) -> None:
    with pytest.raises(NothingDecryptedError):
        with_decrypted(change(sent(header())), rsa_key(1))


def test_what_is_no_part_of_a_header_is_not_taken_over() -> None:
    """Anybody may encrypt anything for the holder of a certificate."""
    source = header() | {
        0x00020010: Node("UI", b"1.2.3 "),
        0x7FE00010: Node("OW", bytes(8)),
        0x00041220: Node("LO", b""),
    }
    made = with_encrypted(header(PatientName="SM"), dict(sorted(source.items())), [certificate(rsa_key(0))])
    assert set(with_decrypted(made, rsa_key(0))) == {*header(), 0x00120062}
