"""What becomes of preparing photos, what people choose, and what hangs of it: rows and files."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from frame.core.photos import Door
from frame.core.preparation import Choice, Outcome, Preparation, Rule, hangs, is_wanted, waits
from frame.library.catalogue import Catalogue
from frame.library.comparison import comparison
from frame.library.deletion import purge
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.library.prepared import PreparedShelf
from frame.library.recovery import recover
from frame.library.salvage import decisions
from frame.library.sealed import seal, unseal
from frame.library.space import Space
from frame.library.stills import PreparedLost, read_prepared

NOW = 1_790_000_000
SIZE = (6, 4)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path)
    found.make()
    return found


@pytest.fixture
def catalogue(places: Places):
    with Catalogue(places.catalogue) as opened:
        yield opened


def add(catalogue: Catalogue, places: Places, number: int) -> int:
    sha256 = f"{number:02x}" * 32
    path = places.original(sha256, ".jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"original")
    return catalogue.photos.add(
        NewPhoto(sha256, ".jpg", 8, Door.INBOX, f"p{number}", NOW + number, SIZE, SIZE)
    )


def made(photo_id: int, name: str = "prep1", **more) -> Preparation:
    facts = {"passed": True, "damage": 0.1, "mended": ("fading",), "answers": ("faded",)}
    facts |= {"outcome": Outcome.MADE, "size_bytes": 0, "made": NOW} | more
    return Preparation(photo_id=photo_id, name=name, **facts)


def picture(level: int = 90) -> np.ndarray:
    return np.full((SIZE[1], SIZE[0], 3), level, np.uint8)


def publish(catalogue, places, photo_id, name="prep1", rule=Rule.AUTO, **more) -> Path:
    photo = catalogue.photos.get(photo_id)
    shelf = PreparedShelf(places, catalogue)
    shelf.publish(photo, picture(), made(photo_id, name, **more), "{}", rule)
    return places.prepared_of(photo.sha256, name)


@pytest.mark.parametrize(("rule", "choice", "passed"), list(product(Rule, Choice, (True, False))))
def test_the_database_decides_as_the_decision_does(catalogue, places, rule, choice, passed):
    photo_id = add(catalogue, places, 1)
    catalogue.preparations.choose(photo_id, choice, rule)
    wanted = catalogue.photos.get(photo_id)
    catalogue.photos.remember_look(photo_id, look())
    found = catalogue.preparations.unprepared("prep1", rule)
    assert (found is not None) is is_wanted(rule, choice)
    publish(catalogue, places, photo_id, rule=rule, passed=passed)
    after = catalogue.photos.get(photo_id)
    expected = hangs(rule, choice, passed=passed)
    assert bool(after.prepared) is expected and wanted.prepared == ""
    assert catalogue.preparations.settle(rule) == 0, "settled already"
    assert (photo_id in catalogue.preparations.waiting()) is (
        waits(rule, choice, passed=passed) or (rule is Rule.NEVER and choice is Choice.AUTO)
    )


def look():
    from frame.core.photos import Finding, Look

    return Look("animated", (Finding("faded", "Faded."), Finding("c", "C.")), (), "m")


def test_a_choice_is_followed_at_once_and_undone_by_the_one_before(catalogue, places):
    photo_id = add(catalogue, places, 1)
    publish(catalogue, places, photo_id)
    for choice, prepared in (
        (Choice.ORIGINAL, ""),
        (Choice.RESTORED, "prep1"),
        (Choice.ORIGINAL, ""),
        (Choice.AUTO, "prep1"),
    ):
        catalogue.preparations.choose(photo_id, choice, Rule.AUTO)
        assert catalogue.preparations.choice(photo_id) is choice
        assert catalogue.photos.get(photo_id).prepared == prepared


def test_what_hangs_strikes_off_what_it_answers(catalogue, places):
    photo_id = add(catalogue, places, 1)
    catalogue.photos.remember_look(photo_id, look())
    publish(catalogue, places, photo_id)
    assert [each.code for each in catalogue.photos.get(photo_id).look.told] == ["c"]
    catalogue.preparations.choose(photo_id, Choice.ORIGINAL, Rule.AUTO)
    assert len(catalogue.photos.get(photo_id).look.told) == 2


def test_the_newest_is_prepared_first_and_what_had_to_go_last(catalogue, places):
    old, new, gone = (add(catalogue, places, number) for number in (1, 2, 3))
    for each in (old, new, gone):
        catalogue.photos.remember_look(each, look())
    rows = catalogue.preparations
    publish(catalogue, places, gone)
    rows.evict(gone)
    assert catalogue.photos.get(gone).prepared == ""
    assert rows.unprepared("prep1", Rule.AUTO).id == new
    assert rows.unprepared("prep1", Rule.AUTO, evicted=True).id == new
    for each in (new, old):
        publish(catalogue, places, each)
    assert rows.unprepared("prep1", Rule.AUTO) is None
    assert rows.unprepared("prep1", Rule.AUTO, evicted=True).id == gone
    assert rows.unprepared("prep2", Rule.AUTO).id == gone, "another edition"
    catalogue.work.set_aside(gone, "prepare", "prep2", "failed", "It failed.")
    assert rows.unprepared("prep2", Rule.AUTO).id == new
    catalogue.photos.delete(new, NOW)
    catalogue.photos.miss(old, NOW)
    assert rows.unprepared("prep2", Rule.AUTO) is None


def test_a_published_picture_is_on_the_disk_and_the_one_before_has_gone(catalogue, places):
    photo_id = add(catalogue, places, 1)
    first = publish(catalogue, places, photo_id)
    np.testing.assert_array_equal(read_prepared(places, catalogue.photos.get(photo_id)), picture())
    second = publish(catalogue, places, photo_id, "prep2")
    assert not first.exists() and second.is_file()
    assert catalogue.preparations.bytes() == second.stat().st_size
    assert catalogue.work.get(photo_id, "prepare").target == "prep2"
    photo = catalogue.photos.get(photo_id)
    PreparedShelf(places, catalogue).record_needless(
        photo, made(photo_id, "prep3", outcome=Outcome.NEEDLESS), "", Rule.AUTO
    )
    assert not second.exists() and catalogue.photos.get(photo_id).prepared == ""


def test_the_same_preparation_made_again_replaces_itself(catalogue, places):
    photo_id = add(catalogue, places, 1)
    path = publish(catalogue, places, photo_id)
    path.write_bytes(b"torn")
    assert publish(catalogue, places, photo_id) == path
    assert unseal(path.read_bytes()) is not None


@pytest.mark.parametrize("damage", ["gone", "torn", "other size", "a folder"])
def test_what_cannot_be_read_is_lost_and_the_original_hangs(catalogue, places, damage):
    photo_id = add(catalogue, places, 1)
    catalogue.photos.remember_look(photo_id, look())
    path = publish(catalogue, places, photo_id)
    if damage == "torn":
        path.write_bytes(path.read_bytes()[:-3])
    elif damage == "other size":
        path.write_bytes(seal(np.zeros((9, 9, 3), np.uint8)))
    else:
        path.unlink()
    if damage == "a folder":
        path.mkdir()
    photo = catalogue.photos.get(photo_id)
    with pytest.raises(PreparedLost):
        read_prepared(places, photo)
    catalogue.preparations.lost(photo_id, photo.prepared)
    assert catalogue.photos.get(photo_id).prepared == ""
    assert catalogue.preparations.get(photo_id) is None
    assert catalogue.preparations.unprepared("prep1", Rule.AUTO).id == photo_id
    catalogue.preparations.lost(photo_id, "another")
    publish(catalogue, places, photo_id) if damage != "a folder" else None


def test_losing_another_one_changes_nothing(catalogue, places):
    photo_id = add(catalogue, places, 1)
    publish(catalogue, places, photo_id)
    catalogue.preparations.lost(photo_id, "prep0")
    assert catalogue.photos.get(photo_id).prepared == "prep1"


def test_the_sweep_makes_files_and_rows_agree(catalogue, places):
    kept, lost = add(catalogue, places, 1), add(catalogue, places, 2)
    path, gone = publish(catalogue, places, kept), publish(catalogue, places, lost)
    gone.unlink()
    stray = path.with_name(f"{'ab' * 32}-prep9.png")
    part = path.with_name(f".{'0' * 16}.part")
    strange = path.with_name("holiday.png")
    for each in (stray, part, strange):
        each.write_bytes(b"x")
    assert PreparedShelf(places, catalogue).sweep() == 2
    assert path.is_file() and strange.is_file()
    assert not stray.exists() and not part.exists()
    assert catalogue.photos.get(kept).prepared == "prep1"
    assert catalogue.photos.get(lost).prepared == ""


def test_a_start_without_the_folder_is_no_trouble(catalogue, places):
    import shutil

    photo_id = add(catalogue, places, 1)
    publish(catalogue, places, photo_id)
    catalogue.close()
    shutil.rmtree(places.prepared)
    recover(places, NOW)
    with Catalogue(places.catalogue) as opened:
        photo = opened.photos.get(photo_id)
        assert photo.prepared == "" and places.original_of(photo).is_file()


def test_a_purge_takes_it_along(catalogue, places):
    photo_id = add(catalogue, places, 1)
    path = publish(catalogue, places, photo_id)
    catalogue.photos.delete(photo_id, NOW)
    assert path.is_file(), "it can still be undone"
    assert purge(places, catalogue, NOW + 1) == 1
    assert not path.exists() and catalogue.preparations.get(photo_id) is None


def test_it_goes_to_make_room_after_all_else_and_the_row_first(catalogue, places):
    photo_id = add(catalogue, places, 1)
    path = publish(catalogue, places, photo_id)
    space = Space(places, reserve=lambda _: 1 << 62)
    assert not space.make(1, catalogue)
    assert not path.exists()
    assert catalogue.preparations.get(photo_id).outcome is Outcome.EVICTED
    assert catalogue.photos.get(photo_id).prepared == ""
    assert catalogue.preparations.bytes() == 0
    assert places.original_of(catalogue.photos.get(photo_id)).is_file()


def test_before_and_after_are_of_one_size(catalogue, places):
    photo_id = add(catalogue, places, 1)
    assert comparison(catalogue, photo_id, 900) is None
    publish(catalogue, places, photo_id, rule=Rule.ASK)
    found = comparison(catalogue, photo_id, 900)
    assert found is not None
    assert (found.before.prepared, found.after.prepared) == ("", "prep1")
    assert found.view.crop == (0, 0, *SIZE) and not found.hangs
    assert (found.view.width, found.view.height) == SIZE
    assert comparison(catalogue, photo_id, 4).view.height == 2
    catalogue.preparations.evict(photo_id)
    assert comparison(catalogue, photo_id, 900) is None


def test_what_was_chosen_can_be_read_of_a_damaged_catalogue(catalogue, places):
    photo_id = add(catalogue, places, 1)
    catalogue.preparations.choose(photo_id, Choice.ORIGINAL, Rule.AUTO)
    catalogue.close()
    (decided,) = decisions(places.catalogue).values()
    assert decided.preparation is Choice.ORIGINAL


def test_a_flipped_bit_strikes_nothing_off(catalogue, places):
    photo_id = add(catalogue, places, 1)
    catalogue.photos.remember_look(photo_id, look())
    publish(catalogue, places, photo_id)
    catalogue._db.execute("UPDATE preparations SET mended = '[', answers = '7'")
    assert catalogue.preparations.get(photo_id).mended == ()


def test_older_catalogues_keep_their_tries(tmp_path):
    import sqlite3

    from frame.library import schema

    path = tmp_path / "old.sqlite3"
    old = sqlite3.connect(path, isolation_level=None)
    before, schema.VERSION = schema.VERSION, 6
    try:
        schema.migrate(old)
    finally:
        schema.VERSION = before
    old.execute(
        "INSERT INTO photos (id, sha256, suffix, size_bytes, door, name, arrived, width, height,"
        " decoded_width, decoded_height, approval) VALUES (1, 'aa', '.jpg', 1, 'inbox', 'n', 1, 1, 1,"
        " 1, 1, 'approved')"
    )
    old.execute("INSERT INTO work VALUES (1, 'render', 't', 2, 'set_aside', 'failed', 'm', NULL)")
    old.close()
    with Catalogue(path) as opened:
        assert opened.is_sound()
        assert opened.work.get(1, "render").state == "set_aside"
        assert opened.photos.get(1).prepared == ""
        assert opened.preparations.choice(1) is Choice.AUTO
