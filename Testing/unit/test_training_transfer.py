"""Weights of other networks as a start: what fits is taken and told, what harms is refused."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.regions.network import ModelShape, build_model
from StegoMedLib.training.config import TrainingConfig
from StegoMedLib.training.loop import train
from StegoMedLib.training.transfer import transfer

torch = pytest.importorskip("torch")
models = pytest.importorskip("torchvision.models")
detection = pytest.importorskip("torchvision.models.detection")

SLIM = {"pyramid_channels": 32, "box_features": 32, "mask_channels": 16, "mask_pool": 14}


def small(backbone: str = "resnet18", normalisation: str = "batch") -> Any:
    return build_model(ModelShape(backbone, 32, 32, 16, 14, normalisation))


def as_published(names: dict[str, Any]) -> dict[str, Any]:
    """Give tensors the names that torchvision's files for COCO have."""
    published = {}
    for name, tensor in names.items():
        older = re.sub(r"(inner|layer)_blocks\.(\d)\.0\.", r"\1_blocks.\2.", name)
        older = older.replace("rpn.head.conv.0.0.", "rpn.head.conv.")
        older = re.sub(r"mask_head\.(\d)\.0\.", lambda found: f"mask_head.mask_fcn{int(found[1]) + 1}.", older)
        if not older.endswith("num_batches_tracked"):
            published[older] = tensor
    return published


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file like the published one, with random weights, in the old format."""
    torch.manual_seed(1)
    model = detection.maskrcnn_resnet50_fpn(weights=None, weights_backbone=None)
    file = tmp_path_factory.mktemp("coco") / "coco.pth"
    torch.save(as_published(model.state_dict()), file, _use_new_zipfile_serialization=False)
    return Path(file)


def test_the_backbone_of_a_coco_file_is_taken_whole(coco: Path) -> None:
    model = small("resnet50", "frozen")
    found = transfer(model, coco)
    taken, whole = found.parts["backbone"]
    assert taken == whole > 20e6
    given = torch.load(coco, weights_only=True)
    for name in ("backbone.body.layer3.2.conv2.weight", "backbone.body.bn1.running_var"):
        assert torch.equal(model.state_dict()[name], given[name])
    # 91 classes and 256 channels fit none of the slim heads.
    assert [found.parts[part][0] for part in ("pyramid", "proposals", "masks")] == [0, 0, 0]


def test_heads_of_a_coco_file_fit_a_network_of_their_widths(coco: Path) -> None:
    found = transfer(build_model(ModelShape("resnet50", 256, 1024)), coco)
    for part in ("backbone", "pyramid", "proposals"):
        assert found.parts[part][0] == found.parts[part][1], part
    assert 0 < found.parts["boxes"][0] < found.parts["boxes"][1]


@pytest.mark.parametrize("backbone", ["resnet18", "mobilenet_v3_large"])
def test_a_classifier_gives_its_backbone(backbone: str, tmp_path: Path) -> None:
    torch.save(getattr(models, backbone)(weights=None).state_dict(), tmp_path / "imagenet.pth")
    taken, whole = transfer(small(backbone), tmp_path / "imagenet.pth").parts["backbone"]
    assert taken == whole


def test_heads_pass_from_one_backbone_to_another(tmp_path: Path) -> None:
    giver, taker = small(), small("mobilenet_v3_large")
    former = {name: tensor.clone() for name, tensor in taker.state_dict().items()}
    torch.save({"smoothed": giver.state_dict(), "model": {}}, tmp_path / "best.pt")
    found = transfer(taker, tmp_path / "best.pt")
    for part in ("proposals", "boxes", "masks"):
        assert found.parts[part][0] == found.parts[part][1]
    assert found.parts["backbone"][0] == 0
    given, now = giver.state_dict(), taker.state_dict()
    for name in (
        "roi_heads.mask_head.0.0.weight",
        "rpn.head.cls_logits.weight",
        "backbone.fpn.layer_blocks.2.0.weight",
    ):
        assert torch.equal(now[name], given[name])
        assert not torch.equal(now[name], former[name])
    assert torch.equal(now["backbone.body.0.0.weight"], former["backbone.body.0.0.weight"])
    assert "masks 100%" in str(found)


def test_the_middle_of_a_bottleneck_is_no_half_of_a_plain_block(tmp_path: Path) -> None:
    torch.save(models.resnet18(weights=None).state_dict(), tmp_path / "imagenet.pth")
    model = small("resnet50")
    former = model.state_dict()["backbone.body.layer1.1.conv2.weight"].clone()
    transfer(model, tmp_path / "imagenet.pth")
    assert torch.equal(model.state_dict()["backbone.body.layer1.1.conv2.weight"], former)


class Harm:
    """Runs code when a careless program unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("harm"),))


def bomb(path: Path) -> None:
    torch.save({"a": torch.zeros(1_000_000)}, path)
    with zipfile.ZipFile(path) as stored:
        parts = {part.filename: stored.read(part) for part in stored.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def spread(path: Path) -> None:
    """Claim a tensor of a million million numbers that is one number in memory."""
    torch.save({"backbone.body.conv1.weight": torch.zeros(1).expand(10**6, 10**6)}, path)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\x80\x02}q\x00."),
        lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)),
        lambda path: torch.save(Harm(), path),
        lambda path: torch.save({"backbone.body.conv1.weight": Harm()}, path),
        lambda path: torch.save([1, 2], path),
        lambda path: torch.save({1: torch.zeros(2)}, path),
        lambda path: torch.save({"a": torch.zeros(2)}, path),
        lambda path: torch.save({"backbone.body.conv1.weight": torch.full((64, 3, 7, 7), torch.nan)}, path),
        lambda path: torch.save({"backbone.body.conv1.weight": torch.zeros(64, 3, 7, 7, dtype=torch.int32)}, path),
        lambda path: torch.save({"backbone.body.conv1.weight": torch.zeros(64, 3, 7, 7).to_sparse()}, path),
        bomb,
        spread,
        lambda _path: None,
    ],
)
def test_what_is_no_use_is_refused_in_a_sentence(write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "given.pt")
    with pytest.raises(UnusableInputError, match=r"given\.pt .*; give a checkpoint"):
        transfer(small(), tmp_path / "given.pt")
    assert not (tmp_path / "harm").exists()


def test_a_random_backbone_is_not_frozen(tmp_path: Path) -> None:
    torch.save(small().state_dict(), tmp_path / "best.pt")
    shape = ModelShape("mobilenet_v3_large", 32, 32, 16, 14, "frozen")
    with pytest.raises(UsageError, match="needs pretrained weights"):
        train(TrainingConfig(shape), [], [], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "wrong", [{"backbone": "vgg"}, {"normalisation": "none"}, {"mask_pool": 0}, {"mask_pool": 1e9}]
)
def test_a_shape_that_is_no_network_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ModelShape(**{**SLIM, **wrong})
