"""The second opinion: 68 landmarks from another family of networks, and what is read from them.

The mesh network calibrates what is rendered, so it must not judge it. This one (face-api's 68-point
net, trained on other data) reads back eyelids, mouth corners and pose from rendered frames. It is a
small network and shakes by a percent of the eye distance; averaging over crops that lie a little
apart takes most of that out.

What it can and cannot see, measured on people who really moved: turns, nods and tilts at a gain of
1.06, 1.02, 1.04 of the mesh's; mouth corners at `CORNER_GAIN`; **lids hardly at all** (eyes that are
shut read 0.75 of their open aperture). Lids are for `renderer.faces.iris`, a third network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from renderer.faces import topology
from renderer.faces.canonical import CanonicalFace
from renderer.faces.crop import Crop
from renderer.faces.pose import angles
from renderer.faces.types import Floats, HeadPose, Mesh, Picture
from renderer.models import ModelStore

SIZE = 112
JITTER = 0.03
"""Averaged crops lie this share of their side apart: further, and the network's own bias moves."""

SAMPLES = 6
"""Averaged crops by default; the noise falls with the root of their number, the time rises with it."""

CORNER_GAIN = 0.77
"""Travel of the mouth corners as read here over the same as the mesh has it, over 16 pairs of a neutral
and a smiling photograph (0.72 to 0.81 by corner and axis, correlation 0.9), whatever the crop: the
network draws faces towards its average."""

CROP_OVER_MESH = 1.25
"""Side of the crop over the longer side of the 68 points' extent in the mesh. Of 0.95 to 1.4, this
shook least (0.9 % of the eye distance, one crop) and agreed best with the mesh on 27 portraits."""


def judge_crop(mesh: Mesh) -> Crop:
    """Where the judge looks. Use one crop for all frames of a face, or its placing shows as motion."""
    points = mesh.points[topology.of(topology.MESH_OF_68), :2].astype(np.float64)
    left, right = (points[36:42].mean(axis=0), points[42:48].mean(axis=0))
    angle = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    level = points @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    side = CROP_OVER_MESH * float((high - low).max())
    x, y = turn.T @ ((low + high) / 2)
    return Crop(float(x), float(y), side, angle)


def landmarks68(picture: Picture, crop: Crop, store: ModelStore, samples: int = SAMPLES) -> Floats:
    """``(68, 2) float32`` in picture pixels, the mean over `samples` crops around `crop`."""
    (points,) = landmarks68_of_frames([picture], crop, store, samples)
    return np.asarray(points)


def landmarks68_of_frames(
    frames: Sequence[Picture], crop: Crop, store: ModelStore, samples: int = SAMPLES
) -> Floats:
    """``(frames, 68, 2) float32``: as `landmarks68` for many frames, each run as one batch."""
    crops = around(crop, samples)
    session = store.session("landmarks68")
    found = []
    for frame in frames:
        images = np.stack([one.sample(frame, SIZE) for one in crops])
        points = session.run(image=images)["points"]
        placed = [_placed(one, row) for one, row in zip(crops, points, strict=True)]
        found.append(np.mean(placed, axis=0))
    return np.array(found, np.float32).reshape(-1, 68, 2)


def _placed(crop: Crop, points: Floats) -> Floats:
    placed = crop.to_picture(points, 1)
    return placed[topology.of(topology.MIRROR_68)] if crop.mirrored else placed


def around(crop: Crop, samples: int) -> list[Crop]:
    """`samples` crops on a small ring around `crop`, a little wider and narrower in turns.

    Every other one is mirrored: the network puts everything 0.9 of its pixels too far left.
    """
    if samples <= 1:
        return [crop]
    turns = np.linspace(0, 2 * np.pi, samples, endpoint=False)
    return [
        replace(
            crop.moved(
                float(JITTER * np.cos(turn)),
                float(JITTER * np.sin(turn)),
                1 + JITTER * (1 if i % 4 < 2 else -1),
            ),
            mirrored=i % 2 == 1,
        )
        for i, turn in enumerate(turns)
    ]


@dataclass(frozen=True)
class Reading:
    """What 68 points say. Ratios are of lengths in the same picture.

    aperture: ``(2,)`` of the left and right eye: mean lid distance over the eye's width.
    corners: ``(2, 2)`` left and right mouth corner in eye distances, in the axes of the face on the
    picture (x along the line of the eyes, y down), from the middle between the eyes.
    mouth_gap: distance of the inner lips in eye distances.
    """

    aperture: Floats
    corners: Floats
    mouth_gap: float


def read(points: Floats) -> Reading:
    """The reading of ``(68, 2)`` points."""
    left, right = points[topology.LEFT_EYE_68], points[topology.RIGHT_EYE_68]
    centre_left, centre_right = left.mean(axis=0), right.mean(axis=0)
    across = centre_right - centre_left
    distance = float(np.hypot(*across))
    axes = np.array([across, [-across[1], across[0]]]) / distance
    corners = (points[list(topology.MOUTH_CORNERS_68)] - (centre_left + centre_right) / 2) @ axes.T
    inner = points[topology.LIPS_INNER_68]
    gap = float(np.linalg.norm(inner[[1, 2, 3]] - inner[[7, 6, 5]], axis=1).mean())
    return Reading(
        aperture=np.array([aperture(left), aperture(right)], np.float32),
        corners=(corners / distance).astype(np.float32),
        mouth_gap=gap / distance,
    )


def aperture(eye: Floats) -> float:
    """Mean distance of the lids over the eye's width, from an eye's six points (the "eye aspect
    ratio" of Soukupova and Cech 2016)."""
    lids = np.linalg.norm(eye[[1, 2]] - eye[[5, 4]], axis=1).mean()
    return float(lids / np.linalg.norm(eye[3] - eye[0]))


@dataclass(frozen=True)
class Noise:
    """Standard deviations of repeated readings of one still: aperture as `Reading.aperture`, corners
    in eye distances, angles in degrees."""

    aperture: float
    corners: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


NOISE_TRIALS = 8
NOISE_SHIFT = 0.012
"""How far apart the crops of repeated readings lie, in shares of their side: about as far as a face
moves inside a fixed crop during a clip's small motions."""


def repeatability(
    picture: Picture,
    crop: Crop,
    store: ModelStore,
    canonical: CanonicalFace,
    samples: int = SAMPLES,
) -> Noise:
    """How far readings of this photo scatter when nothing moves but the crop."""
    turns = np.linspace(0, 2 * np.pi, NOISE_TRIALS, endpoint=False)
    rows = []
    for turn in turns:
        shifted = crop.moved(float(NOISE_SHIFT * np.cos(turn)), float(NOISE_SHIFT * np.sin(turn)))
        points = landmarks68(picture, shifted, store, samples)
        reading, pose = read(points), pose_of_68(points, canonical)
        angles_deg = (pose.yaw_deg, pose.pitch_deg, pose.roll_deg)
        rows.append([*reading.aperture, *reading.corners.ravel(), *angles_deg])
    spread = np.std(rows, axis=0)
    return Noise(float(spread[:2].mean()), float(spread[2:6].mean()), *map(float, spread[6:]))


_STEADY = (*range(17, 48), 8)
"""Brows, nose, eyes and chin: the jaw's sides slide along the cheeks as the head turns, and the mouth
smiles."""

_POSE_WEIGHTS = {8: 0.3, **dict.fromkeys(range(17, 27), 0.25), **dict.fromkeys(range(27, 36), 1.0)}


def pose_of_68(points: Floats, canonical: CanonicalFace) -> HeadPose:
    """The pose under weak perspective, from image points alone.

    An affine camera is fitted by weighted least squares and the nearest scaled rotation taken
    (POSIT's first step, DeMenthon and Davis 1995). Noisier than the mesh's pose, and independent of
    it; differences against the still are what counts.
    """
    used = np.array(_STEADY)
    model = canonical.vertices[topology.of(topology.MESH_OF_68)[used]].astype(np.float64)
    weights = np.array([_POSE_WEIGHTS.get(int(i), 0.6) for i in used])
    share = (weights / weights.sum())[:, None]
    image = points[used].astype(np.float64)
    model_mean, image_mean = (share * model).sum(axis=0), (share * image).sum(axis=0)
    a, b = (model - model_mean) * np.sqrt(share), (image - image_mean) * np.sqrt(share)
    affine = np.linalg.lstsq(a, b, rcond=None)[0].T
    u, sigma, vt = np.linalg.svd(affine, full_matrices=False)
    rows = u @ vt
    rotation = np.vstack([rows, np.cross(rows[0], rows[1])])
    scale = float(sigma.mean())
    origin = np.append(image_mean, 0.0) - scale * rotation @ model_mean
    yaw, pitch, roll = angles(rotation)
    return HeadPose(rotation, origin, scale, yaw, pitch, roll)


def disagreement(points: Floats, mesh: Mesh) -> float:
    """How far the judge and the mesh are apart in eyes, nose and mouth, in eye distances.

    The mean over the points they share; the schemes themselves differ by about 0.05.
    """
    theirs = mesh.points[topology.of(topology.MESH_OF_68), :2].astype(np.float64)
    inner = slice(17, 68)
    apart = np.linalg.norm(theirs[inner] - points[inner], axis=1)
    eyes: NDArray[np.float64] = theirs[42:48].mean(axis=0) - theirs[36:42].mean(axis=0)
    return float(apart.mean() / max(float(np.hypot(*eyes)), 1e-6))
