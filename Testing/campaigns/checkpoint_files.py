"""A small network in training, its checkpoint, and pickles that a stranger could put into one."""

# ruff: noqa: PLC0415  PyTorch takes seconds to import; only the process that runs the campaign imports it.
from __future__ import annotations

import copy
import io
import json
import math
import re
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from StegoMedLib.regions.network import ModelShape
from StegoMedLib.training.checkpoints import Run, load_weights, resume_run
from StegoMedLib.training.transfer import transfer
from Testing.campaigns.campaign import WrongResultError

if TYPE_CHECKING:
    import random
    from pathlib import Path

__all__ = ["Network", "checkpoint", "harmful_pickle", "old_file", "saved"]

_SHAPE = ModelShape("mobilenet_v3_large", 32, 32, 16, 14, "group", side=128)
_ADDRESS = re.compile(rb"X[\x08-\x14]\x00\x00\x00\d{8,20}")
_NAMES = (
    b"collections\nOrderedDict",
    b"collections\nCounter",
    b"torch._utils\n_rebuild_tensor_v2",
    b"torch._utils\n_rebuild_parameter",
    b"torch\nFloatStorage",
    b"torch\nTensor",
    b"torch\nSize",
    b"torch.nn.parameter\nParameter",
    b"_codecs\nencode",
    b"__builtin__\nbytearray",
    b"__builtin__\nset",
    b"builtins\neval",
    b"os\nsystem",
)
_PIECES = (
    *(bytes((letter,)) for letter in b"}]()NRRbsuaetQ02\x85\x86\x87\x81"),
    *(b"q\x00", b"q\x01", b"h\x00", b"h\x01", b"r\xf0\xff\xff\xff"),
    *(b"K\x05", b"J\xff\xff\xff\x7f", b"\x8a\x09" + b"\xff" * 8 + b"\x7f", b"G\x7f\xf8" + bytes(6)),
    *(b"X\x01\x00\x00\x00a", b"X\x03\x00\x00\x00hex", b"X\x07\x00\x00\x00storage", b"X\xff\xff\xff\x7f"),
)
_DEEP = 0.01
_RARE = 500
"""One of so many files is loaded as a network, which takes a while."""
_LONG = (b"\x85" * 30_000, b"]" * 100_000, b"}\x85s" * 10_000)
"""Nests that are deeper than what Python's own functions go down."""


def harmful_pickle(chance: random.Random) -> bytes:
    """Write a pickle of random operations, or one of those that are known to take much memory."""
    kind = chance.randrange(6)
    if kind == 0:
        size = chance.choice((10, 2**20, 2**31 - 1)).to_bytes(4, "little")
        called = chance.choice((b"c__builtin__\nbytearray\n", b"ctorch\nTensor\n", b"ccollections\nOrderedDict\n"))
        return b"\x80\x02}X\x01\x00\x00\x00a" + called + b"J" + size + b"\x85" + chance.choice((b"R", b"\x81")) + b"s."
    if kind == 1:  # a text doubled again and again
        again = b"X\x03\x00\x00\x00hex\x86R"
        twice = b"c_codecs\nencode\nq\x00"
        return b"\x80\x02}X\x01\x00\x00\x00a" + twice * 30 + b"X\x02\x00\x00\x00ab" + again * 30 + b"s."
    if kind == 2:  # copies of a dictionary
        entries = b"".join(b"K" + bytes([number]) + b"N" for number in range(200))
        copies = b"ccollections\nOrderedDict\nh\x00\x85R" * 1000
        return b"\x80\x02}q\x00(" + entries + b"u" + copies + b"."
    pieces = [
        b"c" + chance.choice(_NAMES) + b"\n" if chance.random() < 1 / 5 else chance.choice(_PIECES)
        for _ in range(chance.randint(1, 40))
    ]
    if chance.random() < _DEEP:
        pieces.insert(chance.randrange(len(pieces)), chance.choice(_LONG))
    return b"\x80\x02" + b"".join(pieces) + b"."


class _Parts:
    """Makes the network: a convolution where a backbone has one, and a layer where a mask head has one."""

    @staticmethod
    def make() -> Any:
        from torch import nn

        body = nn.ModuleDict({"conv1": nn.Conv2d(1, 2, 3)})
        backbone = nn.ModuleDict({"body": body, "fpn": nn.ModuleDict({"a": nn.Linear(2, 2)})})
        heads = nn.ModuleDict({"mask_head": nn.Linear(2, 3), "box_head": nn.Linear(2, 2)})
        return nn.ModuleDict({"backbone": backbone, "roi_heads": heads, "rpn": nn.Linear(2, 2)})


class Network:
    """The network with its optimizer, after one step."""

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(0)
        self._model, self._smoothed = _Parts.make(), _Parts.make()
        self._first = copy.deepcopy(self._model.state_dict())

    def _fresh(self) -> Any:
        self._model.load_state_dict(self._first)
        return self._model

    @staticmethod
    def _step(model: Any, optimizer: Any) -> None:
        optimizer.zero_grad()
        sum(each.sum() for each in model.parameters()).backward()
        optimizer.step()

    def run(self) -> Run:
        """Give the network in training, at its beginning."""
        import torch

        model = self._fresh()
        optimizer = torch.optim.AdamW(model.parameters())
        return Run(
            model, self._smoothed, optimizer, torch.amp.GradScaler(enabled=False), torch.device("cpu"), torch.float32
        )

    def take(self, place: Path) -> str:
        """Take weights from a file, or go on with it as a run for a step, or at times load it as a network."""
        mark = zlib.crc32(place.read_bytes()) % _RARE
        if mark == 0:
            return _loaded(place)
        return self._transferred(place) if mark % 2 else self._resumed(place)

    def _transferred(self, place: Path) -> str:
        import torch

        model = self._fresh()
        transfer(model, place)
        if not all(torch.isfinite(each).all() for each in model.state_dict().values()):
            raise WrongResultError("weights that are no numbers")
        return "read"

    def _resumed(self, place: Path) -> str:
        run = self.run()
        resume_run(run, _SHAPE, place)
        self._step(run.model, run.optimizer)
        json.dumps([run.losses, run.validations, run.step + 1, run.seconds + 1.0, run.transferred + ""])
        if not all(isinstance(each["loss"] + 1.0, float) for each in run.losses) or not math.isfinite(run.best):
            raise WrongResultError("measurements that are no numbers")
        return "read"


def _loaded(place: Path) -> str:
    load_weights(place)
    raise WrongResultError("a network of other weights than its own")


def checkpoint(network: Network) -> dict[str, Any]:
    """Give what `save` writes of a run."""
    import torch

    run = network.run()
    Network._step(run.model, run.optimizer)
    return {
        "shape": asdict(_SHAPE),
        "model": copy.deepcopy(run.model.state_dict()),
        "smoothed": copy.deepcopy(run.smoothed.state_dict()),
        "optimizer": copy.deepcopy(run.optimizer.state_dict()),
        "scaler": {},
        "progress": {"step": 1, "seconds": 1.5, "best": 0.5, "stale": 0},
        "losses": [{"loss": 1.0, "part": 0.5}],
        "validations": [{"step": 1, "seconds": 1.0, "score": 0.5, "mean": 0.5, "series": {"a": {"mean": 0.5}}}],
        "transferred": "",
        "random": torch.get_rng_state(),
    }


def saved(state: object) -> bytes:
    """Write what ``torch.save`` writes."""
    import torch

    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()


def old_file() -> bytes:
    """Write weights in the form of before PyTorch 1.6, which names tensors by where they lie in memory.

    All lie in one place here, and its name is replaced, so that every process writes the same.
    """
    import torch

    numbers, stream = torch.arange(20.0), io.BytesIO()
    weights = {"backbone.body.conv1.weight": numbers[:18].view(2, 1, 3, 3), "backbone.body.conv1.bias": numbers[18:]}
    torch.save(weights, stream, _use_new_zipfile_serialization=False)
    return _ADDRESS.sub(b"X\x01\x00\x00\x000", stream.getvalue())
