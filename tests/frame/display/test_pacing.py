from __future__ import annotations

import pytest

from frame.display.pacing import KEPT, Pacing


def test_even_frames_have_no_drops():
    pacing = Pacing()
    pacing.begin()
    for index in range(101):
        pacing.presented(index / 50, 1 / 50)
    found = pacing.evenness()
    assert (found.frames, found.dropped) == (100, 0)
    assert found.p50_ms == found.p99_ms == pytest.approx(20)


def test_a_late_frame_counts_those_it_stands_for():
    pacing = Pacing()
    pacing.begin()
    for now in (0.0, 0.02, 0.08, 0.10):
        pacing.presented(now, 0.02)
    assert pacing.evenness().dropped == 2


def test_the_rest_between_two_motions_does_not_count():
    pacing = Pacing()
    for start in (0.0, 100.0):
        pacing.begin()
        pacing.presented(start, 0.02)
        pacing.presented(start + 0.02, 0.02)
    assert pacing.evenness().frames == 2
    assert pacing.evenness().dropped == 0


def test_nothing_is_nothing_and_much_is_bounded():
    pacing = Pacing()
    assert pacing.evenness().frames == 0
    for index in range(2 * KEPT):
        pacing.presented(float(index), 1.0)
    assert pacing.evenness().frames == KEPT
