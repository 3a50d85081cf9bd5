"""What else moves with a smile: from faces whose movement is known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.coupling import coupling, of_68, of_mesh
from models.build.expression_pairs import CHEEKS
from renderer.faces.topology import LOWER_LIDS, MOUTH_CORNERS, UPPER_LIDS

FRAMES = 60


def face(travel: np.ndarray, lower: float) -> np.ndarray:
    """``(N, 468, 3)``: corners that go out and up by `travel` mm, lids and cheeks that follow."""
    points = np.zeros((FRAMES, 468, 3))
    left, right = MOUTH_CORNERS
    points[:, left, 0], points[:, right, 0] = -25 - 0.6 * travel, 25 + 0.6 * travel
    for corner in MOUTH_CORNERS:
        points[:, corner, 1] = 40 - 0.8 * travel
    for lid in LOWER_LIDS:
        points[:, lid, 1] = 5 - lower * travel[:, None]
    for lid in UPPER_LIDS:
        points[:, lid[1:-1], 1] = -5
    points[:, CHEEKS, 1] = 25 - 0.3 * travel[:, None]
    return points


def test_what_follows_a_smile_is_found_per_millimetre() -> None:
    travel = 5 + 5 * np.sin(np.arange(FRAMES) / 7)
    found = coupling(of_mesh(face(travel, lower=0.1)))
    assert found is not None
    said, spread = found
    assert said.lower_lids == pytest.approx(0.1, abs=1e-6)
    assert said.cheeks == pytest.approx(0.3, abs=1e-6)
    assert said.upper_lids == pytest.approx(0.0, abs=1e-6)
    assert spread == pytest.approx(10, abs=0.5)


def test_a_blink_says_nothing_of_a_smile() -> None:
    travel = 5 + 5 * np.sin(np.arange(FRAMES) / 7)
    points = face(travel, lower=0.1)
    for lid in UPPER_LIDS:
        points[20:24, lid[1:-1], 1] = 4
    found = coupling(of_mesh(points))
    assert found is not None
    assert found[0].upper_lids == pytest.approx(0.0, abs=1e-6)


def test_who_does_not_smile_is_not_asked() -> None:
    assert coupling(of_mesh(face(np.full(FRAMES, 3.0), lower=0.1))) is None


@pytest.mark.parametrize("turn", [0.0, 0.3])
@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_landmarks_in_pixels_are_read_in_the_face_own_axes(turn: float, scale: float) -> None:
    x, y = np.zeros((FRAMES, 68)), np.zeros((FRAMES, 68))
    for eye, at in ((slice(36, 42), -31.5), (slice(42, 48), 31.5)):
        x[:, eye] = at
    travel = np.linspace(0, 8, FRAMES)
    x[:, 48], x[:, 54] = -25 - travel, 25 + travel
    y[:, 48], y[:, 54] = 40.0, 40.0
    cos, sin = np.cos(turn), np.sin(turn)
    places = of_68(scale * (cos * x - sin * y) + 100, scale * (sin * x + cos * y) + 50)
    assert places.corners[:, 0] == pytest.approx(25 + travel)
    assert places.corners[:, 1] == pytest.approx(40)
