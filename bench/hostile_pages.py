"""What a browser and a terminal are given of hostile photos: nothing runs, nothing is drawn anew.

Photos are taken into the library of a real server, and everything of them is fetched as the owner
would fetch it.
"""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bench.hostile_polyglots import TELLTALES, polyglots
from bench.hostile_texts import MARK, told
from bench.web_house import Caller, WebHouse, calling
from frame.core.photos import Door, Photo
from frame.errors import Refused
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest

MUTE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Classes of characters that are not seen but do something; line feeds of the page's own aside."""

SHOWN = ("alt", "title", "aria-label", "placeholder", "content")
"""Attributes that are read to people."""

PICTURES = (
    "frame/thumb/{photo.sha256}.jpg",
    "frame/photos/{photo.id}/large.jpg",
    "frame/photos/{photo.id}/came.jpg",
)
PAGES = ("frame/photos/{photo.id}", "frame/photos")
TERMINAL = (("status",), ("photo", "{photo.id}", "about"))
SIGNATURE = b"\xff\xd8\xff"


@dataclass
class Seen:
    """`taken` by what became of them; `wrong` is what must not be, said in a few words."""

    asked: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, and what is read of it."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.read: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.read += [value for name, value in attrs if name in SHOWN and value]

    def handle_data(self, data: str) -> None:
        self.read.append(data)

    @property
    def acts(self) -> bool:
        """Whether anything but text would come of it."""
        return any(
            unicodedata.category(each) in MUTE and each not in "\n\r\t"
            for each in "".join(self.read)
        )


def two_faced() -> Seen:
    """Polyglots: no picture that we serve holds what they bring along, and their own bytes come only as
    something to be saved."""
    seen = Seen()
    with WebHouse() as house, Catalogue(house.places.catalogue) as catalogue:
        ingest = Ingest(house.places, catalogue, reserve=lambda _: 0)
        with calling(Caller.owner(house)) as caller:
            for name, data in polyglots().items():
                photo = _take(ingest, house, data, "photo.jpg", "", seen)
                if isinstance(photo, Photo):
                    seen.wrong += [f"{name}: {why}" for why in _pictures(caller, photo, seen)]
                    seen.wrong += [f"{name}: {why}" for why in _original(caller, photo, data)]
                    seen.asked += 1
    return seen


def hostile_texts(number: int | None = None) -> Seen:
    """Names and captions: pages keep their shape, pictures hold none of it, terminals print text."""
    seen = Seen()
    with WebHouse() as house, Catalogue(house.places.catalogue) as catalogue:
        ingest = Ingest(house.places, catalogue, reserve=lambda _: 0)
        shapes: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        with calling(Caller.owner(house)) as caller:
            for each in told(number):
                photo = _take(ingest, house, each.data, each.name, each.sender, seen)
                if not isinstance(photo, Photo):
                    continue
                where = f"{each.where} {each.name[:30]!r}"
                found = [*_pictures(caller, photo, seen), *_original(caller, photo, each.data)]
                found += _row(photo)
                found += _terminal(house, photo)
                found += _pages(caller, photo, shapes, seen)
                seen.wrong += [f"{where}: {why}" for why in found]
                # One photo at a time, so that every page has the same shape.
                catalogue.photos.delete(photo.id, 1)
                catalogue.photos.forget(photo.id)
    return seen


def _take(
    ingest: Ingest, house: WebHouse, data: bytes, name: str, sender: str, seen: Seen
) -> Photo | None:
    source = house.root / "photo"
    source.write_bytes(data)
    try:
        photo = ingest.take(source, Door.INBOX, name=name, sender=sender).photo
    except Refused as refused:
        seen.taken[refused.code] += 1
        return None
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        seen.wrong.append(f"{name[:30]!r}: {type(error).__name__}")
        return None
    seen.taken["stored"] += 1
    return photo


def _row(photo: Photo) -> Iterable[str]:
    for text in (photo.name, photo.sender):
        if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
            yield "the catalogue keeps what is no text"


def _pictures(caller: Caller, photo: Photo, seen: Seen) -> Iterable[str]:
    for path in PICTURES:
        said = caller.ask("GET", "/" + path.format(photo=photo))
        seen.asked += 1
        if said.status != 200 or not said.body.startswith(SIGNATURE):
            yield f"{path}: no picture ({said.status})"
        if said.headers.get("Content-Type") != "image/jpeg":
            yield f"{path}: served as {said.headers.get('Content-Type')}"
        if said.headers.get("X-Content-Type-Options") != "nosniff":
            yield f"{path}: may be sniffed"
        for what in (*TELLTALES, MARK.encode(), b"Exif\0", b"http://ns.adobe.com"):
            if what in said.body:
                yield f"{path}: holds {what!r}"


def _original(caller: Caller, photo: Photo, data: bytes) -> Iterable[str]:
    said = caller.ask("GET", f"/frame/photos/{photo.id}/original")
    headers = {name.lower(): value for name, value in said.headers.items()}
    if said.status != 200 or said.body != data:
        yield "the original does not come as it is"
    if headers.get("content-type") != "application/octet-stream":
        yield f"the original is served as {headers.get('content-type')}"
    if not headers.get("content-disposition", "").startswith("attachment"):
        yield "the original is not to be saved"
    if headers.get("x-content-type-options") != "nosniff":
        yield "the original may be sniffed"
    if "sandbox" not in headers.get("content-security-policy", ""):
        yield "the original has no sandbox"
    if "set-cookie" in headers:
        yield "a header came out of the name"


def _pages(
    caller: Caller,
    photo: Photo,
    shapes: dict[str, list[tuple[str, tuple[str, ...]]]],
    seen: Seen,
) -> Iterable[str]:
    for path in PAGES:
        said = caller.ask("GET", "/" + path.format(photo=photo))
        seen.asked += 1
        if said.status != 200:
            yield f"{path}: {said.status}"
            continue
        shape = Shape(said.body.decode("utf-8"))
        kind = f"{path} {bool(photo.sender)} {bool(photo.taken)}"
        if shapes.setdefault(kind, shape.elements) != shape.elements:
            yield f"{path}: another shape"
        if shape.acts:
            yield f"{path}: characters that do something"


def _terminal(house: WebHouse, photo: Photo) -> Iterable[str]:
    for words in TERMINAL:
        typed = [word.format(photo=photo) for word in words]
        done = subprocess.run(
            [sys.executable, "-m", "frame.cli", *typed, "--library", str(house.places.root)],
            capture_output=True,
            check=False,
        )
        said = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
        if done.returncode != 0 or "Traceback" in said:
            yield f"wakeframe {typed[0]}: exit code {done.returncode}"
        if any(unicodedata.category(c) in MUTE and c not in "\n" for c in said):
            yield f"wakeframe {typed[0]}: characters that do something"
