"""A library with photos in it, a studio's kit without networks, and time that passes when told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from frame.core.photos import Door, Finding, Look
from frame.library.catalogue import Catalogue
from frame.library.decode import DecodedPhoto
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.studio.kit import Engine, Kit, Restores
from frame.thermometer import Warmth
from renderer.animator import Animator
from tests.fakes.animator import FakeAnimator
from tests.frame.photos import scene

MODELS = "models-1"
SIZE = (192, 128)
PANEL = (128, 96)
NOW = 1_790_000_000


def add_photo(
    catalogue: Catalogue,
    places: Places,
    name: str,
    *,
    arrived: int = NOW,
    looked: str | None = "animated",
    size: tuple[int, int] = SIZE,
) -> int:
    """A photo with its original on disk (a text, for decoders without a child); its id."""
    data = f"photo {name}".encode()
    digest = hashlib.sha256(data).hexdigest()
    path = places.original(digest, ".jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    photo_id = catalogue.photos.add(
        NewPhoto(digest, ".jpg", len(data), Door.INBOX, name, arrived, size, size)
    )
    if looked is not None:
        catalogue.photos.remember_look(photo_id, Look(looked, (Finding("c", "M."),), (), "x"))
    return photo_id


def decoded(path: Path, size: tuple[int, int] = SIZE) -> DecodedPhoto:
    """What the decoder would make of an original of `add_photo`."""
    data = path.read_bytes()
    pixels = np.ascontiguousarray(scene(*size))
    if b"dark" in data:
        pixels = np.zeros_like(pixels)
    if b"dull" in data:
        pixels = pixels // 5
    return DecodedPhoto(pixels, size, 1.0, "JPEG", None, hashlib.sha256(data).hexdigest(), ())


@dataclass
class Time:
    """A clock, a calendar and a way to stop, all in one: waiting passes time, and runs what is due."""

    seconds: float = 0.0
    stops_at: float = 1e9
    waits: list[float] = field(default_factory=list)
    at_each_wait: Callable[[], None] = lambda: None
    is_stopped: bool = False

    def clock(self) -> float:
        return self.seconds

    def now(self) -> int:
        return NOW + int(self.seconds)

    def is_set(self) -> bool:
        return self.is_stopped or self.seconds >= self.stops_at

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None, "nobody waits for ever"
        if not self.is_set():
            self.waits.append(timeout)
            self.seconds += timeout
            self.at_each_wait()
        return self.is_set()


@dataclass
class Heat:
    """A thermometer that shows what it is told to."""

    warmth: Warmth = field(default_factory=Warmth)

    def read(self) -> Warmth:
        return self.warmth


def kit(
    time: Time,
    animator: Animator | None = None,
    *,
    decode: Callable[[Path], DecodedPhoto] = decoded,
    heat: Heat | None = None,
    models: str = MODELS,
    restorer: Restores | None = None,
) -> Kit:
    engine = Engine(animator or FakeAnimator(), models, restorer)
    return Kit(
        engine=lambda: engine,
        decode=decode,
        clock=time.clock,
        now=time.now,
        thermometer=lambda: (heat or Heat()).read,
        is_own_process=False,
    )
