"""What the coach says of a photo: a code, a number, a sentence, and what it costs the animation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from renderer.motion.caps import STILL, Caps
from renderer.reasons import SENTENCES, in_digits

Grade = Literal["good", "note", "bad"]
"""``note``: neither good nor bad, but worth knowing."""

Consequence = Literal[
    "none", "gentler", "small_smile", "no_smile", "less_head", "maybe_less_head",
    "eyes_rest", "blink_only", "gentle_driver", "still",
]  # fmt: skip
"""What a finding costs, from nothing to everything. ``maybe_less_head`` is decided when the head is cut
out, ``gentle_driver`` is what `auto` plays; every other one is the gates' word, taken from the caps."""

HAIR = 1e-9


@dataclass(frozen=True)
class Finding:
    """One thing seen. `number` is in `unit` (``px``, ``deg``, ``%``, ``levels``, ``DPI``, ``times``,
    ``people``, ``share`` for 0..1, or empty where nothing was measured). `most` 0..1 is what the
    consequence leaves of the motion it limits, None where that is all or nothing. `face` counts from
    the left of the picture, None: the photo. `is_mended` tells that the restoration has dealt with it.
    """

    code: str
    message: str
    grade: Grade
    face: int | None = None
    number: float | None = None
    unit: str = ""
    consequence: Consequence = "none"
    most: float | None = None
    is_mended: bool = False


@dataclass(frozen=True)
class Cost:
    """A consequence and what it leaves, see `Finding`."""

    consequence: Consequence = "none"
    most: float | None = None


FREE = Cost()


def finding(
    code: str,
    grade: Grade,
    face: int | None = None,
    number: float | None = None,
    unit: str = "",
    cost: Cost = FREE,
) -> Finding:
    """The finding with its sentence filled in. Raises `KeyError` for a code without a sentence."""
    message = SENTENCES[code]
    if "{number}" in message:
        if number is None:
            raise KeyError(f"{code} needs a number")
        message = message.format(number=in_digits(number))
    return Finding(code, message, grade, face, number, unit, cost.consequence, cost.most)


def cost_of(before: Caps, after: Caps) -> Cost:
    """What a rule of the gates took away, by the gravest of it; `most` is what is left of a flawless
    portrait's motion.

    Caps only ever fall, so that what is said of one rule holds for all of them together.
    """
    if after == before:
        return FREE
    if after == STILL:
        return Cost("still")
    if after.blink and not any((after.head, after.gaze, after.smile, after.brow, after.squint)):
        return Cost("blink_only")
    if before.blink and not after.blink:
        return Cost("eyes_rest")
    if after.smile < before.smile - HAIR:
        left = after.smile / Caps().smile
        return Cost("small_smile", left) if left > 0 else Cost("no_smile")
    if head_room(after) < head_room(before) - HAIR:
        return Cost("less_head", head_room(after))
    shares = [after.gaze / Caps().gaze, after.squint, after.brow, after.sway]
    return Cost("gentler", min(shares))


def head_room(caps: Caps) -> float:
    """How much a head may move, 0..1 of a flawless portrait's: its factor times the mean of the three
    angles' ranges."""
    full = Caps()
    ranges = (
        (caps.yaw_deg, full.yaw_deg),
        (caps.pitch_deg, full.pitch_deg),
        (caps.roll_deg, full.roll_deg),
    )
    shares = [(high - low) / (most - least) for (low, high), (least, most) in ranges]
    return caps.head * sum(shares) / len(shares)
