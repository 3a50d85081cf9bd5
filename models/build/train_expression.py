"""Trains `models/quantized/expression.npz`: smile, brow and lid shapes, and the smile's shading.

    python -m models.build.train_expression --data DIR

`DIR/expression_pairs` holds `NNN_neutral.jpg` and `NNN_smile.jpg` of the Face Research Lab London
Set. People 080 to 102 are left out; `python -m bench.smile` measures on them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.build.expression_creases import crease_arrays
from models.build.expression_pairs import Finder, Smile, lower_face_error, measured_smiles
from models.build.expression_shapes import (
    finished_smile,
    fitted_smile,
    raised_brows,
    raised_lower_lids,
)
from models.build.manifest import Table, describe, update
from renderer.faces.find import only_face
from renderer.models import ModelStore
from renderer.motion.expression import (
    MM_PER_UNIT,
    ExpressionBasis,
    amplitude_between,
    displacement,
    expression_basis,
    expression_fields,
)

QUANTIZED = Path(__file__).parents[1] / "quantized"


def trained(
    smiles: Sequence[Smile], vertices: NDArray[np.float64], triangles: NDArray[np.int32]
) -> dict[str, NDArray[np.generic]]:
    """Everything that the file holds, by name, from the people in `smiles`."""
    closed = [s for s in smiles if s.is_closed]
    toothy = [s for s in smiles if not s.is_closed]
    shapes: dict[str, NDArray[np.generic]] = {
        "smile": _pair(closed, vertices, is_toothy=False),
        "toothy": _pair(toothy, vertices, is_toothy=True),
        "brow": raised_brows(vertices).astype(np.float32),
        "squint": raised_lower_lids(vertices).astype(np.float32),
    }
    basis = expression_basis(shapes)
    travel = [
        amplitude_between(basis, s.neutral_face.mesh, s.smiling_mesh, s.neutral_face.pose)
        for s in closed
    ]
    shapes["usual_travel_mm"] = np.array(np.mean(travel), np.float32)
    creases = crease_arrays(smiles, basis, vertices, triangles)
    return {**shapes, **creases}


def _pair(
    smiles: Sequence[Smile], vertices: NDArray[np.float64], *, is_toothy: bool
) -> NDArray[np.float32]:
    sides = fitted_smile(smiles, vertices, hold_gap=is_toothy)
    shapes = [finished_smile(side, vertices, is_toothy=is_toothy) for side in sides]
    return np.stack(shapes).astype(np.float32)


def main(data: Path, out: Path, find: Finder) -> None:
    """Train on everyone who is not held out and write `out`."""
    with np.load(QUANTIZED / "canonical_face.npz", allow_pickle=False) as canonical:
        vertices = canonical["vertices"].astype(np.float64)
        triangles = canonical["triangles"]
    everyone = list(measured_smiles(data / "expression_pairs", find))
    smiles = [s for s in everyone if not s.is_held_out]
    arrays = trained(smiles, vertices, triangles)
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    accuracy = _held_out_errors(
        [s for s in everyone if s.is_held_out and s.is_closed], expression_basis(arrays)
    )
    update([_manifest_entry(out, len(smiles), accuracy)], out.parent)
    print(f"{len(smiles)} people, {out.name}: {out.stat().st_size / 1024:.0f} KiB")


def _held_out_errors(smiles: Sequence[Smile], basis: ExpressionBasis) -> Table:
    """Lower-face landmark errors on people left out, with each one's own corner travel commanded."""
    nothing, ours = [], []
    for smile in smiles:
        face = smile.neutral_face
        left, right = amplitude_between(basis, face.mesh, smile.smiling_mesh, face.pose)
        fields = expression_fields(basis, face.pose)
        units = (left / MM_PER_UNIT, right / MM_PER_UNIT)
        nothing.append(lower_face_error(smile, displacement(fields, (0.0, 0.0), 0.0, 0.0)))
        ours.append(lower_face_error(smile, displacement(fields, units, 0.0, 0.0)))
    return {
        "against": f"real closed-mouth smiles of {len(smiles)} people left out, mean landmark "
        "error of the lower face",
        "nothing_mm": round(float(np.mean(nothing)), 2),
        "mm": round(float(np.mean(ours)), 2),
    }


def _manifest_entry(path: Path, people: int, accuracy: Table) -> Table:
    return describe(
        path,
        purpose="how a smile, raised brows and raised lower lids move the 468 landmarks, and how a "
        "smile shades the skin",
        source="Face Research Lab London Set (DeBruine and Jones 2017, "
        "doi:10.6084/m9.figshare.5047666)",
        member=f"neutral and smiling photos of {people} people; 080 to 102 held out; brows and "
        "lower lids authored",
        licence="CC BY 4.0 (the photos); Apache-2.0 (the trained arrays)",
        accuracy=accuracy,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=QUANTIZED / "expression.npz")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.data, given.out, partial(only_face, store=ModelStore()))
