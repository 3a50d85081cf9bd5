from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from frame.core.photos import Door
from sync.belief import MISSING_SECONDS, State
from sync.inbox import Inbox
from sync.mirror import Mirror
from sync.names import written
from sync.watching import Tidings, What
from tests.fakes.taker import jpeg
from tests.sync.conftest import Home


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


def mirror(home: Home, folder: Path) -> Mirror:
    return Mirror(folder, home.catalogue, home.taker, home.turn, home.tally, home.times.clock)


def put(folder: Path, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        (folder / f"{number}.jpg").write_bytes(jpeg(number))


def go(home: Home, *doors: Mirror, looks: int = 1) -> None:
    """Walk, take in what there is, and let the time of a pass go by."""
    for _ in range(looks):
        for door in doors:
            door.walk()
        home.times.go(30)
        for door in doors:
            while door.step():
                pass
        home.times.go(MISSING_SECONDS)


def listing(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in folder.rglob("*")
    )


def test_a_folder_is_mirrored_and_never_written_to(home: Home, share: Path):
    put(share, 5)
    (share / "note.txt").write_text("hello")
    (share / "bad.jpg").write_text("hello")
    before = listing(share)
    door = mirror(home, share)
    go(home, door, looks=3)
    assert len(home.names()) == 5
    assert home.refused() == {"bad.jpg": "damaged"}
    assert listing(share) == before
    assert all(photo.door is Door.FOLDER for photo in home.catalogue.photos.page())


def test_what_is_known_is_not_read_again(home: Home, share: Path):
    put(share, 5)
    go(home, mirror(home, share), looks=2)
    go(home, mirror(home, share), looks=2)
    assert len(home.taker.asked) == 5


def test_a_new_file_is_taken_as_soon_as_it_is_told(home: Home, share: Path):
    door = mirror(home, share)
    go(home, door)
    put(share, 1)
    door.tell(Tidings(What.CLOSED, "0.jpg"))
    home.times.go(1.0)
    assert door.step()
    assert home.names() == ["0.jpg"]


def test_a_file_that_vanished_takes_its_photo_off_the_wall_and_back(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    (share / "3.jpg").unlink()
    go(home, door)
    assert len(home.names()) == 10, "one look is not enough"
    go(home, door)
    assert len(home.names()) == 9
    put(share, 1, start=3)
    go(home, door)
    assert len(home.names()) == 10


def test_what_a_person_deleted_stays_deleted(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    photo = home.catalogue.photos.page()[0]
    home.catalogue.photos.delete(photo.id, 5)
    path = share / photo.name
    data = path.read_bytes()
    path.unlink()
    go(home, door, looks=3)
    path.write_bytes(data)
    go(home, door, looks=2)
    assert len(home.names()) == 9


def test_a_person_who_deletes_what_had_come_back_is_believed(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    data = (share / "3.jpg").read_bytes()
    for _ in range(2):
        (share / "3.jpg").unlink()
        go(home, door, looks=2)
        (share / "3.jpg").write_bytes(data)
        go(home, door)
    photo = next(each for each in home.catalogue.photos.page() if each.name == "3.jpg")
    home.catalogue.photos.delete(photo.id, 5)
    (share / "3.jpg").touch()
    go(home, door, looks=2)
    assert "3.jpg" not in home.names()


def test_a_renamed_file_is_the_same_photo(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    (share / "sub").mkdir()
    for number in range(9):
        (share / f"{number}.jpg").rename(share / "sub" / f"{number}.jpg")
    go(home, door, looks=3)
    assert len(home.names()) == 10
    assert len(home.catalogue.photos.page()) == 10
    assert not home.catalogue.questions.open()


def test_other_content_at_the_same_path_is_another_photo(home: Home, share: Path):
    put(share, 3)
    door = mirror(home, share)
    go(home, door)
    (share / "1.jpg").write_bytes(jpeg(77, size=500))
    go(home, door)
    assert len(home.names()) == 3
    assert len(home.catalogue.photos.page()) == 4


def test_a_file_that_was_spoiled_leaves_its_photo_on_the_wall(home: Home, share: Path):
    put(share, 3)
    door = mirror(home, share)
    go(home, door)
    (share / "1.jpg").write_bytes(b"encrypted by somebody")
    go(home, door, looks=3)
    assert len(home.names()) == 3
    assert home.refused() == {"1.jpg": "damaged"}


def test_a_photo_that_another_folder_holds_stays(home: Home, share: Path, tmp_path: Path):
    other = tmp_path / "other"
    shutil.copytree(share, other)
    put(share, 10)
    put(other, 1)
    doors = (mirror(home, share), mirror(home, other))
    go(home, *doors)
    (share / "0.jpg").unlink()
    go(home, *doors, looks=3)
    assert len(home.names()) == 10
    (other / "0.jpg").unlink()
    put(other, 1, start=50)
    go(home, *doors, looks=3)
    assert len(home.catalogue.questions.open()) == 1 or len(home.names()) == 10


def test_a_photo_that_came_by_another_door_stays(home: Home, share: Path):
    put(home.places.inbox, 2)
    inbox = Inbox(
        home.places.inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock
    )
    inbox.walk()
    home.times.go(30)
    while inbox.step():
        pass
    put(share, 12)
    door = mirror(home, share)
    go(home, door)
    put(home.places.inbox, 1, start=5)  # in the folder first, then handed to us as well
    inbox.walk()
    home.times.go(30)
    while inbox.step():
        pass
    for number in (0, 1, 5, 6):
        (share / f"{number}.jpg").unlink()
    go(home, door, looks=3)
    assert set(home.names()) == {f"{n}.jpg" for n in range(12)} - {"6.jpg"}


def test_many_at_once_wait_for_the_owner_who_says_yes(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    for number in range(5):
        (share / f"{number}.jpg").unlink()
    go(home, door, looks=3)
    (question,) = home.catalogue.questions.open()
    assert (question.kind, question.subject) == ("drop", written(str(share)))
    assert question.facts == {"folder": written(str(share)), "missing": 5, "known": 10}
    assert not question.on_screen
    assert len(home.names()) == 10
    assert not door.wants_walk()
    home.catalogue.questions.answer(question.id, "yes", 1)
    assert door.wants_walk()
    go(home, door)
    assert len(home.names()) == 5
    for number in range(5, 8):
        (share / f"{number}.jpg").unlink()
    go(home, door, looks=3)
    assert len(home.names()) == 5, "an answer holds once"
    assert len(home.catalogue.questions.open()) == 1


def test_many_at_once_wait_for_the_owner_who_says_no(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    for number in range(5):
        (share / f"{number}.jpg").unlink()
    go(home, door, looks=2)
    (question,) = home.catalogue.questions.open()
    home.catalogue.questions.answer(question.id, "no", 1)
    go(home, mirror(home, share), looks=4)
    assert len(home.names()) == 10
    assert not home.catalogue.questions.open(), "not asked again for the same"


def test_the_question_goes_when_the_files_are_back(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    (share / "away").mkdir()
    away = share.parent / "away"
    away.mkdir()
    for number in range(5):
        (share / f"{number}.jpg").rename(away / f"{number}.jpg")
    go(home, door, looks=2)
    assert home.catalogue.questions.open()
    for number in range(5):
        (away / f"{number}.jpg").rename(share / f"{number}.jpg")
    go(home, door)
    assert not home.catalogue.questions.open()
    assert len(home.names()) == 10


def test_an_answer_that_came_too_late_is_used_up(home: Home, share: Path, tmp_path: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door)
    moved = [(share / f"{n}.jpg", tmp_path / f"{n}.jpg") for n in range(5)]
    for here, there in moved:
        here.rename(there)
    go(home, door, looks=2)
    (question,) = home.catalogue.questions.open()
    for here, there in moved:
        there.rename(here)
    home.catalogue.questions.answer(question.id, "yes", 1)
    go(home, door)
    for here, there in moved:
        here.rename(there)
    go(home, door, looks=3)
    assert len(home.names()) == 10 and len(home.catalogue.questions.open()) == 1


def gone(share: Path) -> None:
    share.rename(share.parent / "elsewhere")


def emptied_mount_point(share: Path) -> None:
    gone(share)
    share.mkdir()


def swapped(share: Path) -> None:
    emptied_mount_point(share)
    for number in range(10):
        (share / f"{number}.jpg").write_bytes(jpeg(900 + number, size=333))


def a_file_instead(share: Path) -> None:
    gone(share)
    share.write_text("no folder")


def a_dangling_link(share: Path) -> None:
    gone(share)
    share.symlink_to("nowhere")


@pytest.mark.parametrize(
    "fault", [gone, emptied_mount_point, swapped, a_file_instead, a_dangling_link]
)
def test_a_folder_that_is_not_itself_loses_nothing_and_gives_one_calm_notice(
    home: Home, share: Path, fault
):
    put(share, 10)
    door = mirror(home, share)
    go(home, door, looks=2)
    fault(share)
    go(home, door, looks=6)
    again = mirror(home, share)  # after a restart, too
    go(home, again, looks=6)
    assert len(home.names()) == 10
    assert len(home.notices()) == 1
    assert sum(notice.times for notice in home.catalogue.notices.all()) == 1
    if share.is_dir():
        shutil.rmtree(share)
    else:
        share.unlink(missing_ok=True)
    (share.parent / "elsewhere").rename(share)
    go(home, again, looks=2)
    assert len(home.names()) == 10
    assert home.notices() == [] and not home.catalogue.questions.open()
    assert again.state is State.PRESENT


def test_a_swapped_folder_is_adopted_when_the_owner_says_so(home: Home, share: Path):
    put(share, 10)
    door = mirror(home, share)
    go(home, door, looks=2)
    swapped(share)
    go(home, door, looks=2)
    (question,) = home.catalogue.questions.open()
    home.catalogue.questions.answer(question.id, "no", 1)
    go(home, door, looks=3)
    assert len(home.names()) == 20, "the old ones are kept, the new ones are here"


def test_a_listing_that_breaks_off_loses_nothing(
    home: Home, share: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("a", "b"):
        (share / name).mkdir()
        put(share / name, 5, start=0 if name == "a" else 5)
    door = mirror(home, share)
    go(home, door)
    real = os.open

    def failing(path, *args, **kwargs):
        if path == "b":
            raise OSError(5, "Input/output error")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", failing)
    go(home, door, looks=4)
    assert len(home.names()) == 10
    assert home.notices() == ["folder_partial"]
    monkeypatch.undo()
    go(home, door)
    assert home.notices() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_real_mount_that_goes_and_comes_back(home: Home, share: Path):
    def mount(*options: str) -> None:
        subprocess.run(["mount", *options, str(share)], check=True, capture_output=True)

    try:
        mount("-t", "tmpfs", "-o", "size=4m", "none")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not allowed here")
    try:
        put(share, 10)
        door = mirror(home, share)
        go(home, door, looks=2)
        (share / "0.jpg").unlink()
        mount("-o", "remount,ro")
        go(home, door, looks=3)
        assert (len(home.names()), home.notices()) == (10, ["folder_read_only"])
        mount("-o", "remount,rw")
        go(home, door, looks=3)
        assert (len(home.names()), home.notices()) == (9, [])
        subprocess.run(["umount", str(share)], check=True)
        go(home, door, looks=4)
        assert (len(home.names()), home.notices()) == (9, ["folder_unmounted"])
        mount("-t", "tmpfs", "-o", "size=4m", "none")  # another stick in the same place
        put(share, 3, start=500)
        go(home, door, looks=4)
        assert (len(home.names()), home.notices()) == (9, ["folder_swapped"])
    finally:
        subprocess.run(["umount", str(share)], check=False, capture_output=True)
