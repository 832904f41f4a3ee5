"""The shipped model is checked before it is used, and what is missing is said."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.regions import make_finder
from StegoMedLib.regions.model_files import find_model, read_sidecar
from StegoMedLib.regions.onnx_engine import OnnxEngine

if TYPE_CHECKING:
    from pathlib import Path


def shipped(folder: Path, content: bytes = b"weights", changes: dict[str, object] | None = None) -> Path:
    about = {
        "format": 1,
        "side": 256,
        "score_threshold": 0.4,
        "mask_threshold": 0.5,
        "sha256": hashlib.sha256(content).hexdigest(),
        **(changes or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "body_maskrcnn.onnx").write_bytes(content)
    (folder / "body_maskrcnn.json").write_text(json.dumps(about), encoding="utf-8")
    return folder / "body_maskrcnn.json"


def test_a_whole_model_is_read(tmp_path: Path) -> None:
    model = read_sidecar(shipped(tmp_path))
    assert model.content == b"weights"
    assert model.limits.score == 0.4
    assert model.limits.mask == 0.5


def test_one_changed_byte_is_noticed(tmp_path: Path) -> None:
    sidecar = shipped(tmp_path)
    (tmp_path / "body_maskrcnn.onnx").write_bytes(b"weightt")
    with pytest.raises(UnusableInputError, match="checksum"):
        read_sidecar(sidecar)


@pytest.mark.parametrize("changes", [{"format": 2}, {"side": 7}, {"side": 1000000}])
def test_another_version_is_noticed(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(UnusableInputError, match="another version"):
        read_sidecar(shipped(tmp_path, changes=changes))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "side": 256, "score_threshold": "x"}', "\udcff"])
def test_nonsense_beside_the_model_is_noticed(tmp_path: Path, text: str) -> None:
    sidecar = shipped(tmp_path)
    sidecar.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnusableInputError, match="cannot be read"):
        read_sidecar(sidecar)


def test_weights_without_a_file_are_noticed(tmp_path: Path) -> None:
    sidecar = shipped(tmp_path)
    (tmp_path / "body_maskrcnn.onnx").unlink()
    with pytest.raises(UnusableInputError, match="cannot be read"):
        read_sidecar(sidecar)


def test_models_lie_beside_the_library_or_inside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "StegoMedLib"
    library.mkdir()
    monkeypatch.setattr("StegoMedLib.__file__", str(library / "__init__.py"))
    with pytest.raises(UnusableInputError, match="missing"):
        find_model()
    shipped(library / "models", b"installed")
    assert find_model().content == b"installed"
    shipped(tmp_path / "Resources" / "Models", b"beside")
    assert find_model().content == b"beside"


def test_a_missing_onnxruntime_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UnusableInputError, match="install it"):
        OnnxEngine(b"")


def test_what_onnxruntime_cannot_load_is_said() -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(UnusableInputError, match="cannot load the model"):
        OnnxEngine(b"this is no graph").detect(np.zeros((3, 8, 8), dtype=np.float32))


def test_unknown_names_are_said() -> None:
    with pytest.raises(UsageError, match="maskrcnn, threshold"):
        make_finder("otsu")
    with pytest.raises(UsageError, match="onnx"):
        make_finder("maskrcnn", engine="abacus")


def test_the_baseline_needs_no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("StegoMedLib.resources.resource_folders", lambda _: (tmp_path,))
    assert make_finder("threshold").name == "threshold"
    with pytest.raises(UnusableInputError, match="threshold"):
        make_finder("maskrcnn")
