"""The measures of mattes see what they are named for."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench.matte_measures import errors
from renderer.faces.planes import floats


@pytest.fixture
def disc() -> np.ndarray:
    alpha = cv2.circle(np.zeros((120, 120), np.float32), (60, 60), 35, 1.0, -1)
    return floats(cv2.GaussianBlur(alpha, (0, 0), 2))


def test_the_truth_has_no_error(disc):
    assert errors(disc, disc) == (0, 0, 0)


def test_absolute_differences_are_summed_in_thousands(disc):
    wrong = disc.copy()
    wrong[:10, :20] = 1
    assert errors(wrong, disc).sad == pytest.approx(0.2, abs=1e-4)


def test_a_blurred_edge_is_an_error_of_slopes_more_than_a_moved_level(disc):
    soft = floats(cv2.GaussianBlur(disc, (0, 0), 4))
    assert errors(soft, disc).gradient > 10 * errors(floats(0.97 * disc), disc).gradient


def test_what_hangs_in_the_air_counts_for_connectivity(disc):
    joined, loose = disc.copy(), disc.copy()
    joined[58:62, 90:105] = 1
    loose[58:62, 103:118] = 1
    true = disc.copy()
    true[58:62, 90:105] = 1
    apart = errors(loose, disc).connectivity
    assert apart == pytest.approx(0.06, abs=5e-3)
    assert errors(joined, true).connectivity == 0
