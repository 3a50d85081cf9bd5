"""What independent networks see in drawn frames, in the units of the commanded channels.

Head and mouth corners are read by the 68-point network, gaze and lids by the iris network; the mesh
network, which calibrates what is drawn, has no say. The head's own commanded motion is taken out
where it would show in another channel (a nod also moves the mouth's corners on the picture).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces import topology
from renderer.faces.canonical import CanonicalFace
from renderer.faces.crop import Crop
from renderer.faces.iris import Eye, eye_crops, look_at_eye
from renderer.faces.judge import aperture, judge_crop, landmarks68, pose_of_68
from renderer.faces.types import Face, Floats, HeadPose, Mesh, Picture
from renderer.models import ModelStore
from renderer.motion.channels import FaceCurves
from renderer.motion.expression import MM_PER_UNIT
from renderer.motion.rig import HeadRig, Motion, carry, head_turn
from renderer.performer import motion_at
from renderer.readback import opening

CHANNELS = ("smile", "yaw", "pitch", "roll", "gaze_x", "gaze_y", "blink", "blink_68")
"""Columns of every array of channels: 10 mm, degrees, iris radii, share closed. ``blink_68`` is the
blink again, as the 68-point network sees it."""

LOOKS = 10
"""Repeated looks at the still that the noise is taken from."""

ASTRAY = 0.02
JPEG_QUALITY = 90
"""A repeated look moves the still under the judge's eye by up to this share of the face height, which
no pixel grid divides, and compresses it again at this quality. Half a pixel alone would shake the pose
by 0.05 degrees; but a head that moves is never cut out at quite the same place, and that shakes it by
0.3."""

EYE_SAMPLES = 3

_CORNERS = list(topology.MOUTH_CORNERS_68)
_TRIAL = 0.3
"""Smile at which the corners' direction of travel is taken."""


@dataclass(frozen=True)
class Seen:
    """One look at one face: ``(68, 2)`` points and both eyes, in picture pixels."""

    points: Floats
    eyes: tuple[Eye, Eye]

    def shifted(self, dx: float, dy: float) -> Seen:
        by = np.array([dx, dy], np.float32)
        left, right = (Eye(eye.iris + by, eye.lower + by, eye.upper + by) for eye in self.eyes)
        return Seen(self.points + by, (left, right))


@dataclass(frozen=True)
class Watch:
    """A face being watched: where to look, and what the still showed there."""

    rig: HeadRig
    crop: Crop
    eye_crops: tuple[Crop, Crop]
    still: Seen
    pose: HeadPose
    canonical: CanonicalFace


def start_watching(
    picture: Picture, face: Face, rig: HeadRig, canonical: CanonicalFace, store: ModelStore
) -> Watch:
    """Look at the still, to compare every frame with it."""
    crop, eyes = judge_crop(face.mesh), eye_crops(face.mesh)
    seen = _look(picture, crop, eyes, store)
    return Watch(rig, crop, eyes, seen, pose_of_68(seen.points, canonical), canonical)


def look(picture: Picture, watch: Watch, motion: Motion, store: ModelStore) -> Seen:
    """Look at a frame drawn with `motion`. The crops go along with the head, as they do when a face is
    tracked; that of the head is never turned with it, which would answer the question."""
    left, right = (
        replace(_along(watch, motion, crop), angle=crop.angle + float(np.radians(motion.roll_deg)))
        for crop in watch.eye_crops
    )
    return _look(picture, _along(watch, motion, watch.crop), (left, right), store)


def _along(watch: Watch, motion: Motion, crop: Crop) -> Crop:
    x, y = carry(watch.rig, motion, np.array([[crop.x, crop.y]]))[0]
    return replace(crop, x=float(x), y=float(y))


def _look(picture: Picture, crop: Crop, eyes: tuple[Crop, Crop], store: ModelStore) -> Seen:
    left, right = (look_at_eye(picture, eye, store, EYE_SAMPLES) for eye in eyes)
    return Seen(landmarks68(picture, crop, store), (left, right))


def read(watch: Watch, seen: Seen, motion: Motion) -> NDArray[np.float64]:
    """``(8,)`` the channels as seen in a frame that was drawn with `motion`."""
    rest = watch.still.points.astype(np.float64)
    expression = carry(watch.rig, motion, rest) - carry(watch.rig, headed(motion), rest)
    unmoved = np.asarray(seen.points - expression, np.float32)
    yaw, pitch, roll = turned(
        pose_of_68(unmoved, watch.canonical).rotation @ watch.pose.rotation.T,
        watch.rig.head.rotation,
    )
    gaze = _gaze(watch, seen, motion)
    return np.array(
        [
            _smile(watch, seen.points[_CORNERS], motion),
            yaw,
            pitch,
            roll,
            *gaze,
            1.0 - _share(_openings(seen), _openings(watch.still)),
            1.0 - _share(_apertures(seen.points), _apertures(watch.still.points)),
        ]
    )


def commanded(curves: FaceCurves, rig: HeadRig) -> NDArray[np.float64]:
    """``(N, 8)`` the same channels as they were told; angles measured as in `read`."""
    rows = []
    for frame in range(curves.frames):
        turn = head_turn(rig.head, motion_at(curves, frame))[:, :3]
        blink = float(curves.blink[frame].mean())
        rows.append(
            [
                float(curves.smile[frame].mean()),
                *turned(turn, rig.head.rotation),
                *(float(g) for g in curves.gaze[frame].mean(axis=0)),
                blink,
                blink,
            ]
        )
    return np.array(rows)


def turned(turn: NDArray[np.float64], axes: NDArray[np.float64]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a small rotation `turn` ``(3, 3)`` of a head whose axes are
    the columns of `axes`: the rotation vector in terms of the three axes that a head is turned about."""
    vector = cv2.Rodrigues(turn)[0].ravel()
    about = np.column_stack([-axes[:, 1], axes[:, 0], np.array([0.0, 0.0, 1.0])])
    yaw, pitch, roll = np.degrees(np.linalg.solve(about, vector))
    return float(yaw), float(pitch), float(roll)


def noise(
    picture: Picture, watch: Watch, store: ModelStore, looks: int = LOOKS
) -> NDArray[np.float64]:
    """``(looks, 8)`` readings of the still, moved a little and compressed again: what the judge says
    about a face that does nothing."""
    generator = np.random.default_rng(1)
    astray = ASTRAY * watch.rig.face_height
    rows = []
    for _ in range(looks):
        dx, dy = generator.uniform(-astray, astray, 2)
        seen = _look(shaken(picture, dx, dy), watch.crop, watch.eye_crops, store)
        rows.append(read(watch, seen.shifted(-dx, -dy), Motion()))
    return np.array(rows)


def shaken(picture: Picture, dx: float, dy: float) -> Picture:
    """The picture moved by ``(dx, dy)`` pixels and compressed again."""
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpAffine(
        picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    _, packed = cv2.imencode(".jpg", moved, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def headed(motion: Motion) -> Motion:
    """The motion of the head alone."""
    return replace(motion, smile_left=0.0, smile_right=0.0, brow=0.0)


def _smile(watch: Watch, corners: Floats, motion: Motion) -> float:
    """Travel of the mouth's corners in units of 10 mm, along the way on which a smile takes them."""
    rig, rest = watch.rig, watch.still.points[_CORNERS].astype(np.float64)
    travelled = corners - carry(rig, headed(motion), rest)
    way = carry(rig, Motion(smile_left=_TRIAL, smile_right=_TRIAL), rest) - rest
    flat = np.linalg.norm(way, axis=1)
    spin = rotation(motion.roll_deg)
    along = (travelled * (way @ spin.T)).sum(axis=1) / np.maximum(flat, 1e-6)
    # The way goes backwards too, which a picture does not show.
    unit = MM_PER_UNIT * rig.px_per_mm * flat / np.maximum(_in_depth(rig, rest), 1e-6)
    return float((along / np.maximum(unit, 1e-6)).mean())


def _in_depth(rig: HeadRig, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length of the smile's displacement at `points`, depth included, at the trial strength."""
    field = (rig.smile_left + rig.smile_right) * np.float32(_TRIAL)
    u = ((points[:, 0] - rig.box[0] + 0.5) / rig.step - 0.5).astype(np.float32)[None]
    v = ((points[:, 1] - rig.box[1] + 0.5) / rig.step - 0.5).astype(np.float32)[None]
    there = cv2.remap(field, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
    return np.asarray(np.linalg.norm(there, axis=1), np.float64)


def _gaze(watch: Watch, seen: Seen, motion: Motion) -> tuple[float, float]:
    """Mean shift of both irises against where the head took them, in iris radii."""
    shifts = []
    for eye, before in zip(seen.eyes, watch.still.eyes, strict=True):
        rest = before.iris[:1].astype(np.float64)
        shift = eye.iris[0] - carry(watch.rig, motion, rest)[0]
        shifts.append(rotation(-motion.roll_deg) @ shift / before.radius)
    x, y = np.mean(shifts, axis=0)
    return float(x), float(y)


def rotation(degrees: float) -> NDArray[np.float64]:
    """``(2, 2)`` clockwise on the picture."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def openness(watch: Watch) -> tuple[float, float]:
    """How open the left and right eye are in the still: lid distance over width, iris network."""
    left, right = _openings(watch.still)
    return left, right


def mesh_opening(mesh: Mesh) -> float:
    """How open both eyes are by the mesh: mean lid distance in the middle third over the eye's width.
    The mesh calibrates what is drawn, so this stands beside the judges and is none."""
    shares = []
    for upper, lower in zip(topology.UPPER_LIDS, topology.LOWER_LIDS, strict=True):
        above, below = (mesh.points[topology.of(row), :2] for row in (upper, lower))
        lids = np.linalg.norm(above[3:6] - below[3:6], axis=1).mean()
        shares.append(float(lids / np.linalg.norm(above[-1] - above[0])))
    return float(np.mean(shares))


def _openings(seen: Seen) -> list[float]:
    return [opening(eye) for eye in seen.eyes]


def _apertures(points: Floats) -> list[float]:
    return [aperture(points[topology.LEFT_EYE_68]), aperture(points[topology.RIGHT_EYE_68])]


def _share(now: Sequence[float], before: Sequence[float]) -> float:
    """Both eyes' opening as a share of the still's."""
    return float(np.sum(now) / max(float(np.sum(before)), 1e-6))
