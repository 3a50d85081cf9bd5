"""The loop on the wall, with a clock that tests can turn: what is presented, when, and what is not."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frame.core.fit import view_of
from frame.core.photos import Approval, Door, Photo
from frame.core.placard import Placard, Purpose
from frame.core.steps import Pace, Phase
from frame.display.desk import Desk
from frame.display.glass import Glass
from frame.display.lamp import RestMemory
from frame.display.memory import PlaceFile
from frame.display.ports import Input, ScreenLost
from frame.display.wall import Evenness, Outside, Renewal, Show, WallOptions, run_wall
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.remote import Wish, Wished
from tests.fakes.clock import FakeClock
from tests.fakes.film import FakeFilm, FakeProjector
from tests.fakes.panel import FakePanel
from tests.fakes.screen import FakeScreen
from tests.fakes.wall import FakeBoard, FakePainter, FakeStills, InlineHelper

PANEL = (96, 54)


@dataclass(frozen=True)
class Night:
    days: tuple[int, ...]
    begin: int
    end: int


class Home:
    """A library, everything around the loop, and the loop."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.catalogue = Catalogue(self.places.catalogue)  # another process, as the wall sees it
        self.clock = FakeClock()
        self.screen = FakeScreen(self.clock)
        self.opens = 0
        self.panel = FakePanel()
        self.projector = FakeProjector()
        self.painter = FakePainter()
        self.stills = FakeStills()
        self.told: dict[str, Any] = {}
        self.fed: list[float] = []
        self.mirrored: list[bool] = []
        self.evenness = Evenness()
        self.helper: InlineHelper | None = None
        self.memory: PlaceFile | None = None
        self.show: Show | None = None
        self.glass: Glass | None = None
        self.hung: list[tuple[int, ...]] = []
        self.phases: list[Phase] = []
        self.board = FakeBoard()
        self.captions = False
        self.count = 0
        self.wishes: list[Wished] = []
        self.rest: dict[str, object] = {}
        self.renewals: list[Renewal] = []

    def add(self, size: tuple[int, int] = (90, 60), taken: str | None = None) -> int:
        self.count += 1
        return self.catalogue.photos.add(
            NewPhoto(
                sha256=f"{self.count:064x}",
                suffix=".jpg",
                size_bytes=1,
                door=Door.INBOX,
                name=f"{self.count}.jpg",
                arrived=1_700_000_000 + self.count,
                size=size,
                decoded=size,
                taken=taken,
            )
        )

    def add_clip(self, photo_id: int) -> None:
        photo = self.photo(photo_id)
        file = f"{photo_id}.mp4"
        self.places.clip(file).write_bytes(b"a clip")
        view = view_of(photo, self.screen.size)
        self.catalogue.clips.add(
            NewClip(photo_id, file, "joy", "auto", "models", "", view, 6, 1, 25, "{}")
        )

    def photo(self, photo_id: int) -> Photo:
        found = self.catalogue.photos.get(photo_id)
        assert found is not None
        return found

    def open_screen(self) -> FakeScreen:
        self.opens += 1
        if self.screen.is_lost:
            raise ScreenLost("still out")
        self.screen.is_closed = False
        return self.screen

    def open_helper(self, panel: tuple[int, int]) -> InlineHelper:
        desk = Desk(
            Catalogue(self.places.catalogue),
            self.places,
            self.stills,
            self.painter,
            self.clock,
            panel,
            captions=self.captions,
        )
        self.helper = InlineHelper(desk, self.clock.monotonic)
        return self.helper

    def outside(self, is_ending: Callable[[], bool] = lambda: False) -> Outside:
        self.memory = PlaceFile(self.places.wall_state)
        return Outside(
            open_screen=self.open_screen,
            panel=self.panel,
            clock=self.clock,
            projector=self.projector,
            painter=self.painter,
            helper=self.open_helper,
            memory=self.memory,
            clip=self.places.clip,
            say=self.told.update,
            fed=self.fed.append,
            mirrored=lambda _, stays: self.mirrored.append(stays),
            is_ending=is_ending,
            wishes=self.taken_wishes,
            rest=RestMemory(lambda: self.rest, self.keep_rest),
            renewed=lambda: self.renewals.pop(0) if self.renewals else None,
            board=self.board,
        )

    def taken_wishes(self) -> list[Wished]:
        found, self.wishes = self.wishes, []
        return found

    def keep_rest(self, facts: Mapping[str, object]) -> None:
        self.rest = dict(facts)

    def wish(self, wish: Wish, *photos: int) -> None:
        self.wishes.append(Wished(wish, photos))

    def start(self, options: WallOptions) -> Show:
        outside = self.outside()
        self.glass = Glass(
            outside.open_screen,
            outside.panel,
            outside.painter,
            outside.clock,
            outside.fed,
            outside.mirrored,
        )
        self.show = Show(options, outside, self.glass, self.evenness)
        self.show.begin()
        return self.show

    def live(self, seconds: float) -> None:
        """So many seconds go by."""
        assert self.show is not None
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.turn()

    def until(self, phase: Phase, seconds: float = 600) -> None:
        assert self.show is not None
        end = self.clock.now + seconds
        while self.show.wall.phase is not phase:
            assert self.clock.now < end, f"{self.show.wall.phase} for {seconds} s, not {phase}"
            self.turn()

    def turn(self) -> None:
        assert self.show is not None
        self.show.turn()
        wall = self.show.wall
        if not self.phases or self.phases[-1] is not wall.phase:
            self.phases.append(wall.phase)
        photos = wall.slide.photos if wall.slide is not None else ()
        if wall.phase is Phase.HANGING and self.hung[-1:] != [photos]:
            self.hung.append(photos)

    def kill(self) -> None:
        """As if the power went: what was not written is gone."""
        if self.show is not None:
            self.show.end()
        if self.memory is not None:
            self.memory.close()
        self.show = None


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "library")
    yield home
    home.kill()
    home.catalogue.close()


SHOW = WallOptions(Pace(slide=10, wake=60), fade_seconds=1.0, seed=5)


def test_the_first_run_says_where_photos_come_from_until_one_is_there(home: Home):
    home.start(SHOW)
    home.live(2)
    assert home.painter.messages == ["first_run"]
    assert home.screen.frames[-1][0, 0, 0] == 5
    home.add()
    home.until(Phase.HANGING, 4)
    assert home.hung == [(1,)]
    assert home.told["photos"] == [1]


def test_a_still_is_presented_once_and_then_every_ten_seconds_unchanged(home: Home):
    home.add()
    home.screen.kept = 100
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.screen.times.clear()
    home.screen.frames.clear()
    home.live(300)
    assert 29 <= len(home.screen.times) <= 31
    assert all(np.array_equal(home.screen.frames[0], frame) for frame in home.screen.frames)


def test_an_idle_loop_rests_a_tenth_of_a_second_each_time(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.clock.keeps_sleeps = True
    home.live(20)
    assert 199 <= len(home.clock.slept) <= 202


def test_fades_come_at_the_panels_rate_and_end_on_the_very_still(home: Home):
    home.add()
    home.add()
    home.start(SHOW)
    home.until(Phase.FADING)
    home.screen.times.clear()
    home.until(Phase.HANGING)
    assert len(home.screen.times) in (60, 61, 62)
    fades = home.evenness.fades.evenness()
    assert fades.dropped == 0
    assert fades.p99_ms == pytest.approx(1000 / 60, abs=0.1)
    assert home.show is not None and home.show.wall.slide is not None
    shade = 40 + home.show.wall.slide.photos[0] % 200
    assert home.screen.frames[-1][27, 48, 0] == shade


def test_it_wakes_and_ends_on_the_very_still(home: Home):
    photo = home.add()
    home.add_clip(photo)
    home.projector = FakeProjector(*[FakeFilm(size=(80, 54)) for _ in range(9)])
    home.start(SHOW)
    home.until(Phase.HANGING)
    before = home.screen.frames[-1]
    home.until(Phase.WAKING)
    home.live(0.8)
    assert home.told["state"] == "waking" and home.told["wakes"] == photo
    assert not np.array_equal(before, home.screen.frames[-1])
    home.until(Phase.HANGING)
    assert np.array_equal(before, home.screen.frames[-1])
    assert home.projector.count_open == 0
    assert home.evenness.wakes.evenness().p99_ms == pytest.approx(40, abs=17)


def test_a_clip_that_breaks_gives_the_still_back(home: Home):
    photo = home.add()
    home.add_clip(photo)
    home.projector = FakeProjector(FakeFilm(size=(80, 54), breaks_at=9))
    home.start(SHOW)
    home.until(Phase.HANGING)
    before = home.screen.frames[-1]
    home.until(Phase.WAKING)
    home.until(Phase.HANGING, 3)
    assert np.array_equal(before, home.screen.frames[-1])
    assert home.projector.count_open == 0


def test_a_clip_of_another_crop_does_not_play(home: Home):
    photo = home.add()
    home.add_clip(photo)
    clip = home.catalogue.clips.of(photo)[0]
    assert clip.view.crop == (0, 0, 90, 60)
    home.places.clip(clip.file).unlink()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.live(200)
    assert home.projector.opened == []


def test_a_clip_that_is_made_while_its_photo_hangs_plays(home: Home):
    photo = home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.add_clip(photo)
    home.live(2)
    home.screen.wishes.append(Input.WAKE)
    home.until(Phase.WAKING, 3)


def test_an_arrival_hangs_within_seconds(home: Home):
    for _ in range(5):
        home.add()
    home.start(SHOW)
    home.live(120)
    arrived = home.add()
    began = home.clock.now
    while home.hung[-1] != (arrived,):
        home.turn()
    assert home.clock.now - began <= 8


def test_everybody_hangs_once_before_anybody_hangs_twice(home: Home):
    for _ in range(20):
        home.add()
    home.start(WallOptions(Pace(1, 0), fade_seconds=0, seed=3))
    while len(home.hung) < 40:
        home.turn()
    assert sorted(home.hung[:20]) == [(each,) for each in range(1, 21)]
    assert sorted(home.hung[20:40]) == sorted(home.hung[:20])


def test_killed_at_any_moment_it_goes_on_where_it_was(home: Home):
    for _ in range(30):
        home.add()
    options = WallOptions(Pace(1, 0), fade_seconds=0, seed=3)
    home.start(options)
    while len(home.hung) < 30:
        home.turn()
    home.hung.clear()
    seen: list[tuple[int, ...]] = []
    for lived in (0.3, 4.05, 0.0, 7.7, 2.2, 3.3) * 20:
        home.kill()
        home.start(options)
        home.until(Phase.HANGING)
        home.live(lived)
        for each in home.hung:
            if not seen or seen[-1] != each:
                seen.append(each)
        home.hung.clear()
        if len(seen) > 30:
            break
    # The first ended the round before.
    assert len(set(seen[1:31])) == 30


def test_after_a_restart_hangs_what_hung_before(home: Home):
    for _ in range(9):
        home.add()
    home.start(SHOW)
    home.live(47)
    hung = home.hung[-1]
    home.kill()
    home.start(SHOW)
    assert home.show is not None
    home.turn()
    assert home.show.wall.slide is not None and home.show.wall.slide.photos == hung


def test_a_broken_photo_is_left_out_with_one_notice(home: Home):
    for _ in range(6):
        home.add()
    home.stills.broken = {2, 5}
    home.start(WallOptions(Pace(1, 0), fade_seconds=0))
    home.live(60)
    assert {each for slide in home.hung for each in slide} == {1, 3, 4, 6}
    notices = home.catalogue.notices.all()
    assert sorted((each.subject, each.times) for each in notices) == [("2", 1), ("5", 1)]
    assert home.stills.asked.count(2) == 1
    assert home.painter.messages == []


def test_if_none_can_be_shown_it_says_so_and_tries_again(home: Home):
    home.add()
    home.stills.broken = {1}
    home.start(SHOW)
    home.live(3)
    assert set(home.painter.messages) == {"nothing_hangs.unreadable"}
    home.stills.broken = set()
    home.clock.move(1000)
    home.until(Phase.HANGING, 15)


def test_a_photo_that_is_deleted_leaves_at_once(home: Home):
    for _ in range(4):
        home.add()
    home.start(WallOptions(Pace(600, 0), fade_seconds=1))
    home.until(Phase.HANGING)
    (photo,) = home.hung[-1]
    home.catalogue.photos.delete(photo, 1)
    home.live(4)
    assert home.hung[-1] != (photo,)


def test_hide_and_undo(home: Home):
    for _ in range(4):
        home.add()
    home.start(WallOptions(Pace(600, 0), fade_seconds=1))
    home.until(Phase.HANGING)
    (photo,) = home.hung[-1]
    home.screen.wishes.append(Input.HIDE)
    home.live(3)
    assert home.photo(photo).approval is Approval.HIDDEN
    assert home.hung[-1] != (photo,)
    assert home.painter.said[-1].code == "done.hidden"
    home.screen.wishes.append(Input.UNDO)
    home.live(3)
    assert home.photo(photo).approval is Approval.APPROVED
    assert home.hung[-1] == (photo,)


def test_hiding_the_last_one_says_that_all_are_hidden(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.screen.wishes.append(Input.HIDE)
    home.live(3)
    assert home.painter.messages[-1] == "nothing_hangs.hidden"
    home.screen.wishes.append(Input.UNDO)
    home.until(Phase.HANGING, 4)


def test_previous_and_next(home: Home):
    for _ in range(6):
        home.add()
    home.start(WallOptions(Pace(600, 0), fade_seconds=1))
    home.until(Phase.HANGING)
    for wish in (Input.NEXT, Input.NEXT, Input.PREVIOUS, Input.PREVIOUS, Input.NEXT):
        home.screen.wishes.append(wish)
        home.live(3)
    first, second, third, back, start, again = home.hung
    assert (back, start, again) == (second, first, second)
    assert len({first, second, third}) == 3


def test_at_night_the_panel_is_off_nothing_is_presented_and_the_loop_feeds(home: Home):
    photo = home.add()
    home.add()
    home.add_clip(photo)
    night = Night(tuple(range(7)), 13 * 60, 14 * 60)
    home.start(WallOptions(Pace(60, 60), fade_seconds=0, night=(night,)))
    home.live(3605)
    assert home.show is not None and home.show.wall.phase is Phase.NIGHT
    assert home.panel.power == [False]
    assert not home.screen.frames[-1].any()
    home.screen.times.clear()
    home.fed.clear()
    home.phases.clear()
    home.live(3500)
    assert home.screen.times == []
    assert home.phases == [Phase.NIGHT]
    assert len(home.fed) > 3000
    assert home.told["panel_off"] is True
    home.live(120)
    assert home.panel.power == [False, True]
    assert home.screen.frames[-1].any()
    assert home.screen.times[0] - 3600 - 1000 < 3600 + 20


def test_where_nothing_can_dim_the_panel_the_frames_are_darker(home: Home):
    @dataclass(frozen=True)
    class Dim:
        hours: Night
        share: float

    home.add()
    home.panel = FakePanel(can_dim=False)
    dim = Dim(Night(tuple(range(7)), 13 * 60, 14 * 60), 0.3)
    home.start(WallOptions(Pace(60, 0), fade_seconds=0, dims=(dim,)))
    home.live(3000)
    bright = home.screen.frames[-1][27, 48, 0]
    home.live(1200)
    assert home.screen.frames[-1][27, 48, 0] < bright
    assert home.panel.brightness == [0.3]
    home.live(3600)
    assert home.screen.frames[-1][27, 48, 0] == bright
    assert home.panel.brightness == [0.3, 1.0]


def test_the_watchdog_is_not_fed_when_nothing_is_presented(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.screen.is_lost = True
    home.live(15)
    home.fed.clear()
    presented = home.told["presented"]
    home.live(60)
    assert home.fed == []
    assert home.told["presented"] == presented


def test_a_screen_that_comes_back_shows_the_last_good_picture(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    before = home.screen.frames[-1]
    home.screen.is_lost = True
    home.live(25)
    home.screen.is_lost = False
    home.live(20)
    assert np.array_equal(home.screen.frames[-1], before)
    assert home.opens < 10
    home.fed.clear()
    home.live(15)
    assert home.fed


def test_a_panel_of_another_size_is_taken_as_it_is(home: Home):
    home.add()
    stop = {"at": 1060.0}
    outside = home.outside(lambda: home.clock.now > stop["at"])
    small = home.screen

    def open_screen() -> FakeScreen:
        if not small.is_lost:
            return small
        home.screen = FakeScreen(home.clock, (120, 80))
        return home.screen

    home.clock.keeps_sleeps = True
    real_sleep = home.clock.sleep

    def sleep(seconds: float) -> None:
        real_sleep(seconds)
        if home.clock.now > 1020:
            small.is_lost = True

    home.clock.sleep = sleep  # type: ignore[method-assign]
    run_wall(SHOW, Outside(**{**vars(outside), "open_screen": open_screen}))
    assert home.screen.frames[-1].shape == (80, 120, 3)
    assert home.screen.is_closed


def test_questions_are_asked_on_the_screen_and_answered(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.catalogue.questions.ask("usb", "stick", {"count": 12}, 1, on_screen=True)
    home.live(3)
    assert home.painter.said[-1].kind == "question"
    assert home.painter.said[-1].facts == {"count": 12, "id": 1}
    home.screen.wishes.append(Input.YES)
    home.live(2)
    found = home.catalogue.questions.latest("usb", "stick")
    assert found is not None and found.answer == "yes"
    assert home.told["state"] == "hanging"


def test_a_question_about_something_else_stays_off_the_screen(home: Home):
    home.add()
    home.start(SHOW)
    home.catalogue.questions.ask("mirror", "folder", {}, 1, on_screen=False)
    home.live(5)
    assert home.painter.said == []


def test_captions_lie_on_hanging_and_waking_frames(home: Home):
    home.captions = True
    photo = home.add()
    home.add_clip(photo)
    home.projector = FakeProjector(FakeFilm(size=(80, 54)))
    home.start(SHOW)
    home.until(Phase.HANGING)
    assert home.screen.frames[-1][53, 0, 0] == 255
    home.until(Phase.WAKING)
    home.live(0.5)
    assert home.screen.frames[-1][53, 0, 0] == 255


def test_a_drifting_photo_moves_all_the_time_and_rests_when_somebody_reads(home: Home):
    home.add()
    home.start(WallOptions(Pace(10, 0), drifts=True))
    home.until(Phase.HANGING)
    home.screen.times.clear()
    home.live(2)
    assert len(home.screen.times) > 100
    home.screen.wishes.append(Input.INFO)
    home.live(0.5)
    home.screen.times.clear()
    home.live(5)
    assert len(home.screen.times) <= 1


def test_what_is_put_up_is_shown_once_and_taken_down_for_good(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.board.up = Placard(Purpose.SEND, home.clock.monotonic() + 60, address="http://a/p/b")
    home.live(2)
    assert [said.kind for said in home.painter.said] == ["placard"]
    assert home.painter.said[0].facts["address"] == "http://a/p/b"
    home.screen.wishes.append(Input.NEXT)
    home.live(3)
    assert [said.kind for said in home.painter.said] == ["placard"]


def test_who_asks_at_the_frame_is_invited(home: Home):
    home.add()
    home.start(SHOW)
    home.until(Phase.HANGING)
    home.screen.wishes += [Input.HOLD, Input.HOLD]
    home.live(1)
    assert home.board.invited == 1


def test_an_empty_wall_says_where_its_page_is_as_soon_as_that_is_known(home: Home):
    home.start(SHOW)
    home.until(Phase.EMPTY)
    shown = len(home.painter.messages)
    home.live(3)
    assert len(home.painter.messages) == shown
    home.board.pages = {"scan": "http://a/"}
    home.live(2)
    assert home.painter.messages[shown:] == ["first_run"]


def test_nothing_is_synced_and_one_small_write_is_made_for_each_slide(
    home: Home, monkeypatch: pytest.MonkeyPatch
):
    import os

    for _ in range(9):
        home.add()
    home.start(WallOptions(Pace(30, 0), fade_seconds=0))
    home.live(60)
    writes: list[int] = []
    real = os.pwrite

    def pwrite(file: int, data: bytes, offset: int) -> int:
        writes.append(len(data))
        return real(file, data, offset)

    def never(*_: object) -> None:
        raise AssertionError("synced")

    monkeypatch.setattr(os, "pwrite", pwrite)
    monkeypatch.setattr(os, "fsync", never)
    monkeypatch.setattr(os, "fdatasync", never)
    changes = home.catalogue.change_count()
    home.live(3600)
    assert 115 <= len(writes) <= 121
    assert sum(writes) < 1_000_000
    assert home.catalogue.change_count() == changes


def test_ten_thousand_slides_leave_memory_as_it_was(home: Home):
    for index in range(40):
        home.add((60, 90) if index % 3 else (90, 60))
        if index % 4 == 0:
            home.add_clip(index + 1)
    home.start(WallOptions(Pace(0.15, 40), fade_seconds=0))
    slides, asked = 0, 0

    def show_some(count: int) -> None:
        nonlocal slides, asked
        assert home.show is not None
        end, last = slides + count, None
        while slides < end:
            home.show.turn()
            slide = home.show.wall.slide
            if slide is not None and slide.number != last:
                slides, last = slides + 1, slide.number
            elif slides >= asked + 25 and home.show.wall.phase is Phase.HANGING:
                asked = slides
                home.screen.wishes.append(Input.WAKE)
        # What the fakes remember is not the wall's.
        home.screen.times.clear()
        home.stills.asked.clear()
        home.painter.said.clear()
        home.projector.opened.clear()
        home.fed.clear()
        home.mirrored.clear()
        gc.collect()

    for _ in range(8):
        show_some(1000)
    woken = home.evenness.wakes.evenness().frames
    tracemalloc.start()
    show_some(500)
    first = tracemalloc.get_traced_memory()[0]
    for _ in range(6):
        show_some(250)
    last = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert slides == 10_000
    assert woken > 500
    assert last - first < 30_000
    assert home.projector.count_open <= 1


class TestFromAfar:
    def test_next_and_previous_turn_the_page(self, home: Home):
        first, second = home.add(), home.add()
        home.start(WallOptions(Pace(slide=600, wake=0), fade_seconds=0.5))
        home.until(Phase.HANGING, 5)
        home.wish(Wish.NEXT)
        home.live(3)
        assert home.hung == [(first,), (second,)]
        home.wish(Wish.PREVIOUS)
        home.live(3)
        assert home.hung[-1] == (first,)

    def test_a_photo_that_is_named_hangs_now_and_one_that_may_not_never_does(self, home: Home):
        photos = [home.add() for _ in range(4)]
        home.start(WallOptions(Pace(slide=600, wake=0), fade_seconds=0.5))
        home.until(Phase.HANGING, 5)
        home.wish(Wish.HANG, photos[3])
        home.live(3)
        assert home.hung[-1] == (photos[3],)
        home.catalogue.photos.approve(photos[2], Approval.HIDDEN)
        home.wish(Wish.HANG, photos[2])
        home.wish(Wish.HANG, 4711)
        home.live(5)
        assert all(photos[2] not in each and 4711 not in each for each in home.hung)
        assert home.show is not None and home.show.wall.phase is Phase.HANGING

    def test_wake_wakes_what_hangs(self, home: Home):
        photo = home.add()
        home.add_clip(photo)
        home.projector = FakeProjector(FakeFilm(size=(80, 54)))
        home.start(WallOptions(Pace(slide=600, wake=0)))
        home.until(Phase.HANGING, 5)
        home.live(1)
        home.wish(Wish.WAKE)
        home.until(Phase.WAKING, 10)

    def test_it_answers_no_question_that_the_frame_asks(self, home: Home):
        home.add()
        home.add()
        home.start(WallOptions(Pace(slide=600, wake=0), fade_seconds=0.5))
        home.until(Phase.HANGING, 5)
        home.catalogue.questions.ask("usb", "s", {"name": "s", "photos": 3}, 1, on_screen=True)
        home.live(4)
        assert home.painter.said[-1].kind == "question"
        home.wish(Wish.NEXT)
        home.wish(Wish.WAKE)
        home.live(5)
        assert len(home.hung) == 2
        assert [each.answer for each in home.catalogue.questions.open()] == [None]

    def test_sleep_makes_it_dark_until_it_is_lit(self, home: Home):
        home.add()
        home.start(SHOW)
        home.until(Phase.HANGING, 5)
        home.wish(Wish.SLEEP)
        home.live(2)
        assert home.panel.power[-1] is False
        assert home.told["panel_off"] and home.told["asked"] == "asleep"
        home.clock.move(6 * 3600)
        home.live(3)
        assert home.panel.power[-1] is False
        home.wish(Wish.LIGHT)
        home.live(2)
        assert home.panel.power[-1] is True
        assert not home.told["panel_off"] and home.told["asked"] == ""

    def test_who_touches_a_sleeping_frame_lights_it_and_nothing_else(self, home: Home):
        first = home.add()
        home.add()
        home.start(WallOptions(Pace(slide=9000, wake=0)))
        home.until(Phase.HANGING, 5)
        home.wish(Wish.SLEEP)
        home.live(2)
        home.screen.wishes.append(Input.NEXT)
        home.live(2)
        assert home.panel.power[-1] is True
        assert home.hung == [(first,)]

    def test_it_sleeps_until_the_next_day_begins_even_if_the_display_is_started_again(
        self, home: Home
    ):
        home.add()
        options = WallOptions(
            Pace(slide=600, wake=0), night=(Night(tuple(range(7)), 22 * 60, 420),)
        )
        home.start(options)
        home.until(Phase.HANGING, 5)
        home.wish(Wish.SLEEP)
        home.live(2)
        home.kill()
        home.panel.power.clear()
        home.start(options)
        home.live(3)
        assert home.panel.power[-1] is False
        home.clock.move(11 * 3600)  # 23:00
        home.live(2)
        home.clock.move(8 * 3600)  # 7:00
        home.live(3)
        assert home.panel.power[-1] is True
        assert home.rest == {}

    def test_nonsense_that_was_kept_is_nothing(self, home: Home):
        home.add()
        home.rest = {"is_on": "no", "until": [], "was_on": None}
        home.start(SHOW)
        home.until(Phase.HANGING, 5)


class TestRenewal:
    def test_a_new_pace_holds_for_what_hangs(self, home: Home):
        home.add()
        home.add()
        home.start(WallOptions(Pace(slide=3600, wake=0), fade_seconds=0.5))
        home.until(Phase.HANGING, 5)
        quick = WallOptions(Pace(slide=5, wake=0), fade_seconds=0.5)
        home.renewals.append(Renewal(quick, lambda _: None, looks_other=False))
        home.live(20)
        assert len(home.hung) >= 3

    def test_a_new_taste_is_faded_to_without_a_black_moment(self, home: Home):
        home.add()
        home.screen.kept = 200
        options = WallOptions(Pace(slide=600, wake=0), fade_seconds=1.0)
        home.start(options)
        home.until(Phase.HANGING, 5)
        before = home.screen.frames[-1]
        home.screen.frames.clear()
        home.renewals.append(
            Renewal(options, lambda desk: desk.taste(pairs=True, captions=True), looks_other=True)
        )
        home.live(1.2)
        assert home.show is not None and home.show.wall.phase is Phase.FADING
        home.live(3)
        assert not np.array_equal(before, home.screen.frames[-1])
        assert all(frame.max() > 30 for frame in home.screen.frames)
        assert home.hung == [(1,)]
        assert home.memory is not None
        place = home.memory.load()
        assert place is not None and place.history == ((1,),)

    def test_new_hours_hold_at_once(self, home: Home):
        home.add()
        home.start(SHOW)
        home.until(Phase.HANGING, 5)
        noon = WallOptions(SHOW.pace, night=(Night(tuple(range(7)), 11 * 60, 14 * 60),))
        home.renewals.append(Renewal(noon, lambda _: None, looks_other=False))
        home.live(4)
        assert home.panel.power[-1] is False
