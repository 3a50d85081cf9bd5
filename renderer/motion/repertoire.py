"""What people do when a photo wakes: each function writes a score from a stream of random numbers.

Sizes and durations come from the physiology cited in `docs/motion.md`; chance moves them about inside
those bounds. Every function takes the length of the clip in seconds (4-7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from renderer.motion.score import Blink, Gesture, Look, Nod, Score, Smile, Sway

REUNION_S = 6.0
"""Looking around twice and a smile of natural length do not fit into five seconds."""

ROLL_PER_YAW = -0.12
"""A head that turns right leans a little left: the neck's own coupling."""

BLINK_INTERVAL_MEAN_S, BLINK_INTERVAL_SD_S = 6.4, 2.4
"""At rest (Doughty 2002), log-normal."""

BLINK_GAP_S = 1.2
"""Two blinks closer than this read as fluttering."""

LEAST_FIXATION_S = 0.4


def nostalgia(rng: np.random.Generator, length: float) -> Score:
    """One blink, a slow small smile, the head tilting as if remembering."""
    side = _side(rng)
    start = rng.uniform(0.40, 0.60)
    tilt = _spanning(rng, start, length, rise=(1.1, 1.4), fall=(1.1, 1.4), peak=side * 4.0)
    smile = _smile(rng, start + rng.uniform(0.15, 0.45), length, 0.45, (0.90, 1.10), (1.00, 1.20))
    # The lids fall as the head sets out, or once in the middle of the smile.
    first = tilt.start + 0.07 if rng.random() < 0.4 else rng.uniform(1.5, 2.7)
    blinks = _with_second(rng, (_blink(rng, first),), length)
    return Score(
        seconds=length,
        blinks=blinks,
        looks=_glances(rng, length, 1.6, blinks),
        smile=smile,
        brow=(_spanning(rng, smile.shape.start, length, (0.6, 0.8), (0.8, 1.0), peak=0.10),),
        yaw=(_spanning(rng, start + 0.08, length, (1.1, 1.4), (1.1, 1.3), peak=-side * 2.2),),
        pitch=(_spanning(rng, start + 0.15, length, (1.1, 1.3), (1.0, 1.2), peak=-0.8),),
        roll=(tilt,),
        sway=_sway(rng),
    )


def joy(rng: np.random.Generator, length: float) -> Score:
    """A nod or two with a blink at their onset, opening into a wide smile with the chin up."""
    side = _side(rng)
    start = rng.uniform(0.45, 0.65)
    first = Nod(start, rng.uniform(0.70, 0.80), rng.uniform(4.0, 4.8))
    nods = [first]
    if rng.random() < 0.7:
        nods.append(
            Nod(first.end + rng.uniform(0.0, 0.1), rng.uniform(0.70, 0.80), 0.6 * first.peak)
        )
    smile = _smile(rng, start + rng.uniform(0.30, 0.45), length, 0.70, (0.70, 0.95), (0.90, 1.15))
    # The chin comes up while the smile opens: a smile with the head going down is embarrassment
    # (Ambadar 2009).
    lift = _spanning(rng, smile.shape.start + 0.3, length, (0.8, 1.0), (1.0, 1.2), peak=-1.5)
    yaw = _spanning(rng, start + 0.2, length, (1.0, 1.3), (1.0, 1.3), peak=side * 2.2)
    blinks = _with_second(rng, (_blink(rng, start + 0.05),), length)
    return Score(
        seconds=length,
        blinks=blinks,
        looks=_glances(rng, length, 1.4, blinks),
        smile=smile,
        brow=(_spanning(rng, smile.shape.start, length, (0.5, 0.7), (0.8, 1.0), peak=0.22),),
        yaw=(yaw,),
        pitch=(*nods, lift),
        roll=(_coupled(yaw), replace(yaw, start=yaw.start + 0.1, peak=-side * 1.5)),
        sway=_sway(rng),
    )


def reunion(rng: np.random.Generator, length: float) -> Score:
    """Looks to one side, to the other, finds the camera, and smiles."""
    side = _side(rng)
    pace = length / REUNION_S
    first_s = rng.uniform(0.76, 0.86) * pace
    second_s = rng.uniform(0.70, 0.80) * pace
    far, near = side * rng.uniform(15.5, 17.0), -side * rng.uniform(14.0, 16.5)
    lead = rng.uniform(0.05, 0.09)
    out = rng.uniform(0.35, 0.42)
    across = out + first_s
    home = across + second_s + 0.1
    turn = side * rng.uniform(7.0, 8.2)
    yaw = (
        Gesture(out + lead, 0.60, across - out - 0.60, 0.70, turn),
        Gesture(across + lead, 0.70, home - across - 0.70, 0.75, -turn * rng.uniform(0.85, 1.0)),
    )
    found = home + rng.uniform(0.25, 0.35)
    smile = _smile(rng, found, length, 0.55, (0.72, 0.88), (0.80, 0.95))
    blinks: tuple[Blink, ...] = (_blink(rng, across + 0.07),)
    if rng.random() < 0.3:
        blinks = (*blinks, _blink(rng, home + 0.07))
    lift = Gesture(found - 0.15, 0.8, max(0.3, length - found - 2.3), 1.0, -1.2)
    return Score(
        seconds=length,
        blinks=blinks,
        looks=(
            Look(out, far, rng.uniform(-1.5, 1.0)),
            Look(across, near, rng.uniform(-1.5, 1.0)),
            Look(home, 0.0, 0.0),
        ),
        smile=smile,
        brow=(Gesture(found - 0.1, 0.40, 0.5, 0.9, 0.28),),
        yaw=yaw,
        pitch=(lift,),
        roll=tuple(_coupled(turned) for turned in yaw),
        sway=_sway(rng),
    )


def blink_and_nod(rng: np.random.Generator, length: float) -> Score:
    """Two small motions, no smile: what everything falls back to."""
    side = _side(rng)
    start = rng.uniform(1.3, 2.1) * length / 5.0
    first = Nod(start, rng.uniform(0.72, 0.80), rng.uniform(4.0, 4.8))
    second = Nod(first.end + rng.uniform(0.0, 0.12), rng.uniform(0.70, 0.78), 0.6 * first.peak)
    nods = (first, second) if rng.random() < 0.6 else (first,)
    yaw = _spanning(rng, 0.5, length, (1.0, 1.4), (1.0, 1.4), peak=side * 1.2)
    early = rng.random() < 0.5
    apex = rng.uniform(0.6, start - 0.2) if early else start + 0.05
    blinks = _with_second(rng, (_blink(rng, apex),), length)
    return Score(
        seconds=length,
        blinks=blinks,
        looks=_glances(rng, length, 1.4, blinks),
        yaw=(yaw,),
        pitch=nods,
        roll=(_coupled(yaw),),
        sway=_sway(rng),
    )


def looking_up(side: float) -> Callable[[np.random.Generator, float], Score]:
    """Notices someone at `side` (-1 left of the frame, 0 before it, 1 right), then smiles a bit."""

    def compose(rng: np.random.Generator, length: float) -> Score:
        onset = rng.uniform(0.30, 0.45)
        lead = rng.uniform(0.05, 0.09)
        away = length - rng.uniform(1.25, 1.4)
        turned = Gesture(onset + lead, 0.65, away - onset - 0.65, 0.85, side * 7.5)
        chin = Gesture(onset + lead, 0.65, away - onset - 0.65, 0.85, -2.0)
        return Score(
            seconds=length,
            blinks=(_blink(rng, onset + 0.07),),
            looks=(Look(onset, side * 15.0, -1.5), Look(away, 0.0, 0.0)),
            smile=_smile(rng, onset + 0.8, length, 0.38, (0.75, 0.95), (0.95, 1.2)),
            brow=(Gesture(onset + 0.05, 0.40, 0.5, 0.9, 0.28),),
            yaw=(turned,) if side else (),
            pitch=(chin,),
            roll=(_coupled(turned),) if side else (),
            sway=_sway(rng),
        )

    return compose


def echo(rng: np.random.Generator, length: float) -> Score:
    """Someone beside the one who moves: a blink in their own time, the start of a smile."""
    side = _side(rng)
    start = rng.uniform(0.5, 1.3) * length / 5.0
    tilt = _spanning(rng, start, length, (1.1, 1.4), (1.1, 1.4), side * rng.uniform(1.0, 2.2))
    yaw = _spanning(rng, start + 0.1, length, (1.1, 1.4), (1.0, 1.2), side * rng.uniform(-2.0, 2.0))
    blinks = _with_second(rng, (_blink(rng, rng.uniform(0.5, length - 0.7)),), length)
    smile = _smile(rng, start + 0.2, length, rng.uniform(0.20, 0.34), (0.9, 1.1), (0.95, 1.2))
    return Score(
        seconds=length,
        blinks=blinks,
        looks=_glances(rng, length, 1.6, blinks),
        smile=smile,
        yaw=(yaw,),
        roll=(tilt,),
        sway=_sway(rng),
    )


def listen(rng: np.random.Generator, length: float) -> Score:
    """Someone beside the one who nods: a blink in their own time, the head a little aside."""
    side = _side(rng)
    start = rng.uniform(0.4, 1.6) * length / 5.0
    yaw = _spanning(rng, start, length, (1.1, 1.4), (1.1, 1.4), side * rng.uniform(1.0, 2.4))
    tilt = _spanning(
        rng, start + 0.1, length, (1.1, 1.4), (1.0, 1.3), side * rng.uniform(-1.5, 1.5)
    )
    blinks = _with_second(rng, (_blink(rng, rng.uniform(0.5, length - 0.7)),), length)
    return Score(
        seconds=length,
        blinks=blinks,
        looks=_glances(rng, length, 1.6, blinks),
        yaw=(yaw,),
        roll=(tilt,),
        sway=_sway(rng),
    )


def _side(rng: np.random.Generator) -> float:
    return float(rng.choice((-1.0, 1.0)))


def _coupled(yaw: Gesture) -> Gesture:
    return replace(yaw, peak=yaw.peak * ROLL_PER_YAW)


def _blink(rng: np.random.Generator, apex: float) -> Blink:
    """A natural, full blink: closing 66-100 ms, closed 15-40 ms, opening 130-220 ms."""
    closing = rng.uniform(0.066, 0.100)
    # Slow closers are slow openers: median ratio 1.6 in the ARKit recordings (83 and 133 ms).
    opening = float(np.clip(closing * rng.uniform(1.7, 2.2), 0.130, 0.220))
    return Blink(apex, closing, rng.uniform(0.018, 0.040), opening)


def _with_second(
    rng: np.random.Generator, blinks: tuple[Blink, ...], length: float
) -> tuple[Blink, ...]:
    """One more blink where the natural interval after, or before, the first falls in the clip."""
    variance = np.log1p((BLINK_INTERVAL_SD_S / BLINK_INTERVAL_MEAN_S) ** 2)
    interval = rng.lognormal(np.log(BLINK_INTERVAL_MEAN_S) - variance / 2, np.sqrt(variance))
    first = blinks[0].apex
    for apex in (first + interval, first - interval):
        if 0.5 <= apex <= length - 0.6 and interval >= BLINK_GAP_S:
            return tuple(sorted((*blinks, _blink(rng, apex)), key=lambda b: b.apex))
    return blinks


def _glances(
    rng: np.random.Generator, length: float, size_deg: float, blinks: tuple[Blink, ...]
) -> tuple[Look, ...]:
    """Two or three small fixations around the camera, as between a viewer's eyes, and back.

    One of them rides on the first blink, where a gaze shift belongs.
    """
    onsets = [blinks[0].apex - 0.03] if blinks else []
    onset = rng.uniform(0.7, 1.3)
    while onset < length - 1.4:
        if all(abs(onset - other) >= LEAST_FIXATION_S for other in onsets):
            onsets.append(onset)
        onset += rng.uniform(0.8, 1.8)
    onsets = sorted(onsets)[:3]
    looks = [
        Look(at, float(rng.uniform(-size_deg, size_deg)), float(rng.uniform(-0.5, 0.3) * size_deg))
        for at in onsets
    ]
    home = max(length - rng.uniform(0.8, 1.0), (onsets[-1] if onsets else 0.0) + LEAST_FIXATION_S)
    return (*looks, Look(min(home, length - 0.3), 0.0, 0.0))


def _sway(rng: np.random.Generator) -> Sway:
    return Sway(
        yaw_rms=rng.uniform(0.50, 0.80),
        pitch_rms=rng.uniform(0.36, 0.50),
        roll_rms=rng.uniform(0.35, 0.50),
        seed=int(rng.integers(2**31)),
    )


def _smile(
    rng: np.random.Generator,
    start: float,
    length: float,
    peak: float,
    rise: tuple[float, float],
    fall: tuple[float, float],
) -> Smile:
    """A smile from `start` that has gone shortly before the end; held for 2.5 s at most."""
    shape = _spanning(rng, start, length, rise, fall, peak * rng.uniform(0.92, 1.04), longest=2.5)
    return Smile(
        shape,
        asymmetry=_side(rng) * rng.uniform(0.05, 0.10),
        swell=rng.uniform(0.05, 0.10),
        swell_phase=rng.uniform(0.0, 1.0),
    )


def _spanning(
    rng: np.random.Generator,
    start: float,
    length: float,
    rise: tuple[float, float],
    fall: tuple[float, float],
    peak: float,
    longest: float = 60.0,
) -> Gesture:
    """A gesture from `start` that is over 0.15-0.3 s before the end of the clip."""
    up, down = rng.uniform(*rise), rng.uniform(*fall)
    free = length - rng.uniform(0.15, 0.30) - start - up - down
    if free < 0:  # A short clip: quicker, never cut off.
        up, down, free = up * (1 + free / (up + down)), down * (1 + free / (up + down)), 0.0
    return Gesture(start, up, min(free, longest), down, peak)
