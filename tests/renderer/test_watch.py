"""Progress only ever grows, and a stage that comes again adds to its time."""

from __future__ import annotations

import pytest

from renderer.watch import Watch

SHARES = {"faces": 0.1, "key poses": 0.2, "frames": 0.6, "finish": 0.1}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_stages_fill_the_whole_in_their_order():
    told: list[tuple[str, float]] = []
    watch = Watch(Clock(), lambda name, done: told.append((name, done)), SHARES)
    for name in SHARES:
        assert watch.time(name, lambda tell: tell(0.5) or "done") == "done"
    shares = [done for _, done in told]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert [stage.name for stage in watch.stages] == list(SHARES)


def test_a_clip_filmed_again_takes_longer_and_goes_no_step_back():
    told: list[float] = []
    watch = Watch(Clock(), lambda _, done: told.append(done), SHARES)
    for name in ("faces", "frames", "key poses", "frames"):
        watch.time(name, lambda tell: [tell(share / 4) for share in range(5)])
    assert told == sorted(told)
    frames = next(stage for stage in watch.stages if stage.name == "frames")
    assert frames.seconds == 2.0 and len(watch.stages) == 3
