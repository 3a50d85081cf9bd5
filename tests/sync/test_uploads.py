"""Photos from phones: brought in pieces, over cuts and in doubles, and exactly once in the end."""

from __future__ import annotations

import hashlib
import io
import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from frame.core.passes import Pass, Terms
from frame.core.photos import Approval
from frame.core.sending import Limit, Stage
from frame.errors import DiskFull, StorageError, UsageError
from frame.library.catalogue import Catalogue
from frame.library.disk import RealDisk, Room
from frame.library.places import Places
from frame.library.space import Space
from sync import uploads as module
from sync.upload_files import UploadFiles
from sync.uploads import (
    PIECE,
    CutOff,
    NoSuchUpload,
    Offer,
    Part,
    TooMuch,
    Unwelcome,
    Uploads,
    WrongChecksum,
    WrongOffset,
)
from tests.fakes import decode as fake
from tests.frame.library.conftest import NOW, no_reserve
from tests.sync.phones import GENEROUS, Cutting, House, house

BIG = fake.photo("big", 3 * PIECE + 17)


@pytest.fixture
def sending(tmp_path) -> Iterator[House]:
    places = Places(tmp_path / "library")
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        yield house(places, catalogue)


@pytest.fixture
def oma(sending) -> Pass:
    return sending.pass_("Oma")


def originals(sending: House) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sending.places.originals.glob("??/*")}


class TestOnePhoto:
    def test_it_becomes_a_photo_of_its_sender_and_nothing_is_left_over(self, sending, oma):
        done = sending.send(oma, BIG, name="IMG_1.HEIC")
        photo = sending.catalogue.photos.get(done.photo_id)
        assert (done.stage, done.was_there) == (Stage.TAKEN, False)
        assert (photo.name, photo.sender, photo.door) == ("IMG_1.HEIC", "Oma", "phone")
        assert photo.approval is Approval.APPROVED
        assert list(originals(sending).values()) == [BIG]
        assert sending.files.names() == []

    def test_in_pieces_over_days(self, sending, oma):
        upload = sending.begin(oma, BIG)
        for offset in range(0, len(BIG), 50_000):
            assert sending.uploads.offset(upload) == offset
            piece = BIG[offset : offset + 50_000]
            part = Part(offset, len(piece), hashlib.sha256(piece).digest())
            sending.uploads.append(oma, upload, part, io.BytesIO(piece), lambda: True)
            sending.times["date"] += 40_000
            sending.door.sweep()
            upload = sending.uploads.find(oma, upload.id)
        assert sending.door.step()
        assert list(originals(sending).values()) == [BIG]

    def test_a_cut_keeps_what_came(self, sending, oma):
        upload = sending.begin(oma, BIG)
        body = Cutting(BIG, PIECE + 1000)
        with pytest.raises(CutOff):
            sending.uploads.append(oma, upload, Part(0, len(BIG)), body, lambda: True)
        assert sending.uploads.offset(upload) == PIECE + 1000
        assert sending.bring(oma, upload, BIG) == len(BIG)
        sending.door.step()
        assert list(originals(sending).values()) == [BIG]

    def test_a_body_shorter_than_it_said(self, sending, oma):
        upload = sending.begin(oma, BIG)
        with pytest.raises(CutOff):
            sending.uploads.append(
                oma, upload, Part(0, len(BIG)), io.BytesIO(BIG[:100]), lambda: True
            )
        assert sending.uploads.offset(upload) == 100

    def test_bytes_that_do_not_continue_what_is_here(self, sending, oma):
        upload = sending.begin(oma, BIG)
        for offset in (1, len(BIG)):
            with pytest.raises(WrongOffset) as found:
                sending.uploads.append(oma, upload, Part(offset, 0), io.BytesIO(), lambda: True)
            assert found.value.offset == 0
        with pytest.raises(UsageError):
            sending.uploads.append(
                oma, upload, Part(0, len(BIG) + 1), io.BytesIO(BIG), lambda: True
            )

    def test_damaged_on_the_way(self, sending, oma):
        upload = sending.begin(oma, BIG)
        good = Part(0, 1000, hashlib.sha256(BIG[:1000]).digest())
        sending.uploads.append(oma, upload, good, io.BytesIO(BIG[:1000]), lambda: True)
        bad = Part(1000, 1000, hashlib.sha256(b"other").digest())
        with pytest.raises(WrongChecksum):
            sending.uploads.append(oma, upload, bad, io.BytesIO(BIG[1000:2000]), lambda: True)
        assert sending.uploads.offset(upload) == 1000

    def test_other_bytes_than_promised_are_no_photo_and_may_be_sent_again(self, sending, oma):
        upload = sending.begin(oma, BIG)
        sending.bring(oma, upload, BIG[:-9] + b"X" * 9)
        sending.door.step()
        refused = sending.uploads.find(oma, upload.id)
        assert (refused.stage, refused.code) == (Stage.REFUSED, "incomplete")
        assert originals(sending) == {}
        assert sending.send(oma, BIG).stage is Stage.TAKEN

    def test_what_is_no_photo_is_refused_once_and_not_carried_again(self, sending, oma):
        data = b"a letter" * 100
        first = sending.send(oma, data)
        assert (first.stage, first.code) == (Stage.REFUSED, "damaged")
        again = sending.begin(oma, data)
        assert again == first
        sending.uploads.abandon(again)
        assert sending.begin(oma, data).stage is Stage.RECEIVING

    def test_the_answer_to_the_last_piece_was_lost(self, sending, oma):
        upload = sending.begin(oma, BIG)
        sending.bring(oma, upload, BIG)
        now_there = sending.uploads.find(oma, upload.id)
        assert sending.uploads.offset(now_there) == len(BIG)
        nothing = Part(len(BIG), 0)
        assert sending.uploads.append(oma, now_there, nothing, io.BytesIO(), lambda: True) == len(
            BIG
        )
        sending.door.step()
        with pytest.raises(UsageError):
            sending.uploads.abandon(sending.uploads.find(oma, upload.id))

    def test_cut_off_between_the_last_byte_and_its_row(self, sending, oma, monkeypatch):
        upload = sending.begin(oma, BIG)
        with monkeypatch.context() as patch:
            patch.setattr(sending.catalogue.uploads, "move", lambda *_: (_ for _ in ()).throw(Cut))
            with pytest.raises(Cut):
                sending.bring(oma, upload, BIG)
        assert sending.uploads.find(oma, upload.id).stage is Stage.RECEIVING
        assert sending.uploads.offset(upload) == len(BIG)
        assert sending.bring(oma, upload, BIG) == len(BIG), "an empty piece says it once more"
        assert sending.door.step()

    def test_cut_off_there_and_the_phone_never_comes_back(self, sending, oma):
        upload = sending.begin(oma, BIG)
        sending.files.path(upload.id).write_bytes(BIG)
        sending.times["date"] = sending.files.touched(upload.id) + 30
        sending.door.sweep()
        assert not sending.door.step(), "somebody may be writing still"
        sending.times["date"] += 60
        sending.door.sweep()
        assert sending.door.step()
        assert list(originals(sending).values()) == [BIG]

    def test_bytes_that_a_power_cut_took_are_asked_for_again(self, sending, oma):
        upload = sending.begin(oma, BIG)
        sending.bring(oma, upload, BIG)
        sending.files.remove(upload.id)
        sending.door.step()
        upload = sending.uploads.find(oma, upload.id)
        assert (upload.stage, sending.uploads.offset(upload)) == (Stage.RECEIVING, 0)
        assert sending.send(oma, BIG).stage is Stage.TAKEN


class Cut(Exception):  # noqa: N818
    """The process ends here."""


class TestOnce:
    def test_asked_for_twice_it_is_one_upload(self, sending, oma):
        first = sending.begin(oma, BIG, name="a.jpg")
        again = sending.begin(oma, BIG, name="b.jpg")
        assert again == first

    def test_sent_already(self, sending, oma):
        first = sending.send(oma, BIG)
        upload, is_new = sending.uploads.begin(
            oma, Offer(hashlib.sha256(BIG).hexdigest(), len(BIG))
        )
        assert (upload, is_new) == (first, False)
        assert sending.uploads.offset(upload) == len(BIG), "not a byte is carried again"

    def test_two_relatives_with_the_same_photo(self, sending, oma):
        """Nobody learns from us what others sent; and it is one photo all the same."""
        sending.send(oma, BIG)
        opa = sending.pass_("Opa")
        upload = sending.begin(opa, BIG)
        assert (upload.stage, sending.uploads.offset(upload)) == (Stage.RECEIVING, 0)
        done = sending.send(opa, BIG)
        assert (done.stage, done.was_there) == (Stage.TAKEN, True)
        assert sending.catalogue.photos.counts()["photos"] == 1

    @pytest.mark.parametrize("how", ["waiting", "hidden", "deleted"])
    def test_of_what_does_not_hang_nobody_is_told_that_it_was_there(self, sending, oma, how):
        photo = sending.send(sending.pass_("Opa"), BIG).photo_id
        if how == "deleted":
            sending.catalogue.photos.delete(photo, NOW)
        else:
            sending.catalogue.photos.approve(photo, Approval(how))
        assert not sending.send(oma, BIG).was_there

    def test_many_connections_for_one_photo(self, sending, oma):
        """A phone that lost its Wi-Fi comes back while we still listen to what it was."""
        data = fake.photo("many", 40 * PIECE)
        upload = sending.begin(oma, data)
        problems: list[Exception] = []

        def phone(seed: int) -> None:
            chance = random.Random(seed)
            with Catalogue(sending.places.catalogue) as catalogue:
                mine = house(sending.places, catalogue)
                while True:
                    try:
                        now = mine.uploads.find(oma, upload.id)
                        offset = mine.uploads.offset(now)
                        length = min(chance.randint(1, 5 * PIECE), len(data) - offset)
                        body = Cutting(data[offset:], chance.randint(1, 4 * PIECE))
                        end = mine.uploads.append(oma, now, Part(offset, length), body, bool)
                        if end == len(data):
                            return
                    except (WrongOffset, CutOff, UsageError):
                        continue
                    except Exception as error:  # noqa: BLE001
                        problems.append(error)
                        return

        threads = [threading.Thread(target=phone, args=(seed,)) for seed in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        while sending.door.step():
            pass
        assert list(originals(sending).values()) == [data]

    def test_a_connection_that_was_overtaken_writes_nothing(self, sending, oma):
        upload = sending.begin(oma, BIG)

        class Overtaking(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if self.tell() == PIECE:
                    sending.bring(oma, upload, BIG)
                return super().read(size)

        with pytest.raises(WrongOffset) as found:
            sending.uploads.append(oma, upload, Part(0, len(BIG)), Overtaking(BIG), lambda: True)
        assert found.value.offset == len(BIG)
        sending.door.step()
        assert list(originals(sending).values()) == [BIG]


class TestLimits:
    @pytest.mark.parametrize(
        ("terms", "limit"),
        [
            (Terms(None, 2, 1 << 30, 99), Limit.PHOTOS),
            (Terms(None, 99, 2 * 113, 99), Limit.BYTES),
            (Terms(None, 99, 1 << 30, 2), Limit.PER_HOUR),
        ],
    )
    def test_a_third_photo_is_too_many(self, sending, terms, limit):
        pass_ = sending.pass_("Oma", terms)
        photos = [fake.photo(str(number), 93) for number in range(3)]
        first = sending.send(pass_, photos[0])
        sending.begin(pass_, photos[1])
        with pytest.raises(TooMuch) as found:
            sending.begin(pass_, photos[2])
        assert found.value.refusal.limit is limit
        assert sending.begin(pass_, photos[0]) == first, "what is here already costs nothing"

    def test_what_is_not_sent_after_all_costs_nothing(self, sending):
        pass_ = sending.pass_("Oma", Terms(None, 1, 1 << 30, 99))
        sending.uploads.abandon(sending.begin(pass_, BIG))
        assert sending.send(pass_, fake.photo("other")).stage is Stage.TAKEN

    def test_the_owner_says_less_in_the_middle(self, sending, oma):
        upload = sending.begin(oma, BIG)
        less = Terms(None, 0, 1 << 30, 99)
        sending.catalogue.passes.change(oma.id, "Oma", less, NOW)
        with pytest.raises(TooMuch):
            sending.bring(oma, upload, BIG)

    def test_a_file_larger_than_any_photo(self, sending, oma):
        offer = Offer("a" * 64, (512 << 20) + 1)
        with pytest.raises(TooMuch) as found:
            sending.uploads.begin(oma, offer)
        assert found.value.refusal.limit is Limit.TOO_LARGE

    def test_a_pass_taken_back_stops_what_is_running(self, sending, oma):
        upload = sending.begin(oma, BIG)

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                sending.times["now"] += 0.3
                return super().read(size)

        with pytest.raises(Unwelcome):
            sending.uploads.append(oma, upload, Part(0, len(BIG)), Slow(BIG), lambda: False)
        assert sending.uploads.offset(upload) == PIECE

    @pytest.mark.parametrize(
        "offer",
        [
            {"sha256": "A" * 64},
            {"sha256": "../" + "a" * 61},
            {"sha256": ""},
            {"size_bytes": 0},
            {"size_bytes": -1},
            {"driver": "sing"},
        ],
    )
    def test_nonsense_is_not_begun(self, offer):
        with pytest.raises(UsageError):
            Offer(**{"sha256": "a" * 64, "size_bytes": 5, **offer})

    def test_nobody_reaches_the_uploads_of_others(self, sending, oma):
        upload = sending.begin(oma, BIG)
        opa = sending.pass_("Opa")
        for upload_id in (upload.id, "../catalogue.sqlite3", ""):
            with pytest.raises(NoSuchUpload):
                sending.uploads.find(opa, upload_id)


class Narrow(RealDisk):
    """A disk with so many bytes left."""

    def __init__(self) -> None:
        self.free = 1 << 40

    def room(self, path) -> Room:
        assert path.exists()
        return Room(self.free, 1 << 40)


class TestDisk:
    @pytest.fixture
    def disk(self, sending) -> Narrow:
        disk = Narrow()
        space = Space(sending.places, disk, no_reserve)
        sending.uploads = Uploads(
            sending.catalogue,
            sending.files,
            space,
            lambda: sending.times["date"],
            lambda: sending.times["now"],
        )
        return disk

    def test_no_room_is_said_before_a_byte_is_read(self, sending, oma, disk):
        class Untouched(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                raise AssertionError(f"{size} bytes were read")

        upload = sending.begin(oma, BIG)
        disk.free = len(BIG) - 1
        with pytest.raises(DiskFull):
            sending.begin(oma, fake.photo("other", len(BIG)))
        with pytest.raises(DiskFull):
            sending.uploads.append(oma, upload, Part(0, len(BIG)), Untouched(), lambda: True)
        with pytest.raises(DiskFull):
            sending.uploads.receive(oma, "a.jpg", len(BIG), Untouched(), lambda: True)
        disk.free = 1 << 30
        assert sending.send(oma, BIG).stage is Stage.TAKEN

    def test_others_fill_the_disk_meanwhile(self, sending, oma, disk):
        upload = sending.begin(oma, BIG)

        class Slow(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                sending.times["now"] += 1.0
                disk.free -= len(BIG)
                return super().read(size)

        disk.free = 2 * len(BIG)
        with pytest.raises(DiskFull):
            sending.uploads.append(oma, upload, Part(0, len(BIG)), Slow(BIG), lambda: True)
        assert sending.uploads.offset(upload) > 0, "what came stays"

    @pytest.mark.parametrize("call", ["pwrite", "fsync", "open"])
    def test_a_disk_that_fails(self, sending, oma, monkeypatch, call):
        upload = sending.begin(oma, BIG)

        def fail(*_: object, **__: object) -> None:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as patch:
            patch.setattr(f"sync.upload_files.os.{call}", fail)
            with pytest.raises(StorageError):
                sending.bring(oma, upload, BIG)
        assert sending.send(oma, BIG).stage is Stage.TAKEN

    def test_while_the_library_cannot_be_written_photos_wait_and_are_not_lost(
        self, sending, oma, monkeypatch
    ):
        upload = sending.begin(oma, BIG)
        sending.bring(oma, upload, BIG)

        def full(*_: object, **__: object) -> None:
            raise DiskFull("The frame's storage is full.")

        with monkeypatch.context() as patch:
            patch.setattr("frame.library.ingest.Ingest.take", full)
            assert not sending.door.step()
        assert sending.uploads.find(oma, upload.id).stage is Stage.RECEIVED
        assert sending.door.step()
        assert list(originals(sending).values()) == [BIG]


class TestSweeping:
    def test_what_nobody_goes_on_with_is_given_up_after_days(self, sending, oma):
        upload = sending.begin(oma, BIG)
        never_begun = sending.begin(oma, fake.photo("never"))
        with pytest.raises(CutOff):
            sending.uploads.append(oma, upload, Part(0, len(BIG)), Cutting(BIG, 1000), lambda: True)
        touched = sending.files.touched(upload.id)
        for seconds, are_there in ((2 * 86_400, True), (4 * 86_400, False)):
            sending.times["date"] = max(touched, NOW) + seconds
            sending.door.sweep()
            there = {each.id for each in sending.catalogue.uploads.of_pass(oma.id)}
            assert (upload.id in there) is are_there
            assert (sending.files.names() != []) is are_there
        assert never_begun.id not in there

    def test_a_clock_set_back_gives_nothing_up(self, sending, oma):
        upload = sending.begin(oma, BIG)
        sending.files.path(upload.id).write_bytes(b"x")
        sending.times["date"] = 0.0
        sending.door.sweep()
        assert sending.uploads.find(oma, upload.id)

    def test_leftovers_go_and_drafts_of_this_hour_stay(self, sending):
        sending.files.path("ab").write_bytes(b"x")
        sending.times["date"] = sending.files.touched("ab") + 60
        sending.door.sweep()
        assert sending.files.names() == ["ab"]
        sending.times["date"] += 7200
        sending.door.sweep()
        assert sending.files.names() == []

    def test_why_it_was_refused_can_be_read_for_a_week(self, sending, oma):
        refused = sending.send(oma, b"no photo" * 20)
        sending.times["date"] += 6 * 86_400
        sending.door.sweep()
        assert sending.uploads.find(oma, refused.id)
        sending.times["date"] += 2 * 86_400
        sending.door.sweep()
        with pytest.raises(NoSuchUpload):
            sending.uploads.find(oma, refused.id)


class TestInOneGo:
    def receive(self, sending, oma, data: bytes, name: str = "a.jpg"):
        return sending.uploads.receive(oma, name, len(data), io.BytesIO(data), lambda: True)

    def test_a_whole_photo(self, sending, oma):
        upload = self.receive(sending, oma, BIG)
        assert upload.stage is Stage.RECEIVED
        sending.door.step()
        assert list(originals(sending).values()) == [BIG]
        assert sending.files.names() == []

    def test_twice_is_once(self, sending, oma):
        first = self.receive(sending, oma, BIG)
        sending.door.step()
        again = self.receive(sending, oma, BIG)
        assert (again.id, again.stage) == (first.id, Stage.TAKEN)
        assert sending.files.names() == []

    def test_it_completes_what_was_begun_in_pieces(self, sending, oma):
        upload = sending.begin(oma, BIG)
        with pytest.raises(CutOff):
            sending.uploads.append(oma, upload, Part(0, len(BIG)), Cutting(BIG, 10), lambda: True)
        assert self.receive(sending, oma, BIG).id == upload.id
        sending.door.step()
        assert list(originals(sending).values()) == [BIG]

    def test_cut_off_it_leaves_nothing(self, sending, oma):
        with pytest.raises(CutOff):
            sending.uploads.receive(oma, "a", len(BIG), Cutting(BIG, 70_000), lambda: True)
        assert sending.files.names() == []
        assert sending.catalogue.uploads.of_pass(oma.id) == []


class TestYes:
    """Whose photos wait for somebody's yes."""

    WAITS = replace(GENEROUS, waits=True)

    def approval(self, sending, done) -> Approval:
        return sending.catalogue.photos.get(done.photo_id).approval

    def test_as_the_pass_says(self, sending, oma):
        careful = sending.pass_("Opa", self.WAITS)
        assert self.approval(sending, sending.send(oma, BIG)) is Approval.APPROVED
        done = sending.send(careful, fake.photo("other"))
        assert self.approval(sending, done) is Approval.WAITING

    def test_a_yes_of_one_pass_counts(self, sending, oma):
        first = sending.send(sending.pass_("Opa", self.WAITS), BIG)
        sending.send(oma, BIG)
        assert self.approval(sending, first) is Approval.APPROVED

    @pytest.mark.parametrize("how", ["revoked", "careful"])
    def test_the_owners_last_word_before_it_is_taken_in_counts(self, sending, oma, how):
        upload = sending.begin(oma, BIG)
        sending.bring(oma, upload, BIG)
        if how == "revoked":
            sending.catalogue.passes.revoke(oma.id, NOW)
        else:
            sending.catalogue.passes.change(oma.id, "Oma", self.WAITS, NOW)
        sending.door.step()
        done = sending.uploads.find(oma, upload.id)
        assert self.approval(sending, done) is Approval.WAITING

    @pytest.mark.parametrize("struck", [False, True])
    def test_what_the_owner_took_down_comes_back_with_a_yes_only(
        self, sending, oma, struck, monkeypatch
    ):
        opa = sending.pass_("Opa")
        photo = sending.send(opa, BIG).photo_id
        sending.catalogue.photos.delete(photo, NOW)
        upload = sending.begin(oma, BIG)
        sending.bring(oma, upload, BIG)
        if struck:  # between the two steps of taking it in
            with monkeypatch.context() as patch:
                patch.setattr(sending.door, "_keep", lambda *_: (_ for _ in ()).throw(Cut))
                with pytest.raises(Cut):
                    sending.door.step()
        sending.door.step()
        found = sending.catalogue.photos.get(photo)
        assert not found.is_deleted
        assert found.approval is Approval.WAITING

    def test_a_hidden_photo_stays_hidden(self, sending, oma):
        photo = sending.send(sending.pass_("Opa"), BIG).photo_id
        sending.catalogue.photos.approve(photo, Approval.HIDDEN)
        sending.send(oma, BIG)
        assert sending.catalogue.photos.get(photo).approval is Approval.HIDDEN


def test_memory_is_flat_whatever_the_size(sending, oma, monkeypatch):
    largest = 0

    class Watching(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal largest
            largest = max(largest, size or 0)
            return super().read(size)

    data = fake.photo("large", 50 * PIECE)
    upload = sending.begin(oma, data)
    sending.uploads.append(oma, upload, Part(0, len(data)), Watching(data), lambda: True)
    assert largest == module.PIECE


def test_files_are_ours_alone_and_links_are_not_followed(tmp_path):
    files = UploadFiles(tmp_path)
    with files.open("ab") as file:
        file.add(0, b"x")
    assert files.path("ab").stat().st_mode & 0o777 == 0o600
    files.path("cd").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"[Ss]ymbolic"):
        files.open("cd")
    assert not (tmp_path / "elsewhere").exists()
