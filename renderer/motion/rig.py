"""The face rig: from channels to how far every point of the picture moves. Numbers only.

A rig belongs to one face in one picture. It holds, on a coarse grid over the region that may move,
the depth of the head, how much each point follows the head, and how each expression moves it. What
it never does is touch a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.topology import CHIN, EYE_RINGS, MOUTH_CORNERS, OVAL
from renderer.faces.types import Face, Floats
from renderer.motion.head import HeadModel, fit_head, head_depth
from renderer.motion.scatter import thin_plate

CELLS_PER_FACE = 54
"""Grid cells over the height of a face: 8 px for a face of 430 px. Lids and lips are the finest things
that the fields have to resolve; twice as fine changed no picture."""

RIG_SMOOTHING = 2e-3
"""Smoothing of the landmark fields, in units of the thin-plate kernel at unit spread: about the mesh's
own repeatability (0.24 mm), so that its noise does not turn into dents."""

MOST_GAIN = 1.25
"""Grid and calming take about a tenth off the travel of a mouth corner, which is given back; a corner
that lost more lies at the outline of a turned face, and had better not travel."""

# Shares of the face height.
SILHOUETTE_CALM = 0.085  # expressions fade inside this rim, or the far cheek grows a horn
FOLLOW_TOP, FOLLOW_END = -0.02, 0.62  # chin to neck base: from riding with the head to resting
SHOULDER_FROM, SHOULDER_TO = 0.62, 0.95  # sideways from the head's axis below the jaw
DEPTH_BLUR = 0.028


@dataclass(frozen=True)
class Motion:
    """Where one face is in one frame. Angles in degrees, smile in units of 10 mm, brow -1..1."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    smile_left: float = 0.0
    smile_right: float = 0.0
    brow: float = 0.0

    @property
    def is_still(self) -> bool:
        return not any(
            (
                self.yaw_deg,
                self.pitch_deg,
                self.roll_deg,
                self.smile_left,
                self.smile_right,
                self.brow,
            )
        )


@dataclass(frozen=True)
class HeadRig:
    """One face's rig over a region of the picture.

    box: ``(x0, y0, x1, y1)`` picture pixels. step: grid spacing in pixels; grid point ``(j, i)`` lies
        at ``x0 + (i + 0.5) * step - 0.5``, so that a plain image resize upsamples it exactly.
    x, y: ``(gh, gw) float32`` grid positions. depth: ``(gh, gw) float32``.
    follow: ``(gh, gw) float32`` 0..1, how much a point rides with the head.
    smile_left, smile_right, brow: ``(gh, gw, 3) float32`` displacement per unit of the channel.
    """

    box: tuple[int, int, int, int]
    step: int
    x: Floats
    y: Floats
    depth: Floats
    follow: Floats
    smile_left: Floats
    smile_right: Floats
    brow: Floats
    head: HeadModel
    face_height: float
    px_per_mm: float


def smoothstep(x: NDArray[np.floating], low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, cubic and smooth between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def grid_step(face_height: float) -> int:
    """Even grid spacing in pixels for a face of this height."""
    return int(np.clip(2 * round(face_height / CELLS_PER_FACE / 2), 2, 16))


def build_rig(
    face: Face,
    box: tuple[int, int, int, int],
    alpha: Floats,
    fields: tuple[Floats, Floats, Floats],
    rigid: Floats | None = None,
) -> HeadRig:
    """The rig of `face` over `box`.

    alpha: ``(h, w) float32`` 0..1 soft mask of the person over the box; expressions are calmed along
        its outline. fields: displacement of the 468 landmarks, ``(468, 3) float32`` in picture pixels,
        per unit of smile_left, smile_right and brow. rigid: optional ``(h, w) float32`` 0..1 mask of
        what no expression may bend (spectacles).
    """
    x0, y0, x1, y1 = box
    step = grid_step(face.height_px)
    gw, gh = -(-(x1 - x0) // step), -(-(y1 - y0) // step)
    gx = x0 + (np.arange(gw, dtype=np.float32) + 0.5) * step - 0.5
    gy = y0 + (np.arange(gh, dtype=np.float32) + 0.5) * step - 0.5
    x, y = np.meshgrid(gx, gy)
    points = face.mesh.points.astype(np.float64)
    head = fit_head(points, face.pose)
    solved = _solve(points, fields, head, x, y)
    tall = face.height_px
    calm = _calm(points, x, y, _to_grid(alpha, x.shape, step), tall, step)
    if rigid is not None:
        calm = calm * (1.0 - _to_grid(rigid, x.shape, step))
    moved = [solved[..., 3 * k : 3 * k + 3] * calm[..., None] for k in range(3)]
    for k, corner in enumerate(MOUTH_CORNERS):
        moved[k] = moved[k] * _gain(moved[k], points[corner], fields[k][corner], (x0, y0), step)
    return HeadRig(
        box=box,
        step=step,
        x=x,
        y=y,
        depth=_depth(head, solved[..., 9], x, y, tall, step),
        follow=follow_weight(face, x, y),
        smile_left=np.ascontiguousarray(moved[0], np.float32),
        smile_right=np.ascontiguousarray(moved[1], np.float32),
        brow=np.ascontiguousarray(moved[2], np.float32),
        head=head,
        face_height=tall,
        px_per_mm=face.pose.px_per_mm,
    )


def displacement(rig: HeadRig, motion: Motion) -> Floats:
    """Forward displacement ``(gh, gw, 2) float32`` in pixels of every grid point."""
    e = rig.smile_left * np.float32(motion.smile_left)
    e += rig.smile_right * np.float32(motion.smile_right)
    e += rig.brow * np.float32(motion.brow)
    out = np.ascontiguousarray(e[..., :2])
    if motion.yaw_deg or motion.pitch_deg or motion.roll_deg:
        turn = head_turn(rig.head, motion)
        place = np.stack([rig.x, rig.y, rig.depth], -1) + e
        moved = place.reshape(-1, 3) @ turn[:2, :3].T.astype(np.float32)
        moved += turn[:2, 3].astype(np.float32)
        moved -= place.reshape(-1, 3)[:, :2]
        out += moved.reshape(*rig.x.shape, 2) * rig.follow[..., None]
    return out


def head_turn(head: HeadModel, motion: Motion) -> NDArray[np.float64]:
    """The rigid motion ``(3, 4)`` of the head: yaw and pitch at the atlas, then roll low in the neck."""
    ex, ey = head.rotation[:, 0], head.rotation[:, 1]
    yaw = cv2.Rodrigues(-np.radians(motion.yaw_deg) * ey)[0]
    pitch = cv2.Rodrigues(np.radians(motion.pitch_deg) * ex)[0]
    roll = cv2.Rodrigues(np.radians(motion.roll_deg) * np.array([0.0, 0.0, 1.0]))[0]
    upper = np.asarray(yaw @ pitch)
    lower = np.asarray(roll)
    shift = lower @ (head.atlas - upper @ head.atlas) + head.neck_base - lower @ head.neck_base
    return np.column_stack([lower @ upper, shift])


def carry(rig: HeadRig, motion: Motion, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Where picture points ``(N, 2)`` inside the box go under `motion`."""
    d = displacement(rig, motion)
    x0, y0 = rig.box[0], rig.box[1]
    u = ((points[:, 0] - x0 + 0.5) / rig.step - 0.5).astype(np.float32)[None]
    v = ((points[:, 1] - y0 + 0.5) / rig.step - 0.5).astype(np.float32)[None]
    read = cv2.remap(d, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
    return np.asarray(points[:, :2] + read, np.float64)


def invert(forward: Floats, step: int) -> Floats:
    """Backward displacement on the same grid: ``g(q) = -d(q + g(q))``, by fixed-point iteration.

    Converges because the fields are gentle (their gradient stays well under one, which the geometry
    gate checks): eight rounds leave 0.07 px at the edge of the nose at the strongest, six 0.13.
    """
    gh, gw = forward.shape[:2]
    base_x, base_y = np.meshgrid(np.arange(gw, dtype=np.float32), np.arange(gh, dtype=np.float32))
    scaled = forward * np.float32(-1.0 / step)
    back = scaled
    for _ in range(8):
        read = cv2.remap(
            scaled, base_x + back[..., 0], base_y + back[..., 1],
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        back = np.asarray(read, np.float32)
    return np.asarray(back * np.float32(step), np.float32)


def _to_grid(mask: Floats, shape: tuple[int, ...], step: int) -> Floats:
    gh, gw = shape[0], shape[1]
    padded = cv2.copyMakeBorder(
        mask, 0, gh * step - mask.shape[0], 0, gw * step - mask.shape[1], cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.resize(padded, (gw, gh), interpolation=cv2.INTER_AREA), np.float32)


def _solve(
    points: NDArray[np.float64],
    fields: tuple[Floats, Floats, Floats],
    head: HeadModel,
    x: Floats,
    y: Floats,
) -> Floats:
    """Fields and depth residual on the grid, ``(gh, gw, 10)``; zero away from the face."""
    face = points[:468]
    centre = face[:, :2].mean(axis=0)
    oval = face[list(OVAL), :2]
    ring = np.vstack([centre + (oval - centre) * k for k in (1.22, 1.5)])
    residual = face[:, 2] - head_depth(head, face[:, 0], face[:, 1])
    values = np.column_stack([*fields, residual])
    centres = np.vstack([face[:, :2], ring])
    values = np.vstack([values, np.zeros((len(ring), values.shape[1]))])
    low, high = ring.min(axis=0), ring.max(axis=0)
    inside = (x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])
    out = np.zeros((*x.shape, values.shape[1]), np.float32)
    at = np.column_stack([x[inside], y[inside]])
    out[inside] = thin_plate(centres, values, at, RIG_SMOOTHING)
    # The spline is not bounded by its ring: fade to exactly nothing between the two rings.
    radius = _oval_radius(oval, centre, x, y)
    return np.asarray(out * (1.0 - smoothstep(radius, 1.15, 1.45))[..., None], np.float32)


def _oval_radius(
    oval: NDArray[np.float64], centre: NDArray[np.float64], x: Floats, y: Floats
) -> NDArray[np.float64]:
    """Distance from the face's centre in units of its outline in that direction."""
    rim = oval - centre
    angle = np.arctan2(rim[:, 1], rim[:, 0])
    order = np.argsort(angle)
    reach = np.hypot(rim[:, 0], rim[:, 1])[order]
    here = np.arctan2(y - centre[1], x - centre[0])
    limit = np.interp(here, angle[order], reach, period=2 * np.pi)
    return np.asarray(np.hypot(x - centre[0], y - centre[1]) / limit, np.float64)


def _calm(
    points: NDArray[np.float64], x: Floats, y: Floats, alpha: Floats, tall: float, step: int
) -> Floats:
    """1 where expressions act in full, 0 over the eyeballs and along the person's outline."""
    within = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    calm = smoothstep(np.asarray(within, np.float32) * step, 0.0, SILHOUETTE_CALM * tall)
    eyes = np.zeros(x.shape, np.uint8)
    for ring in EYE_RINGS:
        corner = np.array([x[0, 0], y[0, 0]])
        polygon = np.round((points[list(ring), :2] - corner) / step * 16).astype(np.int32)
        cv2.fillPoly(eyes, [polygon], 255, lineType=cv2.LINE_8, shift=4)
    soft = cv2.GaussianBlur(eyes.astype(np.float32) / 255, (0, 0), max(0.7, 0.014 * tall / step))
    return np.asarray(calm * (1.0 - np.clip(1.3 * soft, 0.0, 1.0)), np.float32)


def _gain(
    field: Floats, corner: NDArray[np.float64], wanted: Floats, origin: tuple[int, int], step: int
) -> np.float32:
    """What a smile has to be scaled by for its mouth corner to travel as far as it is told to."""
    u = np.array([[(corner[0] - origin[0] + 0.5) / step - 0.5]], np.float32)
    v = np.array([[(corner[1] - origin[1] + 0.5) / step - 0.5]], np.float32)
    read = cv2.remap(field, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    drawn = np.asarray(read)[0, 0, :2]
    way = wanted[:2]
    travel = float(np.dot(drawn, way)) / max(float(np.dot(way, way)), 1e-9)
    return np.float32(np.clip(1.0 / max(travel, 1e-3), 1.0, MOST_GAIN))


def _depth(
    head: HeadModel, residual: Floats, x: Floats, y: Floats, tall: float, step: int
) -> Floats:
    depth = head_depth(head, x, y) + residual
    return np.asarray(
        cv2.GaussianBlur(depth.astype(np.float32), (0, 0), max(0.8, DEPTH_BLUR * tall / step)),
        np.float32,
    )


def follow_weight(face: Face, x: Floats, y: Floats) -> Floats:
    """How much picture points ride with the head, 0..1, same shape as `x`: all of the head, fading
    from chin to neck base and over the shoulders."""
    chin = face.mesh.points[CHIN, :2]
    down = face.pose.rotation[:2, 1] / np.linalg.norm(face.pose.rotation[:2, 1])
    along = ((x - chin[0]) * down[0] + (y - chin[1]) * down[1]) / face.height_px
    across = np.abs((x - chin[0]) * down[1] - (y - chin[1]) * down[0]) / face.height_px
    below_jaw = smoothstep(along, -0.45, -0.05)
    shoulder = smoothstep(across, SHOULDER_FROM, SHOULDER_TO) * below_jaw
    rides = 1.0 - smoothstep(along, FOLLOW_TOP, FOLLOW_END)
    return np.asarray(rides * (1.0 - shoulder), np.float32)
