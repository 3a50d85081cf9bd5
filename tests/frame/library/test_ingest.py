"""The one way in: what becomes a photo, what is refused, and what is left behind (nothing)."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from frame.core.photos import Approval, Door
from frame.errors import DiskFull, Refused, StorageError, Unready
from frame.library.catalogue import Catalogue
from frame.library.ingest import LARGEST_FILE, Ingest, decode_in_cage
from tests.frame import photos
from tests.frame.library.conftest import NOW, no_reserve


@pytest.fixture
def put(places):
    """Write these bytes into the inbox."""

    def write(data: bytes, name: str | bytes = "photo.jpg") -> Path:
        path = os.path.join(os.fsencode(places.inbox), os.fsencode(name))
        with open(path, "wb") as stream:  # noqa: PTH123 - the name may be no text
            stream.write(data)
        return Path(os.fsdecode(path))

    return write


@pytest.fixture(autouse=True)
def nothing_is_left_in_the_hidden_folder(places):
    yield
    assert list(places.incoming.iterdir()) == []


def jpeg(seed: int = 0, **options: object) -> bytes:
    scene = photos.scene(96 + 2 * seed, 64)
    return photos.encoded(scene, "JPEG", quality=95, **options)


class TestTaking:
    def test_a_photo_becomes_a_row_an_original_and_a_thumbnail(
        self, places, catalogue, ingest, put
    ):
        exif = photos.exif_bytes(6, "2019:07:05 12:30:01", place=True)
        data = jpeg(exif=exif)
        source = put(data, "IMG_1.JPG")
        taken = ingest.take(source, Door.INBOX, name="IMG_1.JPG", sender="Ada")
        photo = taken.photo
        assert taken.is_new
        assert not taken.was_deleted
        assert photo == catalogue.photos.get(photo.id)
        assert photo.sha256 == hashlib.sha256(data).hexdigest()
        assert (photo.name, photo.sender, photo.suffix) == ("IMG_1.JPG", "Ada", ".jpg")
        assert (photo.size, photo.decoded) == ((64, 96), (64, 96))
        assert (photo.taken, photo.arrived) == ("2019-07-05T12:30:01", NOW)
        assert photo.approval is Approval.APPROVED
        assert places.original_of(photo).read_bytes() == data
        assert places.thumbnail(photo).is_file()
        assert taken.decoded.pixels.shape == (96, 64, 3)
        assert source.read_bytes() == data, "the caller removes the source, not we"

    def test_an_original_can_be_written_by_nobody(self, places, ingest, put):
        photo = ingest.take(put(jpeg()), Door.INBOX, name="a.jpg").photo
        assert stat.S_IMODE(places.original_of(photo).stat().st_mode) == 0o444

    def test_the_place_is_kept_in_the_catalogue_and_nowhere_else(self, catalogue, ingest, put):
        source = put(jpeg(exif=photos.exif_bytes(place=True)))
        taken = ingest.take(source, Door.INBOX, name="a.jpg")
        assert taken.decoded.place == pytest.approx((52.370139, 4.895069))
        row = catalogue._db.execute("SELECT latitude, longitude FROM photos").fetchone()
        assert tuple(row) == taken.decoded.place
        assert "52.37" not in repr(taken)

    def test_the_suffix_is_that_of_the_content(self, places, ingest, put):
        source = put(photos.encoded(photos.scene(), "PNG"), "really.jpg")
        photo = ingest.take(source, Door.INBOX, name="really.jpg").photo
        assert places.original_of(photo).suffix == ".png"

    @pytest.mark.parametrize(
        ("door", "approval"),
        [
            (Door.INBOX, Approval.APPROVED),
            (Door.FOLDER, Approval.APPROVED),
            (Door.USB, Approval.APPROVED),
            (Door.SAMPLE, Approval.APPROVED),
            (Door.PHONE, Approval.WAITING),
            (Door.CAMERA, Approval.WAITING),
        ],
    )
    def test_each_door_has_its_own_approval(self, ingest, put, door, approval):
        assert ingest.take(put(jpeg()), door, name="a.jpg").photo.approval is approval

    def test_a_composed_picture_always_waits(self, ingest, put):
        first = ingest.take(put(jpeg()), Door.INBOX, name="a.jpg").photo
        both = ingest.take(put(jpeg(1)), Door.INBOX, name="b.jpg", parents=(first.id,)).photo
        assert both.approval is Approval.WAITING

    def test_what_the_sender_promised_is_held_against_what_came(self, ingest, put):
        data = jpeg()
        digest = hashlib.sha256(data).hexdigest()
        source = put(data)
        for promise in (
            {"expected_size": len(data) + 1},
            {"expected_sha256": hashlib.sha256(b"other").hexdigest()},
        ):
            with pytest.raises(Refused) as caught:
                ingest.take(source, Door.PHONE, name="a.jpg", **promise)
            assert caught.value.code == "incomplete"
        taken = ingest.take(
            source,
            Door.PHONE,
            name="a.jpg",
            expected_size=len(data),
            expected_sha256=digest.upper(),
        )
        assert taken.is_new

    def test_without_a_thumbnail_a_photo_is_a_photo(self, places, catalogue, put):
        def fail(*_: object) -> None:
            raise OSError("no")

        ingest = Ingest(places, catalogue, reserve=no_reserve, draw_thumbnail=fail)
        assert ingest.take(put(jpeg()), Door.INBOX, name="a.jpg").is_new


class TestTheSamePhotoTwice:
    def test_is_one_photo(self, places, catalogue, ingest, put):
        first = ingest.take(put(jpeg()), Door.INBOX, name="a.jpg")
        again = ingest.take(put(jpeg(), "b.jpg"), Door.USB, name="b.jpg")
        assert again.photo == first.photo
        assert not again.is_new
        assert catalogue.photos.counts()["photos"] == 1
        assert len([path for path in places.originals.rglob("*") if path.is_file()]) == 1

    @pytest.mark.parametrize(
        ("door", "approval"),
        [
            (Door.INBOX, Approval.APPROVED),
            (Door.USB, Approval.APPROVED),
            (Door.PHONE, Approval.WAITING),
        ],
    )
    def test_a_deleted_photo_comes_back_on_purpose(self, catalogue, ingest, put, door, approval):
        """With its door's approval: a guest cannot bring back what the owner took off the wall."""
        source = put(jpeg())
        photo = ingest.take(source, Door.INBOX, name="a.jpg").photo
        catalogue.photos.delete(photo.id, NOW)
        taken = ingest.take(source, door, name="a.jpg")
        assert (taken.is_new, taken.was_deleted) == (False, True)
        assert not taken.photo.is_deleted
        assert taken.photo.approval is approval

    @pytest.mark.parametrize("door", [Door.FOLDER, Door.SAMPLE, Door.CAMERA])
    def test_a_deleted_photo_that_comes_again_by_itself_stays_deleted(
        self, catalogue, ingest, put, door
    ):
        """Above all one that still lies in a mirrored folder."""
        source = put(jpeg())
        photo = ingest.take(source, door, name="a.jpg").photo
        catalogue.photos.delete(photo.id, NOW)
        taken = ingest.take(source, door, name="a.jpg")
        assert taken.was_deleted
        assert taken.photo.is_deleted

    def test_a_guests_photo_that_the_owner_puts_in_as_well_is_approved(self, ingest, put):
        source = put(jpeg())
        assert ingest.take(source, Door.PHONE, name="a").photo.approval is Approval.WAITING
        assert ingest.take(source, Door.INBOX, name="a").photo.approval is Approval.APPROVED
        assert ingest.take(source, Door.PHONE, name="a").photo.approval is Approval.APPROVED

    def test_a_hidden_photo_stays_hidden(self, catalogue, ingest, put):
        source = put(jpeg())
        photo = ingest.take(source, Door.INBOX, name="a").photo
        catalogue.photos.approve(photo.id, Approval.HIDDEN)
        assert ingest.take(source, Door.INBOX, name="a").photo.approval is Approval.HIDDEN

    def test_two_doors_that_take_the_same_photo_at_once_take_one(self, places, catalogue, put):
        sources = [put(jpeg(), f"{number}.jpg") for number in range(4)]
        both = threading.Barrier(len(sources))

        def take(source: Path) -> bool:
            def decode_together(descriptor: int):
                decoded = decode_in_cage(descriptor)
                both.wait(30)  # each has found the photo unknown by now
                return decoded

            with Catalogue(places.catalogue) as mine:
                ingest = Ingest(places, mine, reserve=no_reserve, decode=decode_together)
                return ingest.take(source, Door.INBOX, name=source.name).is_new

        with ThreadPoolExecutor(len(sources)) as pool:
            assert sorted(pool.map(take, sources)) == [False, False, False, True]
        assert catalogue.photos.counts()["photos"] == 1
        photo = catalogue.photos.page()[0]
        assert places.original_of(photo).read_bytes() == jpeg()

    def test_a_photo_whose_original_was_lost_is_whole_again(self, places, catalogue, ingest, put):
        source = put(jpeg())
        photo = ingest.take(source, Door.INBOX, name="a").photo
        catalogue.photos.favour(photo.id, is_favourite=True)
        places.original_of(photo).unlink()
        catalogue.photos.miss(photo.id, NOW)
        assert catalogue.photos.cards() == []
        taken = ingest.take(source, Door.INBOX, name="a")
        assert (taken.is_new, taken.photo.is_favourite) == (False, True)
        assert places.original_of(photo).read_bytes() == jpeg()
        assert len(catalogue.photos.cards()) == 1


class TestBadInput:
    """One refusal with a sentence; the source untouched, no row, no original, nothing left over."""

    @pytest.fixture
    def refused(self, places, catalogue, ingest):
        def run(source: Path, name: str = "photo.jpg") -> Refused:
            with pytest.raises(Refused) as caught:
                ingest.take(source, Door.INBOX, name=name)
            sentence = str(caught.value)
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert catalogue.photos.counts()["photos"] == 0
            assert {path.name for path in places.originals.iterdir()} == {".incoming", ".uploads"}
            assert list(places.incoming.iterdir()) == []
            assert list(places.thumbnails.iterdir()) == []
            return caught.value

        return run

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("truncated.jpg", photos.encoded(photos.scene(800, 600), "JPEG")[:2000], "damaged"),
            ("empty.jpg", b"", "empty"),
            ("bomb.png", photos.bomb(), "too_large"),
            ("letter.jpg", b"Dear frame, this is a letter.\n" * 50, "not_a_photo"),
            ("page.jpg", b"<!DOCTYPE html><script>alert(1)</script>", "not_a_photo"),
            ("zeros.jpg", bytes(100_000), "not_a_photo"),
            ("raw.cr2", b"II*\0\x10\0\0\0CR\2\0" + bytes(200), "camera_raw"),
            ("raw.cr3", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(200), "camera_raw"),
        ],
    )
    def test_is_refused(self, refused, put, name, data, code):
        source = put(data, name)
        assert refused(source, name).code == code
        assert source.read_bytes() == data

    def test_a_file_too_large_for_a_photo_is_not_even_copied(self, refused, put):
        source = put(b"\xff\xd8\xff")
        os.truncate(source, LARGEST_FILE + 1)  # a hole: it takes no room
        assert refused(source).code == "too_large"

    def test_links_are_not_followed(self, refused, put, tmp_path):
        (tmp_path / "secret.jpg").write_bytes(jpeg())
        link = put(b"x").with_name("link.jpg")
        link.symlink_to(tmp_path / "secret.jpg")
        assert refused(link).code == "link"

    def test_pipes_and_devices_are_not_waited_for(self, refused, places):
        os.mkfifo(places.inbox / "pipe.jpg")
        assert refused(places.inbox / "pipe.jpg").code == "no_file"
        assert refused(Path("/dev/zero")).code == "no_file"
        assert refused(places.inbox).code == "no_file"

    def test_a_name_that_no_file_can_have(self, refused):
        assert refused(Path("a\0b")).code == "no_file"

    @pytest.mark.parametrize(
        "name",
        [
            b"two\nlines\n.jpg",
            b"-rf.jpg",
            b"a" * 251 + b".jpg",
            b"\xff\xfe not text.jpg",
            "Zoë \u202egpj.exe".encode(),
            b"'; DROP TABLE photos; --.jpg",
            b"..%2f..%2fetc.jpg",
            b"\x1b[31mred.jpg",
        ],
    )
    def test_strange_names_are_only_names(self, places, catalogue, ingest, put, name):
        source = put(jpeg(), name)
        photo = ingest.take(source, Door.INBOX, name=source.name).photo
        assert photo.name.encode("utf-8")
        assert photo.name == catalogue.photos.get(photo.id).name
        inside = {path.relative_to(places.root).parts[0] for path in places.root.rglob("*")}
        assert inside <= {
            *("inbox", "originals", "clips", "stills", "prepared", "thumbnails"),
            *("catalogue.sqlite3", "catalogue.sqlite3-wal", "catalogue.sqlite3-shm"),
        }

    def test_a_name_with_a_nul_from_a_phone(self, ingest, put):
        photo = ingest.take(put(jpeg()), Door.PHONE, name="a\0b" * 3000, sender="\udc80").photo
        assert "\0" not in photo.name
        assert len(photo.name) <= 4096


class TestFilms:
    FILM = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(500)

    def code(self, ingest, source: Path) -> str:
        with pytest.raises(Refused) as caught:
            ingest.take(source, Door.INBOX, name=source.name)
        return caught.value.code

    @pytest.mark.parametrize("still", ["IMG_7.HEIC", "IMG_7.jpg"])
    def test_the_film_beside_its_photo_is_a_live_photo(self, ingest, put, still):
        put(jpeg(), still)
        assert self.code(ingest, put(self.FILM, "IMG_7.MOV")) == "live_photo"

    def test_the_photo_may_have_been_taken_in_already(self, ingest, put):
        photo = put(jpeg(), "IMG_7.HEIC")
        ingest.take(photo, Door.INBOX, name=photo.name)
        photo.unlink()
        assert self.code(ingest, put(self.FILM, "IMG_7.mov")) == "live_photo"
        assert self.code(ingest, put(self.FILM, "IMG_7.HEIC.MOV")) == "live_photo"

    @pytest.mark.parametrize(
        "film",
        [
            FILM,
            b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + bytes(200),
            b"\0\0\0\x08wide\0\0\1\0mdat" + bytes(200),
            b"RIFF\0\0\0\0AVI LIST" + bytes(200),
            b"\x1aE\xdf\xa3" + bytes(200),
        ],
    )
    def test_any_other_film_is_a_video(self, ingest, put, film):
        put(jpeg(), "IMG_8.jpg")
        assert self.code(ingest, put(film, "IMG_7.mp4")) == "video"


class TestNotNow:
    def test_a_file_that_changes_while_it_is_copied(self, places, catalogue, put):
        source = put(jpeg())

        class Growing(Ingest):
            def _copy(self, descriptor, file, size):
                with source.open("ab") as stream:
                    stream.write(b"more")
                return super()._copy(descriptor, file, size)

        with pytest.raises(Unready, match="changed"):
            Growing(places, catalogue, reserve=no_reserve).take(source, Door.INBOX, name="a.jpg")

    def test_a_file_that_is_replaced_while_it_is_copied(self, places, catalogue, put):
        source = put(jpeg())

        class Replaced(Ingest):
            def _copy(self, descriptor, file, size):
                put(jpeg(), "new").rename(source)
                return super()._copy(descriptor, file, size)

        with pytest.raises(Unready, match="changed"):
            Replaced(places, catalogue, reserve=no_reserve).take(source, Door.INBOX, name="a")

    def test_a_file_that_is_gone(self, ingest, places):
        with pytest.raises(Unready, match="not there"):
            ingest.take(places.inbox / "nothing.jpg", Door.INBOX, name="nothing.jpg")

    def test_a_full_disk_is_said_before_anything_is_written(self, places, catalogue, put):
        ingest = Ingest(places, catalogue, reserve=lambda total: total)
        with pytest.raises(DiskFull, match="full"):
            ingest.take(put(jpeg()), Door.INBOX, name="a.jpg")

    @pytest.mark.parametrize(
        ("code", "tries"), [("too_slow", 2), ("decoder_died", 2), ("damaged", 1)]
    )
    def test_a_busy_machine_does_not_cost_a_photo(self, places, catalogue, put, code, tries):
        seen = []

        def decode_when_there_is_time(descriptor: int):
            seen.append(descriptor)
            if len(seen) % 2:
                raise Refused(code, "Not this time.")
            return decode_in_cage(descriptor)

        ingest = Ingest(places, catalogue, reserve=no_reserve, decode=decode_when_there_is_time)
        if tries == 1:
            with pytest.raises(Refused):
                ingest.take(put(jpeg()), Door.INBOX, name="a.jpg")
        else:
            assert ingest.take(put(jpeg()), Door.INBOX, name="a.jpg").is_new
        assert len(seen) == tries

    def test_a_disk_that_gives_back_other_bytes(self, places, catalogue, put, tmp_path):
        def decode_another(_: int):
            other = tmp_path / "other.png"
            other.write_bytes(photos.encoded(photos.scene(), "PNG"))
            descriptor = os.open(other, os.O_RDONLY)
            try:
                return decode_in_cage(descriptor)
            finally:
                os.close(descriptor)

        ingest = Ingest(places, catalogue, reserve=no_reserve, decode=decode_another)
        with pytest.raises(StorageError, match="other bytes"):
            ingest.take(put(jpeg()), Door.INBOX, name="a.jpg")
        assert catalogue.photos.counts()["photos"] == 0
