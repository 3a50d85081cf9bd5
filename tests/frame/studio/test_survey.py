"""The queue stays right as the library changes, without reading all of it each time."""

from __future__ import annotations

import pytest

from frame.core.photos import Look
from frame.library.photos import Photos
from frame.studio import survey as module
from frame.studio.survey import Survey
from tests.frame.core.makers import head
from tests.frame.studio.scenes import NOW, Time, add_photo


def ids(survey: Survey) -> list[int]:
    return [each.photo_id for each in survey.queue()]


@pytest.fixture
def other(places):
    """Somebody else's connection: the survey hears of its changes."""
    from frame.library.catalogue import Catalogue

    with Catalogue(places.catalogue) as opened:
        yield opened


def test_changes_by_others_are_seen_and_nothing_is_read_without(
    catalogue, places, other, monkeypatch
) -> None:
    add_photo(catalogue, places, "a")
    survey = Survey(catalogue, "m", Time().clock)
    assert ids(survey) == [1]
    assert survey.is_current()
    pages: list[object] = []
    animatable = Photos.animatable
    monkeypatch.setattr(
        Photos, "animatable", lambda self, *a, **m: pages.append(a) or animatable(self, *a, **m)
    )
    assert ids(survey) == [1] and not pages
    add_photo(other, places, "b", arrived=NOW + 1)
    assert not survey.is_current()
    assert ids(survey) == [2, 1] and pages


def test_in_a_large_library_a_new_photo_is_found_though_the_next_scan_is_far(
    catalogue, places, other, monkeypatch
) -> None:
    for n in range(6):
        add_photo(catalogue, places, f"{n}", arrived=NOW + n)
    monkeypatch.setattr(module, "PAGE", 2)
    time = Time()

    def slow_clock() -> float:
        time.seconds += 1.0  # every look at the clock takes a second: a scan takes at least one
        return time.seconds

    survey = Survey(catalogue, "m", slow_clock)
    assert ids(survey) == [6, 5, 4, 3, 2, 1]
    other.photos.delete(1, NOW)
    new = add_photo(other, places, "new", arrived=NOW + 9)
    assert ids(survey) == [new, 6, 5, 4, 3, 2, 1], "the first page only"
    assert survey.is_still_wanted(survey.queue()[-1]) is None, "asked again before it is rendered"
    time.seconds += 100
    assert not survey.is_current()
    assert ids(survey) == [new, 6, 5, 4, 3, 2]


def test_another_panel_or_another_look_makes_another_view(catalogue, places, other) -> None:
    photo_id = add_photo(catalogue, places, "a", size=(1200, 800))
    time = Time()
    survey = Survey(catalogue, "m", time.clock)
    before = survey.queue()[0].target
    other.facts.panel = (300, 169)
    panel = survey.queue()[0].target
    other.photos.remember_look(photo_id, Look("animated", (), (head(0.5, 0.1, 0.05),), "x"))
    time.seconds += 1
    cropped = survey.queue()[0].target
    assert len({before.key, panel.key, cropped.key}) >= 2
    assert cropped.view.crop != (0, 0, 1200, 800) or panel.view.crop != (0, 0, 1200, 800)


def test_what_is_dealt_with_leaves_the_queue(catalogue, places) -> None:
    for n in range(3):
        add_photo(catalogue, places, f"{n}", arrived=NOW + n)
    survey = Survey(catalogue, "m", Time().clock)
    survey.queue()
    survey.drop(2)
    assert ids(survey) == [3, 1]


def test_a_photo_that_asks_for_nothing_moves_as_the_owner_decided(catalogue, places) -> None:
    add_photo(catalogue, places, "a")
    add_photo(catalogue, places, "b")
    catalogue.photos.want_driver(2, "joy", 0.75)
    survey = Survey(catalogue, "m", Time().clock, "nostalgia")
    targets = {each.photo_id: each.target for each in survey.queue()}
    assert {n: (each.driver, each.intensity) for n, each in targets.items()} == {
        1: ("nostalgia", 1.0),
        2: ("joy", 0.75),
    }
