"""What lies beside a model, the model's weights, and checkpoints of training, as strangers damage or write them.

A model is used only as it was shipped. Weights are finite numbers, no more of them than the file holds, and a run that
goes on from a checkpoint can take its next step.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.regions.model_files import read_sidecar
from StegoMedLib.regions.torch_engine import read_weights
from Testing.campaigns.campaign import WrongResultError
from Testing.campaigns.checkpoint_files import Network, checkpoint, harmful_pickle, old_file, saved
from Testing.campaigns.mutators import mutate_bytes, mutate_json, mutate_tree

if TYPE_CHECKING:
    import random
    from pathlib import Path

__all__ = ["CAMPAIGN", "Sidecars"]

_MODEL = bytes(range(200))
_CHECKSUM = hashlib.sha256(_MODEL).hexdigest()
_ABOUT = {
    "format": 1,
    "side": 256,
    "shape": {"backbone": "resnet18", "pyramid_channels": 32, "normalisation": "batch", "side": 256},
    "score_threshold": 0.5,
    "mask_threshold": 0.4,
    "bytes": len(_MODEL),
    "sha256": _CHECKSUM,
}
_KINDS = (*["about"] * 6, "onnx", "onnx", "pickle", "checkpoint", "archive")
_MOST_TIMES = 8
"""Bytes in memory for each of the file, at most: weights of 8 bits become those of 32."""


def _onnx() -> bytes:
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 - heavy

    small = [
        numpy_helper.from_array(np.arange(12, dtype=np.int8).reshape(4, 3), "model.a.weight_small"),
        numpy_helper.from_array(np.ones((4, 1), np.float32), "model.a.weight_scale"),
        numpy_helper.from_array(np.ones(5, np.float32), "model.b.bias"),
        helper.make_tensor("model.c", TensorProto.FLOAT, [2, 2], [1.0, 2.0, 3.0, 4.0]),
    ]
    graph = helper.make_graph([], "graph", [], [], small)
    content: bytes = helper.make_model(graph).SerializeToString()
    return content


class Sidecars:
    """See the module; an input is a line that says its kind, then the content of the file."""

    name = "sidecars"

    def prepare(self, folder: Path) -> None:
        """Write the model, and train a small network for a step."""
        self._folder = folder
        (folder / "model.onnx").write_bytes(_MODEL)
        self._onnx = _onnx()
        self._network = Network()
        self._state = checkpoint(self._network)
        self._files = [saved(self._state), old_file()]

    def make(self, chance: random.Random) -> bytes:
        """Change a card, weights, or a checkpoint: its values, its pickle, its archive."""
        kind = chance.choice(_KINDS)
        made: bytes = getattr(self, f"_make_{kind}")(chance)
        return kind.encode() + b"\n" + made

    def _make_about(self, chance: random.Random) -> bytes:
        return mutate_json(chance, _ABOUT)

    def _make_onnx(self, chance: random.Random) -> bytes:
        return mutate_bytes(chance, self._onnx)

    def _make_archive(self, chance: random.Random) -> bytes:
        return mutate_bytes(chance, chance.choice(self._files), self._files)

    def _make_checkpoint(self, chance: random.Random) -> bytes:
        tree: Any = self._state
        for _ in range(chance.randint(1, 2)):
            tree = mutate_tree(chance, tree)
        try:
            return saved(tree)
        except UnicodeEncodeError:  # a lone surrogate
            return b""

    def _make_pickle(self, chance: random.Random) -> bytes:
        """Change or replace the pickle in a whole archive."""
        with zipfile.ZipFile(io.BytesIO(self._files[0])) as archive:
            parts = {part.filename: archive.read(part) for part in archive.infolist()}
        (pickle,) = (name for name in parts if name.endswith("data.pkl"))
        mutated = mutate_bytes(chance, parts[pickle])
        parts[pickle] = harmful_pickle(chance) if chance.random() < 1 / 2 else mutated
        stream = io.BytesIO()
        how = zipfile.ZIP_DEFLATED if chance.random() < 1 / 20 else zipfile.ZIP_STORED
        with zipfile.ZipFile(stream, "w", how) as archive:
            for name, inner in parts.items():
                archive.writestr(zipfile.ZipInfo(name), inner, how)  # which has no time of its own
        return stream.getvalue()

    def judge(self, content: bytes) -> str:
        """Read the file as the program would."""
        kind, _, made = content.partition(b"\n")
        if kind == b"about":
            return self._judge_about(made)
        if kind == b"onnx":
            return self._judge_onnx(made)
        place = self._folder / "last.pt"
        place.write_bytes(made)
        return self._network.take(place)

    def _judge_about(self, made: bytes) -> str:
        place = self._folder / "model.json"
        place.write_bytes(made)
        model = read_sidecar(place)
        if model.content != _MODEL or _CHECKSUM not in json.dumps(json.loads(made, parse_int=float)):
            raise WrongResultError("another model than was shipped")
        if not (0 <= model.limits.score <= 1 and 0 <= model.limits.mask <= 1 and 32 <= model.side <= 2048):
            raise WrongResultError("limits that no network has")
        return "read"

    @staticmethod
    def _judge_onnx(made: bytes) -> str:
        weights = read_weights(made)
        if sum(values.nbytes for values in weights.values()) > _MOST_TIMES * len(made):
            raise WrongResultError("more numbers than the file holds")
        return "read"


CAMPAIGN = Sidecars()
