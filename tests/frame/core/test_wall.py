"""The wall as a state machine: its table, its timing, and walks through everything that can happen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frame.core import happenings as do
from frame.core.happenings import Slide, Wanted, Wish
from frame.core.schedule import Light
from frame.core.steps import (
    ASK_SECONDS,
    FIRST_WAKE,
    NOTE_SECONDS,
    STILL_AFTER_WAKE,
    STILL_BEFORE_WAKE,
    UNDO_SECONDS,
    Over,
    Pace,
    Phase,
    Wall,
)
from frame.core.wall import NO_MORE, ImpossiblePair, begin, next_wall

NIGHT = do.LightChanged(Light(is_on=False))
DAY = do.LightChanged(Light())
PACE = Pace(slide=30, wake=240)


class Driver:
    """Answers the wall's effects as a perfect loop would, one at a time; time is what it is told."""

    def __init__(self, pace: Pace = PACE, wakes: tuple[int, ...] = (), photos: int = 1) -> None:
        self.now = 0.0
        self.wakes = wakes
        self.photos = photos
        self.done: list[tuple[float, do.Effect]] = []
        self.number = 0
        self.wall, effects = begin(pace, 7, self.now)
        self.note(effects)

    def note(self, effects: tuple[do.Effect, ...]) -> None:
        self.done += [(self.now, effect) for effect in effects]

    def happen(self, event: do.Event) -> tuple[do.Effect, ...]:
        self.wall, effects = next_wall(self.wall, event, self.now)
        self.note(effects)
        return effects

    def ask(self, wish: Wish) -> tuple[do.Effect, ...]:
        return self.happen(do.Asked(wish))

    def slide(self, *, is_new: bool = False, wakes: tuple[int, ...] | None = None) -> Slide:
        self.number += 1
        photos = tuple(self.number * 10 + each for each in range(self.photos))
        return Slide(self.number, photos, self.wakes if wakes is None else wakes, is_new)

    def prepare(self, slide: Slide | None = None, code: str = "") -> tuple[do.Effect, ...]:
        """Answer the latest preparation."""
        if slide is None and not code:
            slide = self.slide()
        return self.happen(do.Prepared(self.wall.request, slide, code))

    def hang(self) -> None:
        """The first slide hangs, the second is prepared."""
        self.prepare()
        self.prepare()

    def until(self, wanted: type, seconds: float = 600.0) -> float:
        """Let time pass until such an effect; when."""
        end = self.now + seconds
        while self.now < end:
            self.now += 0.1
            effects = self.happen(do.Tick())
            if any(isinstance(effect, wanted) for effect in effects):
                return self.now
            if self.wall.phase is Phase.FADING:
                self.now += 2
                self.happen(do.FadeDone())
            if self.wall.pending is not None:
                self.prepare()
        raise AssertionError(f"no {wanted.__name__} in {seconds} s")

    def effects(self, wanted: type) -> list[do.Effect]:
        return [effect for _, effect in self.done if isinstance(effect, wanted)]


@pytest.fixture
def wall() -> Driver:
    driver = Driver()
    driver.hang()
    return driver


def test_it_begins_with_what_hung_last():
    driver = Driver()
    assert driver.done == [(0.0, do.Prepare(1, Wanted.RESUME))]
    effects = driver.prepare()
    assert driver.wall.phase is Phase.HANGING
    assert effects[:2] == (do.Hang(1), do.SavePlace())
    assert isinstance(effects[2], do.Prepare) and effects[2].wanted is Wanted.NEXT


def test_a_still_hangs_its_time_and_fades(wall: Driver):
    assert wall.until(do.StartFade) == pytest.approx(30, abs=0.2)
    assert wall.wall.phase is Phase.FADING
    wall.now += 2
    effects = wall.happen(do.FadeDone())
    assert do.SavePlace() in effects
    assert wall.wall.phase is Phase.HANGING and wall.wall.slide == Slide(2, (20,))
    assert wall.wall.pending is Wanted.NEXT


def test_without_photos_it_says_so_until_one_comes():
    driver = Driver()
    assert driver.prepare(code="first_run") == (do.ShowMessage("first_run"),)
    assert driver.wall.phase is Phase.EMPTY
    (effect,) = driver.happen(do.CardsChanged(is_empty=False, has_new=True))
    assert isinstance(effect, do.Prepare)
    assert driver.prepare() == (do.StartFade(1),)
    driver.happen(do.FadeDone())
    assert driver.wall.phase is Phase.HANGING


def test_while_nothing_can_be_shown_it_tries_again():
    driver = Driver()
    driver.prepare(code="nothing_hangs.unreadable")
    driver.until(do.Prepare, 12)


def test_a_photo_that_is_all_there_is_stays(wall: Driver):
    wall.ask(Wish.NEXT)
    wall.happen(do.FadeDone())
    wall.prepare(code=NO_MORE)
    wall.now += 300
    assert wall.happen(do.Tick()) and wall.wall.phase is Phase.HANGING


def test_it_wakes_on_time_with_a_still_before_and_after():
    driver = Driver(wakes=(0,))
    driver.hang()
    opened = driver.until(do.OpenFilm)
    driver.happen(do.FilmReady())
    started = driver.until(do.StartWake)
    assert opened < started
    assert started >= FIRST_WAKE - 0.2
    assert started - driver.wall.hung_at >= STILL_BEFORE_WAKE
    driver.now += 5
    effects = driver.happen(do.WakeDone())
    assert do.CloseFilm() in effects
    assert driver.wall.leave_at >= driver.now + STILL_AFTER_WAKE


def live(driver: Driver, seconds: float, wake_seconds: float = 5.0) -> list[float]:
    """Answer everything as it comes; when wakes started."""
    started: list[float] = []
    end = driver.now + seconds
    while driver.now < end:
        driver.now += 0.1
        for effect in driver.happen(do.Tick()):
            if isinstance(effect, do.StartFade):
                driver.now += 2
                driver.happen(do.FadeDone())
            elif isinstance(effect, do.OpenFilm):
                driver.happen(do.FilmReady())
            elif isinstance(effect, do.StartWake):
                started.append(driver.now)
                driver.now += wake_seconds
                driver.happen(do.WakeDone())
        if driver.wall.pending is not None:
            driver.prepare()
    return started


def test_wakes_come_every_few_minutes_and_never_like_a_clock():
    driver = Driver(wakes=(0,))
    driver.hang()
    started = live(driver, 3 * 3600)
    gaps = [b - a for a, b in pairwise(started)]
    assert all(0.75 * 240 <= gap <= 1.25 * 240 + 45 for gap in gaps)
    assert max(gaps) - min(gaps) > 60
    assert len(started) > 30


def test_however_often_it_wakes_the_wall_turns():
    driver = Driver(Pace(slide=5, wake=1), wakes=(0,))
    driver.hang()
    started = live(driver, 200)
    turns = driver.effects(do.StartFade)
    assert len(started) >= 8
    # Each slide wakes once and goes.
    assert abs(len(turns) - len(started)) <= 1


def test_no_wake_is_asked_for_where_wakes_are_off():
    driver = Driver(Pace(30, 0), wakes=(0,))
    driver.hang()
    assert live(driver, 3600) == []
    driver.ask(Wish.WAKE)
    driver.until(do.OpenFilm, 1)


def test_two_photos_wake_in_turn():
    driver = Driver(Pace(600, 60), wakes=(0, 1), photos=2)
    driver.hang()
    live(driver, 400)
    indices = [effect.index for effect in driver.effects(do.StartWake)]
    assert indices[:4] == [0, 1, 0, 1]


def test_a_wake_that_is_due_asks_for_a_slide_that_wakes():
    driver = Driver(Pace(30, 60))
    driver.hang()
    live(driver, 120)
    prepares = driver.effects(do.Prepare)
    assert any(each.prefers_waking for each in prepares)
    assert not driver.effects(do.StartWake)


def test_a_slide_that_wakes_itself_asks_for_no_other():
    driver = Driver(Pace(30, 240), wakes=(0,))
    driver.prepare()
    driver.wall = replace(driver.wall, wake_at=20.0)
    driver.now = 1.0
    driver.happen(do.CardsChanged(is_empty=False, has_new=True, wakes=(0,)))
    assert not driver.effects(do.Prepare)[-1].prefers_waking


def test_a_film_that_fails_costs_nothing_but_the_wake():
    driver = Driver(wakes=(0,))
    driver.hang()
    driver.until(do.OpenFilm)
    assert do.CloseFilm() in driver.happen(do.FilmFailed())
    assert driver.wall.phase is Phase.HANGING
    assert driver.wall.wake_at > driver.now + 100


def test_a_film_that_never_gets_ready_is_given_up():
    driver = Driver(wakes=(0,))
    driver.hang()
    driver.until(do.OpenFilm)
    driver.until(do.CloseFilm, 25)
    driver.until(do.StartFade, 60)


def test_a_film_that_breaks_while_it_plays_gives_the_still_back():
    driver = Driver(wakes=(0,))
    driver.hang()
    driver.until(do.OpenFilm)
    driver.happen(do.FilmReady())
    driver.until(do.StartWake)
    assert driver.happen(do.FilmFailed()) == (do.CloseFilm(), do.Redraw())
    assert driver.wall.phase is Phase.HANGING


def test_wake_now_wakes_now_and_says_softly_when_it_cannot(wall: Driver):
    assert wall.ask(Wish.WAKE) == (do.Redraw(),)
    assert wall.wall.overlay is not None and wall.wall.overlay.code == "done.no_clip"
    wall.now += NOTE_SECONDS + 0.1
    assert wall.happen(do.Tick()) == (do.Redraw(),)
    driver = Driver(wakes=(0,))
    driver.hang()
    driver.ask(Wish.WAKE)
    assert driver.happen(do.Tick()) == (do.OpenFilm(0),)
    driver.happen(do.FilmReady())
    assert driver.happen(do.Tick()) == (do.StartWake(0),)


def test_a_clip_that_becomes_ready_wakes_the_photo_that_hangs(wall: Driver):
    wall.happen(do.CardsChanged(is_empty=False, has_new=False, wakes=(0,)))
    wall.ask(Wish.WAKE)
    assert wall.happen(do.Tick()) == (do.OpenFilm(0),)


def test_next_goes_at_once_when_it_is_ready_and_as_soon_as_it_is_otherwise(wall: Driver):
    assert wall.ask(Wish.NEXT) == (do.StartFade(2),)
    wall.happen(do.FadeDone())
    assert wall.ask(Wish.NEXT) == ()
    assert wall.prepare() == (do.StartFade(3),)


def test_next_while_it_wakes_closes_the_film():
    driver = Driver(wakes=(0,))
    driver.hang()
    driver.ask(Wish.WAKE)
    driver.happen(do.Tick())
    driver.happen(do.FilmReady())
    driver.happen(do.Tick())
    assert driver.ask(Wish.NEXT) == (do.CloseFilm(), do.StartFade(2))


def test_previous_asks_for_it_and_at_the_end_goes_on_as_before(wall: Driver):
    (effect,) = wall.ask(Wish.PREVIOUS)
    assert isinstance(effect, do.Prepare) and effect.wanted is Wanted.PREVIOUS
    (effect,) = wall.prepare(code=NO_MORE)
    assert isinstance(effect, do.Prepare) and effect.wanted is Wanted.NEXT
    wall.prepare()
    assert wall.wall.phase is Phase.HANGING and not wall.wall.hurries


def test_hide_takes_the_photo_away_and_undo_brings_it_back(wall: Driver):
    effects = wall.ask(Wish.HIDE)
    assert effects == (do.Hide((10,)), do.StartFade(2))
    wall.now += 2
    assert do.Redraw() in wall.happen(do.FadeDone())  # says that it is hidden, and how to undo it
    effects = wall.ask(Wish.UNDO)
    assert effects[0] == do.Unhide((10,))
    assert isinstance(effects[1], do.Prepare)
    assert effects[1].wanted is Wanted.AGAIN and effects[1].photos == (10,)
    assert wall.prepare(Slide(9, (10,))) == (do.StartFade(9),)


def test_undo_has_its_time(wall: Driver):
    wall.ask(Wish.HIDE)
    wall.happen(do.FadeDone())
    wall.now += UNDO_SECONDS + 1
    assert wall.ask(Wish.UNDO) == ()


def test_undo_during_the_fade_brings_it_back_after_it(wall: Driver):
    wall.ask(Wish.HIDE)
    assert wall.ask(Wish.UNDO)[0] == do.Unhide((10,))
    wall.prepare(Slide(9, (10,)))
    assert wall.wall.phase is Phase.FADING
    wall.happen(do.FadeDone())
    assert wall.happen(do.Tick()) == (do.StartFade(9),)


def test_of_two_it_asks_which_to_hide():
    for wish, hidden in ((Wish.PREVIOUS, (10,)), (Wish.NEXT, (11,)), (Wish.HIDE, (10, 11))):
        driver = Driver(photos=2)
        driver.hang()
        assert driver.ask(Wish.HIDE) == (do.Redraw(),)
        assert driver.wall.overlay is not None and driver.wall.overlay.over is Over.WHICH
        assert do.Hide(hidden) in driver.ask(wish)
    driver = Driver(photos=2)
    driver.hang()
    driver.ask(Wish.HIDE)
    assert driver.ask(Wish.NO) == (do.Redraw(),)
    assert not driver.effects(do.Hide)


def test_hiding_the_last_photo_leaves_the_message(wall: Driver):
    wall.prepare(code=NO_MORE)
    wall.wall = replace(wall.wall, coming=None)
    effects = wall.ask(Wish.HIDE)
    assert isinstance(effects[1], do.Prepare)
    assert wall.prepare(code="nothing_hangs.hidden") == (do.ShowMessage("nothing_hangs.hidden"),)
    assert wall.wall.phase is Phase.EMPTY
    assert wall.ask(Wish.UNDO)[0] == do.Unhide((10,))
    assert wall.prepare(Slide(9, (10,))) == (do.StartFade(9),)


def test_info_comes_and_goes(wall: Driver):
    assert wall.ask(Wish.INFO) == (do.Redraw(),)
    wall.now += 29
    assert wall.happen(do.Tick()) == ()
    assert wall.ask(Wish.INFO) == (do.Redraw(),)
    assert wall.wall.overlay is None


def test_an_arrival_hangs_within_seconds(wall: Driver):
    wall.now += 1
    (effect,) = wall.happen(do.CardsChanged(is_empty=False, has_new=True))
    assert isinstance(effect, do.Prepare)
    wall.prepare(wall.slide(is_new=True))
    assert wall.until(do.StartFade) <= 5.2


def test_arrivals_do_not_chase_each_other(wall: Driver):
    wall.happen(do.CardsChanged(is_empty=False, has_new=True))
    wall.prepare(wall.slide(is_new=True))
    wall.until(do.StartFade)
    wall.happen(do.FadeDone())
    began = wall.now
    wall.prepare(wall.slide(is_new=True))
    assert wall.until(do.StartFade) - began == pytest.approx(30, abs=0.2)


def test_a_photo_that_is_gone_leaves_at_once(wall: Driver):
    effects = wall.happen(do.CardsChanged(is_empty=False, has_new=False, gone=frozenset({10})))
    assert effects == (do.StartFade(2),)


def test_a_photo_that_is_gone_before_it_hangs_is_not_shown(wall: Driver):
    effects = wall.happen(do.CardsChanged(is_empty=False, has_new=False, gone=frozenset({20})))
    assert isinstance(effects[0], do.Prepare)
    assert wall.wall.coming is None


def test_nothing_wakes_at_night():
    driver = Driver(wakes=(0,))
    driver.hang()
    assert driver.happen(NIGHT) == (do.SetLight(Light(is_on=False)),)
    assert live(driver, 8 * 3600) == []
    assert driver.ask(Wish.WAKE) == ()
    effects = driver.happen(DAY)
    assert effects == (do.SetLight(Light()), do.Redraw())
    assert driver.wall.phase is Phase.HANGING
    assert driver.wall.wake_at >= driver.now + FIRST_WAKE - 0.1


def test_a_fade_and_a_wake_end_before_the_night():
    driver = Driver(wakes=(0,))
    driver.hang()
    driver.ask(Wish.NEXT)
    assert driver.happen(NIGHT) == ()
    driver.happen(do.FadeDone())
    assert driver.wall.phase is Phase.NIGHT


def test_what_was_deleted_at_night_is_not_there_in_the_morning(wall: Driver):
    wall.happen(NIGHT)
    wall.happen(do.CardsChanged(is_empty=False, has_new=False, gone=frozenset({10})))
    effects = wall.happen(DAY)
    assert do.Hang(2) in effects and do.Redraw() not in effects


def test_dimming_goes_through(wall: Driver):
    dim = Light(brightness=0.4)
    assert wall.happen(do.LightChanged(dim)) == (do.SetLight(dim),)
    assert wall.happen(do.LightChanged(dim)) == ()


def test_a_question_is_asked_answered_and_not_asked_again(wall: Driver):
    assert wall.happen(do.Questioned(5)) == (do.Redraw(),)
    assert wall.ask(Wish.NEXT) == ()  # whoever was turning the page has not read it yet
    wall.now += 40
    assert wall.happen(do.Tick()) == ()  # the picture waits
    assert wall.ask(Wish.YES) == (do.Answer(5, is_yes=True), do.Redraw())
    assert wall.happen(do.Questioned(5)) == ()


def test_a_question_nobody_answers_gives_the_picture_back(wall: Driver):
    wall.happen(do.Questioned(5))
    wall.now += ASK_SECONDS + 0.1
    assert wall.happen(do.Tick()) == (do.Redraw(),)
    wall.until(do.StartFade, 1)


def test_a_question_that_is_settled_elsewhere_goes_away(wall: Driver):
    wall.happen(do.Questioned(5))
    assert wall.happen(do.Questioned(None)) == (do.Redraw(),)


def test_a_long_touch_just_after_hiding_undoes_it(wall: Driver):
    wall.ask(Wish.HIDE)
    wall.happen(do.FadeDone())
    assert do.Unhide((10,)) in wall.ask(Wish.INFO)


def test_a_long_touch_tells_about_the_photo_and_a_second_one_invites(wall: Driver):
    assert wall.ask(Wish.HOLD) == (do.Redraw(),)
    assert wall.wall.overlay is not None and wall.wall.overlay.over is Over.INFO
    assert wall.ask(Wish.HOLD) == (do.Invite(),)
    assert wall.ask(Wish.INVITE) == (do.Invite(),)


def test_a_placard_lies_over_everything_until_its_time_is_over(wall: Driver):
    wall.happen(do.Questioned(5))
    until = wall.now + 120
    assert wall.happen(do.HeldUp(until)) == (do.Redraw(),)
    assert wall.wall.overlay is not None and wall.wall.overlay.over is Over.PLACARD
    assert wall.happen(do.HeldUp(until)) == ()
    wall.now = until - 1
    assert wall.happen(do.Tick()) == ()
    wall.now = until
    assert wall.happen(do.Tick()) == (do.Redraw(),)
    wall.until(do.StartFade, 1)


def test_a_placard_that_was_taken_down_stays_down_and_the_next_goes_up(wall: Driver):
    until = wall.now + 120
    wall.happen(do.HeldUp(until))
    assert wall.ask(Wish.NEXT) == (do.Redraw(),)
    assert wall.happen(do.HeldUp(until)) == ()
    assert wall.happen(do.HeldUp(until + 1)) == (do.Redraw(),)
    assert wall.happen(do.HeldUp(None)) == (do.Redraw(),)
    assert wall.happen(do.HeldUp(None)) == ()


def test_at_night_a_placard_waits_for_the_light(wall: Driver):
    wall.happen(NIGHT)
    assert wall.happen(do.HeldUp(wall.now + 120)) == ()
    wall.happen(DAY)
    assert wall.happen(do.HeldUp(wall.now + 120)) == (do.Redraw(),)


def test_a_finger_that_stays_tells_and_then_ends_it(wall: Driver):
    assert wall.ask(Wish.STAY) == (do.Redraw(),)
    assert wall.wall.overlay is not None and wall.wall.overlay.over is Over.INFO
    assert wall.ask(Wish.STAY) == (do.Quit(),)


def test_quit_ends_it(wall: Driver):
    assert wall.ask(Wish.QUIT) == (do.Quit(),)


@pytest.mark.parametrize("event", [do.FadeDone(), do.WakeDone()])
def test_impossible_pairs_raise(wall: Driver, event: do.Event):
    with pytest.raises(ImpossiblePair):
        wall.happen(event)


def test_void_answers_change_nothing(wall: Driver):
    before = wall.wall
    assert wall.happen(do.Prepared(1, Slide(99, (99,)))) == ()
    assert wall.wall == before


events = st.one_of(
    st.sampled_from(list(Wish)).filter(lambda wish: wish is not Wish.QUIT).map(do.Asked),
    st.sampled_from(
        [
            do.FilmReady(),
            do.FilmFailed(),
            NIGHT,
            DAY,
            do.LightChanged(Light(brightness=0.5)),
            do.Questioned(1),
            do.Questioned(2),
            do.Questioned(None),
            "prepared",
            "prepared",
            "prepared",
            "new",
            "nothing",
            "no more",
            "end of motion",
            "end of motion",
        ]
    ),
    st.builds(
        do.CardsChanged,
        is_empty=st.booleans(),
        has_new=st.booleans(),
        gone=st.frozensets(st.integers(10, 60), max_size=2),
        wakes=st.sampled_from([(), (0,)]),
    ),
    st.floats(0.1, 90).map(lambda seconds: ("wait", seconds)),
)


@given(st.lists(events, max_size=120))
@settings(max_examples=300, deadline=None)
def test_whatever_happens_the_wall_stays_sound(happenings):
    driver = Driver(wakes=(0,))
    films = 0
    for each in happenings:
        effects: tuple[do.Effect, ...] = ()
        if isinstance(each, tuple):
            driver.now += each[1]
            effects = driver.happen(do.Tick())
        elif each == "prepared":
            effects = driver.prepare()
        elif each == "new":
            effects = driver.prepare(driver.slide(is_new=True))
        elif each == "nothing":
            effects = driver.prepare(code="nothing_hangs.unreadable")
        elif each == "no more":
            effects = driver.prepare(code=NO_MORE)
        elif each == "end of motion":
            if driver.wall.phase is Phase.FADING:
                effects = driver.happen(do.FadeDone())
            elif driver.wall.phase is Phase.WAKING:
                effects = driver.happen(do.WakeDone())
        else:
            effects = driver.happen(each)
        for effect in effects:
            if isinstance(effect, do.OpenFilm):
                films += 1
                assert films == 1, "two films at once"
            elif isinstance(effect, do.CloseFilm):
                films = 0
            elif isinstance(effect, do.StartWake):
                assert films == 1 and driver.wall.light.is_on
        check(driver.wall)
    # And it comes to life again by itself.
    driver.happen(DAY)
    for _ in range(20):
        if driver.wall.phase is Phase.FADING:
            driver.happen(do.FadeDone())
        elif driver.wall.phase is Phase.WAKING:
            driver.happen(do.WakeDone())
        elif driver.wall.pending is not None:
            driver.prepare(driver.slide(wakes=()))
        elif driver.wall.phase is Phase.HANGING and driver.wall.overlay is None:
            break
        driver.now += 61
        driver.happen(do.Tick())
    assert driver.wall.phase in (Phase.HANGING, Phase.FADING)


def check(wall: Wall) -> None:
    """What holds in every state."""
    if wall.phase in (Phase.HANGING, Phase.FADING, Phase.WAKING):
        assert wall.slide is not None
    if wall.phase in (Phase.EMPTY, Phase.STARTING):
        assert wall.slide is None
    if wall.phase is Phase.WAKING:
        assert wall.film is not None
    if wall.phase in (Phase.NIGHT, Phase.FADING, Phase.EMPTY, Phase.STARTING):
        assert wall.film is None
    if wall.phase is Phase.NIGHT:
        assert not wall.light.is_on and wall.overlay is None
    assert wall.film is not None or not wall.is_film_ready
