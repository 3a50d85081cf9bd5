"""The loader's thread: what it answers, what it leaves out, and how it ends."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from frame.core.happenings import Wanted
from frame.core.playlist import fresh
from frame.display.desk import UNREADABLE, Desk, Job, News, Ready
from frame.display.loader import Loader, LoaderLost
from frame.library.catalogue import Catalogue, CatalogueError
from frame.library.places import Places
from tests.fakes.clock import FakeClock
from tests.fakes.wall import FakePainter, FakeStills

SOON = 20.0


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    places.make()
    return places


def desk(places: Places) -> Desk:
    return Desk(
        Catalogue(places.catalogue), places, FakeStills(), FakePainter(), FakeClock(), (96, 54)
    )


def job(request: int) -> Job:
    return Job(request, Wanted.NEXT, fresh(1))


def after(loader: Loader) -> list[Ready | News]:
    """What it has found when everything that was asked before is done."""
    done = threading.Event()
    loader.do(lambda _: done.set())
    assert done.wait(SOON)
    return loader.results()


def test_it_answers_and_brings_news(places: Places):
    loader = Loader(lambda: desk(places))
    try:
        loader.prepare(job(1))
        found = after(loader)
        (ready,) = [each for each in found if isinstance(each, Ready)]
        assert (ready.request, ready.slide, ready.code) == (1, None, "first_run")
    finally:
        loader.close()


def test_what_is_void_already_is_not_prepared(places: Places):
    asked: list[int] = []

    def open_desk() -> Desk:
        opened = desk(places)
        real = opened.prepare

        def prepare(wanted: Job) -> Ready:
            asked.append(wanted.request)
            return real(wanted)

        opened.prepare = prepare  # type: ignore[method-assign]
        return opened

    loader = Loader(open_desk)
    try:
        hold = threading.Event()
        loader.do(lambda _: hold.wait(SOON))
        for request in range(1, 6):
            loader.prepare(job(request))
        hold.set()
        after(loader)
        assert asked == [5]
    finally:
        loader.close()


def test_a_library_that_does_not_answer_for_once_costs_one_answer(places: Places):
    def open_desk() -> Desk:
        opened = desk(places)

        def fails(_: Job) -> Ready:
            raise sqlite3.OperationalError("database is locked")

        opened.prepare = fails  # type: ignore[method-assign]
        return opened

    loader = Loader(open_desk)
    try:
        loader.prepare(job(1))
        found = [each for each in after(loader) if isinstance(each, Ready)]
        assert [each.code for each in found] == [UNREADABLE]
    finally:
        loader.close()


def test_a_catalogue_that_cannot_be_opened_ends_the_wall():
    def open_desk() -> Desk:
        raise CatalogueError("The catalogue cannot be opened: it is a folder.")

    loader = Loader(open_desk)
    loader.close()
    with pytest.raises(LoaderLost, match="it is a folder"):
        loader.results()


def test_a_mistake_in_the_thread_reaches_the_loop(places: Places):
    loader = Loader(lambda: desk(places))
    loader.do(lambda _: 1 / 0)
    loader._thread.join(SOON)
    loader.close()
    with pytest.raises(LoaderLost, match="ZeroDivisionError"):
        loader.results()
