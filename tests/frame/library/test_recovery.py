"""Whatever happened to the library while nobody looked: it starts, and the photos are there."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from frame.core.passes import Terms
from frame.core.photos import Approval, Door, View
from frame.library import recovery
from frame.library.backup import Backups
from frame.library.catalogue import Catalogue, CatalogueTooNew
from frame.library.clips import NewClip
from frame.library.deletion import purge, tombstone_of
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.library.reconcile import reconcile, tell
from frame.library.recovery import DAMAGED_KEPT, recover
from frame.library.uploads import NewUpload
from tests.fakes import decode as fake
from tests.frame.library.conftest import NOW, no_reserve

PHOTOS = 12
HIDDEN, DELETED, FAVOURITE = 3, 5, 7


def start(places: Places, **options: object):
    return recover(places, NOW + 100, decode=fake.decode, **options)


def take(places: Places, catalogue: Catalogue, names: list[str]) -> list[str]:
    """Take fake photos in; their hashes."""
    ingest = Ingest(
        places,
        catalogue,
        now=lambda: NOW,
        reserve=no_reserve,
        decode=fake.decode,
        draw_thumbnail=fake.no_thumbnail,
    )
    found = []
    for name in names:
        source = places.inbox / name
        source.write_bytes(fake.photo(name))
        found.append(ingest.take(source, Door.INBOX, name=name).photo.sha256)
        source.unlink()
    return found


@pytest.fixture
def library(tmp_path):
    """Twelve photos: one hidden, one deleted, one a favourite."""
    places = Places(tmp_path / "library")
    start(places)
    with Catalogue(places.catalogue) as catalogue:
        take(places, catalogue, [f"{number}.jpg" for number in range(PHOTOS)])
        catalogue.photos.approve(HIDDEN, Approval.HIDDEN)
        catalogue.photos.delete(DELETED, NOW)
        catalogue.photos.favour(FAVOURITE, is_favourite=True)
    return places


def back_up(places: Places) -> None:
    with Catalogue(places.catalogue) as catalogue:
        assert Backups(places).if_due(catalogue, NOW)


def hashes(places: Places) -> set[str]:
    return {path.stem for path in places.originals.rglob("*.jpg")}


def test_a_sound_library_is_left_as_it_is(library):
    before = library.catalogue.read_bytes()
    done = start(library)
    assert (done.is_rebuilt, done.photos) == (False, PHOTOS)
    assert library.catalogue.read_bytes() == before


def test_a_new_library_is_made(tmp_path):
    places = Places(tmp_path / "a" / "new" / "library")
    assert start(places).photos == 0
    assert places.inbox.is_dir()
    assert not start(places).is_rebuilt


def test_what_was_cut_off_is_swept_away(library):
    for path in (
        library.incoming / ".0123.part",
        library.incoming / "0123.part",
        library.clips / ".9.part",
        library.stills / "ab" / ".1.part",
        library.thumbnails / ".2.part",
        library.clips / "a-clip-without-a-row.mp4",
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    start(library)
    left = [path for path in library.root.rglob("*") if path.suffix in (".part", ".mp4")]
    assert left == []
    assert len(hashes(library)) == PHOTOS


def test_clips_and_their_rows_are_matched(library):
    with Catalogue(library.catalogue) as catalogue:
        for number, file in enumerate(("whole.mp4", "gone.mp4", "broken.mp4"), 1):
            view = View((0, 0, 6, 4), 6, 4)
            (library.clips / file).write_bytes(b"clip")
            new = NewClip(number, file, "joy", "auto", "m", "", view, 4, NOW, 150, "{}")
            catalogue.clips.add(new)
        catalogue._db.execute("UPDATE clips SET view = '[0, 0, 6, 4,' WHERE file = 'broken.mp4'")
    (library.clips / "gone.mp4").unlink()
    start(library)
    with Catalogue(library.catalogue) as catalogue:
        assert catalogue.clips.files() == {"whole.mp4"}
    assert [path.name for path in library.clips.iterdir()] == ["whole.mp4"]


class TestDamage:
    """RELIABILITY F7."""

    def assert_everything_is_there(self, places: Places, *, knows: bool) -> None:
        with Catalogue(places.catalogue) as catalogue:
            photos = {photo.sha256: photo for photo in catalogue.photos.page(limit=100)}
            assert photos.keys() >= hashes(places)
            shown = {card.id for card in catalogue.photos.cards()}
            names = {photo.name: photo for photo in photos.values()}
            for number in (HIDDEN, DELETED):
                photo = names.get(f"{number - 1}.jpg")
                assert photo is None or photo.id not in shown
            if knows:
                assert names[f"{FAVOURITE - 1}.jpg"].is_favourite
                assert names[f"{HIDDEN - 1}.jpg"].approval is Approval.HIDDEN
                assert names[f"{DELETED - 1}.jpg"].is_deleted
                assert len(shown) == PHOTOS - 2

    @pytest.mark.parametrize("journal", ["", "-wal"])
    def test_flips_and_truncations_of_the_catalogue(self, library, tmp_path, journal):
        """Always starts, every original found, nothing shown that was hidden or deleted."""
        back_up(library)
        if journal:  # a frame that was killed leaves its journal behind
            with Catalogue(library.catalogue) as catalogue:
                catalogue.photos.want_driver(1, "joy")
                shutil.copytree(library.root, tmp_path / "killed")
            library = Places(tmp_path / "killed")
        rng = random.Random(f"damage {journal}")
        rebuilt = 0
        points = 100
        for point in range(points):
            places = Places(tmp_path / str(point))
            shutil.copytree(library.root, places.root)
            damage(Path(f"{places.catalogue}{journal}"), rng)
            rebuilt += start(places).is_rebuilt
            with Catalogue(places.catalogue) as catalogue:
                tell(catalogue, reconcile(places, catalogue, NOW, decode=fake.decode), NOW)
            self.assert_everything_is_there(places, knows=False)
            assert not start(places).is_rebuilt
            shutil.rmtree(places.root)
        print(f"{points} damaged catalogues{journal}, {rebuilt} made again, 0 photos lost")
        assert rebuilt > points // 4 or journal

    def test_what_phones_were_sending_comes_back_from_the_copy_and_nothing_more(self, library):
        """Whose a photo is is never guessed from damaged pages; its sender picks it once more."""
        with Catalogue(library.catalogue) as catalogue:
            catalogue.passes.add("0" * 64, "Oma", Terms(), NOW)
            for number, sha256 in enumerate(("a" * 64, "b" * 64)):
                new = NewUpload(f"{number:032x}", 1, sha256, 9, "x.jpg", "auto", waits=True)
                catalogue.uploads.add(new, NOW)
                if number == 0:
                    back_up(library)
        (library.uploads / f"{0:032x}").write_bytes(b"half")
        library.catalogue.write_bytes(b"not a database at all")
        assert start(library).is_rebuilt
        with Catalogue(library.catalogue) as catalogue:
            assert [each.sha256[0] for each in catalogue.uploads.of_pass(1)] == ["a"]
        assert (library.uploads / f"{0:032x}").read_bytes() == b"half"

    @pytest.mark.parametrize("content", [None, b"", b"not a database at all", bytes(8192)])
    def test_a_catalogue_that_is_gone_comes_back_from_its_copy(self, library, content):
        back_up(library)
        library.catalogue.unlink()
        if content is not None:
            library.catalogue.write_bytes(content)
        assert start(library).is_rebuilt
        self.assert_everything_is_there(library, knows=True)
        with Catalogue(library.catalogue) as catalogue:
            codes = {notice.code for notice in catalogue.notices.all()}
        assert "catalogue_rebuilt" in codes

    @pytest.mark.parametrize("copy", [None, b"", b"not a database"])
    def test_without_a_copy_the_originals_are_enough(self, library, copy):
        """Nothing is shown of which nobody knows what was decided about it."""
        library.catalogue.write_bytes(b"gone")
        if copy is not None:
            library.backup.write_bytes(copy)
        result = start(library).reconciled
        assert result.adopted == result.waiting == PHOTOS
        with Catalogue(library.catalogue) as catalogue:
            assert catalogue.photos.counts()["waiting"] == PHOTOS
            assert catalogue.photos.cards() == []
            assert any("yes" in notice.message for notice in catalogue.notices.all())
            # The owner puts one into the inbox again: that is a yes.
            take(library, catalogue, ["0.jpg"])
            assert len(catalogue.photos.cards()) == 1

    def test_what_is_continued_still_knows_what_was_decided(self, library):
        with sqlite3.connect(library.catalogue) as db:
            db.execute("UPDATE doors SET door = 'attic' WHERE door = 'camera'")
        db.close()
        assert start(library, seconds=-1).reconciled.left == PHOTOS
        with Catalogue(library.catalogue) as catalogue:
            result = reconcile(library, catalogue, NOW, decode=fake.decode)
            tell(catalogue, result, NOW)
            assert (result.adopted, result.waiting) == (PHOTOS, 0)
            assert any(notice.code == "photos_found" for notice in catalogue.notices.all())
            tell(catalogue, reconcile(library, catalogue, NOW, decode=fake.decode), NOW)
            assert all(notice.code != "photos_found" for notice in catalogue.notices.all())
        self.assert_everything_is_there(library, knows=True)

    def test_what_the_damaged_catalogue_still_tells_is_believed(self, library):
        """Hidden, deleted and approved after the last copy."""
        back_up(library)
        with Catalogue(library.catalogue) as catalogue:
            catalogue.photos.approve(1, Approval.HIDDEN)
            catalogue.photos.delete(2, NOW)
            take(library, catalogue, ["later.jpg"])
        with sqlite3.connect(library.catalogue) as db:
            db.execute("UPDATE doors SET door = 'attic' WHERE door = 'camera'")
        db.close()
        assert start(library).is_rebuilt
        with Catalogue(library.catalogue) as catalogue:
            names = {photo.name: photo for photo in catalogue.photos.page()}
            assert names["0.jpg"].approval is Approval.HIDDEN
            assert names["1.jpg"].is_deleted
            assert names["later.jpg"].approval is Approval.APPROVED

    @pytest.mark.parametrize("is_readable", [True, False])
    def test_no_key_comes_back_that_was_taken_away_since_the_copy(self, library, is_readable):
        with Catalogue(library.catalogue) as catalogue:
            oma, opa = (catalogue.passes.add(x * 64, x, Terms(), NOW) for x in "ab")
            catalogue.ownership.set_password("old", NOW)
            catalogue.ownership.begin("s", NOW, NOW + 10**6)
            back_up(library)
            catalogue.passes.revoke(opa.id, NOW)
            catalogue.ownership.set_password("new", NOW)
        if is_readable:
            with sqlite3.connect(library.catalogue) as db:
                db.execute("UPDATE doors SET door = 'attic' WHERE door = 'camera'")
            db.close()
        else:
            library.catalogue.write_bytes(b"gone")
        assert start(library).is_rebuilt
        with Catalogue(library.catalogue) as catalogue:
            standing = {each.name: each.revoked is None for each in catalogue.passes.all()}
            assert standing == {oma.name: is_readable, opa.name: False}
            assert catalogue.ownership.password == ("new" if is_readable else None)
            assert not catalogue.ownership.is_session("s", NOW + 1)

    def test_the_damaged_one_is_kept_but_not_for_ever_many(self, library):
        for number in range(DAMAGED_KEPT + 3):
            library.catalogue.write_bytes(b"damaged %d" % number)
            assert recover(library, NOW + number, decode=fake.decode).is_rebuilt
        kept = sorted(library.root.glob("catalogue.damaged-*.sqlite3"))
        assert [path.read_bytes()[-1:] for path in kept] == [b"3", b"4", b"5"]

    def test_a_large_catalogue_is_looked_through_while_the_frame_runs(self, library, monkeypatch):
        """At the start the wall does not wait for it; what is found then is repaired at the next."""
        back_up(library)
        monkeypatch.setattr(recovery, "LOOKED_THROUGH", 0)
        assert recovery.is_whole(library)
        with sqlite3.connect(library.catalogue) as db:
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("INSERT INTO sightings VALUES (77, 'a.jpg', 1, 2, 99)")
        db.close()
        assert not start(library).is_rebuilt
        assert not recovery.is_whole(library)
        assert start(library).is_rebuilt
        self.assert_everything_is_there(library, knows=True)
        assert recovery.is_whole(library)
        assert not start(library).is_rebuilt

    def test_a_newer_wakeframe_is_not_damage(self, library):
        with sqlite3.connect(library.catalogue) as db:
            db.execute("PRAGMA user_version = 99")
            db.execute("UPDATE facts SET value = '99' WHERE name = 'schema'")
        db.close()
        before = library.catalogue.read_bytes()
        with pytest.raises(CatalogueTooNew, match="99"):
            start(library)
        assert library.catalogue.read_bytes() == before

    def test_a_long_rebuild_is_continued_while_the_frame_runs(self, library):
        library.catalogue.unlink()
        assert start(library, seconds=-1).reconciled.left == PHOTOS
        with Catalogue(library.catalogue) as catalogue:
            assert reconcile(library, catalogue, NOW, decode=fake.decode).adopted == PHOTOS
            assert reconcile(library, catalogue, NOW, decode=fake.decode).adopted == 0


class TestReconcile:
    def run(self, places: Places):
        with Catalogue(places.catalogue) as catalogue:
            result = reconcile(places, catalogue, NOW, decode=fake.decode)
            tell(catalogue, result, NOW)
            return result, {notice.code for notice in catalogue.notices.all()}

    def test_a_photo_whose_original_is_gone_is_not_shown_until_it_is_back(self, library, tmp_path):
        with Catalogue(library.catalogue) as catalogue:
            original = library.original_of(catalogue.photos.get(1))
        original.rename(tmp_path / "elsewhere")
        result, codes = self.run(library)
        assert result.missing == 1
        assert "originals_missing" in codes
        with Catalogue(library.catalogue) as catalogue:
            assert 1 not in {card.id for card in catalogue.photos.cards()}
            assert catalogue.photos.counts()["missing"] == 1
        (tmp_path / "elsewhere").rename(original)
        result, codes = self.run(library)
        assert result.missing == 0
        assert "originals_missing" not in codes
        with Catalogue(library.catalogue) as catalogue:
            assert 1 in {card.id for card in catalogue.photos.cards()}

    def test_an_originals_folder_that_is_not_mounted_deletes_nothing(self, library, tmp_path):
        library.originals.rename(tmp_path / "unmounted")
        library.make()
        result, _ = self.run(library)
        assert result.missing == PHOTOS - 1
        with Catalogue(library.catalogue) as catalogue:
            assert catalogue.photos.counts()["photos"] == PHOTOS
        shutil.rmtree(library.originals)
        (tmp_path / "unmounted").rename(library.originals)
        assert self.run(library)[0].missing == 0
        with Catalogue(library.catalogue) as catalogue:
            assert catalogue.photos.counts()["approved"] == PHOTOS - 2

    def test_a_damaged_original_is_kept_and_named_but_no_photo(self, library):
        folder = library.originals / "ab"
        folder.mkdir(exist_ok=True)
        (folder / f"{'ab' * 32}.jpg").write_bytes(fake.photo("not what its name says"))
        (folder / f"{'ab' * 31}cd.jpg").write_bytes(b"rubbish")
        (folder / "notes.txt").write_text("somebody's")
        result, codes = self.run(library)
        assert (result.unreadable, result.adopted) == (2, 0)
        assert "originals_damaged" in codes
        assert len(list(folder.iterdir())) >= 3

    def test_a_purge_that_was_cut_off_is_ended_not_undone(self, library):
        with Catalogue(library.catalogue) as catalogue:
            original = library.original_of(catalogue.photos.get(DELETED))
        original.rename(tombstone_of(original))
        self.run(library)
        assert not tombstone_of(original).exists()
        assert not original.exists()
        with Catalogue(library.catalogue) as catalogue:
            assert catalogue.photos.get(DELETED) is None

    def test_a_deletion_undone_in_the_middle_of_a_purge_is_undone(self, library):
        with Catalogue(library.catalogue) as catalogue:
            original = library.original_of(catalogue.photos.get(DELETED))
            original.rename(tombstone_of(original))
            catalogue.photos.restore(DELETED)
        self.run(library)
        assert original.is_file()
        with Catalogue(library.catalogue) as catalogue:
            assert DELETED in {card.id for card in catalogue.photos.cards()}

    def test_a_purged_photo_does_not_come_back_with_an_old_copy_of_the_catalogue(self, library):
        back_up(library)
        with Catalogue(library.catalogue) as catalogue:
            purge(library, catalogue, NOW + 1)
        library.catalogue.unlink()
        start(library)
        with Catalogue(library.catalogue) as catalogue:
            assert catalogue.photos.counts()["photos"] == PHOTOS - 1
            assert "4.jpg" not in {photo.name for photo in catalogue.photos.page()}


def damage(path: Path, rng: random.Random) -> None:
    """Flip some bytes, or cut the file off."""
    data = bytearray(path.read_bytes())
    if rng.random() < 0.3:
        del data[rng.randrange(len(data)) :]
    else:
        for _ in range(rng.choice((1, 1, 3, 30))):
            # Half of them in the header and the first pages, where they hurt most.
            place = rng.randrange(rng.choice((100, 8192, len(data), len(data))))
            data[min(place, len(data) - 1)] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
