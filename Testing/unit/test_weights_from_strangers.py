"""Weights, checkpoints and model cards that a stranger wrote: refused in a sentence, before they take anything."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.model_files import read_sidecar
from StegoMedLib.regions.network import ModelShape, build_model, sizes_of
from StegoMedLib.regions.torch_engine import read_weights
from StegoMedLib.training.checkpoints import load_weights, resume_run
from StegoMedLib.training.weight_files import read_weight_file
from StegoMedLib.training.weight_pickles import refuse_harm
from Testing.campaigns.checkpoint_files import _SHAPE, Network, checkpoint, old_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

SIZE = (2**31 - 1).to_bytes(4, "little")


def archive(pickle: bytes, *, how: int = zipfile.ZIP_STORED, behind: bytes = b"") -> bytes:
    """Put a pickle into a whole archive of PyTorch's."""
    stream, changed = io.BytesIO(), io.BytesIO()
    torch.save({"a": torch.zeros(3)}, stream)
    with zipfile.ZipFile(stream) as whole, zipfile.ZipFile(changed, "w", how) as packed:
        for part in whole.infolist():
            packed.writestr(part.filename, pickle if part.filename.endswith("data.pkl") else whole.read(part))
    return changed.getvalue() + behind


def named(value: bytes) -> bytes:
    return b"\x80\x02}X\x01\x00\x00\x00a" + value + b"s."


ORDERED = b"ccollections\nOrderedDict\n"


@pytest.mark.parametrize(
    "content",
    [
        archive(named(b"c__builtin__\nbytearray\nJ" + SIZE + b"\x85R")),
        archive(named(b"ctorch\nTensor\nJ" + SIZE + b"\x85\x81")),
        archive(named(b"c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R")),
        archive(named(ORDERED + b"}\x85R")),  # a copy of a dictionary
        archive(named(ORDERED + b"q\x050h\x05}\x85R")),
        archive(named(ORDERED + b"0N")),
        archive(named(b"K\x00" + b"\x85" * 20_001)),
        archive(named(b"K\x05"), how=zipfile.ZIP_DEFLATED),
        archive(named(b"K\x05"), behind=b"x"),
        archive(named(b"K\x05"))[:-1] + b"\x01",
        named(b"c__builtin__\nbytearray\nJ" + SIZE + b"\x85R"),  # no archive: the form of before PyTorch 1.6
        b"",
    ],
)
def test_what_weights_do_not_need_is_refused_before_it_is_unpickled(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "load", None)  # whoever calls it fails
    (tmp_path / "w.pt").write_bytes(content)

    with pytest.raises(UnusableInputError, match=r"w\.pt holds no weights that can be read; do\."):
        read_weight_file(tmp_path / "w.pt", "do.")


def test_too_long_a_pickle_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("StegoMedLib.training.weight_pickles._MOST_OPERATIONS", 5000)
    refuse_harm(io.BytesIO(archive(named(b"]" + b"NN" * 1000 + b"0" * 2000))))
    with pytest.raises(ValueError, match="too long"):
        refuse_harm(io.BytesIO(archive(named(b"]" + b"NN" * 2500 + b"0" * 5000))))
    monkeypatch.setattr("StegoMedLib.training.weight_pickles._LARGEST_PICKLE", 100)
    with pytest.raises(ValueError, match="too large"):
        refuse_harm(io.BytesIO(archive(named(b"]" + b"N0" * 100))))


@pytest.mark.parametrize("new", [True, False])
def test_what_training_writes_is_read(new: bool, tmp_path: Path) -> None:  # noqa: FBT001
    state = checkpoint(Network())
    torch.save(state, tmp_path / "w.pt", _use_new_zipfile_serialization=new)

    found: Any = read_weight_file(tmp_path / "w.pt", "do.")

    assert found["losses"] == state["losses"]
    assert all(torch.equal(found["smoothed"][name], each) for name, each in state["smoothed"].items())


@pytest.mark.parametrize("where", ["smoothed", "deep"])
def test_a_tensor_of_more_than_the_file_holds_is_refused(where: str, tmp_path: Path) -> None:
    wide = torch.zeros(1).expand(10**5, 10**5)
    state: dict[str, Any] = {"smoothed": {"a": wide}} if where == "smoothed" else {"deep": [({"x": [wide]},)]}
    torch.save(state, tmp_path / "w.pt")

    with pytest.raises(UnusableInputError, match="holds no weights"):
        read_weight_file(tmp_path / "w.pt", "do.")


def test_the_old_form_is_read(tmp_path: Path) -> None:
    (tmp_path / "w.pt").write_bytes(old_file())
    found: Any = read_weight_file(tmp_path / "w.pt", "do.")
    assert found["backbone.body.conv1.bias"].tolist() == [18.0, 19.0]


def test_sizes_are_told_without_making_the_network() -> None:
    built = build_model(_SHAPE).state_dict()
    assert sizes_of(_SHAPE) == {name: tuple(each.shape) for name, each in built.items()}


def test_a_small_file_that_claims_a_network_of_gigabytes_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = checkpoint(Network())
    state["shape"] = asdict(ModelShape("resnet101", 2048, 2048, 2048, 2048, side=2048))
    torch.save(state, tmp_path / "best.pt")
    made: list[ModelShape] = []
    monkeypatch.setattr("StegoMedLib.training.checkpoints.build_model", made.append)

    with pytest.raises(UnusableInputError, match="another network than it says"):
        load_weights(tmp_path / "best.pt")

    assert not made


def change(state: dict[str, Any], *path: Any, to: Any) -> None:
    *way, last = path
    for step in way:
        state = state[step]
    state[last] = to


@pytest.mark.parametrize(
    "harm",
    [
        lambda state: change(state, "progress", "step", to="3"),
        lambda state: change(state, "progress", "step", to=-1),
        lambda state: change(state, "progress", "best", to=float("nan")),
        lambda state: change(state, "losses", to=[{"loss": torch.zeros(1)}]),
        lambda state: change(state, "losses", to=[{"loss": 1.0, "x": torch.zeros(1)}]),
        lambda state: change(state, "progress", "seconds", to=10**400),
        lambda state: change(state, "losses", to=[{"loss": 10**400}]),
        lambda state: change(state, "losses", to=7),
        lambda state: change(state, "validations", to=[{"step": 1}]),
        lambda state: change(state, "optimizer", "state", 0, "exp_avg", to=torch.zeros(7)),
        lambda state: change(state, "optimizer", "state", 0, "exp_avg", to=torch.zeros(())),
        lambda state: change(state, "optimizer", "state", 1, "step", to=torch.zeros(2)),
        lambda state: change(state, "optimizer", "state", 1, "step", to=torch.ones((), dtype=torch.bool)),
        lambda state: change(state, "optimizer", "state", 1, "step", to="1"),
        lambda state: change(state, "optimizer", "state", 1, "other", to=torch.tensor(1)),
        lambda state: state["optimizer"]["state"][0].pop("exp_avg"),
        lambda state: change(state, "optimizer", to=None),
        lambda state: change(state, "random", to=torch.zeros(3)),
        lambda state: change(state, "model", to={"a": torch.zeros(1)}),
        lambda state: state.pop("scaler"),
    ],
)
def test_a_run_does_not_go_on_from_what_it_could_not_use(harm: Callable[[Any], None], tmp_path: Path) -> None:
    network = Network()
    state = checkpoint(network)
    torch.save(state, tmp_path / "last.pt")
    resume_run(network.run(), _SHAPE, tmp_path / "last.pt")
    harm(state)
    run = network.run()
    if run.scaler.is_enabled() or "scaler" not in state:
        run.scaler = torch.amp.GradScaler("cpu", enabled=True)
    torch.save(state, tmp_path / "last.pt")

    with pytest.raises(UnusableInputError, match=r"does not fit this run; use --restart"):
        resume_run(run, _SHAPE, tmp_path / "last.pt")


def test_how_weights_are_moved_is_not_the_file_s_to_say(tmp_path: Path) -> None:
    network = Network()
    state = checkpoint(network)
    state["optimizer"]["param_groups"][0].update(betas=("a", "b"), weight_decay=1e9)
    torch.save(state, tmp_path / "last.pt")
    run = network.run()

    resume_run(run, _SHAPE, tmp_path / "last.pt")

    assert run.optimizer.param_groups[0]["betas"] == (0.9, 0.999)
    assert run.optimizer.param_groups[0]["weight_decay"] == 0.01
    assert run.step == 1


def test_moments_that_lie_in_one_place_are_taken_apart(tmp_path: Path) -> None:
    network = Network()
    state = checkpoint(network)
    moment = state["optimizer"]["state"][0]["exp_avg_sq"]
    state["optimizer"]["state"][0]["exp_avg_sq"] = torch.zeros(moment.numel()).as_strided(
        moment.shape, (0,) * moment.ndim
    )
    torch.save(state, tmp_path / "last.pt")
    run = network.run()

    resume_run(run, _SHAPE, tmp_path / "last.pt")

    network._step(run.model, run.optimizer)


def model(*tensors: Any) -> bytes:
    graph = onnx.helper.make_graph([], "graph", [], [], list(tensors))
    content: bytes = onnx.helper.make_model(graph).SerializeToString()
    return content


def outside() -> Any:
    tensor = onnx.TensorProto(name="model.a", data_type=onnx.TensorProto.FLOAT, dims=[4])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="secret")
    return tensor


def unreadable_name() -> bytes:
    return model(onnx.helper.make_tensor("NAME", 1, [1], [1.0])).replace(b"NAME", b"\xff\xfe\xfd\xfc")


def scaled(shape: tuple[int, ...]) -> bytes:
    small = onnx.numpy_helper.from_array(np.ones((4, 1), np.int8), "model.a_small")
    return model(small, onnx.numpy_helper.from_array(np.ones(shape, np.float32), "model.a_scale"))


@pytest.mark.parametrize(
    "content",
    [
        model(outside()),
        unreadable_name(),
        model(onnx.helper.make_tensor("model.a", onnx.TensorProto.STRING, [1], [b"x"])),
        model(onnx.TensorProto(name="a", data_type=77, dims=[1])),
        model(onnx.TensorProto(name="a", data_type=1, dims=[2**40], raw_data=b"1234")),
        scaled((1, 100_000)),
        scaled((100_000,)),
    ],
)
def test_weights_that_do_not_lie_in_the_model_itself_are_refused(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(bytes(16))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnusableInputError, match="The model"):
        read_weights(content)


def test_scaled_weights_are_read() -> None:
    assert read_weights(scaled((4, 1)))["a"].tolist() == [[1.0]] * 4


@pytest.mark.parametrize(
    "changes",
    [
        {"side": 256.0},
        {"side": "256"},
        {"side": True},
        {"side": 10**400},
        {"score_threshold": float("nan")},
        {"score_threshold": 10**400},
        {"mask_threshold": -0.1},
        {"mask_threshold": True},
        {"mask_threshold": None},
        {"shape": [1]},
        {"shape": {"backbone": ["resnet18"]}},
        {"sha256": None},
    ],
)
def test_a_card_with_other_values_than_a_card_has_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    about = {"format": 1, "side": 256, "score_threshold": 0.4, "mask_threshold": 0.5, "shape": {}}
    about["sha256"] = hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "m.onnx").write_bytes(b"weights")
    (tmp_path / "m.json").write_text(json.dumps(about), encoding="utf-8")
    assert read_sidecar(tmp_path / "m.json").side == 256

    (tmp_path / "m.json").write_text(json.dumps({**about, **changes}), encoding="utf-8")
    with pytest.raises(UnusableInputError, match=r"The model of m\.json cannot be read"):
        read_sidecar(tmp_path / "m.json")
