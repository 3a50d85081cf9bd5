"""A stage and its curves, drawn frame by frame into a clip. Memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from renderer.badge import Badge
from renderer.clip import ClipWriter
from renderer.colour import rgb_to_yuv420
from renderer.faces.types import Picture
from renderer.motion.channels import FaceCurves
from renderer.performer import Stage, draw_frame


def film(
    stage: Stage,
    curves: Sequence[FaceCurves],
    clip: ClipWriter,
    progress: Callable[[float], None],
    badge: Badge | None = None,
    see: Callable[[int, Picture], None] = lambda *_: None,
) -> None:
    """Draw every frame and hand it to `clip`; only what may move is drawn and converted again.

    `badge` is laid over every frame alike, the still ones at both ends too. `see` is shown every frame
    by its number, as drawn, before the badge; what it is shown is drawn over afterwards.
    """
    frames = curves[0].frames
    canvas = stage.picture.copy()
    marked = canvas.copy()
    if badge is not None:
        badge.paint(marked)
    y, u, v = rgb_to_yuv420(marked)
    for frame in range(frames):
        for x0, y0, x1, y1 in draw_frame(stage, curves, frame, canvas):
            part = canvas[y0:y1, x0:x1].copy()
            if badge is not None:
                badge.paint(part, x0, y0)
            planes = rgb_to_yuv420(part)
            y[y0:y1, x0:x1] = planes[0]
            u[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = planes[1]
            v[y0 // 2 : y1 // 2, x0 // 2 : x1 // 2] = planes[2]
        clip.write(y, u, v)
        see(frame, canvas)
        progress((frame + 1) / frames)


def still_frame(stage: Stage, curves: Sequence[FaceCurves], frame: int) -> Picture:
    """One frame alone, ``(H, W, 3) uint8``: for judging key poses and for looking."""
    canvas = stage.picture.copy()
    draw_frame(stage, curves, frame, canvas)
    return canvas
