"""Makes the vectors that are missing, and never changes one that is there.

Randomness is drawn from the name of each vector, so that the same vector comes out again, but for what `cryptography`
draws itself, the ephemeral keys of recipients, and for what other programs write in files. To be run from the top of
the repository: `python -m Testing.vectors.make`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import shutil
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from scipy.ndimage import gaussian_filter

from StegoMedLib.binding import Shared, features, likeness, signature
from StegoMedLib.blocks import split_blocks
from StegoMedLib.codec.reversible import planning
from StegoMedLib.codec.reversible.settings import Direction
from StegoMedLib.codec.robust.slots import SlotGrid
from StegoMedLib.dicom import Number, new_series
from StegoMedLib.envelope import (
    FileRecord,
    HeaderRecord,
    Identity,
    KeyCost,
    Opener,
    Passphrase,
    Sealer,
    ShardWriter,
    TextRecord,
    joined,
    record_as_json,
)
from StegoMedLib.envelope.attributes import NUMBERED_KEYWORDS
from StegoMedLib.envelope.compression import _DICTIONARY
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.message import Message, seal, written
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.series.masks import mask_source
from StegoMedLib.symbol import data_length, symbol_from_bits
from Testing.vectors import hostile, photographs
from Testing.vectors.checks import geometry_bytes
from Testing.vectors.load import FOLDER, Vector, arrays, index, key_of, plane_of, single_key, slice_of, write_index
from Testing.vectors.phantoms import plane_and_air

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from StegoMedLib.envelope import Record

HEADER: Vector = {
    "bits": 12,
    "signed": False,
    "photometric": "MONOCHROME2",
    "slope": 1.0,
    "intercept": -1024.0,
    "spacing": [0.7421875, 0.7421875],
    "orientation": [1.0, 0.0, 0.0, 0.0, 0.9961946981, -0.0871557427],
    "position": [-95.125, -94.5, 12.3456789],
}
INVERTED = HEADER | {
    "bits": 16,
    "signed": True,
    "photometric": "MONOCHROME1",
    "slope": 0.0023456789012,
    "intercept": -3.25e-07,
}
NAMES = {"PatientName": "Doe^Jane", "PatientID": "4711", "PatientBirthDate": "19700101"}
PATIENT = HeaderRecord(NAMES)
SHORT = TextRecord("A")
NOISE = FileRecord("noise.bin", np.random.default_rng(5).bytes(2900))
SEVERAL = ("passphrase", "key file", "x25519")

PLANES: dict[str, Vector] = {
    "fidelity-passphrase": {"keys": ["passphrase"], "record": PATIENT},
    "fidelity-key-file": {"keys": ["key file"], "record": PATIENT, "slices": 2},
    "fidelity-x25519": {"keys": ["x25519"], "side": 160},
    "fidelity-several": {"keys": [*SEVERAL], "side": 192},
    "fidelity-dense": {"keys": ["key file"], "coding": 0, "side": 176},
    "fidelity-little-air": {"keys": ["key file"], "share": 0.38},
    "fidelity-groups-of-4": {"keys": ["key file"], "coding": 4},
    "fidelity-groups-of-18": {"keys": ["key file"], "coding": 18, "side": 160},
    "fidelity-squares-of-1": {"keys": ["key file"], "squares": 0},
    "fidelity-squares-of-2": {"keys": ["key file"], "squares": 1},
    "fidelity-squares-of-4": {"keys": ["key file"], "squares": 2},
    "fidelity-tiles-8": {"keys": ["key file"], "tiles": 8, "side": 192},
    "fidelity-tiles-16": {"keys": ["key file"], "tiles": 16},
    "fidelity-spread": {"keys": ["key file"], "mode": "spread", "slices": 3, "record": PATIENT},
    "fidelity-no-header": {"keys": ["key file"], "header": None},
    "fidelity-odd-size": {"keys": ["key file"], "side": 134, "columns": 147, "tiles": 16},
    "fidelity-inverted-signed": {"keys": ["key file"], "header": INVERTED},
    "capacity-passphrase": {"keys": ["passphrase"], "record": PATIENT},
    "capacity-key-file": {"keys": ["key file"], "tiles": 8},
    "capacity-clipped": {"keys": ["key file"], "clipped": True},
    "capacity-x25519": {"keys": ["x25519"]},
    "capacity-hybrid": {"keys": ["hybrid"], "side": 160},
    "capacity-several": {"keys": ["passphrase", "hybrid", "x25519"], "side": 160},
    "capacity-spread": {"keys": ["passphrase"], "mode": "spread", "slices": 3, "record": PATIENT},
    "capacity-two-symbols": {"keys": ["key file"], "record": NOISE, "side": 240, "share": 0.2},
    "reversible-passphrase": {"keys": ["passphrase"], "record": PATIENT, "side": 160},
    "reversible-key-file": {"keys": ["key file"], "side": 160, "slices": 2},
    "reversible-x25519": {"keys": ["x25519"], "side": 160, "noise": 1.0},
    "reversible-several": {"keys": [*SEVERAL], "side": 160, "noise": 0.5},
    "reversible-clipped": {"keys": ["key file"], "side": 160, "clipped": True},
    "reversible-constant": {"keys": ["key file"], "side": 192, "noise": 0.0},
    "reversible-calm": {"keys": ["key file"], "side": 160, "noise": 0.5, "slices": 2},
    "reversible-one-layer": {"keys": ["key file"], "side": 160, "noise": 0.5, "layers": 1},
    "reversible-rough": {"keys": ["key file"], "side": 160, "noise": 6.0, "share": 0.33},
    "reversible-wild": {"keys": ["key file"], "side": 160, "noise": 6.0, "width": 8},
    "reversible-spikes": {"keys": ["key file"], "side": 176, "spikes": 0.03, "header": INVERTED},
    "reversible-steep": {"keys": ["key file"], "side": 208, "noise": 35.0, "share": 0.15, "header": INVERTED},
    "reversible-drawn-out": {"keys": ["key file"], "side": 160, "noise": 6.0, "drawn": 2},
    "reversible-falling": {"keys": ["key file"], "side": 144, "ways": "DOWN", "noise": 1.0},
    "reversible-falling-far": {"keys": ["key file"], "side": 160, "ways": "DOWN", "share": 0.38},
    "reversible-rising-far": {"keys": ["key file"], "side": 160, "ways": "UP", "share": 0.38},
    "reversible-squares-of-2": {"keys": ["key file"], "side": 160, "squares": 1},
    "reversible-tiles-8": {"keys": ["key file"], "side": 160, "tiles": 8, "noise": 1.0},
    "reversible-spread": {"keys": ["key file"], "mode": "spread", "slices": 3, "record": PATIENT, "side": 160},
    "reversible-odd-size": {"keys": ["key file"], "side": 146, "columns": 163, "tiles": 16},
    "reversible-inverted-signed": {"keys": ["key file"], "header": INVERTED, "side": 160},
    "robust-passphrase": {"keys": ["passphrase"], "side": 192},
    "robust-key-file": {"keys": ["key file"], "side": 192, "slices": 2},
    "robust-spare-nonce": {"keys": ["key file"], "side": 176, "spare": 3},
    "robust-foreign-nonce": {"keys": ["key file"], "side": 176, "spare": 4},
    "robust-smallest": {"keys": ["key file"], "share": 0.15},
    "robust-x25519": {"keys": ["x25519"], "side": 224},
    "robust-several": {"keys": [*SEVERAL], "side": 256, "share": 0.25},
    "saidi2024": {"keys": ["key file"], "side": 192},
}
BETA = 40.0
MOST_SPARE = 4
"""Nonces of a slice of profile robust, of which the last ones are for marks that cannot be made under the first."""
LONG = 10000
"""Bytes of an envelope whose record is too long to be written here once more."""
FILES = {"fidelity": "key file", "capacity": "x25519", "robust": "key file", "reversible": "key file"}


class Drawn:
    """What `secrets` draws, from a name."""

    def __init__(self, name: str) -> None:
        key = hashlib.sha256(b"vector " + name.encode()).digest()
        self._stream = Cipher(algorithms.ChaCha20(key, bytes(16)), mode=None).encryptor()

    def token_bytes(self, count: int) -> bytes:
        return self._stream.update(bytes(count))

    def randbelow(self, below: int) -> int:
        return int.from_bytes(self.token_bytes(8), "little") % below


@contextmanager
def drawn(name: str) -> Iterator[None]:
    """Let all that the library draws follow from a name."""
    source = Drawn(name)
    with (
        mock.patch.object(secrets, "token_bytes", source.token_bytes),
        mock.patch.object(secrets, "randbelow", source.randbelow),
    ):
        yield


def keys() -> Vector:
    """Keys that are stored with the vectors; they protect nothing."""
    x25519, hybrid = Identity.made(), Identity.made(hybrid=True)
    return {
        "passphrase": {"passphrase": "correct horse battery staple"},
        "key file": {"key": secrets.token_bytes(32).hex()},
        "x25519": {"x25519": x25519.x25519.hex()},
        "hybrid": {"x25519": hybrid.x25519.hex(), "mlkem768": hybrid.mlkem768.hex()},
        "another passphrase": {"passphrase": "incorrect horse battery staple"},
        "another key file": {"key": secrets.token_bytes(32).hex()},
        "another x25519": {"x25519": Identity.made().x25519.hex()},
    }


def embedded(name: str, made: Vector) -> tuple[Vector, dict[str, NDArray[Any]]]:
    """A vector of marked planes, and the planes."""
    profile, key = name.partition("-")[0], key_of(*made["keys"])
    count, side, header = made.get("slices", 1), made.get("side", 128), made.get("header", HEADER)
    record, tiles = made.get("record", SHORT), made.get("tiles", 0)
    used, sealer = coding(profile, key.locators()[0], beta=BETA), Sealer(key)
    shared = Shared.drawn(3, count + 4) if profile == "robust" else None
    message = seal(sealer, record, 64, shared) if "mode" not in made else None
    envelope = b"" if message else sealer.seal_bytes(record)
    shards = ShardWriter(key.locators()[0]).cut(envelope, count - 1, count) if envelope else []
    planes: dict[str, NDArray[Any]] = {}
    slices: list[Vector] = []
    for number in range(count):
        low = 0 if header is None or not header["signed"] else -2000
        shape = int(side), int(made.get("columns") or side)
        options = {"share": made.get("share", 0.3), "clipped": made.get("clipped", False), "low": low}
        options |= {name: made[name] for name in ("noise", "drawn", "spikes") if name in made}
        pixels, air = plane_and_air(shape, zlib.crc32(f"{name} {number}".encode()), **options)
        each = slice_of(pixels, header)
        one = message or written(shards[number], sealer.binding_key)
        if profile != "robust" and message and number:
            one = seal(sealer, record, 64)
        tie = Tie(each, Number(3, number + 2, count + 4), one, tiles=tiles)
        nonce, certain = tie.nonces(used.profile)[0], True
        if shared is not None and "spare" in made:
            nonce = (nonce + made["spare"] * shared.count) % used.profile.nonces(shape)
            certain = made["spare"] < MOST_SPARE
        payload = used.payload(one, nonce)
        canvas: Any = used.profile.on(each.plane, air)
        if profile == "reversible":
            narrow(canvas, made)
        elif "squares" in made:
            canvas.__dict__["sheets"] = tuple(sheet for sheet in canvas.sheets if sheet.squares == made["squares"])
        if "coding" in made:
            canvas.__dict__["body_coding"] = lambda *_: made["coding"]
        with mock.patch.object(planning, "_LESS", 0.0 if made.get("layers") == 1 else planning._LESS):
            planes[str(number)] = canvas.embed(payload, tie).astype(np.int16)
        found = used.extract(plane_of(planes[str(number)], header), air)
        if found is not None:
            slices.append(row(found, one, number + 2, count + 4, certain=certain))
            if used.info.restores:
                slices[-1]["cover"] = hashlib.sha256(pixels.astype("<u2").tobytes()).hexdigest()
    if profile == "saidi2024":
        planes["mask"] = ~air
    vector = {
        "profile": profile,
        "mode": made.get("mode", "replicate"),
        "beta": BETA if profile == "saidi2024" else None,
        "keys": made["keys"],
        "header": header,
        "record": record_as_json(record),
        "binding_key": sealer.binding_key.hex(),
        "context": shared.pack().hex() if shared else "",
        "slices": slices,
    }
    return vector, planes


def narrow(canvas: Any, made: Vector) -> None:
    """Leave a sender of profile reversible no other ways to go, and no other maps, than a vector shall show."""
    fields = canvas._fields

    def fewer(width: int) -> list[Any]:
        for field in fields(width):
            if "ways" in made:
                field.directions = (Direction[made["ways"]],)
            if "squares" in made:
                field.__dict__["pages"] = tuple(page for page in field.pages if page.squares == made["squares"])
        return list(fields(width)) if width >= made.get("width", 1) else []

    canvas.__dict__["_fields"] = fewer


def row(found: Any, one: Message, number: int, count: int, *, certain: bool) -> Vector:
    """What a reader must find in a marked slice."""
    tied = bool(found.own)
    return {
        "nonce": found.nonce,
        "label": found.label,
        "symbols": found.count,
        "own": found.own.hex(),
        "tag": found.tag.hex(),
        "text": one.text,
        "state": "intact" if tied else "cannot tell",
        "number": [3, number, count] if tied and certain else None,
        "tiles": [],
    }


def changed() -> Iterator[tuple[str, Vector, dict[str, NDArray[Any]]]]:
    """Name, vector and planes of marked planes that were changed afterwards."""
    vectors = index()["planes"]

    def of(name: str, state: str, **other: Any) -> Vector:
        vector: Vector = json.loads(json.dumps(vectors[name]))
        vector["slices"] = [vector["slices"][0] | {"state": state, "tiles": []} | other]
        return vector

    for name in (
        *("fidelity-tiles-8", "fidelity-tiles-16", "capacity-key-file", "fidelity-passphrase"),
        *("reversible-tiles-8", "reversible-key-file"),
    ):
        pixels = arrays(name)["0"].copy()
        side = 16 if name.endswith("16") else 8
        y, x = pixels.shape[0] // 2 + 1, pixels.shape[1] // 2 - 3
        pixels[y, x] ^= 1
        plain = name in {"fidelity-passphrase", "reversible-key-file"}
        tiles = [] if plain else [[x // side * side, y // side * side, side, side]]
        yield f"{name}-altered", of(name, "altered", tiles=tiles), {"0": pixels}
    name = "fidelity-key-file"
    moved = of(name, "altered")
    moved["header"]["position"][2] += 1.5
    yield f"{name}-header-altered", moved, {"0": arrays(name)["0"]}
    bare = of(name, "intact") | {"header": None}
    yield f"{name}-without-header", bare, {"0": arrays(name)["0"]}
    for name in ("fidelity-key-file", "capacity-passphrase", "robust-key-file"):
        pixels = arrays(name)["0"].copy()
        other, _ = plane_and_air(pixels.shape, 999)
        _, own_air = plane_and_air(pixels.shape, zlib.crc32(f"{name} 0".encode()))
        pixels[~own_air] = other[~own_air]
        vector = of(name, "another image") if name.startswith("robust") else of(name, "another image", number=None)
        vector["header"]["position"][2] += 1.5
        yield f"{name}-another", vector, {"0": pixels}
    noise = np.random.default_rng(11).normal(0, 4, arrays("robust-key-file")["0"].shape)
    noisy = np.rint(arrays("robust-key-file")["0"] * 1.02 + noise).astype(np.int16)
    yield "robust-key-file-noisy", of("robust-key-file", "intact", text=None, own=None), {"0": noisy}


def lying_heads() -> Iterator[tuple[str, Vector, dict[str, NDArray[Any]]]]:
    """Name, vector and planes of heads of profile reversible that lie."""
    for lie in hostile.HEADS:
        with drawn(f"head: {lie}"), hostile.heads_that_lie(lie):
            vector, planes = embedded("reversible", {"keys": ["key file"], "side": 112, "share": 0.15, "noise": 0.5})
        vector["slices"] = vector["slices"] if lie == "true" else []
        yield f"head: {lie}", vector, planes


def lies() -> Iterator[tuple[str, Vector, dict[str, NDArray[Any]]]]:
    """Name, vector and planes of chains that lie."""
    for lie in hostile.CHAINS:
        profile = "fidelity" if lie in {"coding 3", "coding 20"} else "capacity"
        with drawn(f"chain: {lie}"), hostile.chains_that_lie(lie):
            side = 96 if profile == "capacity" else 128
            vector, planes = embedded(profile, {"keys": ["key file"], "side": side, "share": 0.15})
        vector["slices"] = vector["slices"] if lie == "true" else []
        yield f"chain: {lie}", vector, planes


def envelopes() -> Iterator[tuple[str, Vector]]:
    """Name and vector of envelopes, sound ones and others."""
    all_keywords = HeaderRecord(
        {
            **{keyword: f"{number}.{number}" for number, keyword in enumerate(NUMBERED_KEYWORDS)},
            "SpecificCharacterSet": "ISO_IR 100",
            "PatientName": "Gr\u00fc\u00dfe^\u65e5\u672c\\second",
            "StudyDescription": b" ~\\\x7f\x1f\xe4\xff",
            "PatientComments": "",
            "PatientBirthDate": "19700101",
        }
    )
    words = "Universit\u00e4tsklinikum Radiology Department of Thorax with contrast Sch\u00e4del Ospedale"
    long = HeaderRecord(
        {
            "InstitutionName": words,
            "StudyInstanceUID": "1.3.6.1.4.1.14519.5.2.1.99.1071.55651399",
            "SeriesInstanceUID": "1.2.840.113619.2.55.3",
            "SOPInstanceUID": "2.25.329800735698586629",
        }
    )
    dictionary = FileRecord("dictionary", _DICTIONARY)
    usual = Passphrase(single_key("passphrase").prepared)  # type: ignore[attr-defined]
    with drawn("other recipients"):
        others = [Identity.made().recipient for _ in range(16)]
    sealed: dict[str, tuple[Record, Any, list[str]]] = {
        **{name: (PATIENT, single_key(name), [name]) for name in (*SEVERAL, "hybrid")},
        "several": (PATIENT, key_of(*SEVERAL, "hybrid"), [*SEVERAL, "hybrid"]),
        "passphrase and hybrid": (SHORT, key_of("passphrase", "hybrid"), ["passphrase", "hybrid"]),
        "usual cost": (SHORT, usual, ["passphrase"]),
        "all keywords": (all_keywords, single_key("key file"), ["key file"]),
        "deflated": (long, single_key("key file"), ["key file"]),
        "whole dictionary": (dictionary, single_key("key file"), ["key file"]),
        "file": (NOISE, single_key("key file"), ["key file"]),
        "16 keys": (SHORT, joined([single_key("x25519"), *others[:15]]), ["x25519"]),
        "file of 70,000 bytes": (FileRecord("a", bytes(70000)), single_key("key file"), ["key file"]),
        "name of 255 bytes": (FileRecord("\u00e4" * 127 + "b", b""), single_key("key file"), ["key file"]),
        "long text": (TextRecord("abc" * 7000), single_key("key file"), ["key file"]),
    }
    for name, (record, key, names) in sealed.items():
        with drawn(f"envelope: {name}"):
            sealer = Sealer(key)
            context = b"context" if name == "several" else b""
            envelope = sealer.seal_bytes(record, context)
        opened = {"record": record_as_json(record), "binding_key": sealer.binding_key.hex(), "context": context.hex()}
        yield name, {"keys": names, "envelope": base64.b64encode(envelope).decode(), "result": "opened", **opened}
    for name, names in (("another key", ["another key file", "another passphrase", "another x25519", "hybrid"]),):
        with drawn(name):
            envelope = Sealer(key_of(*SEVERAL)).seal_bytes(SHORT)
        yield name, {"keys": names, "envelope": base64.b64encode(envelope).decode(), "result": "nothing"}
    with drawn("17 keys"), mock.patch("StegoMedLib.envelope.key_ring.MOST_SLOTS", 17):
        envelope = Sealer(joined([single_key("x25519"), *others])).seal_bytes(SHORT)
    yield "17 keys", {"keys": ["x25519"], "envelope": base64.b64encode(envelope).decode(), "result": "nothing"}
    yield from costly()
    yield from odd_envelopes()


def costly() -> Iterator[tuple[str, Vector]]:
    """Envelopes, sound but for what Argon2id would cost."""
    prepared = single_key("passphrase").prepared  # type: ignore[attr-defined]
    for cost in ((19, 1, 1), (3, 11, 1), (6, 1, 5), (3, 10, 1), (6, 1, 4)):
        with drawn(f"cost {cost}"), mock.patch.object(KeyCost, "acceptable", new=True):
            envelope = Sealer(Passphrase(prepared, KeyCost(*cost))).seal_bytes(SHORT)
        result = "opened" if KeyCost(*cost).acceptable else "nothing"
        yield (
            f"cost: {cost}",
            {"keys": ["passphrase"], "envelope": base64.b64encode(envelope).decode(), "result": result},
        )


def odd_envelopes() -> Iterator[tuple[str, Vector]]:
    key, names = single_key("key file"), ["key file", "passphrase"]
    for make in (hostile.contents, hostile.damaged):
        with drawn(f"hostile: {make.__name__}"):
            for name, envelope, result in make(key):
                vector: Vector = {"keys": names[:1] if result == "opened" else names, "result": result}
                vector["envelope"] = base64.b64encode(envelope).decode()
                if result == "newer" and make is hostile.contents:
                    vector["keys"] = names[:1]
                if result == "opened" and len(envelope) < LONG:
                    opened = Opener(key).open_bytes(envelope)
                    vector |= {
                        "record": record_as_json(opened.record),
                        "context": opened.context.hex(),
                        "binding_key": opened.binding_key.hex(),
                    }
                yield name, vector


def texts() -> Iterator[tuple[str, Vector]]:
    """Name and vector of texts of an envelope."""
    with drawn("texts"):
        for name, text, result in hostile.texts(Sealer(single_key("key file")).seal_bytes(SHORT)):
            yield name, {"key": "key file", "text": text, "result": result}


def shards() -> Iterator[tuple[str, Vector]]:
    """Name and vector of shards: texts, and the envelope that they give, or which of them are none."""
    with drawn("shards"):
        locator = single_key("key file").locators()[0]
        envelope = Sealer(single_key("key file")).seal_bytes(PATIENT)
        for needed, total, lost in (
            (2, 3, [0]),
            (3, 3, []),
            (4, 9, [1, 2, 3, 5, 7]),
            (3, 256, range(250)),
            (200, 255, range(0, 255, 5)),
            (3, 300, range(297)),
        ):
            made = ShardWriter(locator).cut(envelope, needed, total)
            given = [text for number, text in enumerate(made) if number not in lost][:needed][::-1]
            yield (
                f"{needed} of {total}",
                {"key": "key file", "texts": given, "envelope": base64.b64encode(envelope).decode()},
            )
        yield "one too few", {"key": "key file", "texts": made[5:7], "envelope": None}
        run = hashlib.sha256(envelope).digest()[:8]
        for name, text in hostile.shards(locator, envelope, run):
            yield f"numbers: {name}", {"key": "key file", "texts": [text], "shards": int(name == "sound")}
        flipped = ("0" if made[0][60] != "0" else "1").join((made[0][:60], made[0][61:]))
        yield "flipped bit", {"key": "key file", "texts": [flipped], "shards": 0}
        yield "another key", {"key": "another key file", "texts": made[:3], "shards": 0}


GEOMETRIES: dict[str, Vector] = {
    "usual": HEADER,
    "inverted": INVERTED,
    "nothing": {},
    "numbers that are none": {
        "slope": "nan",
        "intercept": "-inf",
        "position": ["nan", "0", "0"],
        "spacing": ["1", "inf"],
    },
    "ends of the range": {
        "bits": 65537,
        "slope": "1e300",
        "position": ["9223372036854.7", "9223372036854.8", "-9223372036854.8"],
    },
    "ties": {"spacing": ["0.0000005", "0.0000015"], "position": ["-0.0000005", "1e-17", "-0.0"], "slope": "-0.0"},
    "lists of another length": {"spacing": ["1"], "orientation": ["1"] * 5, "position": ["1"] * 4},
    "a long name": {"photometric": " \0ABCDEFGHIJKLMN\u00d6PQR \0"},
}


def signatures() -> Iterator[tuple[str, Vector]]:
    """Name and vector of signatures: planes with features, and signatures that are like them, or not."""
    body = plane_and_air((160, 144), 77, share=0.35)[0]
    body[70:75, 60:65] = 3000
    rough = gaussian_filter(np.random.default_rng(3).standard_normal((128, 128)), 0.8)
    planes = {"body": body, "small": plane_and_air((50, 70), 78)[0], "constant": np.full((70, 70), 7, dtype=np.int32)}
    planes["rough air"] = np.rint(1000 + 100 * rough / rough.std()).astype(np.int32)
    path = FOLDER / "planes" / "features.npz"
    if not path.exists():
        stored: dict[str, Any] = {name: plane.astype(np.int16) for name, plane in planes.items()}
        stored |= {f"features of {name}": features(plane) for name, plane in planes.items()}
        np.savez_compressed(path, **stored)
    key = hashlib.sha256(b"signatures").digest()
    for name, plane in planes.items():
        sealed = np.unpackbits(np.frombuffer(signature(features(plane), key), dtype=np.uint8))
        cases: list[Vector] = []
        for flips, errors in (
            (0, 0.0),
            (21, 0.0),
            (22, 0.0),
            (32, 0.0),
            (33, 0.0),
            (48, 0.0),
            (15, 0.1),
            (19, 0.1),
            (40, 0.1),
            (48, 0.2),
            (0, 0.5),
        ):
            votes = sealed - 0.5
            votes[:flips] *= -1
            cases.append({"votes": votes.tolist(), "errors": errors})
        cases.append(
            {"votes": [float(vote) * (place % 3 > 0) for place, vote in enumerate(sealed - 0.5)], "errors": 0.0}
        )
        cases += [{"votes": [0.5 if place < ones else -0.5 for place in range(96)], "errors": 0.0} for ones in (23, 24)]
        for case in cases:
            case["likeness"] = likeness(features(plane), key, np.array(case["votes"]), case["errors"]).value
        yield name, {"key": key.hex(), "signature": np.packbits(sealed).tobytes().hex(), "cases": cases}


def symbols() -> Iterator[tuple[str, Vector]]:
    """Version and vector of the modules that carry data."""
    for version in range(1, 41):
        modules = symbol_from_bits(version, "L", 0, np.ones(data_length(version), dtype=np.bool_))
        where = modules.modules & ~symbol_from_bits(version, "L", 0, np.zeros(data_length(version), np.bool_)).modules
        digest = hashlib.sha256(np.packbits(where).tobytes()).hexdigest()
        yield str(version), {"bits": data_length(version), "modules": digest}


def slots() -> Iterator[tuple[str, Vector]]:
    """Values of all slots of a plane of profile robust."""
    path = FOLDER / "planes" / "slots.npz"
    pixels = np.random.default_rng(9).integers(-300, 2000, (60, 75)).astype(np.int16)
    if not path.exists():
        values = SlotGrid(pixels.shape).project(split_blocks(pixels).astype(np.float32))
        np.savez_compressed(path, pixels=pixels, values=values)
    yield "slots", {"file": "slots"}


def parts() -> Iterator[tuple[str, Vector]]:
    """Name and vector of own parts of exact profiles, sound ones and others."""
    head = bytes(3) + bytes((1, 0, 0)) + bytes((2, 0, 0)) + bytes(12)
    for name, packed, sound in (
        ("head alone", head, True),
        ("geometry", b"\x04" + head[1:], True),
        ("tiles", b"\x01" + head[1:] + bytes(6), True),
        ("tiles of 16, none tagged", b"\x02" + head[1:], True),
        ("nothing", b"", False),
        ("cut off", head[:-1], False),
        ("unknown tiles", b"\x03" + head[1:], False),
        ("reserved bit", b"\x08" + head[1:], False),
        ("number beyond", head[:3] + bytes((2, 0, 0)) + head[6:], False),
        ("tags without tiles", head + bytes(2), False),
        ("half a tag", b"\x01" + head[1:] + bytes(3), False),
    ):
        yield name, {"packed": packed.hex(), "sound": sound}


def file(profile: str, key: str) -> Vector:
    """A marked DICOM file of a profile, by all of the program."""
    volume = np.stack(
        [plane_and_air((192, 192), zlib.crc32(f"{profile} {n}".encode()), share=0.22)[0] for n in range(3)]
    )
    with tempfile.TemporaryDirectory() as folder, drawn(f"file: {profile}"):
        series = new_series(Path(folder) / "in", volume, spacing=(2.5, 0.7, 0.7), attributes=NAMES)
        masks = mask_source("threshold", "auto", None)
        options: Vector = {"content": Content(attributes=tuple(NAMES)), "method": Method(profile, tiles=0)}
        embed_series(Path(folder) / "in", Path(folder) / "out", single_key(key), masks, **options)
        shutil.copyfile(Path(folder) / "out" / series[1].name, FOLDER / "files" / f"{profile}.dcm")
    number = [0, 1, 3]
    return {"keys": [key], "profile": profile, "state": "intact", "number": number, "record": record_as_json(PATIENT)}


def main() -> None:
    """Make what is missing."""
    path = FOLDER / "index.json"
    if not path.exists():
        with drawn("keys"):
            path.write_text(json.dumps({"keys": keys()}), encoding="utf-8")
    for folder in ("planes", "files"):
        (FOLDER / folder).mkdir(exist_ok=True)
    found = index()
    for kind, made in (
        ("envelopes", envelopes),
        ("texts", texts),
        ("shards", shards),
        ("signatures", signatures),
        ("parts", parts),
        ("symbols", symbols),
        ("slots", slots),
    ):
        _add(found, kind, made())
    _add(
        found,
        "geometry",
        ((name, {"fields": said, "bytes": geometry_bytes(said).hex()}) for name, said in GEOMETRIES.items()),
    )
    _add_planes(
        found,
        ((name, *_drawn(name, each)) for name, each in PLANES.items() if name not in found.setdefault("planes", {})),
    )
    _add_planes(found, changed())
    _add_planes(found, lies())
    _add_planes(found, lying_heads())
    for profile, key in FILES.items():
        if profile not in found.setdefault("files", {}):
            found["files"][profile] = file(profile, key)
    for name in photographs.NAMES:
        if name not in found.setdefault("photographs", {}):
            found["photographs"][name] = photographs.made(name)
    write_index(found)


def _drawn(name: str, made: Vector) -> tuple[Vector, dict[str, NDArray[Any]]]:
    with drawn(name):
        return embedded(name, made)


def _add(found: Vector, kind: str, vectors: Iterator[tuple[str, Vector]]) -> None:
    for name, vector in vectors:
        found.setdefault(kind, {}).setdefault(name, vector)
    write_index(found)


def _add_planes(found: Vector, vectors: Any) -> None:
    for name, vector, planes in vectors:
        if name not in found.setdefault("planes", {}):
            file_name = name.replace(": ", "-").replace(" ", "-")
            np.savez_compressed(FOLDER / "planes" / f"{file_name}.npz", **planes)
            found["planes"][name] = vector | {"file": file_name}
    write_index(found)


if __name__ == "__main__":
    main()
