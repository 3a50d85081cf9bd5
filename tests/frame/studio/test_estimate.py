"""The sentence that says how long it takes, and the seconds behind it."""

from __future__ import annotations

import pytest

from frame.studio.estimate import Duration, rounded, seconds_left, sentence


@pytest.mark.parametrize(
    ("waiting", "usual", "share", "elapsed", "seconds"),
    [
        (0, None, 0.0, 0.0, None),
        (4, None, None, 0.0, None),
        (4, 30.0, None, 0.0, 120.0),
        (4, 30.0, 0.0, 0.0, 150.0),
        (4, 30.0, 0.5, 10.0, 140.0),
        (0, 30.0, 0.5, 45.0, 7.5),  # slower than usual, and not done sooner for that
        (2, None, 0.2, 9.0, None),  # the first ever has only begun
        (2, None, 0.5, 20.0, 100.0),
    ],
)
def test_seconds(waiting, usual, share, elapsed, seconds) -> None:
    assert seconds_left(waiting, usual, share, elapsed) == seconds


@pytest.mark.parametrize(
    ("seconds", "length"),
    [
        (0, (0, "minute")),
        (44, (0, "minute")),
        (50, (1, "minute")),
        (9.6 * 60, (10, "minute")),
        (13 * 60, (15, "minute")),
        (56 * 60, (55, "minute")),
        (58 * 60, (1, "hour")),
        (2.2 * 3600, (2, "hour")),
        (35 * 3600, (35, "hour")),
        (40 * 3600, (2, "day")),
        (9 * 86400, (9, "day")),
    ],
)
def test_as_precise_as_a_guess_can_be(seconds, length) -> None:
    assert rounded(seconds) == Duration(*length)


@pytest.mark.parametrize(
    ("photos", "seconds", "words"),
    [
        (312, 7300, "312 photos, about 2 hours"),
        (1, 20, "1 photo, less than a minute"),
        (2, 61, "2 photos, about 1 minute"),
        (5, None, "5 photos; how long it takes will be known after the first"),
        (0, 0, "Every photo that can wake has its clip."),
    ],
)
def test_the_sentence(photos, seconds, words) -> None:
    assert sentence(photos, seconds) == words
