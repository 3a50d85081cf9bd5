"""Being found by name: who has a name keeps it, and nobody is sent to a name that is not ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.finding import (
    FIRST_NUMBER,
    LONGEST_LABEL,
    MOST_NUMBERS,
    RECHECK_SECONDS,
    Addresses,
    Announce,
    Answered,
    Ask,
    Close,
    Event,
    Finding,
    ImpossiblePair,
    Open,
    State,
    Tick,
    Withdraw,
    host_label,
    next_finding,
)

HERE = frozenset({"192.0.2.20"})
LOWER = frozenset({"192.0.2.3"})
HIGHER = frozenset({"192.0.2.100"})
NOBODY: frozenset[str] = frozenset()


def found(name: str = "Wakeframe") -> Finding:
    finding, _ = next_finding(Finding(name, 8080), Addresses(HERE), 0.0)
    finding, _ = next_finding(finding, Answered(NOBODY), 0.0)
    assert finding.state is State.FOUND
    return finding


def test_asks_before_it_takes_a_name():
    finding, effects = next_finding(Finding("Wakeframe", 8080), Addresses(HERE), 0.0)
    assert finding.state is State.ASKING
    assert effects == (Open(HERE), Ask("wakeframe.local"))
    finding, effects = next_finding(finding, Answered(NOBODY), 1.0)
    assert finding.state is State.FOUND
    assert effects == (Announce("wakeframe.local", "Wakeframe", 8080, HERE),)


@pytest.mark.parametrize("others", [LOWER, HIGHER])
def test_a_name_that_somebody_has_is_theirs(others: frozenset[str]):
    finding, _ = next_finding(Finding("Wakeframe", 8080), Addresses(HERE), 0.0)
    finding, effects = next_finding(finding, Answered(others), 1.0)
    assert effects == (Ask("wakeframe-2.local"),)
    finding, effects = next_finding(finding, Answered(others), 1.0)
    assert effects == (Ask("wakeframe-3.local"),)
    finding, effects = next_finding(finding, Answered(NOBODY), 1.0)
    assert effects == (Announce("wakeframe-3.local", "Wakeframe 3", 8080, HERE),)


def test_of_two_that_have_the_same_name_exactly_one_goes():
    stays, effects = next_finding(found(), Answered(LOWER), 5.0)
    assert effects == () and stays.host == "wakeframe.local"
    goes, effects = next_finding(found(), Answered(HIGHER), 5.0)
    assert effects == (Withdraw(), Ask("wakeframe-2.local"))
    assert goes.state is State.ASKING


def test_looks_again_once_a_minute_and_not_more_often():
    finding = found()
    assert next_finding(finding, Tick(), RECHECK_SECONDS - 1)[1] == ()
    finding, effects = next_finding(finding, Tick(), RECHECK_SECONDS)
    assert effects == (Ask("wakeframe.local"),)
    assert next_finding(finding, Tick(), RECHECK_SECONDS + 1)[1] == ()


def test_without_a_network_there_is_nothing_to_say_and_afterwards_everything():
    finding, effects = next_finding(found(), Addresses(NOBODY), 9.0)
    assert finding.state is State.AWAY and effects == (Close(),)
    assert next_finding(finding, Tick(), 1e9)[1] == ()
    assert next_finding(finding, Addresses(NOBODY), 10.0)[1] == ()
    finding, effects = next_finding(finding, Addresses(LOWER), 11.0)
    assert effects == (Open(LOWER), Ask("wakeframe.local"))


def test_after_a_time_without_a_network_the_plain_name_is_tried_first():
    finding = Finding("Wakeframe", 8080, State.FOUND, 3, HERE)
    finding, _ = next_finding(finding, Addresses(NOBODY), 1.0)
    _, effects = next_finding(finding, Addresses(HERE), 2.0)
    assert Ask("wakeframe.local") in effects


def test_an_answer_without_a_network_is_a_mistake():
    with pytest.raises(ImpossiblePair):
        next_finding(Finding("Wakeframe", 8080), Answered(NOBODY), 0.0)


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Wakeframe", "wakeframe"),
        ("Küche", "kueche"),
        ("Großmutters Rahmen", "grossmutters-rahmen"),
        ("Salon d’été", "salon-d-ete"),
        ("  --  ", "wakeframe"),
        ("相框", "wakeframe"),
        ("", "wakeframe"),
        ("a.local\r\nb", "a-local-b"),
        ("x" * 200, "x" * 63),
    ],
)
def test_a_name_becomes_something_that_a_browser_can_type(name: str, host: str):
    assert host_label(name) == host
    assert Finding(name, 80).host == f"{host}.local"


@given(st.text(max_size=300), st.integers(FIRST_NUMBER, MOST_NUMBERS))
def test_no_name_breaks_the_records(name: str, number: int):
    finding = Finding(name, 8080, number=number)
    label = finding.host.removesuffix(".local")
    assert 0 < len(label) <= LONGEST_LABEL
    assert all(each in "abcdefghijklmnopqrstuvwxyz0123456789-" for each in label)
    assert 0 < len(finding.title.encode()) <= LONGEST_LABEL
    assert "." not in finding.title and finding.title.isprintable()


EVENTS = st.one_of(
    st.sampled_from([NOBODY, HERE, LOWER]).map(Addresses),
    st.sampled_from([NOBODY, LOWER, HIGHER]).map(Answered),
    st.just(Tick()),
)


@given(st.lists(EVENTS, max_size=200))
def test_whatever_happens_only_a_name_that_was_asked_for_is_announced(events: list[Event]):
    finding, now = Finding("Wakeframe", 8080), 0.0
    asked: set[str] = set()
    for event in events:
        now += 20
        if isinstance(event, Answered) and finding.state is State.AWAY:
            continue
        finding, effects = next_finding(finding, event, now)
        asked |= {each.host for each in effects if isinstance(each, Ask)}
        for each in effects:
            if isinstance(each, Announce):
                assert each.host in asked and each.addresses == finding.addresses != NOBODY
        assert (finding.state is State.AWAY) == (not finding.addresses)
