"""A head of clay: the canonical face placed in an invented picture, for tests that need no photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from renderer.faces.types import Box, Detection, Face, Floats, HeadPose, Mesh, Picture

CANONICAL = Path(__file__).parents[2] / "models" / "quantized" / "canonical_face.npz"
BACKGROUND = (90, 110, 130)
SKIN = (205, 170, 150)


def clay_face(
    centre: tuple[float, float] = (200.0, 200.0), px_per_mm: float = 1.0, yaw_deg: float = 0.0
) -> Face:
    """The canonical face as a detected face, turned by `yaw_deg` to the picture's right."""
    vertices = np.load(CANONICAL)["vertices"].astype(np.float64)
    turn = np.asarray(cv2.Rodrigues(np.array([0.0, -np.radians(yaw_deg), 0.0]))[0])
    origin = np.array([*centre, 0.0])
    points = px_per_mm * vertices @ turn.T + origin
    irises = []
    for ring in ((33, 133, 159, 145), (362, 263, 386, 374)):
        middle = points[list(ring)].mean(axis=0)
        for dx, dy in ((0, 0), (5.85, 0), (0, -5.85), (-5.85, 0), (0, 5.85)):
            irises.append(middle + np.array([dx, dy, 0]) * px_per_mm)
    mesh = Mesh(np.vstack([points, irises]).astype(np.float32), 1.0)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    height = float(np.linalg.norm(points[10, :2] - points[152, :2]))
    return Face(
        detection=Detection(
            Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
            0.9,
            points[[33, 263, 1, 13, 234, 454], :2].astype(np.float32),
        ),
        mesh=mesh,
        pose=HeadPose(turn, origin, px_per_mm, yaw_deg, 0.0, 0.0),
        height_px=height,
        interocular_px=63.0 * px_per_mm,
        frame_share=height / 400,
    )


def clay_picture(face: Face, size: tuple[int, int] = (400, 440)) -> tuple[Picture, Floats]:
    """A grainy picture ``(h, w, 3)`` of an oval head with a neck, and its matte ``(h, w)``."""
    w, h = size
    rng = np.random.default_rng(7)
    points = face.mesh.points
    alpha = np.zeros((h, w), np.float32)
    cx, cy = (int(v) for v in points[:468, :2].mean(axis=0))
    tall = face.height_px
    cv2.ellipse(
        alpha, (cx, cy - int(0.1 * tall)), (int(0.48 * tall), int(0.68 * tall)), 0, 0, 360, 1, -1
    )
    chin = int(points[152, 1])
    cv2.rectangle(alpha, (cx - int(0.25 * tall), chin - 20), (cx + int(0.25 * tall), h), 1, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 2.0)
    mixed = alpha[..., None] * np.array(SKIN, np.float32)
    mixed = mixed + (1 - alpha[..., None]) * np.array(BACKGROUND, np.float32)
    mixed += rng.normal(0, 5, (h, w, 1))
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8), alpha


def clay_fields(face: Face) -> tuple[Floats, Floats, Floats]:
    """Landmark fields for smile_left, smile_right and brow: corners pull out and up by 10 mm a unit."""
    points = face.mesh.points[:468]
    fields = []
    for corner, side in ((61, -1.0), (291, 1.0)):
        away = np.linalg.norm(points[:, :2] - points[corner, :2], axis=1) / face.pose.px_per_mm
        push = np.array([side * 6.1, -7.9, 0.0]) * face.pose.px_per_mm
        fields.append((np.exp(-((away / 28.0) ** 2))[:, None] * push).astype(np.float32))
    lift = np.zeros((468, 3), np.float32)
    for brow in (105, 334):
        away = np.linalg.norm(points[:, :2] - points[brow, :2], axis=1) / face.pose.px_per_mm
        lift[:, 1] -= 5.0 * face.pose.px_per_mm * np.exp(-((away / 18.0) ** 2))
    return fields[0], fields[1], lift
