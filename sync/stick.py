"""One USB stick while it is in: counted, offered, taken in a photo at a time, never written to."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

from frame.core.photos import Door
from frame.library.catalogue import Catalogue
from frame.library.folders import Sighting
from sync import files
from sync.arrivals import Arrivals, Place
from sync.door import House
from sync.mounts import Mount, volume_of
from sync.names import Sort, sort_of, written
from sync.settling import Stamp
from sync.stick_state import Effect, Event, Stick, next_stick
from sync.taking import Hand, Outcome, Taker

LOG = logging.getLogger(__name__)

RANK = 2
LONGEST_NAME = 64
COMPARE_BYTES = 1 << 30
"""So much of a stick is read to find out that all of it is here already; then we rather ask."""

_CHUNK = 1 << 20


class PluggedStick:
    """One stick while it is in."""

    def __init__(self, house: House, catalogue: Catalogue, taker: Taker, mount: Mount) -> None:
        self._house = house
        self._catalogue = catalogue
        self._root = Path(mount.point)
        self.identity = identity_of(mount)
        self._name = written(self._root.name)[:LONGEST_NAME]
        self._state = Stick.COUNTING
        self._total = 0
        self._content = ""
        self._folder_id: int | None = None
        hand = Hand(catalogue, taker, Door.USB, house.clock)
        place = Place(self._root, f"usb {self.identity}", RANK)
        self._arrivals = Arrivals(place, hand, catalogue, house.turn, house.tally, house.clock)

    @property
    def state(self) -> Stick:
        return self._state

    def count(self, *, is_first_look: bool) -> None:
        """See what is on it that is not here."""
        found = files.walk(self._root)
        photos = {
            path: stamp
            for path, stamp in found.files.items()
            if sort_of(path.rpartition("/")[2]) is Sort.PHOTO and stamp.size > 0
        }
        self._content = _content_of(photos)
        news = self._news(photos)
        self._total = len(news)
        self._arrivals.found(news, is_complete=False)
        answer = self._fact("answer")
        if not news or self._fact("here") == self._content or self._are_here(news):
            self.happen(Event.COUNTED_NOTHING)
        elif answer == "yes":
            self.happen(Event.COUNTED_GRANTED)
        elif is_first_look and answer == f"no {self._content}":
            self.happen(Event.COUNTED_DECLINED)
        else:
            self.happen(Event.COUNTED_NEW)

    def step(self) -> bool:
        """Hear the answer, or take one photo; whether there may be more to do at once."""
        if self._state is Stick.ASKING:
            self._hear()
        if self._state is not Stick.IMPORTING:
            return False
        done = self._arrivals.step()
        if done is not None:
            path, stamp, result = done
            if result.outcome is Outcome.TAKEN and result.photo is not None:
                self._saw(path, stamp, result.photo.id)
        if not self._arrivals.has_hopeful:
            self.happen(Event.ALL_TAKEN)
            return False
        self._tell()
        return done is not None

    def happen(self, event: Event) -> None:
        """Go on to the next state, and do what belongs to it."""
        if event is Event.PULLED and self._state is Stick.ASKING:
            self._hear()  # a yes of the last second is a yes
        before = self._state
        self._state, effects = next_stick(before, event)
        LOG.info("A stick: name=%s from=%s to=%s", self._name, before.value, self._state.value)
        for effect in effects:
            self._carry_out(effect)
        self._tell()

    def _carry_out(self, effect: Effect) -> None:
        catalogue, date = self._catalogue, int(self._house.clock.date())
        if effect is Effect.ASK:
            facts: dict[str, str | int] = {"name": self._name, "photos": self._total}
            if self._answer() is None:
                catalogue.questions.ask("usb", self.identity, facts, date, on_screen=True)
        elif effect is Effect.WITHDRAW:
            catalogue.questions.withdraw("usb", self.identity, date)
        elif effect is Effect.REMEMBER_YES:
            self._set_fact("answer", "yes")
        elif effect is Effect.REMEMBER_NO:
            self._set_fact("answer", f"no {self._content}")
        elif effect is Effect.REMEMBER_CONTENT:
            if not len(self._arrivals):
                self._set_fact("here", self._content)
        elif effect is Effect.FORGET_ANSWER:
            self._set_fact("answer", "")
        elif effect is Effect.SAY_DONE:
            message = f"All {self._total} photos of “{self._name}” are here; it may be pulled out."
            if left := len(self._arrivals):
                message = (
                    f"{self._total - left} of {self._total} photos of “{self._name}” are here, the"
                    " others cannot be read; it may be pulled out."
                )
            catalogue.notices.add("doors", "usb_done", self.identity, message, date)
        elif effect is Effect.SAY_PULLED:
            done = self._total - len(self._arrivals)
            message = (
                f"“{self._name}” was pulled out: {done} of {self._total} photos are here, the"
                " others follow when it is back."
            )
            catalogue.notices.add("doors", "usb_pulled", self.identity, message, date)
        elif effect is Effect.CLEAR:
            for code in ("usb_done", "usb_pulled"):
                catalogue.notices.clear("doors", code, self.identity)

    def _tell(self) -> None:
        """For the live file."""
        if self._state in (Stick.GONE, Stick.KNOWN, Stick.DECLINED):
            self._house.tally.stick(self.identity, None)
            return
        done = self._total - len(self._arrivals)
        self._house.tally.stick(
            self.identity,
            {"name": self._name, "state": self._state.value, "done": done, "total": self._total},
        )

    def _hear(self) -> None:
        answer = self._answer()
        if answer in ("yes", "no"):
            latest = self._catalogue.questions.latest("usb", self.identity)
            self._set_fact("settled", str(latest.id) if latest else "")
            self.happen(Event.YES if answer == "yes" else Event.NO)

    def _answer(self) -> str | None:
        """The answer to the last question, if it has not been acted on."""
        question = self._catalogue.questions.latest("usb", self.identity)
        if question is None or self._fact("settled") == str(question.id):
            return None
        return None if question.answer == "withdrawn" else question.answer

    def _news(self, photos: dict[str, Stamp]) -> dict[str, Stamp]:
        """What was not taken from this stick before. A stick that was never read has no row."""
        row = next((f for f in self._catalogue.folders.all() if f.path == self.identity), None)
        before = self._catalogue.folders.sightings(row.id) if row is not None else {}
        return {
            path: stamp
            for path, stamp in photos.items()
            if (known := before.get(written(path))) is None
            or (known.size_bytes, known.mtime_ns) != (stamp.size, stamp.mtime_ns)
        }

    def _are_here(self, news: dict[str, Stamp]) -> bool:
        """Whether every photo came here by another way; ends at the first that did not."""
        if sum(stamp.size for stamp in news.values()) > COMPARE_BYTES:
            return False
        for path in news:
            digest = _sha256(self._root, path)
            if digest is None or self._catalogue.photos.find(digest) is None:
                return False
        for path in news:
            self._arrivals.forget(path)
        return True

    def _saw(self, path: str, stamp: Stamp, photo_id: int) -> None:
        """Written down, so that an import that was cut off goes on where it was."""
        folders = self._catalogue.folders
        if self._folder_id is None:
            folder = folders.add(self.identity)
            folders.describe(folder.id, self.identity, "stick")
            self._folder_id = folder.id
        size, mtime_ns = stamp.size, stamp.mtime_ns
        folders.saw(Sighting(self._folder_id, written(path), size, mtime_ns, photo_id))
        self._arrivals.forget(path)

    def _fact(self, name: str) -> str:
        return self._catalogue.facts.get(f"{self.identity}/{name}")

    def _set_fact(self, name: str, value: str) -> None:
        self._catalogue.facts.set(f"{self.identity}/{name}", value)


def identity_of(mount: Mount) -> str:
    """How a stick is recognised when it is back: its volume's number, or else its name and size."""
    if volume := volume_of(mount.device):
        return f"usb:{written(volume)}"
    size = 0
    with contextlib.suppress(OSError):
        volume_size = os.statvfs(mount.point)
        size = volume_size.f_blocks * volume_size.f_frsize
    return f"usb:{written(mount.point.rpartition('/')[2])}-{size}"


def _content_of(photos: dict[str, Stamp]) -> str:
    """Names what is on a stick: another file, another name."""
    digest = hashlib.sha256()
    for path, stamp in sorted(photos.items()):
        digest.update(f"{written(path)}\n{stamp.size}\n{stamp.mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _sha256(root: Path, path: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with files.opened(root, path) as descriptor:
            while chunk := os.read(descriptor, _CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()
