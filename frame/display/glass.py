"""What is seen: the screen with the frame on it, and every right to say that it was presented.

Keeps the last frame, so that it can be presented again unchanged; opens a screen that was lost again;
feeds the watchdog from the presented frame and from nothing else.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from frame.core.schedule import DAYLIGHT, Light
from frame.display.ports import Clock, Frame, Input, Painter, Panel, Screen, ScreenLost

_log = logging.getLogger(__name__)

FIRST_WAIT = 1.0
LONGEST_WAIT = 15.0
"""Seconds between two tries to open a lost screen. Within what a black panel may take: 20."""

FEED_SECONDS = 1.0
"""The watchdog is told at most this often; it waits for thirty."""


class PanelChanged(Exception):  # noqa: N818 - reads as what it says
    """The screen that came back has another size: everything is prepared anew."""


class Glass:
    """See the module. `fed` is told when a frame was presented, `mirrored` also which, and whether it
    stays."""

    def __init__(
        self,
        open_screen: Callable[[], Screen],
        panel: Panel,
        painter: Painter,
        clock: Clock,
        fed: Callable[[float], None],
        mirrored: Callable[[Frame, bool], None],
    ) -> None:
        self._open_screen = open_screen
        self._panel = panel
        self._painter = painter
        self._clock = clock
        self._fed = fed
        self._mirrored = mirrored
        self._screen: Screen | None = open_screen()
        self.size = self._screen.size
        self.refresh_hz = max(1.0, self._screen.refresh_hz)
        self._wait, self._open_at = FIRST_WAIT, 0.0
        self._fed_at = float("-inf")
        self._light = DAYLIGHT
        self._darkens = 1.0
        self.seen: Frame | None = None
        """The last frame in its full light."""
        self.presented_at: float | None = None
        self.is_dark = False

    @property
    def is_lost(self) -> bool:
        return self._screen is None

    def present(self, frame: Frame, *, stays: bool = True) -> bool:
        """Show it; whether that worked. `stays`: it will be seen for a while."""
        self.seen = frame
        if self.is_dark:
            return False
        return self._put(self._painter.dimmed(frame, self._darkens), stays=stays)

    def again(self) -> bool:
        """Show what is seen once more, unchanged."""
        return self.seen is not None and self.present(self.seen)

    def inputs(self) -> list[Input]:
        if self._screen is None:
            return []
        try:
            return list(self._screen.inputs())
        except ScreenLost as error:
            self._lose(error)
            return []

    def set_light(self, light: Light) -> None:
        """Switch and dim the panel; where nothing can, the frames themselves go dark."""
        if light.is_on:
            if not self._light.is_on:
                self._panel.set_power(is_on=True)
            does_it = light.brightness == self._light.brightness or self._panel.set_brightness(
                light.brightness
            )
            if light.brightness != self._light.brightness:
                self._darkens = 1.0 if does_it else light.brightness
            self.is_dark = False
        else:
            if not self.is_dark and self.seen is not None:
                # First black, then off: a panel that lights up by itself shows nothing.
                self._put(self._painter.dimmed(self.seen, 0.0))
            self.is_dark = True
            self._panel.set_power(is_on=False)
        self._light = light

    def feed(self) -> None:
        """The panel is dark on purpose: that the loop turns is all there is to tell."""
        if self.is_dark:
            self._feed(self._clock.monotonic())

    def close(self) -> None:
        if self._screen is not None:
            with contextlib.suppress(ScreenLost):
                self._screen.close()
        self._screen = None

    def mend(self) -> None:
        """Open a lost screen again, now and then. Raises `PanelChanged`."""
        now = self._clock.monotonic()
        if self._screen is not None or now < self._open_at:
            return
        try:
            self._screen = self._open_screen()
        except ScreenLost as error:
            self._wait = min(self._wait * 2, LONGEST_WAIT)
            self._open_at = now + self._wait
            _log.debug("no screen yet", extra={"why": str(error)})
            return
        self._wait = FIRST_WAIT
        if self._screen.size != self.size:
            raise PanelChanged(f"{self._screen.size}")
        self.refresh_hz = max(1.0, self._screen.refresh_hz)
        _log.info("the screen is back")
        self.again()

    def _put(self, frame: Frame, *, stays: bool = True) -> bool:
        if self._screen is None:
            return False
        try:
            self._screen.present(frame)
        except ScreenLost as error:
            self._lose(error)
            return False
        self.presented_at = self._clock.monotonic()
        self._feed(self.presented_at)
        self._mirrored(frame, stays)
        return True

    def _feed(self, now: float) -> None:
        if now - self._fed_at >= FEED_SECONDS:
            self._fed_at = now
            self._fed(now)

    def _lose(self, error: ScreenLost) -> None:
        _log.warning("the screen is gone", extra={"why": str(error)})
        screen, self._screen = self._screen, None
        self._open_at = self._clock.monotonic() + self._wait
        if screen is not None:
            with contextlib.suppress(ScreenLost):
                screen.close()
