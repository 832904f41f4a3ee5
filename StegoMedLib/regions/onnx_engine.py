"""Runs the exported network with ONNX Runtime on the processor."""

from __future__ import annotations

import os
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.processes import cores
from StegoMedLib.regions.paste import Detections

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["OnnxEngine"]


def _threads() -> int:
    """Cores that this process may use: what OMP_NUM_THREADS says, as for other libraries, or all of them."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    return cores()


class OnnxEngine:
    """A network behind the same interface as any other engine: image in, detections out.

    Parameters
    ----------
    content : bytes
        An ONNX file with input ``image`` and outputs ``boxes``, ``scores``, ``masks``.
    threads : int
        0 takes all cores of the process.

    Raises
    ------
    UnusableInputError
        ONNX Runtime is missing; by `detect`, it cannot load the file.
    """

    def __init__(self, content: bytes, threads: int = 0) -> None:
        if find_spec("onnxruntime") is None:
            raise UnusableInputError(
                "The package 'onnxruntime' is missing; install it, or choose the finder 'threshold'."
            )
        self._content, self._threads = content, threads

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - onnxruntime.InferenceSession
        """Loaded when it is first asked: where other processes share the work, this one is not."""
        import onnxruntime  # noqa: PLC0415 (half a second, and only this finder needs it)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads or _threads()
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        # Waiting threads sleep: on cores that others use too, spinning made a slice take ten times as long.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            return onnxruntime.InferenceSession(self._content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its exceptions share no base class but this one
            raise UnusableInputError(
                "ONNX Runtime cannot load the model; update 'onnxruntime', or choose the finder 'threshold'."
            ) from error

    def detect(self, image: NDArray[np.float32]) -> Detections:
        """Run the network on one image of shape (3, side, side)."""
        boxes, scores, masks = self._session.run(["boxes", "scores", "masks"], {"image": image})
        return Detections(boxes, scores, masks)
