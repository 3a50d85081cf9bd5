"""What the doctor says about a machine that is to be a frame: everything wrong comes with a cure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from frame.commands import doctor, doctor_frame
from frame.commands.doctor import Finding
from renderer.models import LoadedModel
from renderer.variants import Trial


@pytest.fixture(autouse=True)
def at_home(tmp_path, monkeypatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def told(findings) -> list[Finding]:
    found = list(findings)
    for each in found:
        assert each.detail
        assert bool(each.cure) == (each.state != "ok"), each
    return found


def test_a_library_that_is_not_there_yet_will_be_made(at_home):
    library, room = told(doctor_frame.check_library())
    assert library.state == "ok"
    assert "made at the first start" in library.detail
    assert not (at_home / "XDG_DATA_HOME" / "wakeframe").exists()
    assert "GB free" in room.detail


def test_a_library_that_is_there_is_written_to_on_trial(at_home):
    library = at_home / "XDG_DATA_HOME" / "wakeframe" / "library"
    library.mkdir(parents=True)
    assert told(doctor_frame.check_library())[0].state == "ok"
    assert not list(library.iterdir())


def test_a_mistake_in_the_settings_is_named(at_home):
    folder = at_home / "XDG_CONFIG_HOME" / "wakeframe"
    folder.mkdir()
    (folder / "settings.toml").write_text("still_second = 5\n")
    (finding,) = told(doctor_frame.check_settings())
    assert finding.state == "warning"
    assert "still_seconds" in finding.detail


def test_few_watches_are_a_warning(tmp_path):
    assert told(doctor_frame.check_watches(tmp_path / "nowhere"))[0].state == "warning"
    (tmp_path / "max_user_watches").write_text("128\n")
    assert told(doctor_frame.check_watches(tmp_path))[0].state == "warning"
    (tmp_path / "max_user_watches").write_text("65536\n")
    assert told(doctor_frame.check_watches(tmp_path))[0].state == "ok"


def test_a_screen_in_memory_is_a_warning_with_a_way_out(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")
    screen, switch = told(doctor_frame.check_screen())
    assert "offscreen" in screen.detail
    assert switch.subject == "panel switch"


def test_a_screen_that_breaks_the_one_who_asks_is_a_finding(monkeypatch):
    monkeypatch.setattr(doctor_frame, "_DRIVERS", "import os; os.abort()")
    (screen,) = told(doctor_frame.check_screen())
    assert "none could be opened" in screen.detail


def test_sqlite_and_clock_have_an_opinion():
    assert told(doctor_frame.check_sqlite())[0].state == "ok"
    assert told(doctor_frame.check_clock())


def test_a_hostile_setting_does_not_speak_to_the_terminal(at_home, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "CHECKS", ())
    checks = (lambda: iter([Finding("warning", "x", "\x1b[2J", "Do this.")]),)
    monkeypatch.setattr(doctor_frame, "FRAME_CHECKS", checks)
    assert doctor.examine() == 0
    assert "\x1b" not in capsys.readouterr().out
    assert os.environ["XDG_CONFIG_HOME"]


def test_it_says_which_variant_of_a_network_runs_here():
    tried = (Trial("a.onnx", 10.0, 200.0), Trial("a_int8.onnx", 7.0, 46.0), Trial("b", 1.0, 9.0))
    model = LoadedModel("a_int8.onnx", "ab" * 32, "CPUExecutionProvider", "int8", tried)
    assert doctor._choice(model) == (
        "a_int8.onnx 7.0 ms, kept against a.onnx 10.0 ms, b 1.0 ms (differs)"
    )
