"""The shapes of motion keep to the physiology they are cited from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderer.motion import curves

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


def instants(seconds: float = 5.0, hertz: float = 1000.0) -> curves.Times:
    return np.arange(0.0, seconds, 1.0 / hertz)


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    t = instants(1.0)
    speed = np.gradient(curves.minimum_jerk(t), t)
    assert curves.minimum_jerk(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])) == pytest.approx(
        [0, 0, 0.5, 1, 1]
    )
    assert abs(speed[0]) < 1e-3
    assert abs(speed[-1]) < 1e-3
    assert speed.max() == pytest.approx(1.875, rel=0.01)


@given(
    closing=st.floats(0.066, 0.1),
    closed=st.floats(0.015, 0.04),
    slower=st.floats(1.7, 2.2),
)
def test_a_blink_shuts_fully_and_opens_slower_than_it_closes(
    closing: float, closed: float, slower: float
) -> None:
    opening = closing * slower
    t = instants(1.0)
    lid = curves.blink(t, 0.2, closing, closed, opening)
    assert lid.min() >= 0.0
    assert lid.max() == pytest.approx(1.0)
    shut = t[lid > 0.999]
    assert shut[0] >= 0.2
    assert lid[t < 0.2].max() == 0.0
    assert lid[t > 0.2 + closing + closed + opening].max() == pytest.approx(0.0, abs=1e-9)
    speed = np.gradient(lid, t)
    assert speed.max() > -speed.min()
    # The tail: the second half of the opening covers much less than half of the way.
    middle = 0.2 + closing + closed + opening / 2
    assert float(np.interp(middle, t, lid)) < 0.4


def test_a_smile_never_exceeds_its_peak_and_breathes_by_its_swell() -> None:
    t = instants()
    values = curves.smile(t, 0.7, 0.9, 2.0, 1.0, swell=0.1, swell_phase=0.25)
    assert values.max() <= 1.0
    held = values[(t > 1.6) & (t < 3.6)]
    assert 0.02 < np.ptp(held) <= 0.1 + 1e-9


def test_a_nod_is_one_dip_and_back() -> None:
    t = instants(2.0)
    dip = curves.nod(t, 0.5, 0.75)
    assert t[int(dip.argmax())] == pytest.approx(0.875, abs=2e-3)
    assert dip[t < 0.5].max() == 0.0
    assert dip[t > 1.25].max() == pytest.approx(0.0, abs=1e-9)


@given(angle=st.floats(0.5, 30.0))
def test_a_saccade_follows_the_main_sequence(angle: float) -> None:
    seconds = curves.saccade_seconds(angle)
    assert seconds == pytest.approx(0.0022 * angle + 0.021)
    path = curves.gaze_path(instants(1.0), np.array([0.3]), np.array([angle]))
    assert path[299] == 0.0
    assert float(np.interp(0.3 + seconds + 0.002, instants(1.0), path)) == pytest.approx(angle)


def test_the_iris_moves_two_radii_per_sine_of_the_angle() -> None:
    assert curves.iris_shift(np.array([0.0, 10.0])) == pytest.approx(
        [0.0, 2.05 * np.sin(np.radians(10))]
    )


def test_the_gaze_stays_on_its_target_while_the_head_turns() -> None:
    head = np.linspace(-8, 8, 9)
    eye = curves.counter_rotation(np.full(9, 3.0), head)
    assert eye + head == pytest.approx(np.full(9, 3.0))


@given(seed=SEEDS, rms=st.floats(0.35, 0.8), seconds=st.floats(4.0, 7.0))
def test_idle_sway_has_its_level_and_rests_at_both_ends(
    seed: int, rms: float, seconds: float
) -> None:
    t = np.linspace(0.0, seconds, 500)
    drift = curves.idle_sway(t, seconds, rms, seed)
    assert np.sqrt(np.mean(drift**2)) == pytest.approx(rms, rel=0.02)
    speed = np.gradient(drift, t)
    for end in (0, -1):
        assert drift[end] == pytest.approx(0.0, abs=1e-12)
        assert abs(speed[end]) < 1e-3 * max(1.0, float(np.abs(speed).max()))


@given(seed=SEEDS)
def test_idle_sway_has_nothing_above_two_hertz(seed: int) -> None:
    t = np.arange(125) / 25
    power = np.abs(np.fft.rfft(curves.idle_sway(t, float(t[-1]), 0.6, seed), 1024)) ** 2
    above = power[np.fft.rfftfreq(1024, 1 / 25) > 2.0].sum()
    assert above < 1e-3 * power.sum()


def test_idle_sway_does_not_depend_on_the_sampling() -> None:
    coarse, fine = np.linspace(0, 5, 126), np.linspace(0, 5, 1251)
    assert curves.idle_sway(fine, 5.0, 0.5, 7)[::10] == pytest.approx(
        curves.idle_sway(coarse, 5.0, 0.5, 7)
    )
