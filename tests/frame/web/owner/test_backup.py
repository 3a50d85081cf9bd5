"""Everything out by the browser, and back in by it: in pieces, after breaks, beside what is there."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from frame.core.photos import Approval
from frame.library.export import Export
from frame.library.space import Space
from frame.web.owner import archives, backup
from frame.web.owner.restoring import Restoring, Stage
from tests.frame.web.conftest import House
from tests.frame.web.owner.conftest import Album

PIECE = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def other(tmp_path: Path) -> bytes:
    """An archive of another frame: three photos, one of them hidden."""
    album = Album(House(tmp_path / "other"))
    hidden = [album.add() for _ in range(3)][1]
    album.house.context.settings_file.parent.mkdir(parents=True, exist_ok=True)
    album.house.context.settings_file.write_text('surround = "black"\n')
    with album.house.catalogue() as catalogue:
        catalogue.photos.approve(hidden.id, Approval.HIDDEN)
        settings = album.house.context.settings_file.read_bytes()
        with Export(album.house.places, catalogue, settings) as made:
            return b"".join(made.read())


@pytest.fixture(autouse=True)
def roomy(house: House) -> House:
    """A frame on a disk with room."""
    house.app.extensions["wakeframe"] = house.context
    object.__setattr__(house.context, "reserve", lambda _: 0)
    return house


def begin(album: Album, size: int, name: str = "all.tar") -> dict:
    form = {"name": name, "size": size, "stamp": "1"}
    answer = album.owner.post("/frame/backup/archives", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json


def put(album: Album, archive_id: str, offset: object, data: bytes) -> object:
    headers = {**PIECE, "Upload-Offset": str(offset)}
    return album.owner.put(f"/frame/backup/archives/{archive_id}", data=data, headers=headers)


def send(album: Album, data: bytes, piece: int = 20_000) -> str:
    sent = begin(album, len(data))
    while sent["offset"] < sent["size"]:
        first = sent["offset"]
        sent = put(album, sent["id"], first, data[first : first + piece]).json
    return sent["id"]


def restoring_of(album: Album) -> Restoring:
    found = album.house.app.extensions["wakeframe.restoring"]
    found.wait(60)
    return found


class TestOut:
    def test_the_archive_is_whole_and_attached(self, album: Album):
        photo = album.add()
        answer = album.fetch("/frame/backup/wakeframe.tar")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith(
            'attachment; filename="wakeframe-2023'
        )
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        with tarfile.open(fileobj=io.BytesIO(answer.data)) as tar:
            names = tar.getnames()
        assert any(photo.sha256 in name for name in names) and "SHA256SUMS" in names

    def test_it_goes_on_where_it_broke_off_unless_something_changed(self, album: Album):
        photo = album.add()
        whole = album.fetch("/frame/backup/wakeframe.tar")
        headers = {"Range": "bytes=3000-", "If-Range": whole.headers["ETag"]}
        part = album.fetch("/frame/backup/wakeframe.tar", headers=headers)
        assert part.status_code == 206 and part.data == whole.data[3000:]
        assert (
            part.headers["Content-Range"] == f"bytes 3000-{len(whole.data) - 1}/{len(whole.data)}"
        )
        with album.house.catalogue() as catalogue:
            catalogue.photos.favour(photo.id, is_favourite=True)
        again = album.fetch("/frame/backup/wakeframe.tar", headers=headers)
        assert again.status_code == 200 and len(again.data) == len(whole.data)

    def test_beyond_its_end_there_is_nothing(self, album: Album):
        answer = album.fetch("/frame/backup/wakeframe.tar", headers={"Range": "bytes=99999999-"})
        assert answer.status_code == 416

    def test_two_at_once_and_whoever_goes_makes_room(self, album: Album):
        album.add()
        for method in ("get", "head") * 3:
            getattr(album.owner, method)("/frame/backup/wakeframe.tar", buffered=True)
        held = [backup._reading.acquire(blocking=False) for _ in range(backup.AT_ONCE)]
        try:
            assert all(held), "every download that ended gave its place back"
            assert album.fetch("/frame/backup/wakeframe.tar").status_code == 429
        finally:
            for _ in held:
                backup._reading.release()


class TestSending:
    def test_in_pieces_and_after_a_break(self, album: Album, roomy: House, other: bytes):
        sent = begin(album, len(other))
        put(album, sent["id"], 0, other[:1000])
        assert put(album, sent["id"], 0, other[:1000]).status_code == 409, "the same piece twice"
        assert begin(album, len(other)) == {"id": sent["id"], "offset": 1000, "size": len(other)}
        assert "of it are here" in album.page("/frame/backup")
        assert send(album, other) == sent["id"]
        path = roomy.places.archives / f"{sent['id']}.tar"
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(other).digest()

    def test_more_than_was_promised_is_not_taken(self, album: Album):
        sent = begin(album, 100)
        put(album, sent["id"], 0, b"x" * 5000)
        assert begin(album, 100)["offset"] <= 100

    def test_where_there_is_no_room_nothing_begins(self, album: Album, monkeypatch):
        monkeypatch.setattr(Space, "has", lambda *_: False)
        form = {"name": "all.tar", "size": 1000, "stamp": "1"}
        answer = album.owner.post("/frame/backup/archives", data=form)
        assert answer.status_code == 507
        assert not album.house.places.archives.exists()

    @pytest.mark.parametrize("size", ["", "0", "-1", "x", "9" * 30])
    def test_nonsense_sizes(self, album: Album, size: str):
        answer = album.owner.post("/frame/backup/archives", data={"name": "x", "size": size})
        assert answer.status_code == 400

    def test_nonsense_pieces(self, album: Album):
        sent = begin(album, 100)
        assert put(album, "../../etc/passwd", 0, b"x").status_code == 404
        assert put(album, "0" * 16, 0, b"x").status_code == 404
        assert put(album, sent["id"], "x", b"x").status_code == 400
        form = album.owner.put(f"/frame/backup/archives/{sent['id']}", data=b"x",
                               headers={"Upload-Offset": "0", "Content-Type": "text/plain"})  # fmt: skip
        assert form.status_code == 415

    def test_one_that_is_not_wanted_any_more_is_removed(self, album: Album, roomy: House):
        sent = begin(album, 100, "../../<b>.tar")
        album.does(f"/frame/backup/archives/{sent['id']}/remove")
        assert list(roomy.places.archives.iterdir()) == []


class TestBackIn:
    def test_photos_come_back_with_what_was_decided_and_the_archive_goes(
        self, album: Album, roomy: House, other: bytes
    ):
        own = album.add()
        album.does("/frame/photos", deed="hide", id=own.id)
        archive = send(album, other)
        album.does("/frame/backup/restore", archive=archive, settings="on")
        standing = restoring_of(album).standing
        assert standing.stage is Stage.DONE, standing
        # The other frame's first photo is this one's own: it stays hidden, as it is here.
        assert (standing.progress.new, standing.progress.there, standing.settings) == (2, 1, 1)
        assert album.photo(own.id).approval is Approval.HIDDEN
        with roomy.catalogue() as catalogue:
            assert catalogue.photos.counts()["hidden"] == 2
        assert 'surround = "black"' in roomy.context.settings_file.read_text()
        assert list(roomy.places.archives.iterdir()) == []
        assert "2 photos came back, 1 were here already" in album.page("/frame/backup")

    def test_what_is_no_archive_is_told_and_kept_for_a_look(self, album: Album):
        archive = send(album, b"no archive at all" * 100)
        album.does("/frame/backup/restore", archive=archive)
        assert restoring_of(album).standing.stage is Stage.FAILED
        assert "This is no archive of a Wakeframe" in album.page("/frame/backup")

    def test_one_that_is_not_whole_is_not_begun(self, album: Album):
        sent = begin(album, 100)
        answer = album.owner.post("/frame/backup/restore", data={"archive": sent["id"]})
        assert answer.status_code == 404

    def test_from_a_stick(self, album: Album, roomy: House, other: bytes, tmp_path, monkeypatch):
        stick = tmp_path / "media" / "me" / "STICK"
        stick.mkdir(parents=True)
        (stick / "wakeframe.tar").write_bytes(other)
        (stick / "other.tar").write_bytes(b"not ours" * 1000)
        monkeypatch.setattr(backup, "on_sticks", lambda: archives.on_sticks((tmp_path / "media",)))
        page = album.page("/frame/backup")
        assert "wakeframe.tar" in page and "other.tar" not in page
        path = str(stick / "wakeframe.tar")
        for wrong in ("/etc/passwd", str(stick / "other.tar"), f"{stick}/../STICK/wakeframe.tar"):
            answer = album.owner.post("/frame/backup/restore", data={"stick": wrong})
            assert answer.status_code == 404
        album.does("/frame/backup/restore", stick=path)
        assert restoring_of(album).standing.progress.new == 3
        assert Path(path).exists(), "a stick is only read"
        assert not roomy.context.settings_file.exists(), "settings only where asked for"

    def test_it_can_be_stopped_and_tells_how_far_it_is(self, album: Album, other: bytes):
        archive = send(album, other)
        album.does("/frame/backup/restore", archive=archive)
        album.owner.post("/frame/backup/restore/stop")
        restoring_of(album)
        state = album.owner.get("/frame/backup/state.json").json
        assert state["stage"] in ("stopped", "done")
        album.does("/frame/backup/restore", archive=archive) if state[
            "stage"
        ] == "stopped" else None
        assert restoring_of(album).standing.stage is Stage.DONE
