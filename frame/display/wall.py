"""The loop on the wall: asks the state machine what is to be done, and does it.

It draws only while something moves. While a still is still it sleeps, looks for input ten times a
second, and presents the same frame once in ten seconds, for the watchdog. Whatever may take long (a
disk, a decoder) happens elsewhere: with the helper at the desk, and in the film's own process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frame.core import happenings as do
from frame.core.happenings import Effect, Event, Wish
from frame.core.placard import Placard
from frame.core.playlist import admit, fresh, has_arrivals
from frame.core.schedule import Dimming, Hours
from frame.core.steps import Over, Overlay, Pace, Phase, Wall
from frame.core.wall import begin, next_wall
from frame.display.board import BareBoard
from frame.display.desk import Desk, Job, News, Ready
from frame.display.glass import Glass, PanelChanged
from frame.display.lamp import Lamp, RestMemory
from frame.display.loader import Helper
from frame.display.memory import PlaceFile
from frame.display.motion import Drifting, Fading
from frame.display.pacing import Pacing
from frame.display.ports import (
    Board,
    Clock,
    Film,
    FilmError,
    Frame,
    Input,
    Painter,
    Panel,
    Projector,
    Said,
    Screen,
)
from frame.display.wake import Wake
from frame.remote import Wish as RemoteWish
from frame.remote import Wished

_log = logging.getLogger(__name__)

HEARTBEAT = 10.0
"""Seconds after which a still is presented again, unchanged: proof that pictures reach the screen."""

REST = 0.1
"""Seconds between two looks at keys and touch: what a finger does not notice."""

TELL_SECONDS = 2.0
"""How often the other processes hear of us when nothing changes."""


@dataclass(frozen=True)
class WallOptions:
    """What the owner decides about the wall. `seed` begins the shuffle of a new library."""

    pace: Pace = field(default_factory=Pace)
    fade_seconds: float = 2.0
    night: Sequence[Hours] = ()
    dims: Sequence[Dimming] = ()
    drifts: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Renewal:
    """The owner has changed settings. `at_desk` is done there; with `looks_other` what hangs is painted
    anew and faded to."""

    wall: WallOptions
    at_desk: Callable[[Desk], object]
    looks_other: bool


def nobody() -> Sequence[Wished]:
    """There is no remote."""
    return ()


def unchanged() -> Renewal | None:
    """The settings are for good."""
    return None


@dataclass(frozen=True)
class Outside:
    """Everything around the loop.

    `helper` is given the panel's size; `clip` the file of a clip's name. `say` tells the other
    processes; `fed` is told when a frame was presented, `mirrored` which, and whether it stays.
    `wishes` are those from elsewhere, `rest` keeps what was asked about the light, `renewed` tells of
    settings that have changed since the last call. `board` is where the web process puts up what the
    screen shows for phones.
    """

    open_screen: Callable[[], Screen]
    panel: Panel
    clock: Clock
    projector: Projector
    painter: Painter
    helper: Callable[[tuple[int, int]], Helper]
    memory: PlaceFile
    clip: Callable[[str], Path]
    say: Callable[[dict[str, Any]], None]
    fed: Callable[[float], None]
    mirrored: Callable[[Frame, bool], None]
    is_ending: Callable[[], bool]
    wishes: Callable[[], Sequence[Wished]] = nobody
    rest: RestMemory = field(default_factory=RestMemory)
    renewed: Callable[[], Renewal | None] = unchanged
    board: Board = field(default_factory=BareBoard)


@dataclass
class Evenness:
    """How evenly fades and wakes came to the screen."""

    fades: Pacing = field(default_factory=Pacing)
    wakes: Pacing = field(default_factory=Pacing)


def run_wall(options: WallOptions, outside: Outside) -> None:
    """Until somebody ends it. Raises `LoaderLost`, and `ScreenLost` if there is no screen at all."""
    evenness = Evenness()
    while True:
        glass = Glass(
            outside.open_screen,
            outside.panel,
            outside.painter,
            outside.clock,
            outside.fed,
            outside.mirrored,
        )
        try:
            Show(options, outside, glass, evenness).run()
            return
        except PanelChanged as change:
            _log.info("the panel has another size", extra={"size": str(change)})
        finally:
            glass.close()


class Show:
    """One run of the loop on one panel."""

    def __init__(
        self, options: WallOptions, outside: Outside, glass: Glass, evenness: Evenness
    ) -> None:
        self._options = options
        self._out = outside
        self._clock = outside.clock
        self._glass = glass
        self._evenness = evenness
        self._helper = outside.helper(glass.size)
        self._place = outside.memory.load() or fresh(options.seed)
        self._wall, self._first = begin(options.pace, options.seed, self._clock.monotonic())
        self._slides: dict[int, Ready] = {}
        self._words: tuple[str, Mapping[str, str | int]] = ("", {})
        self._message = ""
        self._placard: Placard | None = None
        self._home: Mapping[str, str | int] = {}
        self._board_at = float("-inf")
        self._ground: Frame | None = None
        self._fading: Fading | None = None
        self._drifting: Drifting | None = None
        self._wake: Wake | None = None
        self._film: Film | None = None
        self._news: News | None = None
        self._unread: News | None = None
        self._lamp = Lamp(self._clock, outside.rest)
        self._told_at = float("-inf")
        self._told: dict[str, Any] = {}
        self._due = 0.0
        self._is_over = False

    @property
    def wall(self) -> Wall:
        """The state, for those who watch."""
        return self._wall

    def run(self) -> None:
        """Until it is over."""
        try:
            self.begin()
            while not self._is_over and not self._out.is_ending():
                self.turn()
        finally:
            self.end()

    def begin(self) -> None:
        """What is done once, before the first turn."""
        self._carry_out(self._first)

    def end(self) -> None:
        """Let go of everything."""
        self._close_film()
        self._helper.close()

    def turn(self) -> None:
        """Once around: what came in, what moves, what is due, and a rest."""
        self._glass.mend()
        for wish in self._glass.inputs():
            self._asked(wish)
        for wished in self._out.wishes():
            self._wished(wished)
        self._read_results()
        self._look_at_clock()
        self._look_at_board()
        self._look_at_film()
        self._move()
        self._happen(do.Tick())
        self._ask()
        self._beat()
        self._tell()
        self._rest()

    def _happen(self, event: Event) -> None:
        if self._is_over:
            return
        before = self._wall.phase
        self._wall, effects = next_wall(self._wall, event, self._clock.monotonic())
        if self._wall.phase is not before:
            change = {"was": before.value, "now": self._wall.phase.value}
            _log.debug("the wall changes", extra=change)
        self._carry_out(effects)

    def _carry_out(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self._do(effect)
        kept = {each.number for each in (self._wall.slide, self._wall.coming) if each is not None}
        for number in self._slides.keys() - kept:
            del self._slides[number]

    def _do(self, effect: Effect) -> None:
        match effect:
            case do.Prepare():
                self._helper.prepare(
                    Job(
                        effect.request,
                        effect.wanted,
                        self._place,
                        effect.prefers_waking,
                        effect.photos,
                    )
                )
            case do.Hang():
                self._hang(effect.number)
            case do.StartFade():
                self._start_fade(effect.number)
            case do.OpenFilm():
                self._open_film(effect.index)
            case do.CloseFilm():
                self._close_film()
            case do.StartWake():
                self._start_wake(effect.index)
            case do.Redraw():
                self._redraw()
            case do.ShowMessage():
                self._show_message(effect.code)
            case do.Hide():
                self._helper.do(lambda desk: desk.hide(effect.photos))
            case do.Unhide():
                self._helper.do(lambda desk: desk.unhide(effect.photos))
            case do.Answer():
                self._helper.do(lambda desk: desk.answer(effect.question, is_yes=effect.is_yes))
            case do.Invite():
                self._out.board.invite()
            case do.SavePlace():
                self._save_place()
            case do.SetLight():
                self._glass.set_light(effect.light)
            case do.Quit():
                self._is_over = True

    # What hangs

    def _hang(self, number: int) -> None:
        ready = self._slides[number]
        assert ready.hanging is not None
        self._ground = None
        self._drifting = self._drift_of(ready)
        self._glass.present(ready.seen)

    def _start_fade(self, number: int) -> None:
        now = self._clock.monotonic()
        ready = self._slides[number]
        before = self._glass.seen
        self._wake = self._drifting = None
        if before is None or before.shape != ready.seen.shape or self._glass.is_dark:
            before = ready.seen
        self._fading = Fading(before, ready.seen, now, self._options.fade_seconds)
        self._evenness.fades.begin()
        self._due = now

    def _save_place(self) -> None:
        slide = self._wall.slide
        if slide is None:
            return
        ready = self._slides[slide.number]
        # What was admitted since it was prepared still waits for its turn.
        late = tuple(each for each in self._place.late if each not in slide.photos)
        self._place = admit(ready.place, late) if late else ready.place
        self._out.memory.save(self._place)
        if ready.hanging is not None:
            self._helper.watch(ready.hanging.layout)

    def _drift_of(self, ready: Ready) -> Drifting | None:
        if not self._options.drifts or ready.hanging is None:
            return None
        seconds = self._options.pace.slide + self._options.fade_seconds
        return Drifting(ready.hanging, ready.caption, self._clock.monotonic(), seconds)

    def _show_message(self, code: str) -> None:
        facts = self._words[1] if self._words[0] == code else {}
        self._message = code
        self._ground = self._out.painter.message(self._glass.size, code, {**facts, **self._home})
        self._drifting = None
        self._redraw()

    def _redraw(self) -> None:
        """What rests, with what lies over it."""
        frame = self._rest_frame()
        if frame is None:
            return
        said = self._said(self._wall.overlay)
        self._glass.present(frame if said is None else self._out.painter.over(frame, said))

    def _rest_frame(self) -> Frame | None:
        if self._ground is not None:
            return self._ground
        ready = self._slides.get(self._wall.slide.number) if self._wall.slide else None
        return None if ready is None else ready.seen

    def _said(self, overlay: Overlay | None) -> Said | None:
        if overlay is None:
            return None
        slide = self._wall.slide
        ready = self._slides.get(slide.number) if slide else None
        hanging = ready.hanging if ready else None
        photos = tuple(each.photo for each in hanging.layout.placed) if hanging else ()
        wakes = tuple(clip is not None for clip in hanging.clips) if hanging else ()
        if overlay.over is Over.QUESTION:
            question = self._news.question if self._news else None
            if question is None or question.id != overlay.question:
                return None
            facts = {**question.facts, "id": question.id}
            return Said("question", question.kind, facts, photos, wakes)
        if overlay.over is Over.PLACARD:
            return None if self._placard is None else _said_of(self._placard)
        home = self._home if overlay.over is Over.INFO else {}
        return Said(overlay.over.value, overlay.code, home, photos, wakes)

    # What moves

    def _move(self) -> None:
        now = self._clock.monotonic()
        if self._fading is not None:
            self._fade_on(now)
        elif self._wake is not None:
            self._wake_on(now)
        elif self._drifting is not None and self._rests():
            self._glass.present(self._drifting.frame(now), stays=False)

    def _rests(self) -> bool:
        return self._wall.phase is Phase.HANGING and self._wall.overlay is None

    def _fade_on(self, now: float) -> None:
        assert self._fading is not None
        if not self._fading.is_over(now):
            if self._glass.present(self._fading.frame(now), stays=False):
                self._evenness.fades.presented(self._clock.monotonic(), 1 / self._glass.refresh_hz)
            return
        self._fading = None
        if self._wall.slide is not None:
            self._hang(self._wall.slide.number)
        self._happen(do.FadeDone())

    def _wake_on(self, now: float) -> None:
        assert self._wake is not None and self._film is not None
        try:
            frame = self._wake.draw(now)
            period = 1 / self._film.fps
        except FilmError as error:
            _log.warning("a clip ended early", extra={"why": str(error)})
            self._wake = None
            self._happen(do.FilmFailed())
            return
        if frame is not None and self._glass.present(frame, stays=False):
            self._evenness.wakes.presented(self._clock.monotonic(), period)
        if self._wake.is_over:
            self._wake = None
            self._redraw()
            self._happen(do.WakeDone())

    # Films

    def _open_film(self, index: int) -> None:
        self._close_film()
        clip = self._clips()[index] if index < len(self._clips()) else None
        if clip is None:
            self._happen(do.FilmFailed())
            return
        try:
            self._film = self._out.projector.open(self._out.clip(clip.file))
        except (FilmError, OSError) as error:
            _log.warning("a clip does not open", extra={"clip": clip.file, "why": str(error)})
            self._happen(do.FilmFailed())

    def _look_at_film(self) -> None:
        if self._film is None or self._wake is not None or self._wall.is_film_ready:
            return
        try:
            is_ready = self._film.is_ready()
        except FilmError as error:
            _log.warning("a clip cannot be played", extra={"why": str(error)})
            self._happen(do.FilmFailed())
            return
        if is_ready:
            self._happen(do.FilmReady())

    def _start_wake(self, index: int) -> None:
        slide = self._wall.slide
        ready = self._slides.get(slide.number) if slide else None
        if ready is None or ready.hanging is None or self._film is None:
            self._happen(do.FilmFailed())
            return
        now = self._clock.monotonic()
        drifting = self._drifting
        drifted = drifting.of(index, self._clock) if drifting is not None else None
        self._wake = Wake(
            ready.hanging.frame,
            ready.hanging.layout.placed[index],
            self._film,
            now,
            drifted,
            ready.caption,
        )
        self._evenness.wakes.begin()
        self._due = now

    def _close_film(self) -> None:
        self._wake = None
        film, self._film = self._film, None
        if film is not None:
            film.close()

    def _clips(self) -> tuple[Any, ...]:
        slide = self._wall.slide
        ready = self._slides.get(slide.number) if slide else None
        return ready.hanging.clips if ready is not None and ready.hanging is not None else ()

    # What comes in

    def _read_results(self) -> None:
        for result in self._helper.results():
            if isinstance(result, News):
                self._unread = result
                continue
            if result.slide is not None:
                self._slides[result.slide.number] = result
            self._words = (result.code, result.facts)
            self._happen(do.Prepared(result.request, result.slide, result.code))
        if self._unread is not None and self._wall.phase is not Phase.FADING:
            news, self._unread = self._unread, None
            self._take_in(news)

    def _take_in(self, news: News) -> None:
        """What the library holds now, as the wall needs to know it."""
        self._news = news
        self._place = admit(
            self._place, (each for each in news.appeared if each <= self._place.arrived)
        )
        slides = (self._wall.slide, self._wall.coming)
        shown = {photo for slide in slides if slide is not None for photo in slide.photos}
        self._happen(
            do.CardsChanged(
                is_empty=not len(news.deck),
                has_new=has_arrivals(self._place, news.deck),
                gone=frozenset(each for each in shown if each not in news.deck),
                wakes=self._now_wakes(news),
            )
        )

    def _now_wakes(self, news: News) -> tuple[int, ...]:
        """The indices of hanging photos with a clip; newer clips take the place of older ones."""
        slide = self._wall.slide
        ready = self._slides.get(slide.number) if slide else None
        if slide is None or ready is None or ready.hanging is None:
            return ()
        if news.watched is not ready.hanging.layout or self._film is not None:
            return slide.wakes
        self._slides[slide.number] = ready.with_clips(news.clips)
        return tuple(index for index, clip in enumerate(news.clips) if clip is not None)

    def _asked(self, wish: Input) -> None:
        """Somebody at the frame; a wall that was sent to sleep wakes up for them, and that is all."""
        if self._lamp.is_asleep and wish is not Input.QUIT:
            self._lamp.light_up()
            return
        self._happen(do.Asked(_WISHES[wish]))

    def _wished(self, wished: Wished) -> None:
        """Somebody elsewhere."""
        match wished.wish:
            case RemoteWish.SLEEP:
                self._lamp.sleep(self._options.night)
            case RemoteWish.LIGHT:
                self._lamp.light_up()
            case wish:
                self._happen(do.WishedFromAfar(Wish(wish.value), wished.photos))

    def _look_at_clock(self) -> None:
        """The schedule and the settings, once a second."""
        light = self._lamp.light(self._options.night, self._options.dims)
        if light is None:
            return
        if light != self._wall.light:
            self._happen(do.LightChanged(light))
        renewal = self._out.renewed()
        if renewal is not None:
            self._renew(renewal)

    def _renew(self, renewal: Renewal) -> None:
        """Take other settings in while the picture goes on."""
        self._options = renewal.wall
        self._lamp.look_again()
        self._helper.do(renewal.at_desk)
        pace = renewal.wall.pace
        self._happen(do.Repaced(pace.slide, pace.wake))
        slide = self._wall.slide
        if slide is not None and renewal.looks_other:
            self._happen(do.WishedFromAfar(Wish.HANG, slide.photos))
        if self._wall.phase is Phase.EMPTY:
            self._show_message(self._message)

    def _look_at_board(self) -> None:
        """What the web process has put up, once a second."""
        now = self._clock.monotonic()
        if 0 <= now - self._board_at < 1.0:
            return
        self._board_at = now
        home = self._out.board.home()
        if home != self._home:
            self._home = home
            if self._ground is not None:
                self._show_message(self._message)
        self._placard = self._out.board.placard()
        self._happen(do.HeldUp(None if self._placard is None else self._placard.until))

    def _ask(self) -> None:
        question = self._news.question if self._news else None
        overlay = self._wall.overlay
        is_up = overlay is not None and overlay.over is Over.QUESTION
        if question is None and is_up:
            self._happen(do.Questioned(None))
        rests = self._wall.phase in (Phase.HANGING, Phase.EMPTY)
        if question is not None and rests and question.id != self._wall.question:
            self._happen(do.Questioned(question.id))

    # What goes out

    def _beat(self) -> None:
        if self._wall.phase is Phase.NIGHT:
            self._glass.feed()
            return
        presented = self._glass.presented_at
        now = self._clock.monotonic()
        if presented is None or now - presented >= HEARTBEAT:
            self._glass.again()

    def _tell(self) -> None:
        now = self._clock.monotonic()
        slide, film = self._wall.slide, self._wall.film
        waking = self._wall.phase is Phase.WAKING and slide is not None and film is not None
        facts: dict[str, Any] = {
            "state": self._wall.phase.value,
            "photos": list(slide.photos) if slide is not None else [],
            "wakes": slide.photos[film]
            if waking and slide is not None and film is not None
            else None,
            "panel": list(self._glass.size),
            "panel_off": self._glass.is_dark,
            "asked": self._lamp.word,
        }
        if facts == self._told and 0 <= now - self._told_at < TELL_SECONDS:
            return
        self._told, self._told_at = facts, now
        fades, wakes = self._evenness.fades.evenness(), self._evenness.wakes.evenness()
        pacing = {
            name: {"frames": e.frames, "p50_ms": e.p50_ms, "p99_ms": e.p99_ms, "dropped": e.dropped}
            for name, e in (("fade", fades), ("wake", wakes))
        }
        self._out.say(
            {**facts, "presented": self._glass.presented_at, "beat": now, "pacing": pacing}
        )

    def _rest(self) -> None:
        """Until the next frame is due, or for a moment."""
        now = self._clock.monotonic()
        if self._fading is None and self._wake is None and not self._drifts():
            self._clock.sleep(REST)
            self._due = now
            return
        # Who is late begins anew from here: a panel that waits for its own beat sets the pace.
        self._due = max(self._due + 1 / self._glass.refresh_hz, now)
        if self._due > now:
            self._clock.sleep(self._due - now)

    def _drifts(self) -> bool:
        return self._drifting is not None and self._rests() and not self._glass.is_dark


def _said_of(placard: Placard) -> Said:
    facts = {
        "address": placard.address,
        "fallback": placard.fallback,
        "spoken": placard.spoken,
        "digits": placard.code,
        "name": placard.name,
    }
    return Said("placard", placard.purpose.value, facts)


_WISHES = {wish: Wish(wish.value) for wish in Input}
