"""Looking through a library: which photos, in which order, and without walking through their rows."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from frame.core.photos import Approval, Door
from frame.library.browse import COUNTED, By, Entry, Narrowing, Shelf
from frame.library.catalogue import Catalogue
from tests.frame.library.conftest import NOW
from tests.frame.library.test_catalogue import LOOK, new_clip, new_photo

COUNT = 240


def fill(catalogue: Catalogue) -> None:
    """Photos of every kind there is, many of them arriving in one second."""
    luck = random.Random(4)
    photos, clips = catalogue.photos, catalogue.clips
    with catalogue.transaction():
        for number in range(COUNT):
            day = f"20{number % 20:02d}-{1 + number % 12:02d}-{1 + number % 28:02d}T09:30:00"
            photo_id = photos.add(
                new_photo(
                    number,
                    luck.choice([Door.INBOX, Door.PHONE]),
                    arrived=NOW + number // 7,
                    sender=luck.choice(["", "Oma", "Ben"]),
                    taken=day if number % 3 else None,
                )
            )
            photos.approve(photo_id, luck.choice(list(Approval)))
            photos.favour(photo_id, is_favourite=luck.random() < 0.2)
            if luck.random() < 0.8:
                verdict = luck.choice(["animated", "animated", "still", "refused"])
                photos.remember_look(photo_id, type(LOOK)(verdict, (), LOOK.heads, "m1"))
            if luck.random() < 0.4:
                clip = clips.add(new_clip(photo_id, f"{number}.mp4"))
                clips.approve(clip, luck.choice(list(Approval)))
            elif luck.random() < 0.3:
                catalogue.work.done(photo_id, "render", "t", "rests", "It rests.")
            if luck.random() < 0.1:
                photos.delete(photo_id, NOW)
            if luck.random() < 0.1:
                photos.miss(photo_id, NOW)


@pytest.fixture
def full(catalogue) -> Catalogue:
    fill(catalogue)
    return catalogue


def every(catalogue: Catalogue, narrowing: Narrowing, limit: int = 17) -> list[Entry]:
    """Page after page."""
    found: list[Entry] = []
    while True:
        page = catalogue.browse.page(narrowing, found[-1].key if found else None, limit)
        found += page.entries
        if not page.has_more:
            return found
        assert len(page.entries) == limit


def clip_approvals(catalogue: Catalogue, entry: Entry) -> set[Approval]:
    return {clip.approval for clip in catalogue.clips.of(entry.id)}


SHELVES: dict[Shelf, Callable[[Catalogue, Entry], bool]] = {
    Shelf.ALL: lambda *_: True,
    Shelf.WAITING: lambda c, e: (
        e.approval == "waiting"
        or (e.approval == "approved" and Approval.WAITING in clip_approvals(c, e))
    ),
    Shelf.AWAKE: lambda c, e: (
        e.approval == "approved" and Approval.APPROVED in clip_approvals(c, e)
    ),
    Shelf.STILL: lambda c, e: (
        e.verdict in ("still", "refused")
        or (c.work.get(e.id, "render") is not None and not clip_approvals(c, e))
    ),
    Shelf.COMING: lambda c, e: (
        e.approval != "hidden"
        and (
            e.verdict is None
            or (
                e.verdict == "animated"
                and not clip_approvals(c, e)
                and c.work.get(e.id, "render") is None
            )
        )
    ),
    Shelf.FAVOURITE: lambda _, e: e.is_favourite,
    Shelf.HIDDEN: lambda _, e: e.approval == "hidden",
    Shelf.MISSING: lambda _, e: e.is_missing,
}


def test_every_photo_comes_once_newest_first(full):
    found = every(full, Narrowing()) + every(full, Narrowing(Shelf.DELETED))
    assert len(found) == len({each.id for each in found}) == COUNT
    keys = [each.key for each in every(full, Narrowing())]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_shelf_holds_what_belongs_on_it(full, shelf):
    found = every(full, Narrowing(shelf))
    belongs = [each for each in every(full, Narrowing()) if SHELVES[shelf](full, each)]
    assert [each.id for each in found] == [each.id for each in belongs]
    assert len(found) > 0
    assert full.browse.count(Narrowing(shelf)) == len(found)


def test_counts_are_those_of_the_shelves_whatever_narrows(full):
    for narrowing in (Narrowing(), Narrowing(sender="Oma"), Narrowing(first="2005-01-01")):
        counts = full.browse.counts(narrowing)
        assert set(counts) == set(COUNTED)
        for shelf, count in counts.items():
            same = Narrowing(shelf, narrowing.sender, narrowing.by, narrowing.first)
            assert count == len(every(full, same))


def test_a_sender_and_days_narrow_it_down(full):
    assert {each.sender for each in every(full, Narrowing(sender="Oma"))} == {"Oma"}
    assert {each.sender for each in every(full, Narrowing(sender=""))} == {""}
    assert every(full, Narrowing(sender="Nobody")) == []
    some = every(full, Narrowing(first="2007-01-01", last="2007-12-31"))
    assert some and all(each.taken.startswith("2007") for each in some)
    last_day = some[-1].taken[:10]
    assert every(full, Narrowing(first=last_day, last=last_day)), "both ends are included"


def test_days_of_arrival_are_moments(full):
    some = every(full, Narrowing(by=By.ARRIVED, first=NOW + 5, last=NOW + 8))
    assert {each.arrived for each in some} == {NOW + 5, NOW + 6, NOW + 7}


def test_neighbours_are_those_of_the_shelf(full):
    narrowing = Narrowing(Shelf.FAVOURITE)
    found = every(full, narrowing)
    for index, each in enumerate(found):
        newer = found[index - 1].id if index else None
        older = found[index + 1].id if index + 1 < len(found) else None
        assert full.browse.neighbours(narrowing, each.key) == (newer, older)


def test_senders_come_by_name_with_how_many(full):
    senders = dict(full.browse.senders())
    assert list(senders) == ["Ben", "Oma"]
    assert senders["Oma"] == len(every(full, Narrowing(sender="Oma")))


@pytest.mark.parametrize("shelf", Shelf)
def test_narrowing_reads_the_index_and_nothing_else(full, shelf):
    """The plan: no walk through the table, no sorting; the rows of one page are fetched by their ids."""
    asked: list[str] = []
    full._db.set_trace_callback(asked.append)
    full.browse.page(Narrowing(shelf, sender="Oma", first="2001-01-01"), (NOW + 99, 9))
    full.browse.counts(Narrowing(sender="Oma"))
    full.browse.senders()
    full._db.set_trace_callback(None)
    assert len(asked) == 3
    for query in asked:
        plan = [row[3] for row in full._db.execute(f"EXPLAIN QUERY PLAN {query}")]
        walks = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step]
        assert walks in ([], ["SCAN chosen"]), plan
    page = [row[3] for row in full._db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert any("photos_for_pages" in step and "COVERING" in step for step in page), page
