"""The exported lids network at work, for measuring it: `renderer.picture.lids` is what ships.

It stands behind the painted lid, as one more gain on the skin of the closed one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from models.build.lids_frame import EYE_WIDTH, LEFT, LEVEL, framed
from models.build.lids_planes import gain, prepare
from renderer.faces.types import Floats, Mesh, Picture
from renderer.models import THREADS
from renderer.picture.eye_geometry import EyeGeometry, measure_eye, smoothstep
from renderer.picture.eye_rig import SIDES, EyeRig
from renderer.picture.lids import luma

Rigs = tuple[EyeRig, EyeRig]

EDGE = 0.10
"""Eye widths over which the gain fades toward the border of what the eye may change."""


class LearnedLids:
    """The network in the file at `path`."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )

    def rigs(self, picture: Picture, mesh: Mesh, rigs: Rigs) -> Rigs:
        """Both `rigs` of a face with the network's lids."""
        eyes = [measure_eye(mesh, side, picture.shape) for side in SIDES]
        prepared = []
        for eye in eyes:
            x0, y0, x1, y1 = eye.box
            prepared.append(prepare(framed(luma(picture[y0:y1, x0:x1].astype(np.float32)), eye)))
        said = self._session.run(None, {"planes": np.stack([p.planes for p in prepared])})[0]
        left, right = (
            corrected(rig, eye, spread(gain(answer, of.window), eye))
            for rig, eye, answer, of in zip(rigs, eyes, said, prepared, strict=True)
        )
        return left, right


def spread(small: Floats, eye: EyeGeometry) -> Floats:
    """A gain in the network's frame at every pixel of the box of `eye`."""
    x = ((1 - eye.outward()) * EYE_WIDTH + LEFT).astype(np.float32)
    y = (eye.v * np.float32(EYE_WIDTH / eye.width) + LEVEL).astype(np.float32)
    whole = cv2.remap(small, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(whole, np.float32)


def corrected(rig: EyeRig, eye: EyeGeometry, factor: Floats) -> EyeRig:
    """`rig` with the skin of its closed lid multiplied by `factor` over the box of `eye`."""
    left, top = eye.box[:2]
    x0, y0, x1, y1 = rig.box
    cut = factor[y0 - top : y1 - top, x0 - left : x1 - left]
    height, width = cut.shape
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    near = np.minimum(np.minimum(x, width - 1 - x)[None], np.minimum(y, height - 1 - y)[:, None])
    cut = 1 + (cut - 1) * smoothstep(near, 0, max(4.0, EDGE * eye.width))
    closed = np.clip((rig.skin_open + rig.skin_gain) * cut[..., None], 0, 255)
    return replace(rig, skin_gain=(closed - rig.skin_open).astype(np.float32))
