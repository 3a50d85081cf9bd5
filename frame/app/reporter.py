"""Calm lines for whoever watches `wakeframe run` in a terminal: what came in, what became of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from frame.live import heard
from frame.words import Language, finding_in, say

if TYPE_CHECKING:
    from frame.core.photos import Photo
    from frame.library.catalogue import Catalogue

LOOK_SECONDS = 1.0
NEWEST = 100
"""Photos that are watched: what came in lately. Of more than that at once, the number is told."""

REFUSALS_TOLD = 5
"""Of one look; a folder full of something else is not read out."""

Tell = Callable[[str], None]


class Reporter:
    """`look` is called often and tells what is new since the last time, a line each."""

    def __init__(self, library: Path, live: Path, language: Language, tell: Tell) -> None:
        self._library = library
        self._live = live
        self._language = language
        self._tell = tell
        self._catalogue: Catalogue | None = None
        self._looked_at = float("-inf")
        self._changes = -1
        self._count: int | None = None
        self._states: dict[int, str] = {}
        self._refused_until = int(time.time()) - 1
        self._refused: set[tuple[str, str]] = set()
        self._waking: int | None = None
        self._has_picture = self._has_mirror = False

    def welcome(self) -> None:
        """What to expect, before anything has happened."""
        self._say("run.library", library=str(self._library))
        self._say("run.inbox", inbox=str(self._library / "inbox"))
        self._say("run.end")

    def look(self) -> None:
        """Raises what opening the catalogue raises: it may not be there yet."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        self._look_at_the_wall()
        self._look_at_the_library()

    def close(self) -> None:
        if self._catalogue is not None:
            self._catalogue.close()

    def _look_at_the_wall(self) -> None:
        port = heard(self._live, "web").get("port")
        if port and not self._has_mirror:
            self._has_mirror = True
            self._say("run.mirror", address=f"http://localhost:{port}/screen")
        display = heard(self._live, "display")
        if display.get("photos") and not self._has_picture:
            self._has_picture = True
            self._say("run.first_picture")
        waking = display.get("wakes")
        if waking != self._waking:
            self._waking = waking if isinstance(waking, int) else None
            if self._waking is not None and (photo := self._photo(self._waking)):
                self._say("run.wakes", name=photo.name)

    def _photo(self, photo_id: int) -> Photo | None:
        return self._open().photos.get(photo_id)

    def _look_at_the_library(self) -> None:
        catalogue = self._open()
        changes = catalogue.change_count()
        if changes == self._changes:
            return
        self._changes = changes
        total = catalogue.photos.counts()["photos"]
        if self._count is not None and total > self._count:
            self._say("run.taken_in", count=total - self._count, total=total)
        is_first = self._count is None
        self._count = total
        for photo in reversed(catalogue.photos.page(limit=NEWEST)):
            self._look_at_photo(catalogue, photo, is_first=is_first)
        self._look_at_refusals(catalogue)

    def _look_at_photo(self, catalogue: Catalogue, photo: Photo, *, is_first: bool) -> None:
        clip = catalogue.clips.to_play(photo.id)
        state = "new" if photo.look is None else photo.look.verdict
        if clip is not None:
            state = f"clip {clip.id}"
        before = self._states.get(photo.id)
        self._states[photo.id] = state
        if is_first or state in (before, "new"):
            return
        if clip is not None:
            self._say("run.clip_ready", name=photo.name, driver=clip.driver)
        elif photo.look is not None and not (before or "").startswith("clip"):
            reason = next((finding_in(each, self._language) for each in photo.look.told), "")
            what = (
                say("run.can_wake", self._language)
                if state == "animated"
                else say("run.stays_still", self._language, reason=reason.rstrip("."))
            )
            self._say("run.looked", name=photo.name, what=what)

    def _look_at_refusals(self, catalogue: Catalogue) -> None:
        for refusal in reversed(catalogue.refusals.all(REFUSALS_TOLD)):
            key = (refusal.place, refusal.code)
            if refusal.at >= self._refused_until and key not in self._refused:
                self._refused.add(key)
                self._say(
                    "run.refused",
                    name=Path(refusal.place).name,
                    reason=finding_in(refusal, self._language),
                )

    def _open(self) -> Catalogue:
        if self._catalogue is None:
            from frame.library.catalogue import Catalogue
            from frame.library.places import Places

            self._catalogue = Catalogue(Places(self._library).catalogue, read_only=True)
        return self._catalogue

    def _say(self, code: str, **facts: str | int) -> None:
        # A terminal that went away is no reason to stop showing photos.
        with contextlib.suppress(OSError, ValueError):
            self._tell(say(code, self._language, **facts))
