"""The exported refiner at work, for measuring it: nothing of it is in the product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from models.build.refiner_pairs import Moved
from renderer.faces.types import Floats


class LearnedDetail:
    """The network in the file at `path`."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, moved: Moved) -> Floats:
        """The refined picture ``(h, w, 3) float32`` 0..1."""
        fed = {
            "planes": moved.planes.transpose(2, 0, 1)[None].copy(),
            "gate": moved.gate[None, None],
        }
        said = self._session.run(None, fed)[0][0].transpose(1, 2, 0)
        return np.asarray(np.clip(moved.planes[..., :3] + said, 0, 1), np.float32)
