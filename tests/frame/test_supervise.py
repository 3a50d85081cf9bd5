"""What the supervisor decides, told in moments; the processes are names."""

from __future__ import annotations

import signal
from collections.abc import Mapping

import pytest

from frame import supervise
from frame.supervise import (
    DISPLAY,
    Effect,
    Ended,
    Event,
    News,
    Phase,
    Renewed,
    Signal,
    Stage,
    Start,
    StopAsked,
    Tell,
    Tick,
    new_family,
    step,
)

WORKERS = ("doors", "web", "looker", "studio")
EVERYBODY = (DISPLAY, *WORKERS, "upkeep")


class World:
    """A family with a clock; processes live until they are told otherwise."""

    def __init__(self, *, is_safe: bool = False) -> None:
        self.now = 100.0
        self.family = new_family(self.now, is_safe=is_safe)
        self.alive: dict[str, float] = {}
        self.frozen: set[str] = set()
        self.fragile: dict[str, float] = {}  # these die at this age
        self.log: list[tuple[float, Effect]] = []
        self.black = 0.0

    def happen(self, event: Event) -> None:
        self.family, effects = step(self.family, event)
        for effect in effects:
            self.log.append((self.now, effect))
            if isinstance(effect, Start):
                assert effect.name not in self.alive
                self.alive[effect.name] = self.now
            elif isinstance(effect, Signal) and self.heeds(effect):
                self.die(effect.name, -effect.number)

    def heeds(self, effect: Signal) -> bool:
        is_deaf = effect.name in self.frozen and effect.number != signal.SIGKILL
        return effect.name in self.alive and not is_deaf

    def die(self, name: str, code: int = -9) -> None:
        del self.alive[name]
        self.frozen.discard(name)
        self.happen(Ended(self.now, name, code))

    def run(self, seconds: float, each: float = 0.25) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += each
            for name in list(self.alive):
                if self.now - self.alive[name] >= self.fragile.get(name, float("inf")):
                    self.die(name, 1)
            if "upkeep" in self.alive and self.now - self.alive["upkeep"] > 0.5:
                self.die("upkeep", 0)
            self.happen(Tick(self.now, self.signs()))

    def signs(self) -> Mapping[str, float]:
        return {
            name: self.now
            for name in self.alive
            if name not in self.frozen and self.now - self.alive[name] > 0.9
        }

    def told(self, news: News) -> list[str]:
        return [e.name for _, e in self.log if isinstance(e, Tell) and e.news is news]

    def started(self) -> list[str]:
        return [effect.name for _, effect in self.log if isinstance(effect, Start)]


def test_the_picture_comes_first_and_the_others_wait_for_it():
    world = World()
    world.run(0.5)
    assert world.started() == [DISPLAY]
    world.run(3)
    assert world.started() == [*EVERYBODY]


def test_a_display_that_shows_nothing_does_not_hold_the_others_up_for_long():
    world = World()
    world.run(0.25)
    world.frozen.add(DISPLAY)
    world.run(7)
    assert set(world.started()) == set(EVERYBODY)


@pytest.mark.parametrize("name", [DISPLAY, *WORKERS])
def test_whoever_dies_is_brought_back_and_the_others_are_left_alone(name):
    world = World()
    world.run(60)
    before = {each: when for each, when in world.alive.items() if each != name}
    world.die(name)
    world.run(5)
    assert set(world.alive) == {DISPLAY, *WORKERS}
    assert {each: world.alive[each] for each in before} == before
    assert world.told(News.CAME_BACK) == [name]


@pytest.mark.parametrize("seed", range(20))
def test_a_frozen_display_has_its_picture_back_within_20_seconds(seed):
    world = World()
    world.run(40 + 0.35 * seed)
    world.frozen.add(DISPLAY)
    stopped = world.now
    world.run(16.5)
    assert world.alive[DISPLAY] > stopped
    assert world.now - stopped < 20
    assert world.told(News.HUNG) == [DISPLAY]


@pytest.mark.parametrize("name", WORKERS)
def test_a_frozen_worker_is_replaced_and_the_picture_left_alone(name):
    world = World()
    world.run(40)
    shown_since = world.alive[DISPLAY]
    world.frozen.add(name)
    world.run(150)
    assert world.told(News.HUNG) == [name]
    assert world.alive[DISPLAY] == shown_since
    assert name not in world.frozen and name in world.alive


def test_a_worker_that_keeps_dying_rests_longer_and_longer_while_the_picture_hangs():
    world = World()
    world.fragile["studio"] = 1.0
    world.run(1200)
    assert 11 <= world.started().count("studio") <= 14
    assert world.told(News.RESTS)
    assert world.started().count(DISPLAY) == 1
    assert not world.family.is_safe


def test_one_death_after_a_long_life_is_not_the_tenth():
    world = World()
    for _ in range(15):
        world.run(60)
        world.die("studio")
        world.run(1.5)
        assert "studio" in world.alive


def test_ten_deaths_of_the_display_end_in_safe_mode_with_stills_only():
    world = World()
    world.fragile[DISPLAY] = 1.0
    world.run(60)
    assert world.family.is_safe
    starts = [effect for _, effect in world.log if isinstance(effect, Start)]
    assert [effect.is_safe for effect in starts if effect.name == DISPLAY][:10] == [False] * 10
    assert starts[-1] == Start(DISPLAY, is_safe=True)
    assert set(world.alive) <= {DISPLAY}
    world.fragile.clear()
    world.run(600)
    assert set(world.alive) == {DISPLAY}
    assert world.told(News.SAFE) == [DISPLAY]


def test_safe_mode_is_left_after_hours_and_entered_again_if_nothing_has_changed():
    world = World(is_safe=True)
    world.run(supervise.SAFE_SECONDS + 30, each=1.0)
    assert not world.family.is_safe
    assert set(world.alive) == {DISPLAY, *WORKERS}
    world.fragile[DISPLAY] = 1.0
    world.die(DISPLAY)
    world.run(60)
    assert world.family.is_safe


def test_a_display_that_never_shows_anything_counts_as_dying_at_its_start():
    world = World()
    for _ in range(400):
        world.run(1)
        world.frozen.add(DISPLAY)
    assert world.family.is_safe


def test_upkeep_is_done_now_and_then_and_is_no_news():
    world = World()
    world.run(3 * supervise.UPKEEP_SECONDS, each=1.0)
    assert world.started().count("upkeep") == 3
    assert not world.told(News.CAME_BACK)


def test_quitting_at_the_frame_ends_everything():
    world = World()
    world.run(40)
    world.die(DISPLAY, 0)
    world.run(1)
    assert world.family.stage is Stage.STOPPED
    assert not world.alive


def test_everything_ends_in_reverse_and_the_picture_last():
    world = World()
    world.run(40)
    world.log.clear()
    world.happen(StopAsked(world.now))
    world.run(1)
    ended = [effect.name for _, effect in world.log if isinstance(effect, Signal)]
    assert ended == [*reversed(WORKERS), DISPLAY]
    assert world.family.stage is Stage.STOPPED


def test_whoever_will_not_end_is_ended_within_seconds():
    world = World()
    world.run(40)
    world.frozen.update([DISPLAY, *WORKERS])
    world.happen(StopAsked(world.now))
    asked = world.now
    while world.family.stage is not Stage.STOPPED:
        world.run(0.25)
    assert not world.alive
    assert world.now - asked < 8


def test_ending_before_anybody_has_started_ends():
    world = World()
    world.happen(StopAsked(world.now))
    assert world.family.stage is Stage.STOPPED
    world.run(10)
    assert not world.alive


def test_nobody_is_struck_down_because_the_machine_stood_still():
    world = World()
    world.run(40)
    world.now += 3600
    stale = dict.fromkeys(world.alive, world.now - 3600)
    world.happen(Tick(world.now, stale))
    world.run(60)
    assert not world.told(News.HUNG)


def test_a_sign_from_an_earlier_life_does_not_count():
    world = World()
    world.run(40)
    world.die(DISPLAY)
    world.run(0.5)
    world.happen(Tick(world.now, {DISPLAY: world.now - 20}))
    assert world.family.member(DISPLAY).sign is None


def test_an_end_of_somebody_who_is_not_alive_is_our_mistake():
    with pytest.raises(ValueError, match="doors"):
        step(new_family(0.0), Ended(1.0, "doors", 0))


def test_every_pair_of_phase_and_event_has_an_answer():
    world = World()
    for phase in Phase:
        member = supervise.replace(world.family.member("studio"), phase=phase)
        family = world.family.with_(member)
        for event in (Tick(101.0, {"studio": 101.0}), StopAsked(101.0)):
            for stage in Stage:
                step(supervise.replace(family, stage=stage), event)


class TestRenewal:
    def test_who_is_renewed_ends_politely_and_starts_at_once_without_a_word(self):
        world = World()
        world.run(40)
        before = dict(world.alive)
        world.log.clear()
        world.happen(Renewed(world.now, frozenset({"studio"})))
        world.run(1)
        assert [effect for _, effect in world.log] == [
            Signal("studio", signal.SIGTERM),
            Start("studio", is_safe=False),
        ]
        assert world.family.member("studio").deaths == 0
        others = {name for name in before if name not in ("studio", "upkeep")}
        assert all(world.alive[name] == before[name] for name in others)

    def test_who_does_not_listen_is_struck_down_and_starts_again(self):
        world = World()
        world.run(40)
        world.frozen.add("doors")
        world.happen(Renewed(world.now, frozenset({"doors"})))
        world.run(supervise.ENDING_SECONDS + 1)
        assert Start("doors", is_safe=False) in [effect for _, effect in world.log[-3:]]

    def test_it_is_no_death_however_often(self):
        world = World()
        world.run(5)
        for _ in range(supervise.CRASH_LOOP * 2):
            world.happen(Renewed(world.now, frozenset({"studio"})))
            world.run(1)
        assert world.family.member("studio").deaths == 0
        assert not any(isinstance(effect, Tell) for _, effect in world.log)

    def test_a_real_end_after_it_is_told_again(self):
        world = World()
        world.run(40)
        world.happen(Renewed(world.now, frozenset({"studio"})))
        world.run(1)
        world.die("studio", 1)
        world.run(3)
        assert Tell(News.CAME_BACK, "studio") in [effect for _, effect in world.log]

    def test_nobody_is_started_while_all_ends(self):
        world = World()
        world.run(10)
        world.happen(StopAsked(world.now))
        world.happen(Renewed(world.now, frozenset({"studio", "doors"})))
        world.run(10)
        assert world.family.stage is Stage.STOPPED
