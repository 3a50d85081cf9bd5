"""Puts the display process together from its real parts; `frame.app` calls `show`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from frame.core.photos import Photo, View
from frame.display.board import LiveBoard
from frame.display.clock import SystemClock
from frame.display.desk import Desk
from frame.display.film import CagedProjector
from frame.display.lamp import RestMemory
from frame.display.loader import Helper, Loader
from frame.display.memory import PlaceFile
from frame.display.mirror import Mirror
from frame.display.painter import WallPainter
from frame.display.panel import NoPanel, find_panel
from frame.display.ports import Frame, Panel, Screen, ScreenLost, Stills
from frame.display.screen import PygameScreen, open_screen
from frame.display.surround import Surround
from frame.display.wall import Outside, Renewal, WallOptions, run_wall
from frame.display.watchdog import Watchdog
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import say
from frame.remote import Wishes, keep_rest, kept_rest
from frame.words import Language

PROCESS = "display"


@dataclass(frozen=True)
class RoomOptions:
    """What the display process is told. `first_run` holds the facts of the first-run message; `size`
    is that of a window, or of the picture where there is no panel."""

    library: Path
    live: Path
    wall: WallOptions
    style: Surround = Surround.BLURRED
    language: Language = "en"
    pairs: bool = True
    captions: bool = False
    switches_panel: bool = True
    is_windowed: bool = False
    size: tuple[int, int] | None = None
    first_run: Mapping[str, str | int] = field(default_factory=dict)


def show(
    options: RoomOptions,
    is_ending: Callable[[], bool],
    renewed: Callable[[], RoomOptions | None] = lambda: None,
) -> None:
    """The wall, until it is ended. `renewed` gives other options when the owner has changed settings;
    library, live folder, window and size stay. Raises `frame.display.loader.LoaderLost`, `ScreenLost`.
    """
    places, clock = Places(options.library), SystemClock()
    painter = WallPainter(options.style, options.language)
    screens, watchdog = _Screens(options), Watchdog()
    panel = _LazyPanel(screens, switches=options.switches_panel)
    taste = _Taste(options, painter, panel)
    mirror = Mirror(options.live)

    def mirrored(frame: Frame, stays: bool) -> None:  # noqa: FBT001 - the port's
        mirror.offer(frame, stays=stays)

    def tell(facts: dict[str, Any]) -> None:
        say(options.live, PROCESS, facts)

    def helper(panel: tuple[int, int]) -> Helper:
        def open_desk() -> Desk:
            return Desk(
                Catalogue(places.catalogue),
                places,
                _LazyStills(places),
                painter,
                clock,
                panel,
                pairs=taste.options.pairs,
                captions=taste.options.captions,
                first_run={"inbox": str(places.inbox), **options.first_run},
            )

        return Loader(open_desk)

    with (
        closing(CagedProjector()) as projector,
        closing(watchdog),
        PlaceFile(places.wall_state) as memory,
    ):
        outside = Outside(
            open_screen=screens.open,
            panel=panel,
            clock=clock,
            projector=projector,
            painter=painter,
            helper=helper,
            memory=memory,
            clip=places.clip,
            say=tell,
            fed=watchdog.presented,
            mirrored=mirrored,
            is_ending=is_ending,
            wishes=Wishes(options.live).taken,
            rest=RestMemory(
                partial(kept_rest, options.live), lambda rest: keep_rest(options.live, dict(rest))
            ),
            renewed=lambda: taste.renewal(renewed()),
            board=LiveBoard(options.live, clock.monotonic),
        )
        run_wall(options.wall, outside)
        watchdog.stopping()


class _Taste:
    """What the owner wants of the room right now."""

    def __init__(self, options: RoomOptions, painter: WallPainter, panel: _LazyPanel) -> None:
        self.options = options
        self._painter = painter
        self._panel = panel

    def renewal(self, after: RoomOptions | None) -> Renewal | None:
        """What another set of options means for the loop; None where there is none."""
        if after is None:
            return None
        before, self.options = self.options, after
        self._painter.repaint(after.style, after.language)
        self._panel.switches = after.switches_panel
        looks_other = _looks(before) != _looks(after)

        def at_desk(desk: Desk) -> None:
            desk.taste(pairs=after.pairs, captions=after.captions)

        # The shuffle goes on from where it stands, whatever its seed was.
        return Renewal(replace(after.wall, seed=before.wall.seed), at_desk, looks_other)


def _looks(options: RoomOptions) -> tuple[object, ...]:
    """What shows in the picture that hangs."""
    return (
        options.style,
        options.captions,
        options.captions and options.language,
        options.wall.drifts,
    )


class _Screens:
    """Opens screens, and knows by which driver the last was opened."""

    def __init__(self, options: RoomOptions) -> None:
        self._options = options
        self._screen: PygameScreen | None = None

    def open(self) -> Screen:
        self._screen = open_screen(windowed=self._options.is_windowed, size=self._options.size)
        return self._screen

    @property
    def driver(self) -> str:
        if self._screen is None:
            raise ScreenLost("no screen was opened yet")
        return self._screen.driver


class _LazyPanel:
    """Looks for a way to switch the panel when it is first to be switched: probing takes seconds, and
    the first picture does not wait for them. Without `switches` the picture goes black instead."""

    name = "not looked for yet"

    def __init__(self, screens: _Screens, *, switches: bool) -> None:
        self.switches = switches
        self._screens = screens
        self._nothing = NoPanel()
        self._panel: Panel | None = None

    def set_power(self, *, is_on: bool) -> bool:
        return self._found().set_power(is_on=is_on)

    def set_brightness(self, share: float) -> bool:
        return self._found().set_brightness(share)

    def _found(self) -> Panel:
        if not self.switches:
            return self._nothing
        if self._panel is None:
            self._panel = find_panel(self._screens.driver)
            self.name = self._panel.name
        return self._panel


class _LazyStills:
    """The cache of stills, loaded when the first is wanted."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._stills: Stills | None = None

    def still(self, photo: Photo, view: View) -> Frame:
        if self._stills is None:
            from frame.library.stills import StillCache

            self._stills = StillCache(self._places)
        return self._stills.still(photo, view)
