"""The exported matte network at work, for measuring it: `renderer.faces.matte_solved` is what ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from models.build.matte_planes import REACH_IN, REACH_OUT, shown
from renderer.faces.edge import Surroundings
from renderer.faces.types import Floats
from renderer.models import THREADS


class LearnedEdge:
    """The network in the file at `path`; what is further than its reach from the outline is 0 or 1."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, scene: Surroundings) -> Floats:
        """Alpha ``(h, w)`` 0..1 of the whole head."""
        planes = shown(scene)
        fed = {"image": planes.image[None], "hints": planes.hints[None]}
        said = self._session.run(None, fed)[0][0]
        height, width = scene.depth.shape
        near = (scene.depth < REACH_IN * scene.unit) & (scene.depth > -REACH_OUT * scene.unit)
        alpha = np.where(near & scene.seen, said[:height, :width], scene.depth > 0)
        return np.asarray(alpha, np.float32)
