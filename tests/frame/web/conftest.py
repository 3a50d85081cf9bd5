"""A frame's pages without a server: Flask's test client, told who asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from frame.core.passes import Pass, Terms
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.settings import Settings
from frame.web import visitor
from frame.web.app import create_app
from frame.web.context import Context
from frame.web.hosts import Names
from sync.passes import hash_of, issue

HOST = "192.168.1.20:8080"
PEER = "192.168.1.77"
NOON = 1_700_000_000
OWNER_TOKEN = "o" * 22
FORM_KEY = "f" * 22


class Browser(FlaskClient):
    """Sends what a page of ours would send: its origin and the token of its form, unless told
    otherwise (`origin=None`, `csrf=None`)."""

    key = FORM_KEY

    def open(self, *arguments: Any, **more: Any) -> Any:
        headers = dict(more.pop("headers", None) or {})
        for name, default in (
            ("Host", HOST),
            ("Origin", f"http://{HOST}"),
            ("X-CSRF-Token", visitor.csrf_of(self.key)),
        ):
            wanted = more.pop({"X-CSRF-Token": "csrf"}.get(name, name.lower()), default)
            if wanted is not None:
                headers.setdefault(name, wanted)
        more.setdefault("environ_base", {"REMOTE_ADDR": more.pop("peer", PEER)})
        return super().open(*arguments, headers=headers, **more)


class House:
    """A frame with an empty library, at noon. `now` may be moved on."""

    def __init__(self, folder: Path) -> None:
        self.now = float(NOON)
        self.clock = 1000.0
        self.places = Places(folder / "library")
        self.places.make()
        self.live = folder / "live"
        self.live.mkdir()
        with Catalogue(self.places.catalogue):
            pass
        self.context = Context(
            places=self.places,
            live=self.live,
            settings_file=folder / "config" / "settings.toml",
            settings=Settings(),
            names=Names(8080, lambda: frozenset({"192.168.1.20", "wakeframe.local"})),
            now=lambda: self.now,
            clock=lambda: self.clock,
        )
        self.app = create_app(self.context)
        self.app.test_client_class = Browser
        self.app.testing = True

    def catalogue(self) -> Catalogue:
        return Catalogue(self.places.catalogue)

    def browser(self, **cookies: str) -> Browser:
        found = self.app.test_client()
        assert isinstance(found, Browser)
        found.key = next(iter(cookies.values()), FORM_KEY)
        for name, value in {**cookies, visitor.FORM_COOKIE: FORM_KEY}.items():
            for host in (HOST.partition(":")[0], "localhost"):
                found.set_cookie(name, value, domain=host)
        return found

    def nobody(self) -> Browser:
        return self.browser()

    def guest(self, name: str = "Oma", terms: Terms | None = None) -> tuple[Browser, Pass]:
        """The browser of a relative with a new pass."""
        with self.catalogue() as catalogue:
            token, pass_ = issue(catalogue, name, terms or Terms(), int(self.now))
        return self.browser(**{visitor.GUEST_COOKIE: token}), pass_

    def owner(self) -> Browser:
        """The owner's browser, logged in."""
        with self.catalogue() as catalogue:
            if not catalogue.ownership.is_session(hash_of(OWNER_TOKEN), self.now):
                catalogue.ownership.begin(hash_of(OWNER_TOKEN), int(self.now), NOON + 10**9)
        return self.browser(**{visitor.OWNER_COOKIE: OWNER_TOKEN})


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)
