"""The panel through pygame-ce (SDL): a window, or all of it on KMSDRM, Wayland or X11.

No other module opens a display. Where there is none at all, SDL's ``offscreen`` driver draws into
memory, and the mirror page shows it. (SDL's ``dummy`` driver is of no use: asked for all of
1920x1080 it gave 1024x768.)
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from frame.display.hands import Hands, Kind, Touch
from frame.display.ports import Frame, Input, ScreenLost

os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
os.environ["SDL_AUDIODRIVER"] = "dummy"  # the frame is silent; the mixer is never opened

import pygame

WINDOW_SIZE = (1280, 720)
OFFSCREEN_SIZE = (1920, 1080)
ASSUMED_HZ = 60.0


def choose_driver(environment: Mapping[str, str], dri: Path = Path("/dev/dri")) -> str:
    """SDL's name for the way to the panel: what was asked for, a desktop's, the bare one, or none."""
    if asked := environment.get("SDL_VIDEODRIVER"):
        return asked
    if environment.get("WAYLAND_DISPLAY"):
        return "wayland"
    if environment.get("DISPLAY"):
        return "x11"
    return "kmsdrm" if _has_cards(dri) else "offscreen"


def _has_cards(dri: Path) -> bool:
    try:
        return any(entry.name.startswith("card") for entry in dri.iterdir())
    except OSError:
        return False


def open_screen(
    *, windowed: bool = False, size: tuple[int, int] | None = None, driver: str | None = None
) -> PygameScreen:
    """The screen, open and black. Falls back to ``offscreen`` where the chosen driver cannot open.

    `size` is of the window, or of the picture where there is no panel. Raises `ScreenLost` when
    a driver that was asked for by name cannot open.
    """
    chosen = driver or choose_driver(os.environ)
    tries = [chosen] if driver or os.environ.get("SDL_VIDEODRIVER") else [chosen, "offscreen"]
    reason = ""
    for name in dict.fromkeys(tries):
        try:
            return PygameScreen(name, is_windowed=windowed, size=size)
        except pygame.error as error:
            reason = str(error)
    raise ScreenLost(f"no screen through {chosen}: {reason}")


class PygameScreen:
    """An open screen; see `frame.display.ports.Screen`. One at a time in a process."""

    def __init__(self, driver: str, *, is_windowed: bool, size: tuple[int, int] | None) -> None:
        pygame.display.quit()
        _set_hints(driver)
        pygame.display.init()
        try:
            self._surface = _surface(driver, is_windowed=is_windowed, size=size)
        except pygame.error:
            pygame.display.quit()
            raise
        self.driver = driver
        self._size = self._surface.get_size()
        self._hands = Hands()
        pygame.display.set_caption("Wakeframe")
        pygame.mouse.set_visible(is_windowed)
        pygame.key.set_repeat()
        pygame.display.set_allow_screensaver(False)
        self._surface.fill((0, 0, 0))
        pygame.display.flip()

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def refresh_hz(self) -> float:
        try:
            return float(pygame.display.get_current_refresh_rate() or ASSUMED_HZ)
        except pygame.error:
            return ASSUMED_HZ

    def present(self, frame: Frame) -> None:
        height, width = frame.shape[:2]
        if (width, height) != self.size:
            raise ValueError(f"a frame of {width}x{height} for a screen of {self.size}")
        try:
            picture = pygame.image.frombuffer(frame.data, (width, height), "RGB")
            self._surface.blit(picture, (0, 0))
            pygame.display.flip()
        except pygame.error as error:
            raise ScreenLost(str(error)) from None

    def inputs(self) -> Sequence[Input]:
        try:
            events = pygame.event.get()
        except pygame.error as error:
            raise ScreenLost(str(error)) from None
        said = (self._hands.understand(_touch(event, self.size)) for event in events)
        return [wish for wish in said if wish is not None]

    def close(self) -> None:
        pygame.display.quit()


def _touch(event: pygame.Event, size: tuple[int, int]) -> Touch | None:
    """What happened, in plain facts; None for what does not concern us."""
    if event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
        return Touch(Kind.CLOSED)
    if event.type == pygame.KEYDOWN:
        return Touch(Kind.KEY, key=pygame.key.name(event.key))
    now = time.monotonic()
    if event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
        return Touch(_TOUCHES[event.type], now, event.x, event.y)
    if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and event.button == 1:
        x, y = (at / side for at, side in zip(event.pos, size, strict=True))
        return Touch(_TOUCHES[event.type], now, x, y)
    return None


_TOUCHES = {
    pygame.FINGERDOWN: Kind.DOWN,
    pygame.MOUSEBUTTONDOWN: Kind.DOWN,
    pygame.FINGERUP: Kind.UP,
    pygame.MOUSEBUTTONUP: Kind.UP,
}


def _set_hints(driver: str) -> None:
    os.environ["SDL_VIDEODRIVER"] = driver
    # With a graphics chip, SDL shows our frame as a texture, in step with the panel. Without one, it
    # would draw that texture in software: 13 ms of CPU a frame at 1920x1080, against 0.4 without.
    if driver == "offscreen" or (driver == "x11" and not _has_cards(Path("/dev/dri"))):
        os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
    else:
        os.environ.pop("SDL_FRAMEBUFFER_ACCELERATION", None)
    os.environ["SDL_RENDER_VSYNC"] = "1"
    os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"  # signals are the app's
    os.environ["SDL_MOUSE_TOUCH_EVENTS"] = "0"
    os.environ["SDL_TOUCH_MOUSE_EVENTS"] = "0"  # or a finger would count twice


def _surface(driver: str, *, is_windowed: bool, size: tuple[int, int] | None) -> pygame.Surface:
    if driver == "offscreen":
        return pygame.display.set_mode(size or OFFSCREEN_SIZE)
    if is_windowed:
        return pygame.display.set_mode(size or WINDOW_SIZE)
    return pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
