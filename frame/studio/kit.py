"""What both lanes work with, handed in so that tests can hand in something else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from frame.library.decode import DecodedPhoto, decode_file
from frame.thermometer import Thermometer, Warmth

if TYPE_CHECKING:
    from renderer.animator import Animator, Progress
    from renderer.faces.types import Picture
    from renderer.prepare.restore import Restoration


class Stop(Protocol):
    """How a lane is told to end; `threading.Event` is one, if it is set from another thread."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep, but not longer than until the lane is told to end; whether it is."""
        ...


class Restores(Protocol):
    """Something that restores pictures: `renderer.prepare.restore.Restorer`."""

    @property
    def fingerprint(self) -> str:
        """Names everything that shapes what it makes."""
        ...

    def restore(self, picture: Picture, progress: Progress) -> Restoration: ...


@dataclass(frozen=True)
class Engine:
    """An animator, the fingerprint of everything that shapes what it makes, and a restorer; without one
    photos are animated as they came."""

    animator: Animator
    models: str
    restorer: Restores | None = None


def new_engine() -> Engine:
    """The engine with the networks that came with it, none of them loaded yet. Raises `ModelError`."""
    from renderer.engine import GeometricAnimator
    from renderer.models import ModelStore
    from renderer.prepare.restore import Restorer

    store = ModelStore()
    return Engine(GeometricAnimator(store), store.fingerprint, Restorer(store))


def _unix() -> int:
    return int(time.time())


def new_thermometer() -> Callable[[], Warmth]:
    """Reads this machine's sensors."""
    return Thermometer().read


@dataclass(frozen=True)
class Kit:
    """`clock` gives seconds that only grow, `now` whole seconds since 1970, right or wrong.

    `is_own_process`: whether the lane may lower the priority of the process that it runs in, and end
    it at once where it is told to stop and cannot otherwise.
    """

    engine: Callable[[], Engine] = new_engine
    decode: Callable[[Path], DecodedPhoto] = decode_file
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], int] = _unix
    thermometer: Callable[[], Callable[[], Warmth]] = new_thermometer
    is_own_process: bool = True
