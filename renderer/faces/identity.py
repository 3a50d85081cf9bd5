"""Is it still the same person? A face embedding, and a lock on the faces of one picture.

The network (dlib's face recognition ResNet, by way of face-api) turns an upright 150 px chip of a face
into 128 numbers; pictures of one person lie close together, at less than half the distance of
strangers (`docs/identity.md`, `python -m bench.identity`). Every chip is cut in the same way, dlib's
own: eye corners and the base of the nose, which no smile or blink moves, onto fixed places.

Embeddings are biometric data. They live in the memory of one lock and nowhere else: what leaves this
module is distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from renderer.faces import topology
from renderer.faces.crop import Crop
from renderer.faces.find import SURE_PRESENCE
from renderer.faces.identity_null import variants
from renderer.faces.types import Face, Floats, Picture
from renderer.models import ModelStore

SIZE = 150
NETWORK = "identity"

AT_ONCE = 4
"""Chips: a dozen take three times the memory and are no faster."""

STEADY = (
    *(topology.LEFT_EYE_OUTER, topology.LEFT_EYE_INNER),
    *(topology.RIGHT_EYE_INNER, topology.RIGHT_EYE_OUTER),
    topology.NOSE_BASE,
)
"""The landmarks that a chip is laid by: five that neither a smile nor a blink moves far."""

PLACES = np.array(
    [
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.6460604764104, 0.2289674387677],
        [0.8595674595992, 0.2134981538014],
        [0.4901123135679, 0.6277975316475],
    ]
)
"""Where they lie in the average face, a square of side 1: dlib's ``get_face_chip_details``."""

ROOM = 0.25
"""Around that square, in its sides: what dlib's network was trained with."""

BOX_SHARE = 1.3
"""Side of the chip over the detector's box, for a face whose mesh means nothing: of 50 faces whose
mesh does, chip over box is 1.1 to 1.5."""

NULL_TIMES = 1.25
"""Over the worst of a photo's own null, because two circumstances may come together: a turned head
with its eyes shut."""

LEAST_THRESHOLD, MOST_THRESHOLD = 0.3, 0.36
"""95 % of real smiles stay within the first (0.29), all within the second (0.34), and of 100,000 pairs
of strangers one is nearer than 0.37 (`python -m bench.identity`; 080 to 102 were left out)."""


@dataclass(frozen=True, eq=False)
class FaceLock:
    """One face of a picture, to hold other chips of it against.

    threshold: the largest distance at which it still counts as the same person, from the photo's own
    null (the same face mirrored, turned a little, with shut eyes, compressed and blurred), never
    beyond what strangers reach.
    """

    chip: Crop
    threshold: float
    _embedding: Floats = field(repr=False)
    _store: ModelStore = field(repr=False)

    def distances(self, pixels: Floats) -> NDArray[np.float64]:
        """``(N,)``: how far chips ``(N, 150, 150, 3)`` are from the locked one; 0: the same pixels."""
        if not len(pixels):
            return np.zeros(0)
        apart = _embeddings(pixels, self._store) - self._embedding
        return np.asarray(np.linalg.norm(apart, axis=1), np.float64)


@dataclass(frozen=True, eq=False)
class IdentityLock:
    """The faces of one picture, to hold other pictures of the same size and geometry against. Make
    one by `lock_faces`."""

    faces: tuple[FaceLock, ...]

    @property
    def chips(self) -> tuple[Crop, ...]:
        return tuple(face.chip for face in self.faces)

    @property
    def thresholds(self) -> tuple[float, ...]:
        return tuple(face.threshold for face in self.faces)

    def distances(self, picture: Picture, chips: Sequence[Crop] | None = None) -> tuple[float, ...]:
        """How far each face of `picture` is from the locked one; `chips` are where the faces have gone,
        where they have moved."""
        places = self.chips if chips is None else chips
        return tuple(
            float(face.distances(place.sample(picture, SIZE)[None])[0])
            for face, place in zip(self.faces, places, strict=True)
        )

    def holds(self, picture: Picture, chips: Sequence[Crop] | None = None) -> bool:
        """Whether every face of `picture` is still the same person."""
        pairs = zip(self.distances(picture, chips), self.thresholds, strict=True)
        return all(distance <= most for distance, most in pairs)


def lock_faces(picture: Picture, faces: Sequence[Face], store: ModelStore) -> IdentityLock:
    """Lock the `faces` that were found in `picture`. Raises `ModelError`."""
    return IdentityLock(tuple(lock_face(picture, face, store) for face in faces))


def lock_face(picture: Picture, face: Face, store: ModelStore) -> FaceLock:
    """Lock one face of `picture`, with the threshold that the photo's own null allows."""
    chip = chip_of(face)
    pixels = chip.sample(picture, SIZE)
    found = _embeddings(np.stack([pixels, *variants(pixels, chip, face.mesh).values()]), store)
    null = np.linalg.norm(found[1:] - found[0], axis=1)
    return FaceLock(chip, threshold(null), found[0], store)


def own_null(picture: Picture, face: Face, store: ModelStore) -> dict[str, float]:
    """Distances of the same face in other circumstances from itself, by circumstance."""
    chip = chip_of(face)
    pixels = chip.sample(picture, SIZE)
    changed = variants(pixels, chip, face.mesh)
    found = _embeddings(np.stack([pixels, *changed.values()]), store)
    apart = np.linalg.norm(found[1:] - found[0], axis=1)
    return dict(zip(changed, map(float, apart), strict=True))


def threshold(null: NDArray[np.floating]) -> float:
    """The largest distance at which a face with this null counts as the same person."""
    return float(np.clip(NULL_TIMES * null.max(), LEAST_THRESHOLD, MOST_THRESHOLD))


def chip_of(face: Face) -> Crop:
    """Where the network looks for this face."""
    if face.mesh.presence < SURE_PRESENCE:
        box = face.detection.box
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        return Crop(*middle, BOX_SHARE * max(box.width, box.height))
    return chip_at(face.mesh.points[list(STEADY), :2])


def chip_at(points: NDArray[np.floating]) -> Crop:
    """The chip for the `STEADY` landmarks at ``(5, 2)`` picture pixels: the similarity that takes
    `PLACES` there (least squares, Umeyama 1991)."""
    places = (PLACES + ROOM) / (1 + 2 * ROOM) - 0.5
    there = np.asarray(points, np.float64)
    middle, centre = places.mean(axis=0), there.mean(axis=0)
    a, b = places - middle, there - centre
    size = float((a * a).sum())
    along = float((a * b).sum()) / size
    across = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / size
    turn = np.array([[along, -across], [across, along]])
    x, y = centre - turn @ middle
    side = max(float(np.hypot(along, across)), 1.0)
    return Crop(float(x), float(y), side, float(np.arctan2(across, along)))


def _embeddings(pixels: Floats, store: ModelStore) -> Floats:
    """``(N, 128) float32`` of chips ``(N, 150, 150, 3)``, 0..255."""
    network = store.session(NETWORK)
    parts = [pixels[k : k + AT_ONCE] for k in range(0, len(pixels), AT_ONCE)]
    return np.concatenate([network.run(image=part)["embedding"] for part in parts])
