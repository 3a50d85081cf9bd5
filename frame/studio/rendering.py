"""One photo, one clip: decode, animate in exactly the view that hangs, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from frame.core.photos import Photo
from frame.library.clips import NewClip
from frame.library.places import Places
from frame.studio.kit import Engine, Kit
from frame.studio.queue import Target, clip_size
from frame.studio.shelf import ClipShelf
from frame.studio.trying import Outcome
from renderer.animator import DriverName, Request, seed_of
from renderer.faces.types import Picture
from renderer.framing import SMALLEST_SIDE
from renderer.reasons import RESTING
from renderer.report import Report, to_json

DRIVERS: tuple[DriverName, ...] = ("auto", "nostalgia", "joy", "reunion", "blink-and-nod")

OPENING_SHARE = 0.02
"""Of the whole time, before the animator begins to count."""

Told = Callable[[str, float], None]


class RenderingFailed(Exception):  # noqa: N818 - reads as what it says
    """The animator promised a clip and left none."""


@dataclass(frozen=True)
class Source:
    """What a clip is made from, where that is not the photo as it came: its `prepared` pixels; `damage`
    0..1 is what is torn or scratched in what hangs, where that is known."""

    prepared: Picture | None = None
    damage: float | None = None


class Renderer:
    """Makes clips. `engine` may do one photo at a time."""

    def __init__(self, engine: Engine, places: Places, shelf: ClipShelf, kit: Kit) -> None:
        self._engine = engine
        self._places = places
        self._shelf = shelf
        self._kit = kit

    def render(self, photo: Photo, target: Target, told: Told, source: Source) -> Outcome:
        """The clip is on the shelf when this returns without a code; otherwise none is needed.

        `told` hears the stage and the share done, and may raise to stop; nothing is left then.
        """
        size = clip_size(target.view)
        if min(size) < SMALLEST_SIDE:
            return Outcome("too_narrow", "This photo is too narrow on the screen to move.")
        told("opening", 0.0)
        pixels, year = self._pixels(photo, source)
        request = Request(
            driver=_driver(target.driver),
            intensity=target.intensity,
            seed=seed_of(photo.sha256),
            year=year,
            damage=source.damage,
            crop=target.view.crop,
            size=size,
        )
        path = self._shelf.new_path(photo)
        report = self._engine.animator.animate(
            pixels,
            path,
            request,
            lambda stage, share: told(stage, OPENING_SHARE + (1 - OPENING_SHARE) * share),
        )
        if report.verdict != "animated":
            # What is not good enough today was not good enough yesterday.
            self._shelf.drop_all_of(photo.id)
            return _declined(report)
        self._publish(photo, target, path, report)
        return Outcome()

    def _pixels(self, photo: Photo, source: Source) -> tuple[Picture, int | None]:
        """What is animated, and the year it was taken in."""
        if source.prepared is None:
            decoded = self._kit.decode(self._places.original_of(photo))
            return decoded.pixels, decoded.year
        return source.prepared, int(photo.taken[:4]) if photo.taken else None

    def _publish(self, photo: Photo, target: Target, path: Path, report: Report) -> None:
        try:
            bytes_on_disk = path.stat().st_size
        except FileNotFoundError as error:
            raise RenderingFailed("the animator left no clip") from error
        new = NewClip(
            photo_id=photo.id,
            file=path.name,
            driver=report.driver or "",
            asked=target.driver,
            intensity=target.intensity,
            models=target.models,
            prepared=target.prepared,
            view=target.view,
            size_bytes=bytes_on_disk,
            made=self._kit.now(),
            frames=report.frames,
            report=_short(report),
        )
        try:
            self._shelf.publish(new, target.key)
        except BaseException:
            self._shelf.discard(path)
            raise


def _driver(wanted: str) -> DriverName:
    """A name that the catalogue keeps as text; one that we do not know is left to us."""
    return next((name for name in DRIVERS if name == wanted), "auto")


def _declined(report: Report) -> Outcome:
    """Why the photo stays a still: the reason that decided, or the first there is."""
    deciding = [found for found in report.reasons if found.code in RESTING] or list(report.reasons)
    if not deciding:
        return Outcome(report.verdict, "This photo had better stay still.")
    return Outcome(deciding[0].code, deciding[0].message)


def _short(report: Report) -> str:
    """The report without what was commanded in each frame: a hundredth of its length, for a catalogue
    that keeps one for every clip."""
    faces = tuple(replace(face, commanded=()) for face in report.faces)
    return to_json(replace(report, faces=faces, ladder=()))
