"""The second reader, which knows the page of the format alone, reads every vector as the program must."""

from __future__ import annotations

import ast
import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from Testing import second_reader as reader
from Testing.docs import worked_example
from Testing.second_reader_photographs import read as read_photographs
from Testing.second_reader_reversible import reversible
from Testing.vectors.load import FOLDER, arrays, index

if TYPE_CHECKING:
    from types import SimpleNamespace

INDEX = index()
KEYS = INDEX["keys"]
PASSPHRASES = json.loads((FOLDER / "passphrases.json").read_text(encoding="utf-8"))
MOST_WRONG = {"fidelity": 0, "capacity": 0, "reversible": 0, "robust": 3}
"""Bits of the own part: plain sums of votes, as this reader takes them, leave some to chance."""


def every(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", INDEX[kind].values(), ids=list(INDEX[kind]))


@pytest.mark.parametrize(
    ("name", "most"), [("second_reader", 415), ("second_reader_reversible", 150), ("second_reader_photographs", 230)]
)
def test_it_is_short_and_knows_nothing_of_the_library(name: str, most: int) -> None:
    text = (FOLDER.parent / f"{name}.py").read_text(encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    imports = sum(node.end_lineno - node.lineno + 1 for node in nodes if node.end_lineno)
    assert len([line for line in text.splitlines() if line.strip()]) - imports <= most
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    names -= {"Testing.second_reader"}
    assert not [name for name in names if name.startswith(("StegoMedLib", "Testing"))]


@pytest.mark.parametrize("passphrase", PASSPHRASES["prepared"], ids=lambda each: each["name"])
def test_it_prepares_passphrases(passphrase: dict[str, str]) -> None:
    assert reader.prepared(passphrase["given"]) == bytes.fromhex(passphrase["prepared"])


@pytest.mark.parametrize("passphrase", PASSPHRASES["refused"], ids=lambda each: each["name"])
def test_it_refuses_passphrases(passphrase: dict[str, str]) -> None:
    assert reader.prepared(passphrase["given"]) is None


def check_opened(vector: dict[str, Any], opened: tuple[Any, ...] | str) -> None:
    assert (opened if isinstance(opened, str) else "opened") == vector.get("result", "opened")
    if isinstance(opened, tuple) and "record" in vector:
        record, context, binding_key = opened
        assert (record, context.hex()) == (vector["record"], vector["context"])
        assert binding_key.hex() == vector["binding_key"]


@every("envelopes")
def test_it_opens_envelopes(vector: dict[str, Any]) -> None:
    for name in vector["keys"]:
        check_opened(vector, reader.open_envelope(base64.b64decode(vector["envelope"]), KEYS[name]))


def test_hybrid_recipients_are_those_of_the_page() -> None:
    """Hybrid HPKE by hand: RFC 9180, sections 4 and 5.1, with the shared secret that the page gives."""
    envelope, key = base64.b64decode(INDEX["envelopes"]["hybrid"]["envelope"]), KEYS["hybrid"]
    body, suite = envelope[3 : 3 + 1168], b"HPKE\x64\x7a\x00\x01\x00\x03"
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(key["x25519"]))
    lattice = MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(key["mlkem768"])).decapsulate(body[:1088])
    curve = private.exchange(X25519PublicKey.from_public_bytes(body[1088:1120]))
    public = private.public_key().public_bytes_raw()
    shared = hashlib.sha3_256(lattice + curve + body[1088:1120] + public + b"\\.//^\\").digest()

    def extracted(salt: bytes, name: bytes, given: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + name + given, "sha256")

    def expanded(secret: bytes, name: bytes, length: int) -> bytes:
        told = b"\x00" + extracted(b"", b"psk_id_hash", b"") + extracted(b"", b"info_hash", b"StegoMed 1 recipient")
        return hmac.digest(secret, length.to_bytes(2, "big") + b"HPKE-v1" + suite + name + told + b"\x01", "sha256")[
            :length
        ]

    secret = extracted(shared, b"secret", b"")
    sealing = ChaCha20Poly1305(expanded(secret, b"key", 32))
    found = sealing.decrypt(expanded(secret, b"base_nonce", 12), body[1120:], b"")
    assert found == reader.secret_in(0x14, body, key)


@every("texts")
def test_it_reads_texts(vector: dict[str, Any]) -> None:
    check_opened(vector, reader.open_text(vector["text"], KEYS[vector["key"]]))


@every("shards")
def test_it_joins_shards(vector: dict[str, Any]) -> None:
    locator = reader.locators(KEYS[vector["key"]])[0]
    shards = [shard for shard in (reader.shard_of(text, locator) for text in vector["texts"]) if shard is not None]
    assert len(shards) == vector.get("shards", len(vector["texts"]))
    if "envelope" in vector:
        wanted = vector["envelope"]
        assert reader.joined(shards) == (None if wanted is None else base64.b64decode(wanted))


@pytest.mark.parametrize("name", INDEX["signatures"])
def test_it_signs_planes(name: str) -> None:
    vector, stored = INDEX["signatures"][name], arrays("features")
    key, pixels = bytes.fromhex(vector["key"]), stored[name].astype(np.int64)
    assert np.allclose(reader.views(pixels), stored[f"features of {name}"], atol=1e-3)
    words = {"same": "same", "other": "another image", "unsure": "cannot tell"}
    for case in vector["cases"]:
        assert reader.likeness(pixels, key, np.array(case["votes"]), case["errors"]) == words[case["likeness"]]


@pytest.mark.parametrize("version", INDEX["symbols"])
def test_it_knows_the_data_modules(version: str) -> None:
    modules = reader.data_modules(int(version))
    said = INDEX["symbols"][version]
    assert (int(modules.sum()), hashlib.sha256(np.packbits(modules).tobytes()).hexdigest()) == (
        said["bits"],
        said["modules"],
    )


def test_it_knows_the_slots() -> None:
    stored = arrays("slots")
    values, _ = reader.slots_of(stored["pixels"].astype(float))
    assert np.allclose(values, stored["values"], atol=0.01)


def wrong_bits(found: bytes, wanted: str) -> int:
    return (int.from_bytes(found, "big") ^ int(wanted, 16)).bit_count()


def found_in(pixels: np.ndarray[Any, Any], profile: str, locator: bytes) -> SimpleNamespace | None:
    if profile == "reversible":
        return reversible(pixels, locator)
    return reader.robust(pixels, locator) if profile == "robust" else reader.exact(pixels, locator, profile)


@pytest.mark.parametrize("name", [name for name, each in INDEX["planes"].items() if each["beta"] is None])
def test_it_reads_and_judges_slices(name: str) -> None:
    vector = INDEX["planes"][name]
    stored = arrays(vector["file"])
    locator = reader.locators(KEYS[vector["keys"][0]])[0 if len(vector["keys"]) == 1 else -1]
    if not vector["slices"]:
        assert found_in(stored["0"], vector["profile"], locator) is None
        return
    texts = []
    for pixels, said in zip(stored.values(), vector["slices"], strict=True):
        message = found_in(pixels, vector["profile"], locator)
        assert message is not None
        assert (message.nonce, message.label, message.symbols) == (said["nonce"], said["label"], said["symbols"])
        texts.append(reader.text_of(message))
        assert said["text"] in {None, texts[-1]}
        assert said["own"] is None or wrong_bits(message.own, said["own"]) <= MOST_WRONG[vector["profile"]]
        sealed = bytes.fromhex(vector["binding_key"]), bytes.fromhex(vector["context"])
        state, number, tiles = reader.judged(pixels, vector["header"], message, *sealed)
        assert (state, number) == (said["state"], said["number"])
        assert [[x * side, y * side, side, side] for y, x, side in tiles] == said["tiles"]
        if "cover" in said:
            assert message.agrees == (state == "intact")
            found = hashlib.sha256((message.cover % 65536).astype("<u2").tobytes()).hexdigest()
            assert (found == said["cover"]) == message.agrees
    for key in vector["keys"]:
        for text in texts[:1] if vector["mode"] == "replicate" else [None]:
            if text is None:
                envelope = reader.joined([shard for each in texts if (shard := reader.shard_of(each, locator))])
                assert envelope is not None
                check_opened(vector, reader.open_envelope(envelope, KEYS[key]))
            else:
                check_opened(vector, reader.open_text(text, KEYS[key]))


def saidi2024(p: np.ndarray[Any, Any], mask: np.ndarray[Any, Any], beta: float) -> str:
    """What the page says of the published method, which it does not promise."""
    t = np.cos(np.pi * np.array([1, 3, 5, 7]) / 8) / np.sqrt(2)
    blocks = reader.blocks_of(p - p.min())[~reader.blocks_of(mask).any(axis=1)] / float(p.max() - p.min())
    bits = np.floor(np.abs(blocks @ np.outer(t, t).ravel()) * beta / 2) % 2 == 1
    symbols = (bits[: side * side].reshape(side, side) for side in range(21, 178, 4) if side * side <= len(bits))
    return next(filter(None, map(reader.said, symbols)), "")


def test_it_reads_the_published_method() -> None:
    vector = INDEX["planes"]["saidi2024"]
    stored = arrays(vector["file"])
    text = saidi2024(stored["0"], stored["mask"], vector["beta"])
    check_opened(vector, reader.open_text(text, KEYS[vector["keys"][0]]))


def test_the_worked_example_is_what_it_reckons() -> None:
    page = worked_example.PAGE.read_text(encoding="utf-8")
    assert worked_example.filled(page) == page, "run: python -m Testing.docs.worked_example"


@pytest.mark.parametrize("name", INDEX["files"])
def test_it_reads_files(name: str) -> None:
    said, dataset = INDEX["files"][name], pydicom.dcmread(FOLDER / "files" / f"{name}.dcm")
    pixels, key = dataset.pixel_array, KEYS[said["keys"][0]]
    message = found_in(pixels, said["profile"], reader.locators(key)[0])
    assert message is not None
    opened = reader.open_text(reader.text_of(message), key)
    assert isinstance(opened, tuple)
    record, context, binding_key = opened
    assert record == said["record"]
    header = {
        "bits": dataset.BitsStored,
        "signed": bool(dataset.PixelRepresentation),
        "photometric": dataset.PhotometricInterpretation,
        "slope": float(dataset.RescaleSlope),
        "intercept": float(dataset.RescaleIntercept),
        "spacing": [float(each) for each in dataset.PixelSpacing],
        "orientation": [float(each) for each in dataset.ImageOrientationPatient],
        "position": [float(each) for each in dataset.ImagePositionPatient],
    }
    assert reader.judged(pixels, header, message, binding_key, context) == (said["state"], said["number"], [])


@every("photographs")
def test_it_reads_photographs(vector: dict[str, Any]) -> None:
    paths = [FOLDER / "photographs" / name for name in vector["photographs"]]
    if "key" not in KEYS[vector["key"]]:
        pytest.skip("it reads photographs by key files alone")
    for some in (paths, paths[1:] or paths):
        found = read_photographs(some, bytes.fromhex(KEYS[vector["key"]]["key"]))
        assert {name: hashlib.sha256(each).hexdigest() for name, each in found.items()} == vector["files"]
