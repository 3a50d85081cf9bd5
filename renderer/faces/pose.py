"""Which way a head is turned: the canonical face fitted rigidly to a mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from renderer.faces.canonical import CanonicalFace
from renderer.faces.types import HeadPose, Mesh

Matrix = NDArray[np.float64]


def head_pose(mesh: Mesh, canonical: CanonicalFace) -> HeadPose:
    """The pose of a mesh, from the landmarks that expressions hardly move."""
    used = np.flatnonzero(canonical.rigid_weights)
    scale, rotation, origin = fit_similarity(
        canonical.vertices[used], mesh.points[used], canonical.rigid_weights[used]
    )
    yaw, pitch, roll = angles(rotation)
    return HeadPose(rotation, origin, scale, yaw, pitch, roll)


def fit_similarity(
    source: NDArray[np.floating], target: NDArray[np.floating], weights: NDArray[np.floating]
) -> tuple[float, Matrix, Matrix]:
    """Scale, rotation, shift with ``target ~ scale * rotation @ source + shift``.

    Weighted least squares in closed form (Umeyama 1991, section III). Points are rows of any
    dimension; a mirror image is never fitted.
    """
    share = (weights / weights.sum()).astype(np.float64)[:, None]
    a, b = source.astype(np.float64), target.astype(np.float64)
    a_mean, b_mean = (share * a).sum(axis=0), (share * b).sum(axis=0)
    a0, b0 = a - a_mean, b - b_mean
    u, sigma, vt = np.linalg.svd((share * b0).T @ a0)
    sign = np.ones(len(sigma))
    sign[-1] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign) @ vt
    scale = float((sigma * sign).sum() / (share * a0**2).sum())
    return scale, rotation, b_mean - scale * rotation @ a_mean


def angles(rotation: Matrix) -> tuple[float, float, float]:
    """Yaw, pitch, roll in degrees, signs as in `renderer.faces.types`.

    ``rotation = turn(yaw) @ nod(pitch) @ tilt(roll)``: yaw and pitch are where the face looks on the
    picture's own axes, roll is the tilt about the line of sight.
    """
    # The head looks along -z; its crown is at -y.
    looks_x, looks_y, looks_z = -rotation[:, 2]
    yaw = np.arctan2(looks_x, -looks_z)
    pitch = np.arctan2(looks_y, np.hypot(looks_x, looks_z))
    level = rotation_of(float(np.degrees(yaw)), float(np.degrees(pitch)), 0.0)
    tilt = level.T @ rotation
    roll = np.arctan2(tilt[1, 0], tilt[0, 0])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def rotation_of(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Matrix:
    """The inverse of `angles`."""
    y, p, r = np.radians([yaw_deg, pitch_deg, roll_deg])
    turn = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tilt)
