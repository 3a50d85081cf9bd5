"""Names and things in folders that others write to: nothing is followed, nothing waited for (I6)."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path

import pytest

from frame.core.photos import Door
from sync import files
from sync.inbox import Inbox
from tests.fakes.taker import jpeg
from tests.sync.conftest import Home


def names(count: int, seed: int = 6) -> list[bytes]:
    """Names that a file system takes and that nobody would think of."""
    dice = random.Random(seed)
    fixed = [
        b"..%2f..%2fetc%2fpasswd.jpg", b"...jpg", b"-rf.jpg", b"$(reboot).jpg", b"a;b.jpg",
        b"line\nbreak.jpg", b"tab\t.jpg", b"bell\x07.jpg", b"\x1b[2J.jpg", b"\xff\xfe.jpg",
        b"\xc3\x28.jpg", "é.jpg".encode(), "e\u0301.jpg".encode(), "\u202egpj.jpg".encode(),
        b"'; DROP TABLE photos;--.jpg", b"<b>.jpg", b"%s%n.jpg", b"~.jpg", b" .jpg",
        b"x" * 251 + b".jpg",
        b"con.jpg", b"\\..\\..\\x.jpg", b"a\\x41.jpg", "日本.jpg".encode(), "👨‍👩‍👧.jpg".encode(),
    ]  # fmt: skip
    alphabet = [value for value in range(1, 256) if value != ord("/")]
    while len(set(fixed)) < count:
        fixed.append(bytes(dice.choices(alphabet, k=dice.randrange(1, 60))) + b".jpg")
    return list(dict.fromkeys(fixed))


def test_300_names_come_in_and_nothing_is_written_outside(home: Home, tmp_path: Path):
    inbox = home.places.inbox
    asked = names(300)
    for number, name in enumerate(asked):
        (inbox / os.fsdecode(name)).write_bytes(jpeg(number))
    hidden = {name for name in os.listdir(inbox) if files.sort_of(name) is files.Sort.JUNK}
    outside = sorted(path for path in tmp_path.rglob("*") if inbox not in path.parents)
    door = Inbox(inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock)
    door.walk()
    home.times.go(30)
    while door.step():
        pass
    assert set(os.listdir(inbox)) == hidden
    assert len(home.names()) == len(set(home.names())) == 300 - len(hidden) > 250
    assert sorted(path for path in tmp_path.rglob("*") if inbox not in path.parents) == outside


def test_links_pipes_and_devices_are_not_there_for_us(home: Home, tmp_path: Path):
    inbox, secret = home.places.inbox, tmp_path / "secret"
    secret.mkdir()
    (secret / "private.jpg").write_bytes(jpeg(1))
    (inbox / "link.jpg").symlink_to(secret / "private.jpg")
    (inbox / "folder").symlink_to(secret)
    (inbox / "dangling.jpg").symlink_to("nowhere")
    (inbox / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(inbox / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(inbox / "socket.jpg"))
    if os.geteuid() == 0:
        os.mknod(inbox / "null.jpg", 0o666 | 0o020000, os.makedev(1, 3))
    door = Inbox(inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock)
    for _ in range(3):
        door.walk()
        home.times.go(30)
        assert not door.step()
    assert not home.taker.asked
    for name in ("link.jpg", "folder/private.jpg", "pipe.jpg", "socket.jpg", "dangling.jpg"):
        assert files.stamp_at(inbox, name) is None
        with pytest.raises(OSError, match=r"ordinary|Errno"), files.opened(inbox, name):
            pass
    assert (secret / "private.jpg").exists()


def test_a_folder_exchanged_for_a_link_leads_nowhere(home: Home, tmp_path: Path):
    inbox, secret = home.places.inbox, tmp_path / "secret"
    for folder in (inbox / "trip", secret):
        folder.mkdir()
        (folder / "a.jpg").write_bytes(jpeg(1))
    door = Inbox(inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock)
    door.walk()
    home.times.go(30)
    (inbox / "trip").rename(inbox / "gone")
    (inbox / "trip").symlink_to(secret)
    door.step()
    assert not home.taker.asked
    assert (secret / "a.jpg").exists()


def test_a_folder_exchanged_while_a_photo_is_taken_leads_nowhere(home: Home, tmp_path: Path):
    inbox, secret = home.places.inbox, tmp_path / "secret"
    for number, folder in enumerate((inbox / "trip", secret)):
        folder.mkdir()
        (folder / "a.jpg").write_bytes(jpeg(number))
    take = home.taker.take

    def exchanging(source: Path, through: Door, *, name: str):
        (inbox / "trip").rename(inbox / "gone")
        (inbox / "trip").symlink_to(secret)
        return take(source, through, name=name)

    home.taker.take = exchanging  # type: ignore[method-assign]
    door = Inbox(inbox, home.catalogue, home.taker, home.turn, home.tally, home.times.clock)
    door.walk()
    home.times.go(30)
    assert door.step()
    assert list(home.taker.kept.values()) == [jpeg(0)]
    assert (secret / "a.jpg").exists()


def test_only_the_very_file_that_was_taken_is_removed(tmp_path: Path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(jpeg(1))
    stamp = files.stamp_at(tmp_path, "a.jpg")
    assert stamp is not None
    photo.write_bytes(jpeg(2, size=300))
    assert not files.remove(tmp_path, "a.jpg", stamp)
    assert photo.exists()
    now = files.stamp_at(tmp_path, "a.jpg")
    assert now is not None and files.remove(tmp_path, "a.jpg", now)
    assert not photo.exists()
    assert files.remove(tmp_path, "a.jpg", now), "gone is gone"


def test_a_writer_is_seen_whatever_name_it_uses(tmp_path: Path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(jpeg(1))
    (tmp_path / "b.jpg").hardlink_to(photo)
    with files.opened(tmp_path, "b.jpg") as descriptor:
        if files.has_writer(descriptor) is None:
            pytest.skip("this file system has no leases")
        assert files.has_writer(descriptor) is False
    with photo.open("ab"), files.opened(tmp_path, "b.jpg") as descriptor:
        assert files.has_writer(descriptor) is True
    with files.opened(tmp_path, "b.jpg") as descriptor:
        assert files.has_writer(descriptor) is False


def test_a_walk_tells_what_it_could_not_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "good" / "a.jpg").write_bytes(jpeg(1))
    real = os.open

    def failing(path, *args, **kwargs):
        if path == "bad":
            raise OSError(5, "Input/output error")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", failing)
    found = files.walk(tmp_path)
    assert set(found.files) == {"good/a.jpg"}
    assert found.problem == "Input/output error"
    assert files.walk(tmp_path / "missing").problem


def test_a_walk_passes_junk_by(tmp_path: Path):
    for path in ("@eaDir/a.jpg", ".stversions/a.jpg", "x/._a.jpg", "x/a.jpg.part", "x/b.jpg"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(jpeg(1))
    assert set(files.walk(tmp_path).files) == {"x/b.jpg"}
