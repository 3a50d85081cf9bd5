"""Every page that a relative, an owner and the frame's own screen can get, and how one comes to it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.album_house import MISHAP, AlbumHouse, Kind
from bench.chromium import Screen, visitor
from frame.core.passes import Terms

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Act = Callable[["Page", AlbumHouse], None]
PATIENCE_MS = 60_000.0


@dataclass(frozen=True)
class Sight:
    """A page in one state. `who` is ``nobody``, ``owner``, ``screen``, or whose pass is shown: a word of
    `AlbumHouse.tokens`. `path` may name a photo (``{IMG_2041.jpg}``); `act` is what is done there."""

    name: str
    path: str
    who: str = "nobody"
    kind: Kind = Kind.ALBUM
    act: Act | None = None


@contextlib.contextmanager
def seen(
    opened: Browser, sight: Sight, house: AlbumHouse, screen: Screen, language: str
) -> Iterator[Page]:
    """The page, in a browser of its own."""
    url = house.here if sight.who == "screen" else house.url
    token = house.tokens.get(sight.who, "")
    is_owner = sight.who == "owner"
    with visitor(opened, screen, language, url=url, is_owner=is_owner, token=token) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        # A picture that goes on for ever never ends loading.
        page.goto(f"{url}{_address(sight, house)}", wait_until="domcontentloaded")
        if sight.act is not None:
            sight.act(page, house)
        page.locator("main h1").first.wait_for(state="attached")
        yield page


def _address(sight: Sight, house: AlbumHouse) -> str:
    path = sight.path.replace("{invitation}", house.context.invitations.current())
    for name, photo_id in house.photos.items():
        path = path.replace("{" + name + "}", str(photo_id))
    return path


def _typed(selector: str, text: str) -> Act:
    """Type into a field, and send its form as a phone's keyboard does."""

    def act(page: Page, _: AlbumHouse) -> None:
        page.locator(selector).fill(text)
        with page.expect_navigation():
            page.locator(selector).press("Enter")

    return act


def _pressed(selector: str) -> Act:
    def act(page: Page, _: AlbumHouse) -> None:
        with page.expect_navigation():
            page.locator(selector).first.click()

    return act


def _after(*acts: Act) -> Act:
    def act(page: Page, house: AlbumHouse) -> None:
        for each in acts:
            each(page, house)

    return act


def _opened(selector: str) -> Act:
    def act(page: Page, _: AlbumHouse) -> None:
        page.locator(selector).first.click()

    return act


def _filled(selector: str, text: str) -> Act:
    def act(page: Page, _: AlbumHouse) -> None:
        page.locator(selector).fill(text)

    return act


def _with_photos(page: Page, _: AlbumHouse) -> None:
    """Until the page has heard what the frame knows of them."""
    page.locator(".photo").first.wait_for()


def _without_network(page: Page, house: AlbumHouse) -> None:
    """Two photos are picked, and the Wi-Fi is gone."""
    page.locator("[data-pick]").wait_for()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    places, photo = house.context.places, "IMG_2041.jpg"
    with house.catalogue() as catalogue:
        found = catalogue.photos.get(house.photos[photo])
    assert found is not None
    data = places.original_of(found).read_bytes()
    files = [
        {"name": name, "mimeType": "image/jpeg", "buffer": data + number.to_bytes(1, "big")}
        for number, name in enumerate(("IMG_3001.jpg", "IMG_3002.jpg"))
    ]
    page.locator("#files").set_input_files(files)  # type: ignore[arg-type]
    page.locator("[data-note]:visible").wait_for()
    page.locator(".photo progress:visible").first.wait_for()


def _pairing(page: Page, house: AlbumHouse) -> None:
    """While somebody is let in at the frame."""
    doorstep = house.app.extensions["wakeframe.doorstep"]
    doorstep.open_pairing("Nachbar Jürgen", Terms())
    page.reload()
    doorstep.close_pairing()


SHOWN = _pressed("form[action='/code/show'] button")
PASS = _after(
    _filled("#new-name", "Großtante Wilhelmine"), _pressed("form[action$='/passes'] button")
)
DOOR = (
    Sight("welcome", "/"),
    Sight("wrong-pairing-code", "/", act=_typed("#code", "123 456")),
    Sight("hello", "/i/{invitation}"),
    Sight("login", "/login"),
    Sight("wrong-password", "/login", act=_typed("#password", "grandmother")),
    Sight("code-before", "/code", kind=Kind.EMPTY),
    Sight("first-visit", "/login", kind=Kind.NEW),
    Sight("first-code", "/code", kind=Kind.NEW, act=SHOWN),
    Sight("code", "/code", act=SHOWN),
    Sight(
        "wrong-code",
        "/code",
        act=_after(_filled("#again", ""), _typed("#code", "WRON GONE")),
    ),
)

MISHAPS = (
    Sight("not-known", "/frame"),
    Sight("expired", "/", "expired"),
    Sight("revoked", "/", "revoked"),
    Sight("not-yours", "/frame", "sender"),
    Sight("not-found", "/nothing-here", "owner"),
    Sight("not-so", "/logout", "owner"),
    *(
        Sight(f"mishap-{status}", f"/login?{MISHAP}={status}")
        for status in (409, 413, 415, 429, 500, 507)
    ),
)

SENDING = (
    Sight("send-first", "/", "new"),
    Sight("send", "/", "sender", act=_with_photos),
    Sight("send-more", "/", "sender", act=_after(_with_photos, _opened(".photo.awake summary"))),
    Sight("send-offline", "/", "new", act=_without_network),
)

OWNING = (
    Sight("overview", "/frame", "owner"),
    Sight("overview-empty", "/frame", "owner", Kind.EMPTY),
    Sight("photos", "/frame/photos", "owner"),
    Sight("photos-chosen", "/frame/photos", "owner", act=_opened(".pick")),
    Sight("photos-search", "/frame/photos?sender=Ben", "owner"),
    Sight("photos-none", "/frame/photos?sender=Ben&shelf=waiting", "owner"),
    Sight("photos-deleted", "/frame/photos?shelf=deleted", "owner"),
    Sight("photos-empty", "/frame/photos", "owner", Kind.EMPTY),
    Sight("photo-awake", "/frame/photos/{IMG_2041.jpg}", "owner"),
    Sight("photo-waiting", "/frame/photos/{IMG_2042.jpg}", "owner"),
    Sight("photo-compared", "/frame/photos/{Scan 1974-08, Garten.jpg}", "owner"),
    Sight("photo-rendering", "/frame/photos/{IMG_2039.jpg}", "owner"),
    Sight("photo-still", "/frame/photos/{Passbild 1961.jpg}", "owner"),
    Sight("photo-set-aside", "/frame/photos/{Onkel Karl.jpg}", "owner"),
    Sight("photo-missing", "/frame/photos/{DSC_0042.jpg}", "owner"),
    Sight("photo-deleted", "/frame/photos/{IMG_1190.jpg}", "owner"),
    Sight("photo-long-name", "/frame/photos/{PXL_20240317_101502731.PORTRAIT.jpg}", "owner"),
    Sight("waiting", "/frame/waiting", "owner"),
    Sight("waiting-empty", "/frame/waiting", "owner", Kind.EMPTY),
    Sight("passes", "/frame/passes", "owner"),
    Sight("passes-opened", "/frame/passes", "owner", act=_opened("details summary")),
    Sight("passes-empty", "/frame/passes", "owner", Kind.EMPTY),
    Sight("pass-made", "/frame/passes", "owner", act=PASS),
    Sight("passes-pairing", "/frame/passes", "owner", act=_pairing),
    Sight("settings", "/frame/settings", "owner"),
    Sight(
        "settings-wrong",
        "/frame/settings",
        "owner",
        act=_after(_filled("#still_seconds", "1"), _pressed(".save-bar button")),
    ),
    Sight("backup", "/frame/backup", "owner", Kind.EMPTY),
    Sight("backup-sent", "/frame/backup", "owner"),
    Sight("health", "/frame/health", "owner"),
    Sight("help", "/frame/help", "owner"),
    Sight("password", "/password", "owner"),
    Sight(
        "password-wrong",
        "/password",
        "owner",
        act=_after(
            _filled("#old", "grandmother"),
            _filled("#password", "a horse and a half more"),
            _typed("#again", "a horse and a half"),
        ),
    ),
    Sight(
        "undo",
        "/frame/photos/{IMG_2041.jpg}",
        "owner",
        act=_after(_pressed("button[value=favour]"), _pressed("button[value=unfavour]")),
    ),
)

SCREEN = (Sight("screen", "/screen", "screen"),)

SIGHTS = (*DOOR, *MISHAPS, *SENDING, *OWNING, *SCREEN)
"""In an order in which what is done on one page spoils none of those after it."""
