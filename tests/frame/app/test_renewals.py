"""Settings that change while the frame runs: noticed, and carried to those whom they concern alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from frame.app.order import Order
from frame.app.renewals import (
    CONCERNS,
    FOR_GOOD,
    OF_THE_DISPLAY,
    Heard,
    SettingsFiles,
    concerned,
    tell,
)
from frame.live import heard, live_folder, say
from frame.settings import Hours, Settings, keys, save
from frame.supervise import RULES
from tests.frame.app.family import order, wait_for
from tests.frame.app.test_supervisor import Home, home, up  # noqa: F401 - fixtures


@pytest.fixture
def before(tmp_path) -> Order:
    return Order(tmp_path, tmp_path, Settings(), wake_seconds=240.0)


def changed(before: Order, **settings: object) -> Order:
    return replace(before, settings=replace(before.settings, **settings))


def test_every_key_and_process_that_is_named_is_there():
    assert {*CONCERNS, *OF_THE_DISPLAY, *FOR_GOOD} >= {key.name for key in keys()}
    known = {rule.name for rule in RULES} | {"web"}
    assert {name for names in CONCERNS.values() for name in names} <= known
    assert all("display" not in names for names in CONCERNS.values()), "the wall never goes black"


def test_only_those_whom_a_key_concerns_are_started_again(before):
    assert concerned(before, before) == frozenset()
    assert concerned(before, changed(before, surround="black", still_seconds=9.0)) == frozenset()
    assert concerned(before, changed(before, driver="joy")) == {"studio"}
    assert concerned(before, changed(before, usb=False, clip_percent=5.0)) == {"doors", "studio"}


def test_the_display_hears_of_another_order_once(before):
    ear = Heard(before)
    assert ear.renewed() is None
    after = changed(before, night=(Hours.parse("22:00-07:00"),))
    tell(after)
    assert ear.renewed() == after
    assert ear.renewed() is None
    tell(before)
    assert ear.renewed() == before


def test_safe_mode_stays_what_it_was_for_this_process(before):
    ear = Heard(replace(before, is_safe=True))
    tell(changed(before, surround="black"))
    found = ear.renewed()
    assert found is not None and found.is_safe


@pytest.mark.parametrize(
    "facts", [{}, {"order": 7}, {"order": "{"}, {"order": "{}"}, {"order": "[]"}]
)
def test_nonsense_is_no_order(before, facts):
    say(before.live, "order", facts)
    assert Heard(before).renewed() is None


def test_a_file_that_is_written_put_there_or_removed_is_noticed(tmp_path, before):
    path = tmp_path / "settings.toml"
    asked = []

    def read() -> Order:
        asked.append(path.exists())
        return before

    files = SettingsFiles((path,), read)
    assert files.renewed() is None and asked == []
    save(path, {"surround": "black"})
    assert files.renewed() == before
    assert files.renewed() is None
    save(path, {"surround": "matte"})
    assert files.renewed() == before
    path.unlink()
    assert files.renewed() == before
    assert asked == [True, True, False]


def test_a_running_frame_takes_a_change_in_and_only_the_studio_is_started_again(up):  # noqa: F811
    folder: Path = up.folder
    before = {name: up.pid_of(name) for name in ("display", "doors", "studio")}
    save(folder / "settings.toml", {"driver": "joy", "surround": "black"})
    wait_for(lambda: up.starts_of("studio") == 2, 8)
    assert up.pid_of("display") == before["display"]
    assert up.pid_of("doors") == before["doors"]
    line = heard(live_folder(folder), "order")["order"]
    assert Order.from_line(line.encode()).settings.surround == "black"
    assert order(folder, live_folder(folder)).settings.driver == "joy"
    assert "it ended and is started again" not in up.end()
