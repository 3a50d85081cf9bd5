"""Drivers stay within life, within the caps, and with the photo they belong to."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.gates import STILL, Caps
from renderer.motion.channels import FPS, SHUTTER_SAMPLES, FaceCurves
from renderer.motion.drivers import DRIVERS, perform, score_of, subtler

SEEDS = st.integers(min_value=0, max_value=2**256)
NAMES = st.sampled_from(sorted(DRIVERS))
LENGTHS = st.floats(4.0, 7.0)


def channels(curves: FaceCurves) -> dict[str, np.ndarray]:
    return {field.name: getattr(curves, field.name) for field in fields(curves)}


def ranges(limit: float) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(-limit, 0.0), st.floats(0.0, limit))


CAPS = st.builds(
    Caps,
    blink=st.booleans(),
    gaze=st.floats(0.0, 0.8),
    smile=st.floats(0.0, 0.9),
    squint=st.floats(0.0, 1.0),
    brow=st.floats(0.0, 1.0),
    yaw_deg=ranges(10.0),
    pitch_deg=ranges(7.0),
    roll_deg=ranges(6.0),
    head=st.floats(0.0, 1.0),
    sway=st.floats(0.0, 1.0),
)


@given(name=NAMES, seed=SEEDS, seconds=LENGTHS)
def test_every_clip_begins_and_ends_on_the_still_without_a_jump(
    name: str, seed: int, seconds: float
) -> None:
    for key, values in channels(perform(name, seed, seconds=seconds)).items():
        peak = max(float(np.abs(values).max()), 1e-9)
        assert not values[0].any(), key
        assert not values[-1].any(), key
        assert np.abs(values[1]).max() < 0.01 * peak + 1e-3, key
        assert np.abs(values[-2]).max() < 0.01 * peak + 1e-3, key


@given(name=NAMES, seed=SEEDS, intensity=st.floats(0.0, 1.0), caps=CAPS)
def test_curves_obey_the_caps(name: str, seed: int, intensity: float, caps: Caps) -> None:
    made = perform(name, seed, intensity, caps)
    slack = 1e-5
    assert made.smile.max() <= caps.smile + slack
    assert made.smile.min() >= 0.0
    assert np.abs(made.gaze).max() <= caps.gaze + slack
    assert caps.blink or not made.blink.any()
    for curve, (low, high) in (
        (made.yaw_deg, caps.yaw_deg),
        (made.pitch_deg, caps.pitch_deg),
        (made.roll_deg, caps.roll_deg),
    ):
        assert low - slack <= curve.min()
        assert curve.max() <= high + slack


def test_caps_scale_and_do_not_cut() -> None:
    free = perform("nostalgia", 5).smile[:, 0]
    held = perform("nostalgia", 5, caps=Caps(smile=0.2)).smile[:, 0]
    assert held / held.max() == pytest.approx(free / free.max(), abs=1e-5)


def test_a_look_to_the_free_side_keeps_its_size() -> None:
    one_sided = Caps(yaw_deg=(-10.0, 1.0))
    free, held = perform("reunion", 3), perform("reunion", 3, caps=one_sided)
    assert held.yaw_deg.min() == pytest.approx(free.yaw_deg.min(), abs=1.5)
    assert held.yaw_deg.max() <= 1.0 + 1e-5


@given(name=NAMES, seed=SEEDS)
def test_nobody_blinks_three_times_in_five_seconds(name: str, seed: int) -> None:
    assert 1 <= len(score_of(name, seed, 5.0).blinks) <= 2


@given(name=NAMES, seed=SEEDS, seconds=LENGTHS)
def test_blinks_are_natural_and_fully_shown(name: str, seed: int, seconds: float) -> None:
    score = score_of(name, seed, seconds)
    for blink in score.blinks:
        assert 0.066 <= blink.closing <= 0.100
        assert 0.015 <= blink.closed <= 0.040
        assert 0.130 <= blink.opening <= 0.220
        assert blink.start > 0.1
        assert blink.end < score.seconds - 0.1
    made = perform(name, seed, seconds=seconds).blink
    for blink in score.blinks:
        shown = made[round(blink.apex * FPS)].mean()
        assert shown == pytest.approx(1.0, abs=1e-3)


def test_two_blinks_are_never_a_flutter() -> None:
    for seed in range(300):
        for name in DRIVERS:
            apexes = [b.apex for b in score_of(name, seed).blinks]
            assert all(b - a > 0.7 for a, b in pairwise(apexes))


def test_a_second_blink_is_seldom() -> None:
    counts = [len(score_of("nostalgia", seed).blinks) for seed in range(400)]
    assert 0.0 < counts.count(2) / len(counts) < 0.3


@given(seed=SEEDS, name=st.sampled_from(["joy", "nostalgia", "reunion"]))
def test_no_strong_nod_down_with_a_smile(seed: int, name: str) -> None:
    made = perform(name, seed)
    smiling = made.smile.mean(axis=1) > 0.5 * made.smile.max()
    assert made.pitch_deg[smiling].max() < 4.0


@given(seed=SEEDS, name=st.sampled_from(["joy", "nostalgia", "reunion"]))
def test_smiles_take_their_time(seed: int, name: str) -> None:
    smile = score_of(name, seed).smile
    assert smile is not None
    assert 0.65 <= smile.shape.rise <= 1.1
    assert 1.5 <= smile.shape.hold <= 2.5
    assert 0.8 <= smile.shape.fall <= 1.25
    assert 0.05 <= abs(smile.asymmetry) <= 0.10


@given(seed=SEEDS)
def test_the_eyes_lead_the_head(seed: int) -> None:
    score = score_of("reunion", seed)
    for look, turn in zip(score.looks, score.yaw, strict=False):
        assert 0.04 <= turn.start - look.onset <= 0.10
        assert np.sign(look.x_deg) == np.sign(turn.peak)


@given(seed=SEEDS)
def test_a_great_gaze_shift_comes_with_a_blink(seed: int) -> None:
    score = score_of("reunion", seed)
    across = score.looks[1].onset
    assert any(b.start < across + 0.15 and b.end > across for b in score.blinks)


@given(name=NAMES, seed=SEEDS)
def test_a_fixation_is_held(name: str, seed: int) -> None:
    onsets = [look.onset for look in score_of(name, seed).looks]
    assert all(b - a >= 0.3 for a, b in pairwise(onsets))


def test_the_same_photo_moves_the_same_way_and_no_two_alike() -> None:
    once, again, other = (perform("nostalgia", seed) for seed in (11, 11, 12))
    for key, values in channels(once).items():
        assert np.array_equal(values, channels(again)[key])
    assert not np.array_equal(once.roll_deg, other.roll_deg)


def test_intensity_scales_and_zero_is_still() -> None:
    full, half, none = (perform("joy", 4, i) for i in (1.0, 0.5, 0.0))
    assert half.smile.max() == pytest.approx(0.5 * full.smile.max(), rel=1e-4)
    assert half.blink.max() == full.blink.max() == 1.0
    assert all(not values.any() for values in channels(none).values())


def test_a_face_that_may_not_move_does_not() -> None:
    assert all(not v.any() for v in channels(perform("reunion", 9, caps=STILL)).values())


@given(name=NAMES, seed=SEEDS, seconds=st.floats(0.1, 60.0))
@settings(max_examples=30)
def test_shapes_follow_the_length_which_stays_between_four_and_seven_seconds(
    name: str, seed: int, seconds: float
) -> None:
    made = perform(name, seed, seconds=seconds)
    assert 4.0 <= made.frames / FPS <= 7.0
    assert made.blink.shape == made.gaze.shape == (made.frames, SHUTTER_SAMPLES, 2)
    assert made.smile.shape == (made.frames, 2)
    assert all(values.dtype == np.float32 for values in channels(made).values())


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_the_ladder_leads_down_to_the_still(name: str) -> None:
    rung: tuple[str, float] | None = (name, 1.0)
    steps = []
    while rung is not None:
        steps.append(rung)
        rung = subtler(*rung)
        assert len(steps) < 12
    assert steps[1] == (name, 0.75)
    assert steps[-1][0] in {"blink-and-nod", "listen"}
    smiles = [perform(*pair[:1], 1, pair[1]).smile.max() for pair in steps]
    assert all(b <= 1.2 * a + 1e-6 for a, b in pairwise(smiles))
