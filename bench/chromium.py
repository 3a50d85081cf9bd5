"""A real browser, as wide as a phone or a laptop, that finds the album's frame by its name."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.album_house import HERE, NAME, OWNER
from frame.web.visitor import GUEST_COOKIE, OWNER_COOKIE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", f"--host-resolver-rules=MAP {NAME} {HERE}"),
)


@dataclass(frozen=True)
class Screen:
    """Of a device, in CSS pixels."""

    width: int
    height: int
    is_phone: bool

    @property
    def label(self) -> str:
        return f"{self.width}x{self.height}"


PHONE = Screen(390, 844, is_phone=True)
NARROW = Screen(360, 740, is_phone=True)
"""The narrowest phone that is promised."""

LAPTOP = Screen(1280, 800, is_phone=False)
LANGUAGES = {"en": "en-GB", "de": "de-DE"}
SCHEMES = ("light", "dark")


def program() -> str | None:
    """Chromium as the system has it; browsers that a package would download are not wanted."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Headless, until the block ends. Raises `SystemExit` without Chromium."""
    from playwright.sync_api import sync_playwright

    path = program()
    if path is None:
        raise SystemExit("Chromium is not installed: `apt-get install chromium` brings it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def visitor(
    opened: Browser, screen: Screen, language: str, *, url: str, is_owner: bool, token: str = ""
) -> Iterator[BrowserContext]:
    """Somebody's browser, with the owner's session or a relative's pass where they have one."""
    context = opened.new_context(
        viewport={"width": screen.width, "height": screen.height},
        device_scale_factor=2 if screen.is_phone else 1,
        has_touch=screen.is_phone,
        is_mobile=screen.is_phone,
        locale=LANGUAGES[language],
        reduced_motion="reduce",
    )
    try:
        if is_owner:
            context.add_cookies([{"name": OWNER_COOKIE, "value": OWNER, "url": url}])
        if token:
            context.add_cookies([{"name": GUEST_COOKIE, "value": token, "url": url}])
        yield context
    finally:
        context.close()
