"""Everything out and everything back: what is in an archive, and what comes of it in another library."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from frame.core.liveliness import Wish
from frame.core.photos import Approval, Door
from frame.errors import DiskFull, StorageError
from frame.library import archive, restore
from frame.library.archive import BadArchive, from_json
from frame.library.catalogue import Catalogue
from frame.library.disk import RealDisk, Room
from frame.library.export import Export
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.settings.restore import usable
from tests.fakes import decode as fake
from tests.frame.library.conftest import NOW, no_reserve
from tests.frame.library.test_catalogue import new_clip

SETTINGS = b'surround = "black"\nlibrary = "/elsewhere"\nnonsense = 7\nstill_seconds = "long"\n'
NAMES = ("one.jpg", "two\n.jpg", "üß 🦊.jpg", "four.jpg", "five.jpg")


class Library:
    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        self.catalogue = Catalogue(self.places.catalogue)
        self.ingest = Ingest(
            self.places,
            self.catalogue,
            now=lambda: NOW,
            reserve=no_reserve,
            decode=fake.decode,
            draw_thumbnail=fake.no_thumbnail,
        )

    def take(self, name: str, door: Door = Door.INBOX, sender: str = "", size: int = 100) -> int:
        source = self.places.root / "source"
        source.write_bytes(fake.photo(name, size))
        return self.ingest.take(source, door, name=name, sender=sender).photo.id

    def export(self) -> bytes:
        with Export(self.places, self.catalogue, SETTINGS) as made:
            data = b"".join(made.read())
            assert len(data) == made.size
        return data

    def restore(self, data: bytes, **options: object) -> restore.Progress:
        return restore.restore(
            self.places, self.catalogue, self.ingest, io.BytesIO(data), **options
        )

    def lines(self) -> dict[str, archive.Line]:
        return {line.sha256: line for _, line in self.catalogue.records.page()}

    def originals(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.places.originals.rglob("*.jpg")}


@pytest.fixture
def here(tmp_path) -> Iterator[Library]:
    """Five photos with everything that can be decided about one."""
    library = Library(tmp_path / "here")
    ids = [library.take(name, sender="Oma" if name == "one.jpg" else "") for name in NAMES]
    photos, clips = library.catalogue.photos, library.catalogue.clips
    photos.favour(ids[0], is_favourite=True)
    photos.approve(ids[1], Approval.HIDDEN)
    photos.delete(ids[2], NOW - 5)
    photos.want_driver(ids[3], "joy", 0.75)
    clips.approve(clips.add(new_clip(ids[3], "a.mp4")), Approval.HIDDEN)
    library.take("six.jpg", Door.PHONE, "Ben")
    yield library
    library.catalogue.close()


@pytest.fixture
def there(tmp_path) -> Iterator[Library]:
    library = Library(tmp_path / "there")
    yield library
    assert list(library.places.incoming.iterdir()) == [], "nothing is left in the hidden folder"
    library.catalogue.close()


class TestExport:
    def test_any_program_opens_it_and_its_sums_are_right(self, here, tmp_path):
        path = tmp_path / "all.tar"
        path.write_bytes(here.export())
        folder = tmp_path / "unpacked"
        folder.mkdir()
        subprocess.run(["tar", "-xf", path, "-C", folder], check=True)
        checked = subprocess.run(
            ["sha256sum", "--strict", "-c", "SHA256SUMS"],
            cwd=folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert checked.stdout.count(": OK\n") == 6 + 2
        assert (folder / "settings.toml").read_bytes() == SETTINGS
        assert json.loads((folder / "wakeframe.json").read_text())["photos"] == 6
        originals = {each.name: each.read_bytes() for each in (folder / "originals").rglob("*.jpg")}
        assert originals == here.originals()

    def test_the_same_library_gives_the_same_archive_and_another_one_another(self, here):
        with Export(here.places, here.catalogue) as one, Export(here.places, here.catalogue) as two:
            assert one.name == two.name
            assert b"".join(one.read()) == b"".join(two.read())
            here.catalogue.photos.approve(1, Approval.HIDDEN)
            with Export(here.places, here.catalogue) as three:
                assert three.name != one.name

    def test_it_goes_on_from_any_byte(self, here):
        with Export(here.places, here.catalogue, SETTINGS) as made:
            whole = b"".join(made.read())
            for first in (0, 1, 511, 512, 700, 2000, 5000, len(whole) - 1500, len(whole) - 1):
                assert b"".join(made.read(first)) == whole[first:]
            assert b"".join(made.read(len(whole))) == b""

    def test_neither_places_nor_passes_nor_passwords_are_in_it(self, here):
        here.catalogue._db.execute("UPDATE photos SET latitude = 52.3701, longitude = 4.8951")
        here.catalogue.ownership.set_password("$argon2id$secret", NOW)
        data = here.export()
        for secret in (b"52.37", b"4.89", b"latitude", b"argon2", b"token"):
            assert secret not in data

    def test_what_is_not_there_is_left_out_and_what_became_shorter_ends_it(self, here):
        here.catalogue.photos.miss(2, NOW)
        with Export(here.places, here.catalogue) as made:
            assert made.photos == 5
            photo = here.catalogue.photos.get(1)
            path = here.places.original_of(photo)
            path.chmod(0o644)
            path.write_bytes(b"short")
            with pytest.raises(StorageError, match="not as long"):
                b"".join(made.read())

    def test_memory_does_not_grow_with_it(self, here):
        here.take("large", size=24 << 20)
        with Export(here.places, here.catalogue) as made:
            tracemalloc.start()
            for _ in made.read():
                pass
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak < 4 << 20


class TestRestore:
    def test_everything_comes_back_as_it_was(self, here, there):
        done = there.restore(here.export())
        assert (done.new, done.there, done.refused, done.unknown) == (6, 0, 0, 0)
        assert there.originals() == here.originals()
        assert there.lines() == here.lines()
        two, three = (there.catalogue.photos.get(each) for each in (2, 3))
        assert two.approval is Approval.HIDDEN and three.is_deleted

    def test_a_hidden_photo_is_hidden_from_the_first_moment(self, here, there, monkeypatch):
        seen = []
        add = there.catalogue.photos.add

        def watched(new):
            number = add(new)
            with Catalogue(there.places.catalogue, read_only=True) as other:
                seen.append(len(other.photos.cards()))
            return number

        monkeypatch.setattr(there.catalogue.photos, "add", watched)
        there.restore(here.export())
        assert max(seen) <= 4, "others see a row with what was decided, or none"

    def test_doing_it_again_changes_nothing(self, here, there):
        data = here.export()
        there.restore(data)
        before = there.lines()
        done = there.restore(data)
        assert (done.new, done.there) == (0, 6)
        assert there.lines() == before

    def test_what_is_there_already_stays_as_it_is(self, here, there):
        kept = there.take("one.jpg", Door.PHONE, "Clara")
        there.catalogue.photos.delete(kept, NOW)
        own = there.take("own.jpg")
        done = there.restore(here.export())
        assert (done.new, done.there) == (5, 1)
        photo = there.catalogue.photos.get(kept)
        assert photo.is_deleted and photo.sender == "Clara"
        assert there.catalogue.photos.get(own) is not None

    def test_an_original_that_was_missing_is_healed_and_its_row_stays(self, here, there):
        photo_id = there.take("one.jpg", sender="Clara")
        photo = there.catalogue.photos.get(photo_id)
        there.catalogue.photos.delete(photo_id, NOW)
        there.places.original_of(photo).unlink()
        there.restore(here.export())
        assert there.places.original_of(photo).is_file()
        assert there.catalogue.photos.get(photo_id).is_deleted

    def test_the_clip_that_is_made_again_is_what_was_decided_about_the_one_before(
        self, here, there
    ):
        there.restore(here.export())
        clip = there.catalogue.clips.add(new_clip(4, "b.mp4"))
        assert there.catalogue.clips.of(4)[0].id == clip
        assert there.catalogue.clips.of(4)[0].approval is Approval.HIDDEN
        assert there.catalogue.photos.wish(4) == Wish("joy", 0.75)

    def test_a_composed_picture_finds_its_parents(self, here, there, tmp_path):
        source = tmp_path / "composed"
        source.write_bytes(fake.photo("composed"))
        here.ingest.take(source, Door.COMPOSED, name="c.jpg", parents=(1, 4))
        there.restore(here.export())
        assert there.lines() == here.lines()
        assert len(there.lines()[hashlib.sha256(source.read_bytes()).hexdigest()].parents) == 2

    def test_it_tells_how_far_it_is_and_ends_when_asked(self, here, there):
        told: list[restore.Progress] = []
        there.restore(here.export(), heard=told.append)
        assert [each.done for each in told] == [1, 2, 3, 4, 5, 6]
        assert all(each.of == 6 for each in told)
        told.clear()
        done = there.restore(here.export(), heard=told.append, is_ending=lambda: len(told) == 2)
        assert done.done == 2

    def test_a_full_disk_ends_it_and_what_came_back_stays(self, here, there):
        class Full(RealDisk):
            def room(self, path: Path) -> Room:  # noqa: ARG002
                return Room(0 if len(there.originals()) >= 2 else 1 << 40, 1 << 40)

        with pytest.raises(DiskFull):
            there.restore(here.export(), disk=Full())
        assert len(there.originals()) == 2
        assert there.restore(here.export()).new == 4

    def test_settings_are_handed_over_and_only_what_can_be_used_is_used(self, here, there):
        found = there.restore(here.export()).settings
        assert usable(found) == ({"surround": "black"}, ("library", "nonsense", "still_seconds"))


def packed(*files: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


ABOUT = ("wakeframe.json", b'{"format": 1}')
PHOTO = fake.photo("hostile")
DIGEST = hashlib.sha256(PHOTO).hexdigest()
PATH = f"originals/{DIGEST[:2]}/{DIGEST}.jpg"


def line(**changes: object) -> bytes:
    facts = {"sha256": DIGEST, "suffix": ".jpg", "size": len(PHOTO), "approval": "approved"}
    return json.dumps({**facts, **changes}).encode() + b"\n"


class TestHostile:
    @pytest.mark.parametrize(
        "data",
        [
            *(b"", b"\0" * 10240, b"PK\3\4" * 300, packed(), packed(("a.txt", b"hello"))),
            *(packed((PATH, PHOTO)), packed(("wakeframe.json", b"[]"), ("photos.jsonl", line()))),
            packed(("wakeframe.json", b'{"format": 99}')),
            packed(("wakeframe.json", b"{" * 2000)),
            packed(("wakeframe.json", b" " * (restore.LARGEST_TEXT + 1))),
        ],
    )
    def test_what_is_no_archive_is_said_to_be_none(self, there, data):
        with pytest.raises(BadArchive):
            there.restore(data)
        assert there.originals() == {}

    def test_names_that_lead_elsewhere_are_nobodys_photos(self, there, tmp_path):
        wrong = [
            f"../{PATH}", f"/{PATH}", PATH.replace("originals", "originals/.."), f"{PATH}/x",
            f"originals/zz/{DIGEST}.jpg", f"originals/{DIGEST[:2]}/{DIGEST}.jpg/../../../../x",
            f"{PATH}\n", PATH.upper(), "originals/aa/" + "a" * 64 + ".sh;rm",
        ]  # fmt: skip
        files = [ABOUT, ("photos.jsonl", b""), *((name, PHOTO) for name in wrong)]
        before = set(tmp_path.rglob("*"))
        done = there.restore(packed(*files))
        assert done.new == 0 and there.originals() == {}
        assert {p for p in set(tmp_path.rglob("*")) - before if "sqlite" not in p.name} == set()

    def test_links_and_devices_are_passed_over(self, there):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as tar:
            for name, data in (ABOUT, ("photos.jsonl", line())):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
                info = tarfile.TarInfo(PATH)
                info.type, info.linkname = kind, "/etc/passwd"
                tar.addfile(info)
        with pytest.raises(BadArchive, match="too early"):
            there.restore(stream.getvalue())
        assert there.originals() == {}

    def test_other_bytes_than_were_promised_are_refused(self, there):
        other = PHOTO[:-8] + b"!! whole"
        done = there.restore(packed(ABOUT, ("photos.jsonl", line()), (PATH, other)))
        assert (done.new, done.refused) == (0, 1)
        assert there.originals() == {}

    def test_what_no_line_tells_of_is_not_taken_in(self, there):
        done = there.restore(packed(ABOUT, ("photos.jsonl", b"nonsense\n"), (PATH, PHOTO)))
        assert (done.new, done.unknown) == (0, 1)

    @pytest.mark.parametrize(
        "changes",
        [
            *({"approval": "all"}, {"approval": None}, {"approval": ["approved"]}),
            *({"door": "window"}, {"name": 7}, {"sender": {}}, {"deleted": "now"}),
            *({"arrived": -1}, {"arrived": 1e300}, {"arrived": True}, {"driver": "rm -rf"}),
            *({"intensity": 1e9}, {"intensity": "x"}, {"clip": 3}, {"parents": [1, "x", None]}),
        ],
    )
    def test_what_makes_no_sense_in_a_line_was_not_decided(self, there, changes):
        done = there.restore(packed(ABOUT, ("photos.jsonl", line(**changes)), (PATH, PHOTO)))
        assert done.new == 1
        photo = there.catalogue.photos.find(DIGEST)
        assert photo.approval is (Approval.WAITING if "approval" in changes else Approval.APPROVED)
        assert not photo.is_deleted and photo.arrived <= NOW

    @pytest.mark.parametrize(
        "text", [b"7", b"{}", line(sha256="../x"), line(size=-1), line(size=1.5)]
    )
    def test_a_line_without_what_it_needs_is_none(self, text):
        with pytest.raises(ValueError, match=r"no|not|an"):
            from_json(text)

    def test_one_that_breaks_off_says_so_and_keeps_what_came(self, here, there):
        data = here.export()
        with pytest.raises(BadArchive):
            there.restore(data[: len(data) * 3 // 4])
        came = len(there.originals())
        assert 0 < came < 6
        assert there.restore(data).new == 6 - came
        assert there.originals() == here.originals()


def test_a_line_comes_back_as_it_went():
    line_ = from_json(line(name="\ud800", sender="x" * 9000, deleted=5, favourite=True))
    assert from_json(archive.to_json(line_).encode()) == line_
    assert replace(line_.decided, deleted=None).is_favourite
