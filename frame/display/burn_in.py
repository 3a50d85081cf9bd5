"""Burn-in care: nothing with an edge stands in exactly the same place slide after slide.

Pure numbers: which slide it is decides where things lie, so still, clip and caption agree.
"""

from __future__ import annotations

from dataclasses import replace

from frame.core.layout import Layout

ORBIT = (
    *((0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (-1, 2)),
    *((-2, 2), (-2, 1), (-2, 0), (-2, -1), (-2, -2), (-1, -2), (0, -2), (1, -2)),
    *((2, -2), (2, -1), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)),
)
"""All 25 places within 2 pixels, one pixel a step: unseen on a wall, and every edge gets around."""

CAPTION_PLACES = 5
"""Where along its line a caption may stand: text is the brightest and hardest edge of all."""


def shift(slide: int) -> tuple[int, int]:
    """(dx, dy) in panel pixels for the slide of this number."""
    return ORBIT[slide % len(ORBIT)]


def moved(layout: Layout, slide: int) -> Layout:
    """The layout shifted for this slide, as far as the panel has room; even one photo too large stays.

    All photos move together, so that pairs keep their gap.
    """
    if not layout.placed:
        return layout
    width, height = layout.panel
    dx, dy = shift(slide)
    left = min(placed.x for placed in layout.placed)
    top = min(placed.y for placed in layout.placed)
    right = width - max(placed.x + placed.view.width for placed in layout.placed)
    bottom = height - max(placed.y + placed.view.height for placed in layout.placed)
    dx = max(-left, min(dx, right)) if left >= 0 <= right else 0
    dy = max(-top, min(dy, bottom)) if top >= 0 <= bottom else 0
    placed = tuple(replace(one, x=one.x + dx, y=one.y + dy) for one in layout.placed)
    return replace(layout, placed=placed)


def caption_place(slide: int) -> float:
    """Where along the bottom a caption stands, 0 (left) to 1 (right); drifts from slide to slide."""
    step = slide % (2 * CAPTION_PLACES - 2)
    return min(step, 2 * CAPTION_PLACES - 2 - step) / (CAPTION_PLACES - 1)
