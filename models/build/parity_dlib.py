"""Hold the identity network against dlib's own: ``python -m models.build.parity_dlib --pictures DIR``.

face-api's weights are dlib's, rounded to bytes. Both networks get the same 150 px chips, cut by ours,
of every face found; printed are how far apart the two embeddings of one chip lie, and how much the
distance between two faces differs. Needs the ``parity`` extra.
"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from renderer.faces.find import find_faces
from renderer.faces.identity import SIZE, chip_of
from renderer.models import ModelStore

WEIGHTS = "models/dlib_face_recognition_resnet_model_v1.dat"
MOST_APART = 0.1
"""A sixth of the distance at which dlib takes two faces for two people; bytes cost less than that."""


def chips(folder: Path, most: int, store: ModelStore) -> NDArray[np.uint8]:
    """``(N, 150, 150, 3)``: every face of up to `most` pictures."""
    found = []
    for file in sorted([*folder.glob("*.jpg"), *folder.glob("*.png")])[:most]:
        read = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if read is None:
            raise SystemExit(f"{file} is not a picture")
        picture = np.ascontiguousarray(read[..., ::-1], np.uint8)
        found += [chip_of(face).sample(picture, SIZE) for face in find_faces(picture, store)]
    return np.rint(np.array(found)).astype(np.uint8)


def dlibs(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """``(N, 128)`` of dlib's own network."""
    import dlib

    spec = find_spec("face_recognition_models")
    if spec is None or spec.origin is None:
        raise SystemExit("face_recognition_models is not installed: it belongs to the parity extra")
    network = dlib.face_recognition_model_v1(str(Path(spec.origin).parent / WEIGHTS))
    return np.array([network.compute_face_descriptor(one) for one in pictures])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="photographs of people")
    parser.add_argument("--most", type=int, default=40, help="take at most so many of them")
    arguments = parser.parse_args()
    store = ModelStore(provider="cpu")
    pictures = chips(arguments.pictures, arguments.most, store)
    theirs = dlibs(pictures)
    ours = store.session("identity").run(image=pictures.astype(np.float32))["embedding"]
    apart = np.linalg.norm(ours - theirs, axis=1)
    pairs = list(combinations(range(len(pictures)), 2))
    between = [
        np.array([np.linalg.norm(one[a] - one[b]) for a, b in pairs]) for one in (ours, theirs)
    ]
    difference = np.abs(between[0] - between[1])
    print(
        f"{len(pictures)} faces: embeddings apart by {apart.mean():.4f}, at most {apart.max():.4f}"
    )
    print(
        f"{len(pairs)} pairs: distances {between[1].min():.2f} to {between[1].max():.2f} by dlib, "
        f"ours differ by {difference.mean():.4f}, at most {difference.max():.4f}"
    )
    return 0 if apart.max() <= MOST_APART else 1


if __name__ == "__main__":
    sys.exit(main())
