from __future__ import annotations

import os
from pathlib import Path

import pytest

from frame.core.photos import Door
from frame.errors import DiskFull, Refused, StorageError, Unready
from sync.arrivals import FULL_SECONDS, PATIENT_TIMES
from sync.inbox import FOLDER_QUIET_SECONDS, Inbox
from sync.watching import Tidings, What
from tests.fakes.taker import jpeg
from tests.sync.conftest import Home


@pytest.fixture
def door(home: Home) -> Inbox:
    return Inbox(
        home.places.inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock
    )


def put(home: Home, name: str, data: bytes) -> Path:
    path = home.places.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def go(home: Home, door: Inbox, seconds: float = 30.0) -> None:
    """Walk, let time pass, and take what there is."""
    door.walk()
    home.times.go(seconds)
    while door.step():
        pass


def test_a_photo_is_taken_in_and_then_removed(home: Home, door: Inbox):
    path = put(home, "trip/a.jpg", jpeg(1))
    go(home, door)
    assert home.names() == ["a.jpg"]
    assert not path.exists()
    photo = home.catalogue.photos.page()[0]
    assert photo.door is Door.INBOX
    assert home.tally.facts()["taken"] == 1


def test_a_close_is_answered_at_once(home: Home, door: Inbox):
    put(home, "a.jpg", jpeg(1))
    door.tell(Tidings(What.CLOSED, "a.jpg"))
    assert not door.step()
    assert door.wait_seconds() == pytest.approx(1.0)
    home.times.go(1.0)
    assert door.step()
    assert home.names() == ["a.jpg"]


def test_what_is_refused_stays_with_one_line_until_it_changes(home: Home, door: Inbox):
    path = put(home, "a.jpg", b"only text")
    for _ in range(3):
        go(home, door)
    assert home.refused() == {"a.jpg": "damaged"}
    assert path.exists()
    assert len(home.taker.asked) == 1
    path.write_bytes(jpeg(1))
    go(home, door)
    assert home.refused() == {}
    assert home.names() == ["a.jpg"]


def test_a_refused_file_is_not_tried_again_after_a_restart(home: Home, door: Inbox):
    put(home, "a.jpg", b"only text")
    go(home, door)
    again = Inbox(
        home.places.inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock
    )
    go(home, again)
    assert len(home.taker.asked) == 1


def test_what_our_own_decoder_could_not_do_gets_another_chance_at_every_start(home: Home):
    put(home, "a.jpg", jpeg(1))
    home.taker.fails = Refused("decoder_unsafe", "Install a newer decoder.")

    def start() -> Inbox:
        return Inbox(
            home.places.inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock
        )

    go(home, start())
    door = start()
    go(home, door)
    go(home, door)
    assert len(home.taker.asked) == 2
    home.taker.fails = None
    go(home, start())
    assert home.names() == ["a.jpg"] and home.refused() == {}


def test_the_line_goes_with_the_file(home: Home, door: Inbox):
    path = put(home, "a.jpg", b"only text")
    go(home, door)
    path.unlink()
    go(home, door)
    assert home.refused() == {}


def test_half_a_photo_is_told_as_damaged_and_taken_once_the_rest_is_there(home: Home, door: Inbox):
    data = jpeg(1, 1000)
    path = put(home, "a.jpg", data[:500])
    go(home, door)
    assert home.refused() == {"a.jpg": "damaged"}
    path.write_bytes(data)
    go(home, door)
    assert home.names() == ["a.jpg"] and home.refused() == {}


def test_notes_are_left_alone_in_silence(home: Home, door: Inbox):
    for name in ("note.txt", "a.xmp", "a.aae", "list.json", "strange.thing", ".hidden.jpg"):
        put(home, name, b"something")
    go(home, door)
    assert home.refused() == {} and not home.taker.asked
    assert len(os.listdir(home.places.inbox)) == 6


def test_a_photo_under_a_strange_name_is_known_by_its_content(home: Home, door: Inbox):
    put(home, "strange.thing", jpeg(1))
    put(home, "no suffix", jpeg(2))
    go(home, door)
    assert home.names() == ["no suffix", "strange.thing"]


def test_a_film_of_an_unknown_kind_stays_with_a_reason(home: Home, door: Inbox):
    path = put(home, "film.wmv", b"\x30\x26\xb2\x75")
    go(home, door)
    assert home.refused() == {"film.wmv": "video"}
    assert path.exists()


def test_a_film_that_came_before_its_photo_gets_its_true_reason(home: Home, door: Inbox):
    put(home, "IMG_1.MOV", b"film")
    home.taker.fails = Refused("video", "This is a video.")
    (home.places.inbox / "IMG_1.MOV").write_bytes(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ")
    go(home, door)
    assert home.refused() == {"IMG_1.MOV": "video"}
    home.taker.fails = None
    take = home.taker.take

    def with_films(source: Path, through: Door, *, name: str):
        if name.endswith(".MOV"):
            raise Refused("live_photo", "This is the moving part of a Live Photo.")
        return take(source, through, name=name)

    home.taker.take = with_films  # type: ignore[method-assign]
    put(home, "IMG_1.JPG", jpeg(1))
    go(home, door)
    assert home.refused() == {"IMG_1.MOV": "live_photo"}
    assert home.names() == ["IMG_1.JPG"]


def test_a_library_that_is_gone_is_not_begun_anew(home: Home, door: Inbox):
    home.places.root.rename(home.places.root.with_name("unmounted"))
    door.walk()
    assert not home.places.root.exists()
    home.places.root.with_name("unmounted").rename(home.places.root)


def test_a_full_disk_pauses_with_one_notice_and_goes_on_by_itself(home: Home, door: Inbox):
    for number in range(3):
        put(home, f"{number}.jpg", jpeg(number))
    home.taker.fails = DiskFull("full")
    for _ in range(5):
        go(home, door, FULL_SECONDS + 1)
    assert home.notices() == ["disk_full"]
    assert home.catalogue.notices.all()[0].times == 1
    assert len(home.taker.asked) <= 5 + 1
    home.taker.fails = None
    go(home, door, FULL_SECONDS + 1)
    assert len(home.names()) == 3 and home.notices() == []


@pytest.mark.parametrize("error", [StorageError("card"), OSError(5, "EIO"), RuntimeError("ours")])
def test_what_goes_wrong_with_one_file_keeps_nobody_out(home: Home, door: Inbox, error: Exception):
    bad = put(home, "bad.jpg", jpeg(1))
    home.taker.fails = error
    go(home, door)
    home.taker.fails = None
    put(home, "good.jpg", jpeg(2))
    go(home, door)
    assert "good.jpg" in home.names()
    go(home, door, 4000)
    assert home.names() == ["bad.jpg", "good.jpg"] and not bad.exists()


def test_a_file_that_cannot_be_read_gets_a_line_and_another_chance(home: Home, door: Inbox):
    put(home, "a.jpg", jpeg(1))
    home.taker.fails = Unready("The frame may not read this file; change its permissions.")
    for _ in range(PATIENT_TIMES + 2):
        go(home, door, 61)
    assert home.refused() == {"a.jpg": "unreadable"}
    home.taker.fails = None
    go(home, door, 61)
    assert home.names() == ["a.jpg"] and home.refused() == {}


def test_the_same_photo_twice_is_one_photo_and_both_files_go(home: Home, door: Inbox):
    put(home, "a.jpg", jpeg(1))
    put(home, "b.jpg", jpeg(1))
    go(home, door)
    assert len(home.names()) == 1
    assert not os.listdir(home.places.inbox)


def test_a_file_that_changes_between_taking_and_removing_is_the_next_photo(
    home: Home, door: Inbox, monkeypatch: pytest.MonkeyPatch
):
    path = put(home, "a.jpg", jpeg(1))
    take = home.taker.take

    def take_and_write(source: Path, door: Door, *, name: str):
        taken = take(source, door, name=name)
        if len(home.taker.asked) == 1:
            path.write_bytes(jpeg(2, size=400))
        return taken

    monkeypatch.setattr(home.taker, "take", take_and_write)
    go(home, door)
    assert path.exists()
    go(home, door)
    assert not path.exists()
    assert len(home.taker.kept) == 2


def test_sub_folders_are_tidied_only_if_we_emptied_them(home: Home, door: Inbox):
    put(home, "trip/day 1/a.jpg", jpeg(1))
    mine = home.places.inbox / "empty"
    mine.mkdir()
    go(home, door)
    assert (home.places.inbox / "trip" / "day 1").is_dir(), "the next file may be on its way"
    home.times.go(FOLDER_QUIET_SECONDS)
    door.walk()
    assert not (home.places.inbox / "trip").exists()
    assert mine.is_dir()


def test_an_inbox_that_cannot_be_emptied_is_told_once_and_not_read_for_ever(
    home: Home, door: Inbox, monkeypatch: pytest.MonkeyPatch
):
    put(home, "a.jpg", jpeg(1))

    def refuse(*_: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sync.files.remove", refuse)
    for _ in range(3):
        go(home, door)
    assert home.names() == ["a.jpg"]
    assert home.notices() == ["inbox_read_only"]
    assert len(home.taker.asked) == 1


def test_the_newest_arrival_comes_first(home: Home, door: Inbox):
    for number in range(20):
        put(home, f"{number}.jpg", jpeg(number))
    door.walk()
    home.times.go(30)
    put(home, "fresh.jpg", jpeg(99))
    door.tell(Tidings(What.CLOSED, "fresh.jpg"))
    home.times.go(1)
    assert door.step()
    assert home.names() == ["fresh.jpg"]


def test_an_inbox_that_was_removed_is_made_anew(home: Home, door: Inbox):
    home.places.inbox.rmdir()
    go(home, door)
    assert home.places.inbox.is_dir()
