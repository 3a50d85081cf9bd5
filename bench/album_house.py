"""The pages of a frame with an album in it, served on the loopback address by a thread of ours.

For browsers that look at every page: an insecure origin with a name, as at home, and mishaps on request.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask import Flask, abort, request

from bench.album import Album, give_passes
from frame.errors import DiskFull
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.settings import Settings
from frame.web.app import create_app
from frame.web.context import Context
from frame.web.hosts import Names
from frame.web.owner.archives import Archives
from frame.web.password import hashed
from frame.web.server import bind, serve
from sync.passes import hash_of

NAME = "wakeframe.local"
"""What a browser calls it; it has to be told where that is (see `bench.chromium`)."""

HERE = "127.0.0.1"
ANY_PORT = 0
PASSWORD = "a horse and a half"  # noqa: S105 - of nobody: the library is thrown away
OWNER = "o" * 22
MISHAP = "mishap"
"""``?mishap=507`` on any page: what it says when that happens."""


class Kind(StrEnum):
    """Of a frame: with an album; with an owner and nothing else; as it comes out of its box."""

    ALBUM = "album"
    EMPTY = "empty"
    NEW = "new"


@dataclass(frozen=True)
class AlbumHouse:
    """A frame that answers at `url`, and to its own screen at `here`. `tokens` are of passes, by what is
    to be known of them; `photos` ids by the name of the photo's file."""

    kind: Kind
    app: Flask
    context: Context
    tokens: dict[str, str]
    photos: dict[str, int]

    @property
    def url(self) -> str:
        return f"http://{NAME}:{self.context.names.port}"

    @property
    def here(self) -> str:
        return f"http://{HERE}:{self.context.names.port}"

    def catalogue(self) -> Catalogue:
        return Catalogue(self.context.places.catalogue)


@contextlib.contextmanager
def album_house(kind: Kind, portraits: Path) -> Iterator[AlbumHouse]:
    """Serve it until the block ends. `portraits` is a folder with pictures of people."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-album-") as name,
        bind(ANY_PORT, HERE) as listener,
    ):
        root = Path(name)
        context = Context(
            places=Places(root / "library"),
            live=root / "live",
            settings_file=root / "settings.toml",
            settings=Settings(),
            names=Names(listener.getsockname()[1], lambda: frozenset({NAME})),
        )
        house = _furnish(kind, context, portraits)
        ending = threading.Event()
        thread = threading.Thread(
            target=serve, args=(listener, house.app, context.live, ending), name="album"
        )
        thread.start()
        try:
            yield house
        finally:
            ending.set()
            thread.join()


@contextlib.contextmanager
def houses(kinds: Iterable[Kind], portraits: Path) -> Iterator[dict[Kind, AlbumHouse]]:
    """A frame of each of these kinds."""
    with contextlib.ExitStack() as stack:
        yield {kind: stack.enter_context(album_house(kind, portraits)) for kind in sorted(kinds)}


def _furnish(kind: Kind, context: Context, portraits: Path) -> AlbumHouse:
    now = int(time.time())
    context.places.make()
    context.live.mkdir()
    tokens: dict[str, str] = {}
    photos: dict[str, int] = {}
    with Catalogue(context.places.catalogue) as catalogue:
        if kind is not Kind.NEW:
            catalogue.ownership.set_password(hashed(PASSWORD), now)
            catalogue.ownership.begin(hash_of(OWNER), now, now + 86400)
        if kind is Kind.ALBUM:
            album = Album(context.places, context.live, catalogue, now)
            album.fill(portraits)
            given = give_passes(catalogue, now)
            tokens = {word: token for word, (token, _) in given.items()}
            album.send(given["sender"][1])
            archives = Archives(context)
            begun = archives.begin("wakeframe-2024-03-31.tar", 42_000_000, "1")
            archives.append(begun.id, 0, iter([bytes(1 << 20)]))
            photos = {name: photo.id for name, photo in album.seen.items()}
    app = create_app(context)

    @app.before_request
    def mishap() -> None:
        """After the doors' own checks, as whatever goes wrong in a page."""
        status = request.args.get(MISHAP)
        if status == "507":
            raise DiskFull("full")
        if status:
            abort(int(status))

    return AlbumHouse(kind, app, context, tokens, photos)
