"""What the program must make of the vectors, by kind; each check raises `AssertionError` where it does otherwise."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.binding import Geometry, features, likeness, rectangles, signature, unpack_part
from StegoMedLib.blocks import pixels_of, split_blocks
from StegoMedLib.codec.robust.slots import SlotGrid
from StegoMedLib.envelope import (
    Opened,
    Opener,
    Passphrase,
    Sealer,
    ShardSet,
    ShardWriter,
    TextRecord,
    joined,
    record_as_json,
)
from StegoMedLib.envelope.passphrases import prepare_passphrase
from StegoMedLib.errors import NewerVersionError, NothingReadableError, UsageError
from StegoMedLib.photo.reveal import reveal_files
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.message import Reader
from StegoMedLib.pipeline.tying import Evidence
from StegoMedLib.symbol import data_length, pack_label, symbol_from_bits, unpack_label
from Testing.vectors.load import FOLDER, Vector, arrays, single_key, slice_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.pipeline.tying import Verdict

__all__ = ["check_envelope", "check_geometry", "check_part", "check_passphrases", "check_shards", "check_signature"]
__all__ += [
    "check_embedding",
    "check_photographs",
    "check_sealing",
    "check_slice",
    "check_slots",
    "check_symbol",
    "check_text",
    "check_verdict",
    "geometry_bytes",
]


def check_envelope(vector: Vector) -> None:
    """Each key of the vector gets the result."""
    envelope = base64.b64decode(vector["envelope"])
    for name in vector["keys"]:
        _check_opened(vector, partial(Opener(single_key(name)).open_bytes, envelope))


def check_passphrases() -> None:
    """Passphrases are brought into their form, or refused; the first one gives its locator."""
    stored = json.loads((FOLDER / "passphrases.json").read_text(encoding="utf-8"))
    for each in stored["prepared"]:
        assert prepare_passphrase(each["given"]).hex() == each["prepared"]
    for each in stored["refused"]:
        assert each["why"] in _refusal(each["given"])
    first = stored["prepared"][0]
    assert Passphrase(bytes.fromhex(first["prepared"])).locators()[0].hex() == first["locator"]


def _refusal(passphrase: str) -> str:
    try:
        prepare_passphrase(passphrase)
    except UsageError as error:
        return str(error)
    return "none"


def check_text(vector: Vector) -> None:
    """The text gives its result."""
    _check_opened(vector, partial(Opener(single_key(vector["key"])).open, vector["text"]))


def _check_opened(vector: Vector, opening: Callable[[], Opened]) -> None:
    result, opened = "opened", None
    try:
        opened = opening()
    except NewerVersionError:
        result = "newer"
    except NothingReadableError:
        result = "nothing"
    assert result == vector["result"]
    if opened is not None and "record" in vector:
        assert record_as_json(opened.record) == vector["record"]
        assert opened.context.hex() == vector["context"]
        assert opened.binding_key.hex() == vector["binding_key"]


def check_shards(vector: Vector) -> None:
    """So many texts are shards, and together they give the envelope."""
    writer = ShardWriter(single_key(vector["key"]).locators()[0])
    read = [writer.read(text) for text in vector["texts"]]
    found = [shard for shard in read if shard is not None]
    assert len(found) == vector.get("shards", len(vector["texts"]))
    if "envelope" in vector:
        together = ShardSet(found[0])
        for shard in found:
            together.add(shard)
        wanted = vector["envelope"]
        assert together.envelope() == (None if wanted is None else base64.b64decode(wanted))


def geometry_bytes(fields: Vector) -> bytes:
    """Bytes of what a header says; numbers may be texts, as JSON has neither `nan` nor `inf`."""
    said = dict(fields)
    for name in ("slope", "intercept"):
        said |= {name: float(said[name])} if name in said else {}
    for name in ("spacing", "orientation", "position"):
        said |= {name: [float(number) for number in said[name]]} if name in said else {}
    return Geometry(**said).to_bytes()


def check_geometry(vector: Vector) -> None:
    """What a header says gives these bytes."""
    assert geometry_bytes(vector["fields"]).hex() == vector["bytes"]


def check_part(vector: Vector) -> None:
    """An own part is sound or not, and the same again when it is packed."""
    part = unpack_part(bytes.fromhex(vector["packed"]))
    assert (part is not None) == vector["sound"]
    assert part is None or part.pack().hex() == vector["packed"]


def check_signature(name: str, vector: Vector) -> None:
    """A plane has these features and this signature, and is as like to others as the vector says."""
    stored, key = arrays("features"), bytes.fromhex(vector["key"])
    found = features(stored[name].astype(np.int32))
    assert found.shape == stored[f"features of {name}"].shape
    assert np.allclose(found, stored[f"features of {name}"], atol=1e-3)
    assert signature(found, key).hex() == vector["signature"]
    for case in vector["cases"]:
        assert likeness(found, key, np.array(case["votes"]), case["errors"]).value == case["likeness"]


def check_symbol(version: int, vector: Vector) -> None:
    """Symbols of a version have these data modules, and labels from version 1 to 40 alone are some."""
    ones, zeros = (np.full(vector["bits"], bit, dtype=np.bool_) for bit in (True, False))
    where = symbol_from_bits(version, "L", 0, ones).modules & ~symbol_from_bits(version, "L", 0, zeros).modules
    assert hashlib.sha256(np.packbits(where).tobytes()).hexdigest() == vector["modules"]
    assert data_length(version) == vector["bits"]
    assert unpack_label(version << 5 | 2 << 3 | 6) == (version, "Q", 6)
    assert [pack_label(version, level, 7) for level in "LMQH"] == [
        version << 5 | number << 3 | 7 for number in range(4)
    ]
    assert unpack_label(0x1F) is None
    assert unpack_label(41 << 5) is None


def check_slots(vector: Vector) -> None:
    """A plane has these values of its slots."""
    stored = arrays(vector["file"])
    values = SlotGrid(stored["pixels"].shape).project(split_blocks(stored["pixels"]).astype(np.float32))
    assert np.allclose(values, stored["values"], atol=0.01)


def check_sealing() -> None:
    """What the program seals now it opens again; vectors alone would not notice a change of what seals."""
    for names in (("passphrase",), ("key file",), ("passphrase", "key file", "x25519")):
        key = joined(single_key(name) for name in names)
        text = Sealer(key).seal(TextRecord("A"), b"context")
        for name in names:
            opened = Opener(single_key(name)).open(text)
            assert (opened.record, opened.context) == (TextRecord("A"), b"context")


def check_embedding(vector: Vector) -> None:
    """What the program embeds now in a plane of the vectors it reads again."""
    each = slice_of(arrays(vector["file"])["0"], vector["header"])
    used = coding(vector["profile"], _locator(vector))
    payload = used.extract(each.plane, None)
    assert payload is not None
    assert payload.touched is not None
    wanted = replace(payload, nonce=(payload.nonce + 1) % 2**32, votes=None)
    stego = used.profile.on(each.plane, pixels_of(payload.touched, each.plane.shape)).embed(wanted)
    found = used.extract(replace(each.plane, pixels=stego), None)
    assert found is not None
    assert (found.label, found.bits.tolist()) == (payload.label, payload.bits.tolist())


def check_slice(vector: Vector, number: int = 0) -> None:
    """One slice carries what the vector says, and is what it says; by the codec alone, and the binding key given."""
    stored, said = arrays(vector["file"]), (vector["slices"] or [None])[0 if len(vector["slices"]) < 2 else number]
    each = slice_of(stored[str(number)], vector["header"])
    air = ~stored["mask"] if "mask" in stored else None
    used = coding(vector["profile"], _locator(vector), beta=vector["beta"] or 0.0)
    payload = used.extract(each.plane, air)
    if said is None:
        assert payload is None
        return
    assert payload is not None
    symbols = used.symbols(payload)
    assert symbols is not None
    assert (payload.nonce, payload.label, payload.count) == (said["nonce"], said["label"], said["symbols"])
    assert payload.tag.hex() == said["tag"]
    assert said["own"] in {None, payload.own.hex()}
    text = Reader(Opener(single_key(vector["keys"][0]))).text(*symbols)
    assert said["text"] in {None, text}
    if said["state"] == "intact" and "cover" in said:
        cover = used.profile.restored(each.plane, payload)
        assert cover is not None
        assert hashlib.sha256(cover.astype("<u2").tobytes()).hexdigest() == said["cover"]
    evidence = Evidence.read(each, payload, text, used.profile.nonces(each.plane.shape))
    check_verdict(said, evidence.judged(bytes.fromhex(vector["binding_key"]), bytes.fromhex(vector["context"])))


def _locator(vector: Vector) -> bytes:
    return single_key(vector["keys"][-1]).locators()[0 if len(vector["keys"]) == 1 else -1]


def check_verdict(said: Vector, verdict: Verdict) -> None:
    assert verdict.state.value == said["state"]
    number = verdict.number
    assert said["number"] == (None if number is None else [number.series, number.number, number.count])
    found = [] if verdict.tiles is None else rectangles(verdict.tiles, verdict.shape, verdict.side)
    assert [list(each) for each in found] == said["tiles"]


def check_photographs(vector: Vector) -> None:
    """All photographs give the files, and all but the first, where there are several."""
    paths = [FOLDER / "photographs" / name for name in vector["photographs"]]
    for some in (paths, paths[1:] or paths):
        with tempfile.TemporaryDirectory() as folder:
            back = Path(folder) / "back"
            names = reveal_files(some, back, single_key(vector["key"])).files
            found = {name: hashlib.sha256((back / name).read_bytes()).hexdigest() for name in names}
        assert found == vector["files"]
