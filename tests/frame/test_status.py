"""What `wakeframe status`, `photo` and `answer` tell and do, on a catalogue made on the spot."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from frame import cli
from frame.app.alone import claim, running
from frame.core.photos import Approval, Door, Finding, Look, View
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.library.talk import Refusal
from frame.live import say

HOSTILE = "\x1b[31mred\u202egpj.exe\n.jpg"


@pytest.fixture
def library(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    (tmp_path / "run").mkdir()
    library = tmp_path / "library"
    Places(library).make()
    with Catalogue(Places(library).catalogue):
        pass
    return library


def add(catalogue: Catalogue, number: int, verdict: str | None = None, **more: object) -> int:
    new = NewPhoto(
        sha256=f"{number:064x}", suffix=".jpg", size_bytes=1, door=more.get("door", Door.INBOX),
        name=str(more.get("name", f"{number}.jpg")), arrived=1000 + number, size=(640, 480),
        decoded=(640, 480), place=(48.1, 11.5),
    )  # fmt: skip
    photo = catalogue.photos.add(new)
    if verdict is not None:
        reasons = () if verdict == "animated" else (Finding("profile", "It looks away."),)
        catalogue.photos.remember_look(photo, Look(verdict, reasons, (), "m"))
    return photo


def add_clip(catalogue: Catalogue, photo: int) -> None:
    view = View((0, 0, 640, 480), 640, 480)
    new = NewClip(photo, f"{photo}.mp4", "joy", "auto", "m", "", view, 10, 2000, 125, "{}")
    catalogue.clips.add(new)


@pytest.fixture
def run(library, capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([*map(str, arguments), "--library", str(library)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def states(out: str) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(out)["photos"]}


def test_every_state_a_photo_can_be_in(library, run):
    with Catalogue(Places(library).catalogue) as catalogue:
        add(catalogue, 1, name="new")
        add(catalogue, 2, "still", name="profile")
        add(catalogue, 3, "animated", name="queued")
        add_clip(catalogue, add(catalogue, 4, "animated", name="awake"))
        catalogue.photos.approve(add(catalogue, 5, "animated", name="hidden"), Approval.HIDDEN)
        catalogue.photos.delete(add(catalogue, 6, name="deleted"), 5)
        catalogue.work.set_aside(
            add(catalogue, 7, "animated", name="poison"), "render", "t", "poison", "Twice."
        )
        catalogue.work.done(
            add(catalogue, 8, "animated", name="gates"), "render", "t", "identity", "Drifts."
        )
        add_clip(catalogue, add(catalogue, 9, "animated", name="guest", door=Door.PHONE))
        catalogue.photos.approve(9, Approval.APPROVED)
        add(catalogue, 10, "animated", name="stranger", door=Door.PHONE)
        catalogue.work.set_aside(add(catalogue, 11, name="odd"), "look", "t", "poison", "Twice.")
        rendering = add(catalogue, 12, "animated", name="rendering")
    with claim(library) as live:
        say(
            live, "studio", {"photo": rendering, "share": 0.4, "waiting": 2, "estimate_seconds": 60}
        )
        say(live, "display", {"photos": [4], "wakes": 4})
        code, out, _ = run("status", "--json")
        found = json.loads(out)
        _, readable, _ = run("status")
    assert code == 0
    assert states(out) == {
        "new": "looking", "profile": "still", "queued": "queued", "awake": "awake", "hidden": "hidden",
        "deleted": "deleted", "poison": "set_aside", "gates": "still", "guest": "clip_waiting",
        "stranger": "waiting", "odd": "set_aside", "rendering": "rendering",
    }  # fmt: skip
    by_name = {each["name"]: each for each in found["photos"]}
    assert by_name["rendering"]["progress"] == 0.4
    (gates,) = by_name["gates"]["reasons"]
    assert (gates["code"], gates["message"], gates["number"]) == ("identity", "Drifts.", None)
    assert by_name["awake"]["clip"]["driver"] == "joy"
    assert [each["id"] for each in found["photos"]] == list(range(12, 0, -1)), "newest first"
    assert found["running"] is True
    assert found["wall"]["names"] == ["awake"]
    assert {each["photo"] for each in found["set_aside"]} == {7, 11}
    assert "Waking now: awake" in readable
    assert "2 photos are still to be woken, about a minute." in readable
    assert "being animated, 40%" in readable


def test_it_works_while_nothing_runs_and_changes_nothing(library, run):
    with Catalogue(Places(library).catalogue) as catalogue:
        add(catalogue, 1)
    before = {path: path.stat().st_mtime_ns for path in library.rglob("*") if path.is_file()}
    _, out, _ = run("status", "--json")
    after = {path: path.stat().st_mtime_ns for path in library.rglob("*") if path.is_file()}
    found = json.loads(out)
    assert found["running"] is False
    assert found["health"]["disk_free_bytes"] > 0
    assert found["versions"]["wakeframe"]
    assert {path: after[path] for path in before} == before
    assert "Not running" in run("status")[1]


def test_hostile_names_stay_text_and_places_private(library, run):
    with Catalogue(Places(library).catalogue) as catalogue:
        add(catalogue, 1, "still", name=HOSTILE)
        catalogue.refusals.add(Refusal("inbox", f"/in/{HOSTILE}", 1, 1, "empty", "It is empty.", 9))
        catalogue.questions.ask("usb", "stick", {"name": HOSTILE, "photos": 3}, 9, on_screen=True)
        catalogue.questions.ask("new kind", HOSTILE, {"x": HOSTILE}, 9, on_screen=False)
        catalogue.notices.add("doors", "x", HOSTILE, f"About {HOSTILE}", 9)
    for arguments in (("status",), ("status", "--json"), ("photo", 1, "hide"), ("answer", 1, "no")):
        _, out, _ = run(*arguments)
        assert all(line.isprintable() for line in out.splitlines())
        assert "\x1b" not in out
        assert "48.1" not in out
        assert "latitude" not in out
    assert json.loads(run("status", "--json")[1])["photos"][0]["name"] == HOSTILE


def test_a_library_that_is_not_there_is_wrong_usage(tmp_path, capsys):
    assert cli.main(["status", "--library", str(tmp_path / "nowhere")]) == 2
    assert "no library" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


class TestDeeds:
    def photo(self, library: Path):
        with Catalogue(Places(library).catalogue) as catalogue:
            return catalogue.photos.get(1), catalogue.clips.of(1), catalogue.photos.wanted_driver(1)

    @pytest.fixture(autouse=True)
    def one_photo(self, library):
        with Catalogue(Places(library).catalogue) as catalogue:
            add_clip(catalogue, add(catalogue, 1, "animated", door=Door.PHONE))

    def test_a_yes_lets_the_photo_and_its_clip_hang(self, library, run):
        assert run("photo", 1, "show")[0] == 0
        photo, clips, _ = self.photo(library)
        assert photo.approval == clips[0].approval == Approval.APPROVED

    def test_hiding_and_showing(self, library, run):
        assert "hidden" in run("photo", 1, "hide")[1]
        assert self.photo(library)[0].approval is Approval.HIDDEN
        run("photo", 1, "show")
        assert self.photo(library)[0].approval is Approval.APPROVED

    def test_deleting_can_be_undone(self, library, run):
        assert "restore" in run("photo", 1, "delete")[1]
        assert self.photo(library)[0].is_deleted
        assert run("photo", 1, "show")[0] == 2
        assert run("photo", 1, "restore")[0] == 0
        assert not self.photo(library)[0].is_deleted
        assert run("photo", 1, "restore")[0] == 2

    def test_favourites_and_drivers(self, library, run):
        run("photo", 1, "favourite")
        assert self.photo(library)[0].is_favourite
        run("photo", 1, "ordinary")
        assert not self.photo(library)[0].is_favourite
        run("photo", 1, "driver", "nostalgia")
        assert self.photo(library)[2] == "nostalgia"

    @pytest.mark.parametrize("wrong", [(7, "hide"), (1, "driver"), (1, "hide", "joy")])
    def test_what_makes_no_sense_is_wrong_usage(self, run, wrong):
        assert run("photo", *wrong)[0] == 2


def test_a_question_is_answered_once(library, run):
    with Catalogue(Places(library).catalogue) as catalogue:
        catalogue.questions.ask(
            "usb", "stick", {"name": "HOLIDAY", "photos": 12}, 9, on_screen=True
        )
    (question,) = json.loads(run("status", "--json")[1])["questions"]
    assert "12" in question["sentence"]
    assert f"wakeframe answer {question['id']} yes" in run("status")[1]
    code, out, _ = run("answer", question["id"], "yes")
    assert code == 0
    assert "yes" in out
    assert run("answer", question["id"], "no")[0] == 2
    with Catalogue(Places(library).catalogue) as catalogue:
        assert catalogue.questions.latest("usb", "stick").answer == "yes"


def test_a_large_library_is_told_within_seconds(library, run, tmp_path):
    with Catalogue(Places(library).catalogue) as catalogue, catalogue.transaction():
        for number in range(10_000):
            add(catalogue, number + 1, "still")
    began = time.process_time()
    _, out, _ = run("status", "--json")
    assert time.process_time() - began < 4
    assert len(json.loads(out)["photos"]) == 10_000


def test_whoever_asks_from_elsewhere_finds_the_live_files(library, monkeypatch, tmp_path):
    with claim(library) as live:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "another"))
        found = running(library)
        assert found is not None
        assert found[1] == live
    assert running(library) is None


def test_what_was_found_in_a_photo_is_told_with_what_it_costs(library, run, monkeypatch):
    with Catalogue(Places(library).catalogue) as catalogue:
        add(catalogue, 1)
        found = (
            Finding("few_pixels", "This face is only 37 pixels.", 37.2, "px", face=0),
            Finding("glasses", "Glasses.", None, "", "small_smile", 0.8, 0, "note"),
            Finding("noisy", "Noise.", 7.0, "levels", face=0, is_mended=True),
        )
        catalogue.photos.remember_look(1, Look("animated", found, (), "m"))
        add(catalogue, 2)
    code, out, _ = run("photo", 1, "about")
    assert code == 0
    assert "! This face is only 37 pixels." in out
    assert "· Glasses. → smiles only a little" in out
    assert "Noise" not in out, "it was mended"
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "misst zwischen den Augen nur 37 Pixel" in run("photo", 1, "about")[1]
    assert run("photo", 2, "about")[0] == 0
    assert run("photo", 3, "about")[0] == 2
    (_, known) = json.loads(run("status", "--json")[1])["photos"]
    assert [each["code"] for each in known["findings"]] == ["few_pixels", "glasses", "noisy"]
    assert known["findings"][2]["is_mended"] is True
