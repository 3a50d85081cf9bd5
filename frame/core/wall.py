"""The wall as a state machine: what hangs, what comes next, when it wakes, and what people ask for.

`next_wall` is pure: time comes in, effects come out as data. The loop in `frame.display.wall` carries
them out.
"""

from __future__ import annotations

from dataclasses import replace

from frame.core import happenings as do
from frame.core.happenings import Effect, Event, Wanted
from frame.core.schedule import Light
from frame.core.steps import (
    ASK_SECONDS,
    FILM_LEAD,
    FILM_PATIENCE,
    RETRY,
    SHORTEST_WAKE,
    STILL_AFTER_WAKE,
    STILL_BEFORE_ARRIVAL,
    STILL_BEFORE_WAKE,
    ImpossiblePair,
    Over,
    Overlay,
    Pace,
    Phase,
    Step,
    Wall,
    first_wake,
    interval,
    leave,
    night,
    prepare,
    put_over,
)
from frame.core.wishes import asked, wished_from_afar

NO_MORE = "no_more"
"""Why nothing was prepared: what hangs is all there is (or the end of what is remembered)."""


def begin(pace: Pace, seed: int, now: float) -> Step:
    """The state at the start, and what to do first."""
    wall = Wall(pace=pace, seed=seed, wake_at=first_wake(pace, now))
    return prepare(wall, Wanted.RESUME)


def next_wall(wall: Wall, event: Event, now: float) -> Step:
    """The state after `event`, and what is to be done. Raises `ImpossiblePair`."""
    match event:
        case do.Tick():
            return _tick(wall, now)
        case do.Prepared():
            return _prepared(wall, event, now)
        case do.FilmReady():
            return replace(wall, is_film_ready=wall.film is not None), ()
        case do.FilmFailed():
            return _film_failed(wall, now)
        case do.FadeDone():
            return _fade_done(wall, now)
        case do.WakeDone():
            return _wake_done(wall, now)
        case do.Asked():
            return asked(wall, event.wish, now)
        case do.WishedFromAfar():
            return wished_from_afar(wall, event, now)
        case do.Repaced():
            return _repaced(wall, Pace(event.slide, event.wake), now)
        case do.LightChanged():
            return _light_changed(wall, event.light, now)
        case do.CardsChanged():
            return _cards_changed(wall, event, now)
        case do.HeldUp():
            return _held_up(wall, event.until)
        case do.Questioned():
            return _questioned(wall, event.question, now)


def _tick(wall: Wall, now: float) -> Step:
    if wall.overlay is not None and now >= wall.overlay.until:
        return put_over(wall, None)
    if wall.phase is Phase.EMPTY and wall.pending is None and now >= wall.retry_at:
        return prepare(replace(wall, retry_at=now + RETRY), Wanted.NEXT)
    if wall.phase is not Phase.HANGING or wall.slide is None:
        return wall, ()
    if wall.overlay is not None and wall.overlay.over is not Over.NOTE:
        return wall, ()  # whoever reads, or is asked, has the picture until then
    if _must_go(wall, now):
        return leave(wall)
    if wall.film is not None:
        return _film_tick(wall, now)
    if _may_open(wall, now):
        index = wall.slide.wakes[wall.wakes % len(wall.slide.wakes)]
        return replace(wall, film=index, film_since=now), (do.OpenFilm(index),)
    if wall.coming is not None and now >= wall.leave_at:
        return leave(wall)
    if wall.coming is None and wall.pending is None and now >= wall.retry_at:
        return prepare(replace(wall, retry_at=now + RETRY), Wanted.NEXT)
    return wall, ()


def _must_go(wall: Wall, now: float) -> bool:
    """Whether the coming slide does not wait for this one's time to pass."""
    if wall.coming is None or wall.slide is None:
        return False
    is_news = wall.coming.is_new and not wall.slide.is_new and wall.film is None
    return wall.hurries or (is_news and now >= wall.hung_at + STILL_BEFORE_ARRIVAL)


def _may_open(wall: Wall, now: float) -> bool:
    if wall.slide is None or not wall.slide.wakes or not wall.light.is_on:
        return False
    return now >= max(wall.wake_at, wall.hung_at + STILL_BEFORE_WAKE) - FILM_LEAD


def _film_tick(wall: Wall, now: float) -> Step:
    if wall.is_film_ready and now >= max(wall.wake_at, wall.hung_at + STILL_BEFORE_WAKE):
        assert wall.film is not None
        index = wall.film
        wall, effects = put_over(wall, None)
        return replace(wall, phase=Phase.WAKING), (*effects, do.StartWake(index))
    if now >= wall.film_since + FILM_PATIENCE:
        return _film_failed(wall, now)
    return wall, ()


def _prepared(wall: Wall, event: do.Prepared, now: float) -> Step:
    if event.request != wall.request or wall.pending is None:
        return wall, ()  # void: something else was asked for since
    wanted = wall.pending
    wall = replace(wall, pending=None)
    if event.slide is None:
        return _not_prepared(wall, wanted, event.code, now)
    if wall.phase is Phase.STARTING:
        return _hung(replace(wall, slide=event.slide), now, do.Hang(event.slide.number))
    wall = replace(wall, coming=event.slide)
    hurries = wall.hurries and wall.phase in (Phase.HANGING, Phase.WAKING)
    return leave(wall) if hurries or wall.phase is Phase.EMPTY else (wall, ())


def _not_prepared(wall: Wall, wanted: Wanted, code: str, now: float) -> Step:
    wall = replace(wall, hurries=wall.is_gone, retry_at=now + RETRY)
    if wanted is not Wanted.NEXT and wall.slide is not None:
        return prepare(wall, Wanted.NEXT)
    if code == NO_MORE and wall.slide is not None:
        return wall, ()  # of what was asked before the wall changed: it asks again
    is_bare = wall.phase in (Phase.STARTING, Phase.EMPTY)
    if is_bare or (wall.is_gone and wall.phase in (Phase.HANGING, Phase.WAKING)):
        close = (do.CloseFilm(),) if wall.film is not None else ()
        wall = replace(
            wall,
            phase=Phase.EMPTY,
            slide=None,
            is_gone=False,
            hurries=False,
            film=None,
            is_film_ready=False,
        )
        return wall, (*close, do.ShowMessage(code))
    return wall, ()


def _fade_done(wall: Wall, now: float) -> Step:
    if wall.phase is not Phase.FADING:
        raise ImpossiblePair(f"a fade ended while {wall.phase.value}")
    return _hung(wall, now)


def _hung(wall: Wall, now: float, *effects: Effect) -> Step:
    """The slide hangs."""
    wall = replace(wall, phase=Phase.HANGING, hung_at=now, leave_at=now + wall.pace.slide)
    shown: tuple[Effect, ...] = (*effects, do.SavePlace())
    if wall.overlay is not None:
        shown = (*shown, do.Redraw())
    if wall.pending is None and wall.coming is None:
        wall, more = prepare(wall, Wanted.NEXT)
        shown = (*shown, *more)
    if not wall.light.is_on:
        wall, more = night(wall)
        shown = (*shown, *more)
    return wall, shown


def _wake_done(wall: Wall, now: float) -> Step:
    if wall.phase is not Phase.WAKING:
        raise ImpossiblePair(f"a wake ended while {wall.phase.value}")
    return _awake_no_more(wall, now, ())


def _film_failed(wall: Wall, now: float) -> Step:
    if wall.film is None:
        return wall, ()  # closed meanwhile
    drawn = (do.Redraw(),) if wall.phase is Phase.WAKING else ()
    return _awake_no_more(wall, now, drawn)


def _awake_no_more(wall: Wall, now: float, effects: tuple[Effect, ...]) -> Step:
    """The still hangs on, and the next wake is set."""
    wakes = wall.wakes + 1
    wall = replace(
        wall,
        phase=Phase.HANGING,
        film=None,
        is_film_ready=False,
        wakes=wakes,
        wake_at=now + max(SHORTEST_WAKE, interval(wall.pace, wall.seed, wakes)),
        leave_at=max(wall.leave_at, now + STILL_AFTER_WAKE),
    )
    effects = (do.CloseFilm(), *effects)
    if not wall.light.is_on:
        wall, more = night(wall)
        effects = (*effects, *more)
    return wall, effects


def _repaced(wall: Wall, pace: Pace, now: float) -> Step:
    """Another pace, for what hangs too: whoever has just made it quicker looks at the wall."""
    if pace == wall.pace:
        return wall, ()
    wall = replace(wall, pace=pace)
    if wall.phase is Phase.HANGING:
        wall = replace(wall, leave_at=max(wall.hung_at + pace.slide, now))
    latest = now + pace.wake if pace.wake > 0 else float("inf")
    is_never = wall.wake_at == float("inf")
    return replace(
        wall, wake_at=latest if is_never or pace.wake <= 0 else min(wall.wake_at, latest)
    ), ()


def _light_changed(wall: Wall, light: Light, now: float) -> Step:
    if light == wall.light:
        return wall, ()
    was_on = wall.light.is_on
    wall = replace(wall, light=light)
    if not light.is_on:
        # A fade or a wake comes to its end first: it is a matter of seconds.
        return (wall, ()) if wall.phase in (Phase.FADING, Phase.WAKING) else night(wall)
    if was_on or wall.phase is not Phase.NIGHT:
        return wall, (do.SetLight(light),)
    wall = replace(wall, wake_at=max(wall.wake_at, first_wake(wall.pace, now)))
    if wall.is_gone and wall.coming is not None:
        wall = replace(wall, slide=wall.coming, coming=None, is_gone=False)
        assert wall.slide is not None
        return _hung(wall, now, do.SetLight(light), do.Hang(wall.slide.number))
    if wall.slide is None or wall.is_gone:
        wall = replace(wall, phase=Phase.STARTING, slide=None, is_gone=False)
        wall, more = prepare(wall, Wanted.RESUME)
        return wall, (do.SetLight(light), *more)
    wall = replace(wall, phase=Phase.HANGING, hung_at=now, leave_at=now + wall.pace.slide)
    return wall, (do.SetLight(light), do.Redraw())


def _cards_changed(wall: Wall, event: do.CardsChanged, now: float) -> Step:
    if wall.phase is Phase.STARTING:
        return wall, ()  # what is being prepared comes from these cards anyway
    if wall.phase is Phase.EMPTY:
        return (wall, ()) if event.is_empty else prepare(wall, Wanted.NEXT)
    if wall.slide is None:
        return wall, ()  # at night, before anything hung
    hanging = frozenset(wall.slide.photos)
    wall = replace(wall, slide=replace(wall.slide, wakes=event.wakes))
    if event.gone & hanging:
        wall = replace(wall, is_gone=True, hurries=True)
    is_stale = wall.coming is not None and bool(event.gone & set(wall.coming.photos))
    brings_news = event.has_new and not (wall.coming is not None and wall.coming.is_new)
    if is_stale or brings_news:
        return prepare(wall, Wanted.NEXT)
    if wall.is_gone and wall.coming is None and wall.pending is None:
        return prepare(wall, Wanted.NEXT)
    return _tick(wall, now)


def _held_up(wall: Wall, until: float | None) -> Step:
    """A placard goes over everything: somebody stands there and waits for it. Once taken down it stays
    down."""
    is_up = wall.overlay is not None and wall.overlay.over is Over.PLACARD
    if until is None:
        wall = replace(wall, held=None)
        return put_over(wall, None) if is_up else (wall, ())
    if until == wall.held or wall.phase in (Phase.NIGHT, Phase.STARTING):
        return wall, ()
    return put_over(replace(wall, held=until), Overlay(Over.PLACARD, until))


def _questioned(wall: Wall, question: int | None, now: float) -> Step:
    is_up = wall.overlay is not None and wall.overlay.over is Over.QUESTION
    if question is None:
        return put_over(wall, None) if is_up else (wall, ())
    if question == wall.question or wall.phase in (Phase.NIGHT, Phase.STARTING):
        return wall, ()
    wall = replace(wall, question=question)
    return put_over(wall, Overlay(Over.QUESTION, now + ASK_SECONDS, question=question))
