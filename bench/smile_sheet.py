"""Sheets of people: neutral, smiling as the renderer draws it, smiling in truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.build.expression_pairs import Smile
from renderer.faces.attributes import read_attributes
from renderer.faces.segment import person_mask
from renderer.faces.types import Picture
from renderer.gates import Caps
from renderer.models import ModelStore
from renderer.motion.channels import SHUTTER_SAMPLES, FaceCurves
from renderer.motion.expression import MM_PER_UNIT, amplitude_between, expression_basis
from renderer.performer import draw_frame
from renderer.picture.shade import crease_basis
from renderer.stage import Craft, Role, set_stage

ROWS = 3
"""People on one sheet: more and a viewer scales it down."""

_AROUND = (0.55, 0.62, 0.72)
"""What is shown beside, above and below the middle of a face, in face heights."""


def write_sheets(smiles: Sequence[Smile], store: ModelStore, folder: Path) -> None:
    """PNG sheets ``smile_NN.png`` in `folder`, `ROWS` people each, at the photos' own resolution."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_row(smile, store) for smile in smiles]
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        width, height = max(r.shape[1] for r in some), sum(r.shape[0] for r in some)
        sheet = np.zeros((height, width, 3), np.uint8)
        top = 0
        for row in some:
            sheet[top : top + row.shape[0], : row.shape[1]] = row
            top += row.shape[0]
        path = folder / f"smile_{start // ROWS:02d}.png"
        cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def predicted(smile: Smile, store: ModelStore) -> Picture:
    """The neutral photo with the person's own corner travel commanded, drawn by the renderer."""
    face, arrays = smile.neutral_face, store.arrays("expression")
    basis = expression_basis(arrays)
    craft = Craft(basis, crease_basis(arrays), lambda crop: person_mask(crop, store))
    role = Role(face, read_attributes(smile.neutral, face), Caps())
    stage = set_stage(smile.neutral, {0: face}, {0: role}, craft).stage
    travel = amplitude_between(basis, face.mesh, smile.smiling_mesh, face.pose)
    canvas = smile.neutral.copy()
    draw_frame(stage, [_held_smile(travel[0] / MM_PER_UNIT, travel[1] / MM_PER_UNIT)], 0, canvas)
    return canvas


def _held_smile(left: float, right: float) -> FaceCurves:
    still = np.zeros(1, np.float32)
    eyes = np.zeros((1, SHUTTER_SAMPLES, 2), np.float32)
    return FaceCurves(
        blink=eyes,
        gaze=eyes,
        smile=np.array([[left, right]], np.float32),
        brow=still,
        squint=still,
        yaw_deg=still,
        pitch_deg=still,
        roll_deg=still,
    )


def _row(smile: Smile, store: ModelStore) -> Picture:
    height, width = smile.neutral.shape[:2]
    real = cv2.warpAffine(
        smile.smiling, smile.smiling_to_neutral, (width, height), flags=cv2.INTER_CUBIC
    )
    face = smile.neutral_face
    x, y = face.mesh.points[:, :2].mean(axis=0)
    aside, above, below = (share * face.height_px for share in _AROUND)
    rows = slice(max(0, int(y - above)), min(height, int(y + below)))
    columns = slice(max(0, int(x - aside)), min(width, int(x + aside)))
    shown = (smile.neutral, predicted(smile, store), np.asarray(real, np.uint8))
    return np.concatenate([picture[rows, columns] for picture in shown], axis=1)
