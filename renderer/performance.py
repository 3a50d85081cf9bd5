"""A stage and its curves, drawn frame by frame into a clip. Memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from renderer.clip import ClipWriter
from renderer.colour import rgb_to_yuv420
from renderer.faces.types import Picture
from renderer.motion.channels import FaceCurves
from renderer.performer import Region, Stage, draw_frame

Paint = Callable[[Picture], None]
"""Draws something of its own over a finished frame, in place (the visible mark)."""


def film(
    stage: Stage,
    curves: Sequence[FaceCurves],
    clip: ClipWriter,
    progress: Callable[[float], None],
    paint: Paint | None = None,
) -> None:
    """Draw every frame and hand it to `clip`; only what may move is drawn and converted again."""
    frames = curves[0].frames
    canvas = stage.picture.copy()
    if paint is not None:
        paint(canvas)
    y, u, v = rgb_to_yuv420(canvas)
    for frame in range(frames):
        for box in draw_frame(stage, curves, frame, canvas):
            if paint is not None:
                paint(canvas)
            x0, y0, x1, y1 = box
            part = rgb_to_yuv420(np.ascontiguousarray(canvas[y0:y1, x0:x1]))
            y[y0:y1, x0:x1] = part[0]
            u[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = part[1]
            v[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = part[2]
        clip.write(y, u, v)
        progress((frame + 1) / frames)


def still_frame(stage: Stage, curves: Sequence[FaceCurves], frame: int) -> Picture:
    """One frame alone, ``(H, W, 3) uint8``: for judging key poses and for looking."""
    canvas = stage.picture.copy()
    draw_frame(stage, curves, frame, canvas)
    return canvas


def union(boxes: Sequence[Region]) -> Region:
    """The smallest region that holds all of `boxes`; they must not be empty."""
    x0, y0, x1, y1 = np.array(boxes).T
    return int(x0.min()), int(y0.min()), int(x1.max()), int(y1.max())
