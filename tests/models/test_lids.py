"""What the lids network is shown and taught with, and that its answer cannot touch an open eye."""

from __future__ import annotations

import numpy as np
import pytest

from models.build.lids_file import corrected, spread
from models.build.lids_frame import COLUMNS, LEVEL, ROWS, Framed, U, V, framed
from models.build.lids_planes import PLANES, gain, prepare
from models.build.lids_store import CLEAR_LINE, Stored, closed_line
from models.build.lids_synth import Donor, opened, wanted, weighed
from renderer.picture.eye_geometry import measure_eye
from renderer.picture.eyes import build_eye, render_eye
from renderer.picture.lids import luma
from tests.renderer.picture.test_eyes import painted_eyes

ARC = (4 * U * (1 - U)).astype(np.float32)


def seen(side: str) -> Framed:
    picture, face = painted_eyes()
    eye = measure_eye(face.mesh, side, picture.shape)
    x0, y0, x1, y1 = eye.box
    return framed(luma(picture[y0:y1, x0:x1].astype(np.float32)), eye)


def closed_eye(sag: float) -> Stored:
    """Plain skin with a dark line."""
    line = sag * np.clip(ARC, 0, 1)
    light = 150 - 90 * np.exp(-(((V[:, None] - line[None]) / 1.2) ** 2))
    eye = Framed(light.astype(np.float32), line - 2, line - 2, np.full(COLUMNS, -30, np.float32))
    return Stored("somebody left", eye, 0.05, 40.0, is_held_out=False)


def test_both_eyes_lie_alike_in_the_frame():
    left, right = seen("left"), seen("right")
    assert left.light.shape == (ROWS, COLUMNS)
    pupil = left.light[:, 40:48].mean(1)
    assert left.upper[44] < pupil.argmin() - LEVEL < left.lower[44]
    assert np.abs(left.light - right.light).mean() < 6
    assert np.allclose(left.upper, right.upper, atol=1.0)


def test_an_answer_of_zero_is_the_painted_lid():
    prepared = prepare(seen("left"))
    assert prepared.planes.shape == (ROWS, COLUMNS, PLANES)
    assert np.isfinite(prepared.planes).all()
    assert (gain(np.zeros((ROWS, COLUMNS), np.float32), prepared.window) == 1).all()


def test_brow_and_cheek_are_out_of_reach():
    eye = seen("left")
    window = prepare(eye).window
    rows = V[:, None]
    assert window[(rows < eye.brow) & (U > 0)[None]].max() == 0
    assert window[(rows > eye.lower + 8) & (U > 0)[None]].max() == 0
    assert window[int(LEVEL + eye.upper[44]), 44] > 0.9


@pytest.mark.parametrize("sag", [0.0, 3.0])
def test_the_line_of_a_closed_eye_is_found(sag):
    made = closed_eye(sag)
    line, dark = closed_line(made.eye)
    inner = (U > 0.2) & (U < 0.8)
    assert np.abs(line - sag * ARC)[inner].max() < 1.2
    assert dark > CLEAR_LINE


def test_plain_skin_has_no_line():
    plain = Framed(np.full((ROWS, COLUMNS), 120, np.float32), *3 * [np.zeros(COLUMNS, np.float32)])
    assert closed_line(plain)[1] < CLEAR_LINE


def test_an_eye_opened_on_purpose_is_answered_with_its_own_skin():
    closed = closed_eye(3.0)
    flat = Framed(closed.eye.light, 3 * ARC, 3 * ARC, closed.eye.brow)
    closed = Stored("somebody left", flat, 0.05, 40.0, is_held_out=False)
    upper, lower = -8 * np.clip(ARC, 0, 1), 6 * np.clip(ARC, 0, 1)
    inside = (V[:, None] > upper) & (V[:, None] < lower)
    given = Donor(np.where(inside, 0.3, 1).astype(np.float32), upper, lower)
    eye, skin = opened(closed, given, (0.0, 6.0, 2.0))
    assert np.median(eye.light[inside]) < 60
    assert np.abs(skin[8:72, 24:64] - 150).max() < 12
    prepared = prepare(eye)
    answer, weight = wanted(prepared, skin), weighed(prepared)
    lit = prepared.painted * gain(answer, np.ones_like(answer))
    assert np.abs(lit - 150)[weight > 0.9].mean() < 4


def test_an_open_eye_stays_the_photo_to_the_last_bit_and_a_closed_one_follows():
    picture, face = painted_eyes()
    rig = build_eye(picture, face.mesh, "left", glasses=False)
    eye = measure_eye(face.mesh, "left", picture.shape)
    small = np.full((ROWS, COLUMNS), 0.8, np.float32)
    darker = corrected(rig, eye, spread(small, eye))
    assert np.array_equal(render_eye(darker, 0.0, (0.0, 0.0), 0.0), rig.photo)
    shut, before = (render_eye(each, 1.0, (0.0, 0.0), 0.0) for each in (darker, rig))
    assert shut.mean() < before.mean() - 5
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        assert np.array_equal(shut[edge], rig.photo[edge])
