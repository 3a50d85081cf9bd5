"""USB sticks, with a table of mounts that the test writes itself."""

from __future__ import annotations

import itertools
import shutil
import threading
from pathlib import Path

import pytest

from frame.core.photos import Door
from frame.library.talk import Question
from sync.door import House, Pace
from sync.stick_state import Effect, Event, Stick, next_stick
from sync.usb import Sticks
from tests.fakes.taker import jpeg
from tests.sync.conftest import Home


class Ports:
    """Plugs folders in as if they were sticks."""

    def __init__(self, home: Home, tmp_path: Path) -> None:
        self.home = home
        self.root = tmp_path / "media"
        self.root.mkdir()
        self.table = tmp_path / "mountinfo"
        self.lines: dict[str, str] = {}
        self._write()
        self.restart()

    def restart(self) -> None:
        """As a new process."""
        home = self.home
        clock = home.times.clock
        house = House(home.places, threading.Event(), Pace(), lambda *_: home.taker, clock)
        self.house = house
        self.sticks = Sticks(
            house, [self.root], [home.places.root], self.table, removable=lambda _: True
        )

    def plug(self, name: str, photos: int = 0, start: int = 0) -> Path:
        folder = self.root / name
        (folder / "DCIM").mkdir(parents=True, exist_ok=True)
        for number in range(start, start + photos):
            (folder / "DCIM" / f"{number}.jpg").write_bytes(jpeg(number))
        point = str(folder).replace("\\", "\\134").replace(" ", "\\040")
        self.lines[name] = f"40 22 8:17 / {point} rw - vfat /dev/sdb1 rw"
        self._write()
        return folder

    def pull(self, name: str) -> None:
        del self.lines[name]
        self._write()
        (self.root / name).rename(self.root.parent / f"pulled {name}")

    def plug_again(self, name: str) -> None:
        (self.root.parent / f"pulled {name}").rename(self.root / name)
        self.plug(name)

    def _write(self) -> None:
        self.table.write_text("\n".join(self.lines.values()))

    def tick(self, times: int = 1, seconds: float = 15.0) -> None:
        for _ in range(times):
            self.sticks.tick(self.home.catalogue, self.home.taker)
            self.home.times.go(seconds)

    @property
    def question(self) -> Question | None:
        found = [each for each in self.home.catalogue.questions.open() if each.kind == "usb"]
        assert len(found) <= 1
        return found[0] if found else None

    def answer(self, word: str) -> None:
        assert self.question is not None
        self.home.catalogue.questions.answer(self.question.id, word, 1)

    @property
    def told(self) -> object:
        return self.house.tally.facts()["usb"]


@pytest.fixture
def ports(home: Home, tmp_path: Path) -> Ports:
    return Ports(home, tmp_path)


def test_a_stick_is_offered_and_taken_in_on_a_yes(home: Home, ports: Ports):
    stick = ports.plug("OMA BILDER", 5)
    before = sorted((path, path.lstat().st_mtime_ns) for path in stick.rglob("*"))
    ports.tick(3)
    assert ports.question is not None and ports.question.on_screen
    assert ports.question.facts == {"name": "OMA BILDER", "photos": 5}
    assert home.names() == []
    ports.answer("yes")
    ports.tick(3)
    assert ports.told == {"name": "OMA BILDER", "state": "importing", "done": 3, "total": 5}
    ports.tick(5)
    assert len(home.names()) == 5
    assert all(photo.door is Door.USB for photo in home.catalogue.photos.page())
    assert ports.told == {"name": "OMA BILDER", "state": "finished", "done": 5, "total": 5}
    assert home.notices() == ["usb_done"]
    assert sorted((path, path.lstat().st_mtime_ns) for path in stick.rglob("*")) == before
    ports.pull("OMA BILDER")
    ports.tick()
    assert home.notices() == [] and ports.told is None


def test_a_stick_whose_photos_are_all_here_is_not_offered_again(home: Home, ports: Ports):
    ports.plug("A", 3)
    ports.tick()
    ports.answer("yes")
    ports.tick(6)
    ports.pull("A")
    ports.tick()
    ports.plug_again("A")
    ports.tick(3)
    assert ports.question is None
    ports.restart()
    ports.tick(3)
    assert ports.question is None
    ports.plug("A", 1, start=50)
    ports.pull("A")
    ports.tick()
    ports.plug_again("A")
    ports.tick()
    assert ports.question is not None and ports.question.facts["photos"] == 1


def test_a_stick_whose_photos_came_another_way_is_not_offered(home: Home, ports: Ports):
    for number in range(3):
        path = home.places.inbox / f"{number}.jpg"
        path.write_bytes(jpeg(number))
        home.taker.take(path, Door.INBOX, name=path.name)
    ports.plug("A", 3)
    ports.tick(3)
    assert ports.question is None and ports.told is None


def test_a_no_holds_while_the_stick_is_in_and_through_a_restart(home: Home, ports: Ports):
    ports.plug("A", 3)
    ports.tick()
    ports.answer("no")
    ports.tick(3)
    ports.restart()
    ports.tick(3)
    assert ports.question is None and home.names() == []
    ports.pull("A")
    ports.tick()
    ports.plug_again("A")
    ports.tick()
    assert ports.question is not None


def test_the_question_goes_with_the_stick(home: Home, ports: Ports):
    ports.plug("A", 3)
    ports.tick()
    ports.pull("A")
    ports.tick()
    assert ports.question is None and ports.told is None


def test_the_question_goes_with_a_stick_that_was_pulled_while_nobody_looked(
    home: Home, ports: Ports
):
    ports.plug("A", 3)
    ports.tick()
    ports.pull("A")
    ports.restart()
    ports.tick()
    assert ports.question is None


def test_pulled_in_the_middle_what_arrived_stays_and_the_rest_follows(home: Home, ports: Ports):
    ports.plug("A", 6)
    ports.tick()
    ports.answer("yes")
    ports.tick(3)
    ports.pull("A")
    ports.tick(2)
    assert len(home.names()) == 3
    assert home.notices() == ["usb_pulled"]
    assert "3 of 6" in home.catalogue.notices.all()[0].message
    ports.restart()
    ports.tick()
    ports.plug_again("A")
    ports.tick(7)
    assert ports.question is None, "a yes is a yes"
    assert len(home.names()) == 6
    assert len(home.taker.asked) == 6, "nothing is read twice"
    assert home.notices() == ["usb_done"]


def test_a_killed_import_goes_on_by_itself(home: Home, ports: Ports):
    ports.plug("A", 6)
    ports.tick()
    ports.answer("yes")
    ports.tick(3)
    ports.restart()
    ports.tick(8)
    assert len(home.names()) == 6 and ports.question is None


def test_a_yes_given_while_nobody_listened_is_heard(home: Home, ports: Ports):
    ports.plug("A", 2)
    ports.tick()
    ports.answer("yes")
    ports.restart()
    ports.tick(5)
    assert len(home.names()) == 2


def test_photos_that_cannot_be_read_do_not_hold_the_others_up(home: Home, ports: Ports):
    stick = ports.plug("A", 2)
    (stick / "bad.jpg").write_bytes(b"text")
    (stick / "film.mov").write_bytes(b"film")
    ports.tick()
    assert ports.question is not None and ports.question.facts["photos"] == 3
    ports.answer("yes")
    ports.tick(6)
    assert len(home.names()) == 2
    assert home.refused() == {"bad.jpg": "damaged"}
    assert home.notices() == ["usb_done"]


def test_what_is_no_stick_is_not_offered(home: Home, ports: Ports, tmp_path: Path):
    ports.plug("A", 3)
    for old, new in (("vfat", "nfs4"), ("vfat", "tmpfs"), (str(ports.root), "/elsewhere")):
        ports.table.write_text(ports.lines["A"].replace(old, new))
        ports.tick(2)
        assert ports.question is None
    point = home.places.root
    ports.table.write_text(f"40 22 8:17 / {point} rw - ext4 /dev/sdb1 rw")
    ports.tick()
    assert ports.question is None


def test_a_stick_without_photos_is_not_offered(home: Home, ports: Ports):
    ports.plug("A")
    ports.tick(2)
    assert ports.question is None


def test_links_on_a_stick_lead_nowhere(home: Home, ports: Ports, tmp_path: Path):
    stick = ports.plug("A", 1)
    (tmp_path / "private.jpg").write_bytes(jpeg(7))
    (stick / "link.jpg").symlink_to(tmp_path / "private.jpg")
    (stick / "folder").symlink_to(tmp_path)
    ports.tick()
    ports.answer("yes")
    ports.tick(4)
    assert home.names() == ["0.jpg"]


def test_two_sticks_at_once(home: Home, ports: Ports):
    ports.plug("A", 2)
    ports.tick()
    ports.answer("yes")
    ports.plug("B", 2, start=10)
    ports.tick()
    ports.answer("yes")
    ports.tick(5)
    assert len(home.names()) == 4
    shutil.rmtree(ports.root / "A")
    ports.tick()


def test_every_state_but_the_last_knows_what_pulling_means():
    for stick in Stick:
        if stick is not Stick.GONE:
            assert next_stick(stick, Event.PULLED)[0] is Stick.GONE
    with pytest.raises(KeyError):
        next_stick(Stick.GONE, Event.YES)


def test_nothing_is_taken_without_a_yes():
    """Every path to an import leads through a yes, now or before."""
    for stick, event in itertools.product(Stick, Event):
        try:
            after, effects = next_stick(stick, event)
        except KeyError:
            continue
        if after is Stick.IMPORTING:
            assert event in (Event.YES, Event.COUNTED_GRANTED)
        if event is Event.YES:
            assert Effect.REMEMBER_YES in effects
