"""The fast lane: newest first, once each, with the still made ahead, whatever the photos are like."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from frame.core.fit import view_of
from frame.errors import Refused
from frame.library.decode import DecodedPhoto
from frame.library.stills import StillCache, make_still
from frame.live import heard
from frame.studio import looker
from frame.studio.kit import Kit
from frame.studio.looking import look_fingerprint
from renderer.faces.types import Picture
from renderer.models import ModelError
from renderer.prepare.scan import Scan
from renderer.report import Report
from tests.fakes.animator import FakeAnimator
from tests.frame.photos import scene
from tests.frame.studio.scenes import MODELS, NOW, PANEL, SIZE, Time, add_photo, decoded, kit


@pytest.fixture
def time() -> Time:
    return Time(stops_at=3.0)


def work(places, live, time: Time, ours: Kit | None = None) -> None:
    looker.run(places.root, live, time, ours or kit(time))


class Order(FakeAnimator):
    """Remembers how often it looked."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def check(self, photo: Picture, scan: Scan | None = None) -> Report:
        self.looks += 1
        return super().check(photo, scan)


def seen(paths: list[str]):
    """A decoder that notes which originals it was given."""

    def decode(path: Path) -> DecodedPhoto:
        paths.append(path.read_bytes().decode().removeprefix("photo "))
        return decoded(path)

    return decode


def test_every_photo_is_looked_at_newest_first(catalogue, places, live, time) -> None:
    ids = [add_photo(catalogue, places, f"{n}", arrived=NOW + n, looked=None) for n in (1, 3, 2)]
    order: list[str] = []
    work(places, live, time, kit(time, decode=seen(order)))
    assert order == ["3", "2", "1"]
    for photo_id in ids:
        look = catalogue.photos.get(photo_id).look
        assert look.verdict == "animated" and look.models == look_fingerprint(MODELS)
        assert [finding.code for finding in look.findings] == ["few_pixels"]
        (head,) = look.heads
        assert head.can_move and head.keep.width > head.face.width
        task = catalogue.work.get(photo_id, "look")
        assert task.state == "done" and task.seconds is not None


def test_the_still_is_ready_before_the_display_asks(catalogue, places, live, time) -> None:
    photo_id = add_photo(catalogue, places, "a", looked=None)
    work(places, live, time)
    photo = catalogue.photos.get(photo_id)
    view = view_of(photo, PANEL)

    def nobody(_path: Path) -> DecodedPhoto:
        raise AssertionError("decoded again")

    still = StillCache(places, nobody).still(photo, view)
    assert (still == make_still(np.ascontiguousarray(scene(*SIZE)), view)).all()


def test_one_that_arrives_meanwhile_comes_next(catalogue, places, live, time) -> None:
    for n in (1, 2):
        add_photo(catalogue, places, f"{n}", arrived=NOW + n, looked=None)
    order: list[str] = []
    inner = seen(order)

    def decode(path: Path) -> DecodedPhoto:
        if not order:
            add_photo(catalogue, places, "new", arrived=NOW + 9, looked=None)
        return inner(path)

    work(places, live, time, kit(time, decode=decode))
    assert order == ["2", "new", "1"]


def test_a_photo_that_comes_while_it_waits_is_seen_within_a_second(catalogue, places, live) -> None:
    time = Time(stops_at=20.0)
    came: list[float] = []

    def arrive() -> None:
        if time.seconds >= 5 and not came:
            came.append(time.seconds)
            add_photo(catalogue, places, "a", looked=None)

    time.at_each_wait = arrive
    looked: list[float] = []

    def decode(path: Path) -> DecodedPhoto:
        looked.append(time.seconds)
        return decoded(path)

    work(places, live, time, kit(time, decode=decode))
    assert looked[0] - came[0] <= 1.0
    assert max(time.waits) <= 1.0 and min(time.waits) == 0.25, "quicker while photos come"


def test_other_models_look_again_after_what_nobody_has_seen(catalogue, places, live) -> None:
    add_photo(catalogue, places, "old", arrived=NOW + 5, looked=None)
    work(places, live, Time(stops_at=2.0))
    add_photo(catalogue, places, "new", looked=None)
    order: list[str] = []
    time = Time(stops_at=3.0)
    work(places, live, time, kit(time, decode=seen(order), models="models-2"))
    assert order == ["new", "old"]


def test_a_photo_without_a_face_is_refused_with_its_reason_and_loses_its_clip(
    catalogue, places, live, time
) -> None:
    from frame.studio import slow

    photo_id = add_photo(catalogue, places, "dark side")
    bright = kit(
        Time(), decode=lambda path: replace(decoded(path), pixels=scene(*SIZE)), models="m0"
    )
    first = Time(stops_at=2.0)
    slow.run(places.root, live, first, kit=replace(bright, clock=first.clock), reserve=lambda _: 0)
    assert catalogue.clips.count() == 1
    work(places, live, time)
    look = catalogue.photos.get(photo_id).look
    assert (look.verdict, look.heads) == ("refused", ())
    assert look.findings[0].code == "no_face"
    assert catalogue.clips.count() == 0 and not list(places.clips.iterdir())


def test_an_original_that_cannot_be_decoded_any_more_is_refused_at_once(
    catalogue, places, live, time
) -> None:
    photo_id = add_photo(catalogue, places, "a", looked=None)

    def decode(_path: Path) -> DecodedPhoto:
        raise Refused("damaged", "This photo is damaged.")

    work(places, live, time, kit(time, decode=decode))
    look = catalogue.photos.get(photo_id).look
    assert (look.verdict, look.findings[0].code) == ("refused", "damaged")


def test_a_decoder_that_dies_is_given_a_second_chance_and_no_third(
    catalogue, places, live, time
) -> None:
    bad = add_photo(catalogue, places, "bad", arrived=NOW + 1, looked=None)
    good = add_photo(catalogue, places, "good", looked=None)
    tries: list[str] = []

    def decode(path: Path) -> DecodedPhoto:
        if b"bad" in path.read_bytes():
            tries.append("bad")
            raise Refused("decoder_died", "It made the decoder stop.")
        return decoded(path)

    work(places, live, time, kit(time, decode=decode))
    assert len(tries) == 2
    assert catalogue.photos.get(bad).look is None
    (task,) = catalogue.work.all_set_aside()
    assert (task.photo_id, task.kind) == (bad, "look")
    assert "bad" in catalogue.notices.all()[0].message
    assert catalogue.photos.get(good).look is not None
    work(places, live, Time(stops_at=2.0))
    assert len(tries) == 2


@pytest.mark.parametrize(
    "error", [ModelError("A model file is missing."), OSError(errno.EIO, "i/o error")]
)
def test_when_the_machine_fails_no_photo_is_blamed(catalogue, places, live, error) -> None:
    photo_id = add_photo(catalogue, places, "a", looked=None)
    time = Time(stops_at=40.0)

    class Failing(FakeAnimator):
        def check(self, photo: Picture, scan: Scan | None = None) -> Report:
            if time.seconds < 20:
                raise error
            return super().check(photo, scan)

    def look_in() -> None:
        if 6 < time.seconds < 15:
            assert heard(live, "looker")["state"] == "trouble"
            assert bool(catalogue.notices.all()) is isinstance(error, ModelError)

    time.at_each_wait = look_in
    work(places, live, time, kit(time, Failing()))
    assert catalogue.photos.get(photo_id).look is not None
    assert not catalogue.notices.all()


def test_a_still_that_cannot_be_kept_costs_nothing(catalogue, places, live, time) -> None:
    photo_id = add_photo(catalogue, places, "a", looked=None)
    places.stills.rmdir()
    places.stills.write_text("in the way")
    work(places, live, time)
    assert catalogue.photos.get(photo_id).look is not None


def test_told_to_stop_it_stops_between_photos(catalogue, places, live) -> None:
    for n in range(5):
        add_photo(catalogue, places, f"{n}", looked=None)
    time = Time()
    order: list[str] = []
    inner = seen(order)

    def decode(path: Path) -> DecodedPhoto:
        time.is_stopped = len(order) == 1
        return inner(path)

    work(places, live, time, kit(time, decode=decode))
    assert len(order) == 2
    assert catalogue.photos.counts()["looked"] == 2
    assert heard(live, "looker")["state"] == "stopped"


def test_idle_it_reads_nothing(catalogue, places, live, monkeypatch) -> None:
    add_photo(catalogue, places, "a", looked=None)
    work(places, live, Time(stops_at=2.0))
    reads: list[int] = []
    monkeypatch.setattr(looker.Looker, "look_at_all", lambda _: reads.append(1) or 0)
    time = Time(stops_at=100.0)
    work(places, live, time)
    assert len(reads) == 1 and len(time.waits) >= 95
