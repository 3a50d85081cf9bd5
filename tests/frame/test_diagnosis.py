"""Secrets are planted wherever a frame keeps something; what goes to whoever helps has none of them."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path

import pytest

from frame import cli
from frame.app.alone import claim
from frame.app.mishaps import remember_mishaps
from frame.core.passes import Terms
from frame.core.photos import Door, Finding, Look, View
from frame.diagnosis import diagnose
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.library.talk import Refusal
from frame.live import say
from frame.logs import MISHAPS_KEPT, Mishaps, OneLine
from frame.settings import Settings
from frame.settings.hours import Hours

SECRET = "xyzzy"  # noqa: S105 - nobody's
"""In every text that is not ours."""

NUMBERS = ("48.13743", "11.57549")
PLACES = (48.13743, 11.57549)


def planted(folder: Path) -> Path:
    """A library whose every table has something to hide."""
    places = Places(folder / SECRET)
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        new = NewPhoto(
            sha256="5ec4e7" * 10 + "abcd", suffix=".jpg", size_bytes=1, door=Door.PHONE,
            name=f"{SECRET}.jpg", sender=f"Aunt {SECRET}", arrived=1000, size=(640, 480),
            decoded=(640, 480), place=PLACES,
        )  # fmt: skip
        photo = catalogue.photos.add(new)
        found = Finding("profile", f"The face of {SECRET} looks away.")
        catalogue.photos.remember_look(photo, Look("refused", (found,), (), SECRET))
        view = View((0, 0, 640, 480), 640, 480)
        report = json.dumps({"title": SECRET})
        catalogue.clips.add(
            NewClip(
                photo, f"{SECRET}.mp4", "joy", "auto", SECRET, SECRET, view, 10, 20, 125, report
            )
        )
        catalogue.refusals.add(
            Refusal("inbox", f"/home/{SECRET}/a.jpg", 1, 1, "damaged", f"{SECRET} is damaged.", 5)
        )
        catalogue.notices.add("doors", "folder_absent", f"/mnt/{SECRET}", f"{SECRET} is away.", 7)
        catalogue.passes.add("5ec4e7" * 10 + "0000", f"Uncle {SECRET}", Terms(), 11)
        catalogue.ownership.set_password(f"$argon2id${SECRET}", 12)
        catalogue.ownership.begin("5ec4e7" * 10 + "ffff", 13, 14)
        catalogue.questions.ask("usb", SECRET, {"label": SECRET}, 9, on_screen=True)
        catalogue.folders.add(f"/mnt/{SECRET}")
    return places.root


@pytest.fixture
def library(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "run").mkdir()
    return planted(tmp_path)


def hide_in(live: Path) -> None:
    """What processes say of themselves, with secrets in every text, known and unknown."""
    for process in ("app", "display", "doors", "looker", "studio", "web"):
        facts = {"state": f"at {SECRET.upper()}", "reason": f"/{SECRET}", "name": SECRET, SECRET: 1}
        say(live, process, {**facts, "stage": f"{SECRET}.jpg", "asked": {"who": f"A/{SECRET}"}})
    say(live, "studio-mishaps", {"mishaps": [{"message": SECRET}, SECRET, None]})


def settings() -> Settings:
    return Settings(
        library=f"/home/{SECRET}", watched=(f"/mnt/{SECRET}",), name=SECRET, still_seconds=12.5,
        night=(Hours.parse("22:31-07:03"),), surround="matte",
    )  # fmt: skip


def texts(found: object) -> list[str]:
    """Every text in it, keys too."""
    if isinstance(found, dict):
        return [each for pair in found.items() for part in pair for each in texts(part)]
    if isinstance(found, list):
        return [each for part in found for each in texts(part)]
    return [found] if isinstance(found, str) else []


def test_nothing_that_was_planted_is_in_it(library, tmp_path):
    with claim(library) as live, Catalogue(Places(library).catalogue, read_only=True) as catalogue:
        hide_in(live)
        told = json.dumps(diagnose(catalogue, library, live, settings(), time.monotonic()))
    for secret in (
        SECRET,
        *NUMBERS,
        "5ec4e7",
        "Aunt",
        "Uncle",
        "argon",
        "22:31",
        "/home",
        "/mnt",
        str(tmp_path),
    ):
        assert secret.lower() not in told.lower(), secret
    assert os.uname().nodename.lower() not in [each.lower() for each in texts(json.loads(told))]


def test_what_helps_is_in_it(library):
    with claim(library) as live, Catalogue(Places(library).catalogue, read_only=True) as catalogue:
        say(live, "studio", {"state": "paused", "reason": "hot", "waiting": 3})
        told = diagnose(catalogue, library, live, settings(), time.monotonic())
    assert told["running"]["studio"] == {"state": "paused", "waiting": 3, "reason": "hot"}
    assert told["settings"]["still_seconds"] == 12.5
    assert told["settings"]["surround"] == "matte"
    assert (told["settings"]["name"], told["settings"]["dim"]) == ("set", "default")
    assert told["catalogue"]["refusals"] == [{"door": "inbox", "code": "damaged", "n": 1}]
    assert told["catalogue"]["findings"] == [{"code": "profile", "n": 1}]
    assert told["catalogue"]["photos"][0]["door"] == "phone"
    assert told["counts"]["photos"] == 1
    assert told["versions"]["wakeframe"]


def test_it_is_printed_whether_the_frame_runs_or_not(library, capsys):
    assert cli.main(["status", "--diagnosis", "--library", str(library)]) == 0
    stopped = json.loads(capsys.readouterr().out)
    with claim(library) as live:
        say(live, "app", {"began": 1, "is_safe": True})
        assert cli.main(["status", "--diagnosis", "--library", str(library)]) == 0
    running = json.loads(capsys.readouterr().out)
    assert (stopped["running"], running["running"]["app"]["is_safe"]) == ({}, True)


def fails(logger: str) -> None:
    """Something goes wrong with a private name in every place that a line of the log has."""
    log = logging.getLogger(logger)
    try:
        OneLine("doors").format(None)  # type: ignore[arg-type] - it fails inside our code
    except AttributeError as error:
        error.args = (SECRET,)
        log.warning("%s could not be read", SECRET, exc_info=True, extra={"why": SECRET})
        log.error("%s", error)


def test_mishaps_are_told_with_their_place_and_nothing_of_whom_they_are_about(library):
    root = logging.getLogger()
    before = list(root.handlers)
    with claim(library) as live, Catalogue(Places(library).catalogue, read_only=True) as catalogue:
        say(live, "doors-mishaps", {"mishaps": [{"message": SECRET}]})
        remember_mishaps(live, "doors")
        try:
            fails("sync.inbox")
            fails(f"others.{SECRET}")
        finally:
            root.handlers[:] = before
        told = diagnose(catalogue, library, live, settings(), time.monotonic())["mishaps"]
    assert SECRET not in json.dumps(told)
    assert [each["message"] for each in told] == ["%s could not be read", "%s", "", ""]
    assert [each["logger"] for each in told] == ["sync.inbox"] * 2 + ["others"] * 2
    assert {each["error"] for each in told} == {"AttributeError"}
    assert all(each["where"].startswith("frame/logs.py:") for each in told)
    assert {each["process"] for each in told} == {"doors"}


def test_only_the_last_mishaps_are_kept_those_before_a_restart_among_them():
    seen: list[list[dict]] = []
    first = Mishaps(seen.append, now=lambda: 1)
    record = logging.makeLogRecord({"name": "sync.a", "msg": "no", "levelname": "WARNING"})
    for _ in range(MISHAPS_KEPT):
        first.emit(record)
    second = Mishaps(seen.append, before=[*seen[-1], {"not": "one"}], now=lambda: 2)
    second.emit(record)
    assert len(seen[-1]) == MISHAPS_KEPT
    assert [each["at"] for each in seen[-1][-2:]] == [1, 2]
