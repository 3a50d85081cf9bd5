"""Slides: photos laid on their surround, as one frame of the panel's size.

The rectangle of each photo is its hanging still bit for bit; a clip can take its place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from frame.core.layout import Layout
from frame.display.ports import Frame
from frame.display.surround import Surround, surround

EDGE_LIGHT = {Surround.LIGHT_MATTE: 0.86, Surround.MATTE: 1.5, Surround.BLURRED: 0.6}
"""A line around the photo, against the surround's own coded values: the cut edge of a matte."""

_EDGE_SHARE = 0.0018
"""Of the panel's height: two pixels at 1080."""


def compose(layout: Layout, stills: Sequence[Frame], style: Surround) -> Frame:
    """The whole frame for a layout, ``stills[i]`` being that of ``layout.placed[i]``.

    Raises ValueError where a still does not have its view's size or lies outside the panel.
    """
    width, height = layout.panel
    for placed, still in zip(layout.placed, stills, strict=True):
        if still.shape != (placed.view.height, placed.view.width, 3):
            raise ValueError(f"a still of {still.shape} for a view of {placed.view.key}")
        right, bottom = placed.x + placed.view.width, placed.y + placed.view.height
        if placed.x < 0 or placed.y < 0 or right > width or bottom > height:
            raise ValueError("a photo lies outside the panel")
    if _is_covered(layout):
        return np.ascontiguousarray(stills[0]).copy()
    frame = surround(layout, tuple(stills), style)
    for placed in layout.placed:
        _edge(frame, placed.x, placed.y, placed.view.width, placed.view.height, style)
    for placed, still in zip(layout.placed, stills, strict=True):
        frame[placed.y : placed.y + placed.view.height, placed.x : placed.x + placed.view.width] = (
            still
        )
    return frame


def blank(panel: tuple[int, int]) -> Frame:
    """Black: before the first picture, and at night where no panel can be switched off."""
    return np.zeros((panel[1], panel[0], 3), np.uint8)


def _is_covered(layout: Layout) -> bool:
    return any(
        (placed.x, placed.y, placed.view.width, placed.view.height) == (0, 0, *layout.panel)
        for placed in layout.placed
    )


def _edge(frame: Frame, x: int, y: int, width: int, height: int, style: Surround) -> None:
    """Lighten or darken a thin border just outside the photo."""
    strength = EDGE_LIGHT.get(style)
    if strength is None:
        return
    line = max(1, round(_EDGE_SHARE * frame.shape[0]))
    part = frame[max(0, y - line) : y + height + line, max(0, x - line) : x + width + line]
    part[:] = np.clip(part * np.float32(strength), 0, 255).astype(np.uint8)
