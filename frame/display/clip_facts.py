"""What a decoder may claim about a clip, and what is impossible or not one of ours."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from frame.display.ports import FilmError

MOST_FRAMES = 1500
"""A minute at 25 fps; ours have 125."""

MOST_PIXELS = 3840 * 2160
SMALLEST_SIDE = 16
FASTEST_FPS = 60.0


@dataclass(frozen=True)
class ClipFacts:
    """What the child says the clip holds, checked. `cage` names the protections that held."""

    width: int
    height: int
    frames: int
    fps: float
    cage: tuple[str, ...]


def clip_facts(head: bytes) -> ClipFacts:
    """The child's header, if such a clip is possible and ours. Raises `FilmError`."""
    try:
        said: dict[str, Any] = json.loads(head)
        facts = ClipFacts(
            width=int(said["width"]),
            height=int(said["height"]),
            frames=int(said["frames"]),
            fps=float(said["fps"]),
            cage=tuple(str(layer) for layer in said["cage"]),
        )
        is_ours = bool(said["is_ours"])
    except (ValueError, KeyError, TypeError):
        raise FilmError("the decoder talks nonsense") from None
    sides = (facts.width, facts.height)
    if min(sides) < SMALLEST_SIDE or facts.width * facts.height > MOST_PIXELS:
        raise FilmError(f"a clip of {facts.width}x{facts.height} is not one of ours")
    if not is_ours or any(side % 2 for side in sides):
        raise FilmError("a clip in these colours is not one of ours")
    if not 0 < facts.frames <= MOST_FRAMES:
        raise FilmError(f"a clip of {facts.frames} frames is not one of ours")
    if not (math.isfinite(facts.fps) and 1 <= facts.fps <= FASTEST_FPS):
        raise FilmError(f"a clip of {facts.fps} frames a second is not one of ours")
    return facts
