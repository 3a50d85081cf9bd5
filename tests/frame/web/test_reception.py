"""Who stands at the frame may send photos: an invitation, held up on the screen and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from frame.core.placard import HOME, INVITE, PLACARD, Placard, Purpose, placard_from
from frame.library.catalogue import Catalogue
from frame.live import heard, say
from frame.web.invitations import SHARED_SECONDS, Invitations
from frame.web.reception import (
    HELD_SECONDS,
    OWNER_SECONDS,
    Reception,
    Whereabouts,
)

NOW = 1_700_000_000


class Hall:
    """A frame's web process without a web."""

    def __init__(self, folder: Path) -> None:
        self.live = folder / "live"
        self.live.mkdir()
        self.path = folder / "catalogue.sqlite3"
        self.catalogue = Catalogue(self.path)
        self.clock = 1000.0
        self.where = Whereabouts("wakeframe.local", "192.0.2.20", 8080)
        self.invitations = Invitations(lambda: self.clock)
        self.reception = self.open()

    def open(self, *, invites: bool = True) -> Reception:
        return Reception(
            self.path,
            self.live,
            lambda: self.where,
            lambda: self.clock,
            self.invitations if invites else None,
        )

    def own(self) -> None:
        self.catalogue.ownership.set_password("hash", NOW)

    def ask(self) -> Placard | None:
        self.clock += 5
        say(self.live, INVITE, {"asked": self.clock})
        self.reception.look()
        return placard_from(heard(self.live, PLACARD), self.clock)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.catalogue.close()


def test_the_screen_hears_where_the_pages_are(hall: Hall):
    hall.reception.look()
    facts = heard(hall.live, HOME)
    assert facts["scan"] == "http://wakeframe.local:8080/frame"
    assert facts["fallback"] == "http://192.0.2.20:8080/frame"
    assert facts["spoken"] == "wakeframe.local:8080"
    assert facts["is_owned"] == 0
    hall.own()
    hall.clock += OWNER_SECONDS
    hall.reception.look()
    assert heard(hall.live, HOME)["scan"] == "http://wakeframe.local:8080/"


def test_where_names_are_not_announced_the_address_is_all(hall: Hall):
    hall.where = Whereabouts("", "192.0.2.20", 80)
    hall.reception.look()
    facts = heard(hall.live, HOME)
    assert (facts["scan"], facts["fallback"]) == ("http://192.0.2.20/frame", "")
    assert facts["spoken"] == "192.0.2.20"


def test_without_a_network_there_is_nothing_to_scan(hall: Hall):
    hall.own()
    hall.where = Whereabouts("", "", 8080)
    assert hall.ask() is None
    assert "scan" not in heard(hall.live, HOME)


def test_who_asks_is_invited_and_nobody_has_a_pass_before_they_say_who_they_are(hall: Hall):
    hall.own()
    placard = hall.ask()
    assert placard is not None and placard.purpose is Purpose.SEND
    assert placard.until == hall.clock + HELD_SECONDS
    token = placard.address.rpartition("/")[2]
    assert placard.address == f"http://wakeframe.local:8080/i/{token}"
    assert placard.fallback == f"http://192.0.2.20:8080/i/{token}"
    assert hall.invitations.is_good(token)
    assert hall.catalogue.passes.all() == []


def test_one_question_is_answered_once(hall: Hall):
    hall.own()
    hall.ask()
    hall.clock += HELD_SECONDS
    hall.reception.look()
    assert placard_from(heard(hall.live, PLACARD), hall.clock) is None


def test_a_party_shares_one_invitation_and_tomorrow_is_another(hall: Hall):
    hall.own()
    first = hall.ask()
    second = hall.ask()
    assert first is not None and second is not None and first.address == second.address
    hall.clock += SHARED_SECONDS
    third = hall.ask()
    assert third is not None and third.address != first.address


def test_a_frame_without_an_owner_gives_no_passes(hall: Hall):
    placard = hall.ask()
    assert placard is not None and placard.purpose is Purpose.VISIT
    assert placard.address == "http://wakeframe.local:8080/frame"
    assert hall.catalogue.passes.all() == []


def test_an_owner_who_wants_no_invitations_has_none(hall: Hall):
    hall.own()
    hall.reception = hall.open(invites=False)
    placard = hall.ask()
    assert placard is not None and placard.purpose is Purpose.VISIT
    assert placard.address == "http://wakeframe.local:8080/"
    assert hall.catalogue.passes.all() == []


def test_what_was_asked_before_we_came_is_not_answered(hall: Hall):
    hall.own()
    say(hall.live, INVITE, {"asked": hall.clock})
    hall.reception = hall.open()
    hall.reception.look()
    assert hall.catalogue.passes.all() == []


@pytest.mark.parametrize("asked", ["now", None, float("nan"), float("inf"), [1]])
def test_rubbish_is_no_question(hall: Hall, asked: object):
    hall.own()
    say(hall.live, INVITE, {"asked": asked})
    hall.reception.look()
    assert hall.catalogue.passes.all() == []


def test_a_catalogue_that_fails_takes_nothing_down(hall: Hall, tmp_path: Path):
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"not a catalogue" * 100)
    reception = Reception(broken, hall.live, lambda: hall.where, lambda: 0.0)
    reception.look()
