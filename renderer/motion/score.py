"""A score: what a face will do and when, before it is sampled into curves.

A driver writes a score (`renderer.motion.drivers`); `play` holds it to a face's caps and turns it
into `FaceCurves`. Caps act on whole gestures, by scaling them: a curve that is cut off flat at its
limit looks like a machine hitting a stop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderer.motion import curves
from renderer.motion.caps import Caps, Range
from renderer.motion.channels import FPS, SHUTTER_SAMPLES, FaceCurves
from renderer.motion.curves import Times

SHUTTER_SHARE = 0.5
"""A 180-degree shutter is open for half of each frame."""

VERTICAL_GAZE_SHARE = 0.6
"""The eye opening is about 0.6 as high as the room the iris has sideways."""

VERTICAL_VOR_GAIN = 0.9
"""Lids cover part of the eyes' vertical counter-rotation; at 1 a nod looks like rolling eyes."""

BLINK_BROW_DIP = 0.08
"""The brow drops by under half a millimetre while the lids are shut."""

SQUINT_OF_SMILE = 0.12
"""Lower-lid rise beyond the learned smile, per unit of smile."""

SWAY_SHARE_OF_ROOM = 0.6
"""Idle drift may use this part of the narrower side of an axis' bounds."""


@dataclass(frozen=True)
class Gesture:
    """Up to `peak` over `rise` seconds from `start`, still for `hold`, back over `fall`."""

    start: float
    rise: float
    hold: float
    fall: float
    peak: float

    @property
    def end(self) -> float:
        return self.start + self.rise + self.hold + self.fall

    def at(self, t: Times) -> Times:
        return self.peak * curves.envelope(t, self.start, self.rise, self.hold, self.fall)


@dataclass(frozen=True)
class Nod:
    """A dip of the head by `peak` degrees of pitch in `seconds`."""

    start: float
    seconds: float
    peak: float

    @property
    def end(self) -> float:
        return self.start + self.seconds

    def at(self, t: Times) -> Times:
        return self.peak * curves.nod(t, self.start, self.seconds)


@dataclass(frozen=True)
class Smile:
    """`peak` in units of 10 mm of corner travel; `asymmetry` -1..1: share by which the right corner
    travels further than the left; `swell` see `curves.smile`."""

    shape: Gesture
    asymmetry: float
    swell: float
    swell_phase: float

    def at(self, t: Times) -> Times:
        """``(..., 2)`` left and right corner."""
        shape = self.shape
        both = shape.peak * curves.smile(
            t, shape.start, shape.rise, shape.hold, shape.fall, self.swell, self.swell_phase
        )
        # Only taken away from one side: the peak stays within the cap on both.
        left = 1.0 - max(self.asymmetry, 0.0)
        right = 1.0 + min(self.asymmetry, 0.0)
        return np.stack([both * left, both * right], axis=-1)


@dataclass(frozen=True)
class Blink:
    """A full blink whose middle of the closed phase is `apex` seconds into the clip."""

    apex: float
    closing: float
    closed: float
    opening: float

    @property
    def start(self) -> float:
        return self.apex - self.closing - self.closed / 2

    @property
    def end(self) -> float:
        return self.apex + self.closed / 2 + self.opening

    def on_frame(self, fps: float) -> Blink:
        """The same blink with its apex on the nearest frame: between two frames nobody would see
        the eyes shut."""
        return replace(self, apex=round(self.apex * fps) / fps)

    def at(self, t: Times) -> Times:
        return curves.blink(t, self.start, self.closing, self.closed, self.opening)


@dataclass(frozen=True)
class Look:
    """From `onset` on the eyes rest on a point `x_deg` to the right, `y_deg` below the camera."""

    onset: float
    x_deg: float
    y_deg: float


@dataclass(frozen=True)
class Sway:
    """Idle drift: root mean square of each axis in degrees, and its seed."""

    yaw_rms: float
    pitch_rms: float
    roll_rms: float
    seed: int


@dataclass(frozen=True)
class Score:
    """Everything one face does in one clip of `seconds`."""

    seconds: float
    blinks: tuple[Blink, ...] = ()
    looks: tuple[Look, ...] = ()
    smile: Smile | None = None
    brow: tuple[Gesture, ...] = ()
    yaw: tuple[Gesture, ...] = ()
    pitch: tuple[Gesture | Nod, ...] = ()
    roll: tuple[Gesture, ...] = ()
    sway: Sway | None = None


def frame_count(seconds: float, fps: float = FPS) -> int:
    """Frames of a clip that lasts `seconds`; the last one is the still again."""
    return max(2, round(seconds * fps))


def play(score: Score, caps: Caps, intensity: float, fps: float = FPS) -> FaceCurves:
    """The score as curves, scaled by `intensity` 0..1 and held to `caps`.

    Blinks keep their depth at any intensity above 0: a half-closed blink is not a gentler one, it
    is a sleepier one.
    """
    frames = frame_count(score.seconds, fps)
    t = np.arange(frames) / fps
    span = (frames - 1) / fps
    intensity = float(np.clip(intensity, 0.0, 1.0))
    shutter = _shutter_instants(t, fps)

    yaw, pitch, roll = _head(score, caps, intensity, span, shutter)

    blinks = [b.on_frame(fps) for b in score.blinks] if caps.blink and intensity > 0 else []
    lids = sum((b.at(shutter) for b in blinks), np.zeros_like(shutter))
    lids_per_frame = sum((b.at(t) for b in blinks), np.zeros_like(t))

    corners = np.zeros((frames, 2))
    if score.smile is not None:
        shape = score.smile.shape
        peak = min(shape.peak * intensity, caps.smile)
        corners = replace(score.smile, shape=replace(shape, peak=peak)).at(t)
    brow = sum((g.at(t) for g in score.brow), np.zeros_like(t)) * intensity * caps.brow
    brow = brow - BLINK_BROW_DIP * caps.brow * lids_per_frame

    return FaceCurves(
        blink=_sealed(np.repeat(lids[..., None], 2, axis=-1)),
        gaze=_sealed(_gaze(score, caps, intensity, shutter, yaw.at(shutter), pitch.at(shutter))),
        smile=_sealed(corners),
        brow=_sealed(np.clip(brow, -1.0, 1.0)),
        squint=_sealed(SQUINT_OF_SMILE * caps.squint * corners.mean(axis=-1)),
        yaw_deg=_sealed(yaw.at(t)),
        pitch_deg=_sealed(pitch.at(t)),
        roll_deg=_sealed(roll.at(t)),
    )


def still(frames: int) -> FaceCurves:
    """Curves of a face that does not move."""
    return FaceCurves(
        blink=np.zeros((frames, SHUTTER_SAMPLES, 2), np.float32),
        gaze=np.zeros((frames, SHUTTER_SAMPLES, 2), np.float32),
        smile=np.zeros((frames, 2), np.float32),
        brow=np.zeros(frames, np.float32),
        squint=np.zeros(frames, np.float32),
        yaw_deg=np.zeros(frames, np.float32),
        pitch_deg=np.zeros(frames, np.float32),
        roll_deg=np.zeros(frames, np.float32),
    )


def _head(
    score: Score, caps: Caps, intensity: float, span: float, t: Times
) -> tuple[_Axis, _Axis, _Axis]:
    """Yaw, pitch and roll, held to the caps."""
    sway = score.sway or Sway(0.0, 0.0, 0.0, 0)
    drift = intensity * caps.sway
    turn = intensity * caps.head

    def scaled(gestures: tuple[Gesture | Nod, ...]) -> tuple[Gesture | Nod, ...]:
        return tuple(replace(g, peak=g.peak * turn) for g in gestures)

    return (
        _axis(scaled(score.yaw), sway.yaw_rms * drift, sway.seed, caps.yaw_deg, span, t),
        _axis(scaled(score.pitch), sway.pitch_rms * drift, sway.seed + 1, caps.pitch_deg, span, t),
        _axis(scaled(score.roll), sway.roll_rms * drift, sway.seed + 2, caps.roll_deg, span, t),
    )


@dataclass(frozen=True)
class _Axis:
    """One axis of the head in degrees, already within its bounds."""

    gestures: tuple[Gesture | Nod, ...]
    sway_rms: float
    sway_seed: int
    span: float
    scale: float = 1.0

    def at(self, t: Times) -> Times:
        angle = sum((g.at(t) for g in self.gestures), np.zeros_like(t))
        if self.sway_rms > 0:
            angle = angle + curves.idle_sway(t, self.span, self.sway_rms, self.sway_seed)
        return self.scale * angle


def _axis(
    gestures: tuple[Gesture | Nod, ...],
    sway_rms: float,
    sway_seed: int,
    bounds: Range,
    span: float,
    t: Times,
) -> _Axis:
    """Gestures and sway within `bounds`: each gesture scaled on its own first (a look to the free
    side keeps its size), the sum once more if they add up."""
    low, high = bounds
    if high - low <= 0:
        return _Axis((), 0.0, 0, span)
    drift = _Axis((), sway_rms, sway_seed, span)
    swing = float(np.abs(drift.at(t)).max())
    room = SWAY_SHARE_OF_ROOM * min(high, -low)
    if swing > room:
        drift = replace(drift, sway_rms=sway_rms * room / swing)
        swing = room
    held = tuple(
        replace(g, peak=float(np.clip(g.peak, min(0.0, low + swing), max(0.0, high - swing))))
        for g in gestures
    )
    axis = replace(drift, gestures=held)
    angle = axis.at(t)
    return replace(axis, scale=_fit(angle, low, high))


def _fit(values: Times, low: float, high: float) -> float:
    """The factor, at most 1, that brings `values` within bounds that contain 0."""
    top, bottom = float(values.max()), float(values.min())
    return min(
        1.0,
        high / top if top > high else 1.0,
        low / bottom if bottom < low else 1.0,
    )


def _gaze(score: Score, caps: Caps, intensity: float, t: Times, yaw: Times, pitch: Times) -> Times:
    """``(..., 2)`` iris shift in iris radii: where the score looks, against where the head goes."""
    if caps.gaze <= 0 or intensity <= 0:
        return np.zeros((*t.shape, 2))
    onsets = np.array([look.onset for look in score.looks])
    reach_x, reach_y = caps.gaze, caps.gaze * VERTICAL_GAZE_SHARE
    aim_x = _within_eye(np.array([look.x_deg for look in score.looks]) * intensity, reach_x)
    aim_y = _within_eye(np.array([look.y_deg for look in score.looks]) * intensity, reach_y)
    eye_x = curves.counter_rotation(curves.gaze_path(t, onsets, aim_x), yaw)
    eye_y = curves.counter_rotation(curves.gaze_path(t, onsets, aim_y), pitch, VERTICAL_VOR_GAIN)
    x, y = curves.iris_shift(eye_x), curves.iris_shift(eye_y)
    return np.stack([x * _fit(x, -reach_x, reach_x), y * _fit(y, -reach_y, reach_y)], axis=-1)


def _within_eye(degrees: Times, reach: float) -> Times:
    """Gaze targets scaled together so that the farthest is `reach` iris radii away."""
    limit = float(np.degrees(np.arcsin(min(1.0, reach / curves.IRIS_RADII_PER_SINE))))
    farthest = float(np.abs(degrees).max(initial=0.0))
    return degrees * min(1.0, limit / farthest) if farthest > 0 else degrees


def _shutter_instants(t: Times, fps: float) -> Times:
    """``(N, S)`` the middles of the equal parts that the open shutter is divided into."""
    parts = (np.arange(SHUTTER_SAMPLES) + 0.5) / SHUTTER_SAMPLES - 0.5
    return np.asarray(t[:, None] + parts * SHUTTER_SHARE / fps)


def _sealed(values: Times) -> NDArray[np.float32]:
    """As float32, with the first and the last frame exactly the still."""
    sealed = np.asarray(values, np.float32)
    sealed[[0, -1]] = 0.0
    return sealed
