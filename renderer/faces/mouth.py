"""What a mouth shows, and whether it can be seen at all."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.faces import topology
from renderer.faces.chip import EYE_DISTANCE, Chip
from renderer.faces.skin import cheeks, evenly_lit, fine_texture, saturation
from renderer.faces.types import Face
from renderer.motion.expression import Mouth

LIPS_APART = 0.045
"""Lip gap in eye distances: closed mouths measure up to 0.03, with a beard up to 0.04."""

WIDE_OPEN = 0.38
"""Lip gap in eye distances of a laugh or a shout (portrait 14: 0.49); the widest posed smiles: 0.34."""

TEETH_LUMA = 0.65
"""Upper quartile of the inner mouth over the cheeks. Teeth: 0.7-1.4; a dark mouth: 0.2-0.55."""

TONGUE_SATURATION = 0.16
"""More colourful than the cheeks by this, what is bright between the lips is a tongue or a lip."""

LEAST_LIP_LINE = 0.06
"""A closed mouth draws a dark line, 0.15-0.6 of the light around it; a scarf or a mask draws none."""

UNEVEN_MOUTH = 0.10
"""Difference of edges beside the left and right mouth corner. A hand at the chin (portrait 06): 0.10;
nine of ten free mouths are below 0.10, the others lie half in hard shadow."""

SMOOTH_COVER = 0.020
"""Fine texture around the mouth under which what hides the lips is cloth, not a moustache."""

SMILE_LIFT = 0.045
"""Lift of the mouth corners that is a smile; neutral faces of the London set: -0.06 to 0.03."""

LIFT_PER_PITCH_DEG = 0.003
"""A mouth is curved round the teeth: seen from above, its corners seem to rise."""

SMILE_WIDTH, LIFT_PER_WIDTH = 0.85, 0.3
"""Mouths wider than this, in eye distances, are being pulled."""


def lip_gap(face: Face) -> float:
    """Gap of the inner lips, mean of the middle, in eye distances."""
    points = face.mesh.points[:, :2].astype(np.float64)
    upper = points[list(topology.LIPS_INNER_UPPER[4:7])]
    lower = points[list(topology.LIPS_INNER_LOWER[4:7])]
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / max(face.interocular_px, 1.0)


def read_mouth(chip: Chip, gap: float) -> Mouth:
    if gap < LIPS_APART:
        return Mouth.CLOSED
    ring = (*topology.LIPS_INNER_UPPER, *reversed(topology.LIPS_INNER_LOWER[1:-1]))
    mask = np.zeros(chip.luma.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(chip.points[list(ring)]).astype(np.int32)], 1)
    inner = mask > 0
    if inner.sum() < 12:
        return Mouth.PARTED
    skin = cheeks(chip)
    light = float(np.percentile(chip.luma[inner], 75)) / max(
        20.0, float(np.median(skin.mean(axis=1)))
    )
    colour = float(np.median(saturation(chip.pixels[inner])) - np.median(saturation(skin)))
    return Mouth.TOOTHY if light > TEETH_LUMA and colour < TONGUE_SATURATION else Mouth.PARTED


def _lip_line(chip: Chip) -> float:
    """Depth of the dark line between closed lips on its weaker side, as a share of the light."""
    flat = evenly_lit(chip.luma, 1.5)
    upper = chip.points[list(topology.LIPS_INNER_UPPER[1:-1])]
    lower = chip.points[list(topology.LIPS_INNER_LOWER[1:-1])]
    middle = (upper + lower) / 2
    offsets = np.arange(-8, 9, dtype=np.float32)
    columns = cv2.remap(
        flat,
        np.repeat(middle[None, :, 0], len(offsets), axis=0),
        np.ascontiguousarray(middle[None, :, 1] + offsets[:, None], np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    depth = (columns[0] + columns[-1]) / 2 - columns[5:12].min(axis=0)
    return float(min(depth[:4].mean(), depth[5:].mean()))


def unevenness(chip: Chip) -> float:
    """How differently strong the edges beside the two mouth corners are."""
    flat = evenly_lit(chip.luma, 1.2)
    edges = np.hypot(
        cv2.Sobel(flat, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(flat, cv2.CV_32F, 0, 1, ksize=3)
    )
    oval = np.zeros(flat.shape, np.uint8)
    outline = np.round(chip.points[list(topology.OVAL)]).astype(np.int32)
    cv2.fillPoly(oval, [outline], 1)
    height, width = flat.shape
    strengths = []
    for corner, outward in zip(topology.MOUTH_CORNERS, (-1, 1), strict=True):
        x, y = chip.points[corner]
        left, right = sorted((x - outward * 6, x + outward * 24))
        rows = slice(int(np.clip(y - 8, 0, height)), int(np.clip(y + 34, 0, height)))
        columns = slice(int(np.clip(left, 0, width)), int(np.clip(right, 0, width)))
        inside = edges[rows, columns][oval[rows, columns] > 0]
        if inside.size < 100:  # A far cheek of which too little is seen.
            return 0.0
        strengths.append(float(np.percentile(inside, 90)) / 8)
    return abs(strengths[0] - strengths[1])


def is_covered(chip: Chip) -> bool:
    """No line between the lips, and something smooth there instead."""
    around = (slice(136, 164), slice(78, 114))
    return (
        _lip_line(chip) < LEAST_LIP_LINE
        and float(np.median(fine_texture(chip)[around])) < SMOOTH_COVER
    )


def corner_lift(chip: Chip, pitch_deg: float) -> float:
    """How far the mouth corners are pulled up and apart, in eye distances."""
    corners = chip.points[list(topology.MOUTH_CORNERS)]
    middle = chip.points[[topology.UPPER_LIP_MIDDLE, topology.LOWER_LIP_MIDDLE]].mean(axis=0)
    lift = float(middle[1] - corners[:, 1].mean()) / EYE_DISTANCE
    width = float(np.linalg.norm(corners[1] - corners[0])) / EYE_DISTANCE
    return lift - LIFT_PER_PITCH_DEG * pitch_deg + LIFT_PER_WIDTH * max(0.0, width - SMILE_WIDTH)
