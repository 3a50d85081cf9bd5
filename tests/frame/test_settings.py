"""The owner's settings: typed, ranged, never fatal, saved whole or not at all."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from frame import settings
from frame.commands.settings import markdown, table
from frame.settings import BadSettings, Dimming, Hours, Settings, as_table, from_table, keys, save
from frame.settings.read import check, last_good, owner_file
from tests.paths import ROOT

FULL = """\
library = "/photos"
watched = ["/srv/share", "/srv/sync"]
usb = false
still_seconds = 45
wake_minutes = 0
fade_seconds = 1.5
surround = "matte"
night = ["mo-fr 22:30-07:00", "sa, su 23:30-09:00"]
dim = ["20:00-22:30 40%"]
language = "de"
port = 9000
"""


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "settings.toml"


def read(file: Path, text: str | bytes | None = None, **environment: str) -> settings.Reading:
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return settings.read(environment, [file])


class TestReading:
    def test_without_anything_the_defaults_hold(self, file):
        assert read(file) == settings.Reading(Settings(), {}, ())

    def test_a_full_file(self, file):
        found = read(file, FULL)
        assert not found.problems
        assert found.settings.still_seconds == 45
        assert found.settings.watched == ("/srv/share", "/srv/sync")
        assert found.settings.night[0] == Hours((0, 1, 2, 3, 4), 22 * 60 + 30, 7 * 60)
        assert found.settings.dim == (Dimming(Hours(tuple(range(7)), 1200, 1350), 0.4),)
        assert found.settings.ken_burns is False

    def test_the_environment_wins_over_the_file(self, file):
        found = read(
            file, FULL, WAKEFRAME_STILL_SECONDS="20", WAKEFRAME_NIGHT="22:00-06:00; sa 23:00-08:00",
            WAKEFRAME_USB="on", WAKEFRAME_LIBRARY="/123",
        )  # fmt: skip
        assert not found.problems
        assert found.settings.still_seconds == 20
        assert found.settings.usb is True
        assert found.settings.library == "/123"
        assert len(found.settings.night) == 2
        assert found.sources["still_seconds"] == "environment"

    def test_the_owner_wins_over_the_system(self, tmp_path):
        system, owner = tmp_path / "system.toml", tmp_path / "owner.toml"
        system.write_text("still_seconds = 60\nport = 9999\n")
        owner.write_text("still_seconds = 50\n")
        found = settings.read({}, [system, owner])
        assert (found.settings.still_seconds, found.settings.port) == (50, 9999)

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("still_seconds = 4", "from 5 to 3600 seconds, not 4; 30.0 is used"),
            ("still_seconds = nan", "number"),
            ('still_seconds = "thirty"', "number"),
            ("still_seconds = true", "number"),
            ("wake_minutes = 0.5", "0, or a number from 1 to 120"),
            ("port = 80", "1024"),
            ("port = 8080.5", "whole number"),
            ('usb = "yes"', "true or false"),
            ('surround = "pink"', '"blur" or "matte"'),
            ('night = "22:00-07:00"', "list"),
            ('night = ["late"]', "is not written like"),
            ('night = ["25:00-07:00"]', "not a time"),
            ('night = ["xx 22:00-07:00"]', "is no day"),
            ('dim = ["20:00-22:00 400%"]', "1 % to 100 %"),
            ("watched = [1]", "list"),
            ('library = "a\\nb"', "one line"),
            ("stil_seconds = 9", "did you mean still_seconds?"),
            ("[nonsense]\nx = 1", "is no setting"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_used_is_named_and_skipped(self, file, line, words):
        found = read(file, f"captions = true\n{line}\n")
        assert found.settings.captions is True
        assert found.settings == from_table({**as_table(Settings()), "captions": True})
        (problem,) = found.problems
        assert words in str(problem)
        assert str(problem).startswith(str(file))

    @pytest.mark.parametrize(
        "data", [b"\xff\xfe\0", b"x = ", b"\0" * 100, b"a = [" * 5000, b"#" * (2 << 20)]
    )
    def test_a_file_that_is_no_toml_is_left_out(self, file, data):
        found = read(file, data)
        assert found.settings == Settings()
        assert len(found.problems) == 1

    def test_a_folder_or_a_pipe_of_that_name_holds_nothing_up(self, tmp_path):
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        found = settings.read({}, [tmp_path / "folder", tmp_path / "pipe"])
        assert found.settings == Settings()

    def test_two_thousand_mutated_files_boot_each_time(self, file):
        lots = random.Random(1)
        good = FULL.encode()
        for _ in range(2000):
            data = bytearray(good)
            for _ in range(lots.randrange(1, 8)):
                kind, at = lots.randrange(4), lots.randrange(len(data))
                if kind == 0:
                    data[at] = lots.randrange(256)
                elif kind == 1:
                    del data[at : at + lots.randrange(40)]
                elif kind == 2:
                    data[at:at] = good[lots.randrange(len(good)) :][: lots.randrange(60)]
                else:
                    del data[at:]
                data = data or bytearray(b"\n")
            found = read(file, bytes(data))
            assert isinstance(found.settings, Settings)
            for key in keys():  # whatever got through is within its range
                check(key, settings.plain(getattr(found.settings, key.name)))


class TestSaving:
    def test_only_what_differs_is_written(self, file):
        save(file, {"still_seconds": 60, "port": 8080, "night": ["22:30-07:00"]})
        assert tomllib.loads(file.read_text()) == {"still_seconds": 60, "night": ["22:30-07:00"]}

    def test_none_takes_a_key_back_and_strangers_stay(self, file):
        file.write_text('still_seconds = 60\nfrom_the_future = {a = ["ü"]}\n')
        save(file, {"still_seconds": None, "captions": True})
        assert tomllib.loads(file.read_text()) == {
            "from_the_future": {"a": ["ü"]},
            "captions": True,
        }

    def test_everything_or_nothing(self, file):
        file.write_text("port = 9000\n")
        with pytest.raises(BadSettings, match=r"still_seconds must be .*; nonsense is no setting"):
            save(file, {"captions": True, "still_seconds": 1, "nonsense": 1})
        assert file.read_text() == "port = 9000\n"

    def test_a_damaged_file_falls_back_to_the_last_good_one(self, file):
        save(file, {"still_seconds": 60})
        save(file, {"port": 9000})
        assert tomllib.loads(last_good(file).read_text()) == {"still_seconds": 60}
        found = read(file, "still_sec")
        assert found.settings.still_seconds == 60
        assert "last good copy" in str(found.problems[0])

    @pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "fchmod"])
    @pytest.mark.parametrize("nth", [1, 2])
    def test_whatever_fails_the_old_settings_or_the_new_are_there(
        self, file, monkeypatch, call, nth
    ):
        save(file, {"still_seconds": 60})
        save(file, {"port": 9000})
        count = 0
        owner: object = Path if call in ("open", "replace") else os
        if call == "write":
            owner, call = os, "fsync"
        real = getattr(owner, call)

        def fail(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == nth:
                raise OSError(28, "No space left on device")
            return real(*arguments, **options)

        monkeypatch.setattr(owner, call, fail)
        with pytest.raises(OSError, match="No space"):
            save(file, {"port": 9001})
        monkeypatch.undo()
        found = read(file)
        assert not found.problems
        assert found.settings.still_seconds == 60
        assert found.settings.port in (9000, 9001)
        assert not [each for each in file.parent.iterdir() if each.suffix == ".part"]

    @pytest.mark.parametrize("text", ['a"b\\c', "tab\there", "ü€", "\x7f\x1b"])
    def test_any_text_survives_being_written(self, file, text):
        file.write_text(json.dumps({"x": text}).replace('{"x": ', "x = ")[:-1] + "\n")
        save(file, {"captions": True})
        assert tomllib.loads(file.read_text())["x"] == text


class TestHours:
    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("22:30-07:00", (0, 1, 2, 3, 4, 5, 6)),
            ("mo-fr 22:30-07:00", (0, 1, 2, 3, 4)),
            ("fr-mo 22:30-07:00", (0, 4, 5, 6)),
            ("Sa, So 22:30 - 07:00", (5, 6)),
            ("Montag-Mittwoch 22:30-07:00", (0, 1, 2)),
        ],
    )
    def test_days(self, text, days):
        assert Hours.parse(text) == Hours(days, 1350, 420)

    def test_midnight_may_be_written_as_the_end_of_the_day(self):
        assert Hours.parse("22:00-24:00").end == 0

    @pytest.mark.parametrize("text", ["mo-fr 22:30-07:00", "20:00-22:00", "sa, su 0:00-9:05"])
    def test_what_is_written_is_read_again(self, text):
        assert Hours.parse(str(Hours.parse(text))) == Hours.parse(text)


def test_the_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_every_key_has_a_sentence_and_a_default_within_its_range():
    for key in keys():
        assert key.about.sentence.endswith(".")
        check(key, settings.plain(key.default))


def test_what_one_process_hands_to_another_is_the_same():
    full = from_table({**as_table(Settings()), "night": ["22:30-07:00"], "dim": ["1:00-2:00 50%"]})
    assert from_table(json.loads(json.dumps(as_table(full)))) == full


def test_the_owners_file_follows_xdg():
    assert owner_file({"XDG_CONFIG_HOME": "/c"}) == Path("/c/wakeframe/settings.toml")
    assert owner_file({"HOME": "/h"}) == Path("/h/.config/wakeframe/settings.toml")


def test_the_manual_is_current():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == markdown(), "run: .venv/bin/wakeframe settings --markdown > docs/settings.md"


def test_the_table_names_every_key(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    shown = table()
    assert all(f"\n{key.name} = " in "\n" + shown for key in keys())


def test_a_process_that_is_handed_its_settings_loads_no_schema_library():
    code = (
        "import sys, frame.app.order, frame.settings\n"
        "sys.exit('pydantic' in sys.modules or 'numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
