"""`wakeframe restore`, and `wakeframe animate --restore`, as people type them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from frame import cli
from frame.commands import animate
from frame.commands.restore import new_restorer
from frame.studio.kit import new_engine
from renderer.prepare.mender import LearnedMender
from renderer.prepare.restore import Restorer
from tests.fakes.animator import FakeAnimator
from tests.frame import photos
from tests.frame.test_check import astronaut
from tests.renderer.prepare.scenes import faded, noisy, scene, toned


@pytest.fixture
def run(capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def old(tmp_path) -> Path:
    """A faded and grainy print, with a date and a place in it."""
    path = tmp_path / "old.jpg"
    exif = photos.exif_bytes(taken="1961:02:03 04:05:06", place=True)
    picture = noisy(faded(toned(scene())), 7, is_grey=True)
    path.write_bytes(photos.encoded(picture, "JPEG", exif=exif, quality=95))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def pixels(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR))[..., ::-1]


def test_an_old_print_is_restored_with_report_and_sheet(run, old, tmp_path):
    before = old.read_bytes()
    out, report, sheet = (tmp_path / name for name in ("o.png", "r.json", "s.png"))
    code, told, err = run("restore", old, "-o", out, "--report", report, "--compare", sheet)
    assert code == 0 and str(out) in told
    assert "fading undone" in told and "noise lessened" in told
    assert pixels(out).shape == pixels(old).shape
    assert pixels(out).min() < pixels(old).min() - 15
    assert pixels(sheet).shape[1] > 1500
    content = json.loads(report.read_text())
    assert content["verdict"] == "restored"
    assert [step["name"] for step in content["steps"]] == ["tone", "noise"]
    assert content["identity"] == [] and content["changed"] > 0.5
    assert {stage["name"] for stage in content["stages"]} >= {"opening the photo", "faces"}
    assert old.read_bytes() == before
    assert names(tmp_path) == ["o.png", "old.jpg", "r.json", "s.png"]
    for stage in ("opening the photo", "faces", "tones and noise", "writing"):
        assert stage in err


def test_neither_place_nor_date_is_copied(run, old, tmp_path):
    run("restore", old, "-o", tmp_path / "o.png", "--report", tmp_path / "r.json")
    assert dict(Image.open(tmp_path / "o.png").getexif()) == {}
    for made in ("o.png", "r.json"):
        data = (tmp_path / made).read_bytes()
        assert not any(word in data for word in (b"GPS", b"Exif", b"eXIf", b"1961"))


def test_a_sound_photo_comes_out_pixel_by_pixel(run, tmp_path):
    photo, out, report = tmp_path / "p.png", tmp_path / "o.png", tmp_path / "r.json"
    photo.write_bytes(photos.encoded(scene(), "PNG"))
    code, told, _ = run("restore", photo, "-o", out, "--report", report)
    assert code == 0 and "nothing had to be restored" in told
    np.testing.assert_array_equal(pixels(out), scene())
    assert json.loads(report.read_text())["verdict"] == "unchanged"


def test_strength_is_heard(run, old, tmp_path):
    run("restore", old, "-o", tmp_path / "full.png")
    run("restore", old, "-o", tmp_path / "half.png", "--strength", 0.4)
    original = pixels(old).astype(int)
    away = [np.abs(pixels(tmp_path / n) - original).mean() for n in ("half.png", "full.png")]
    assert 0 < away[0] < 0.7 * away[1]


def test_no_photo_is_exit_code_3_and_leaves_what_was_there(run, tmp_path):
    photo, out, report = tmp_path / "p.jpg", tmp_path / "o.png", tmp_path / "r.json"
    photo.write_bytes(b"%PDF-1.4 not a photo")
    out.write_text("older")
    code, _, err = run("restore", photo, "-o", out, "--report", report)
    assert code == 3 and "not a photo" in err
    assert out.read_text() == "older"
    assert json.loads(report.read_text())["verdict"] == "refused"
    assert names(tmp_path) == ["o.png", "p.jpg", "r.json"]


def test_scratches_are_found_and_filled(run, tmp_path):
    """By the networks that come with us, in all three places where photos are restored."""
    clean = astronaut(900)
    scratched = clean.copy()
    for ends in (
        [[0, 117], [292, 175], [585, 78], [898, 234]],
        [[779, 898], [838, 643], [740, 487]],
    ):
        cv2.polylines(scratched, [np.array(ends)], False, (244, 240, 228), 3, cv2.LINE_AA)
    photo, out, report = tmp_path / "p.png", tmp_path / "o.png", tmp_path / "r.json"
    photo.write_bytes(photos.encoded(scratched, "PNG"))
    code, told, _ = run("restore", photo, "-o", out, "--report", report)
    content = json.loads(report.read_text())
    assert code == 0 and "scratches and spots filled" in told
    assert "scratches" in content["mended"] and content["damage"] > 0.005
    assert [likeness["kept"] for likeness in content["identity"]] == [1.0]
    lines = np.abs(scratched.astype(int) - clean).max(axis=2) > 20
    before, after = (
        np.abs(each.astype(int) - clean)[lines].mean() for each in (scratched, pixels(out))
    )
    assert after < 0.35 * before
    assert (np.abs(pixels(out).astype(int) - scratched)[~lines].max(axis=1) > 2).mean() < 0.03
    for restorer in (new_restorer(), new_engine().restorer):
        assert isinstance(restorer, Restorer)
        assert isinstance(restorer._mender, LearnedMender)


@pytest.mark.parametrize(
    "wrong",
    [
        ("-o", "o.jpg"),
        ("-o", "no/such/folder/o.png"),
        ("-o", "o.png", "--compare", "s.txt"),
        ("-o", "o.png", "--report", "r.txt"),
        ("-o", "o.png", "--strength", "2"),
        (),
    ],
)
def test_wrong_usage(run, old, tmp_path, monkeypatch, wrong):
    monkeypatch.chdir(tmp_path)
    assert run("restore", old, *wrong)[0] == 2
    assert names(tmp_path) == ["old.jpg"]


def test_the_photo_is_never_overwritten(run, tmp_path):
    photo = tmp_path / "p.png"
    photo.write_bytes(photos.encoded(faded(scene()), "PNG"))
    before = photo.read_bytes()
    for arguments in (("-o", photo), ("-o", tmp_path / "o.png", "--compare", photo)):
        code, _, err = run("restore", photo, *arguments)
        assert code == 2 and "the photo itself" in err
    assert photo.read_bytes() == before and names(tmp_path) == ["p.png"]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (700, 8)])
def test_the_smallest_photos(run, tmp_path, size):
    photo = tmp_path / "p.png"
    photo.write_bytes(photos.encoded(np.full((*size, 3), 77, np.uint8), "PNG"))
    assert run("restore", photo, "-o", tmp_path / "o.png")[0] == 0
    assert pixels(tmp_path / "o.png").shape == (*size, 3)


@pytest.mark.parametrize("kind", ["16-bit", "CMYK"])
def test_unusual_files(run, tmp_path, kind):
    photo = tmp_path / "p.tif"
    if kind == "16-bit":
        cv2.imwrite(str(photo), scene().astype(np.uint16) * 257)
    else:
        photo = tmp_path / "p.jpg"
        Image.fromarray(scene()).convert("CMYK").save(photo)
    assert run("restore", photo, "-o", tmp_path / "o.png")[0] in (0, 3)


def test_animate_restore_animates_the_restored_picture_and_says_so(run, old, tmp_path, monkeypatch):
    fake = FakeAnimator()
    monkeypatch.setattr(animate, "new_animator", lambda: fake)
    seen: list[np.ndarray] = []
    wake = fake.animate

    def remembering(photo, *rest):
        seen.append(photo)
        return wake(photo, *rest)

    monkeypatch.setattr(fake, "animate", remembering)
    report = tmp_path / "r.json"
    code, _, _ = run("animate", old, "-o", tmp_path / "c.mp4", "--restore", "--report", report)
    assert code == 0
    run("restore", old, "-o", tmp_path / "o.png")
    np.testing.assert_array_equal(seen[0], pixels(tmp_path / "o.png"))
    (request,) = fake.requests
    assert request.damage is not None and request.year == 1961
    content = json.loads(report.read_text())
    assert content["restoration"]["mended"] == ["fading", "noise"]
    assert [stage["name"] for stage in content["stages"]][:2] == ["opening the photo", "restoring"]


def test_animate_as_it_is_restores_nothing(run, old, tmp_path, monkeypatch):
    fake = FakeAnimator()
    monkeypatch.setattr(animate, "new_animator", lambda: fake)
    report = tmp_path / "r.json"
    run("animate", old, "-o", tmp_path / "c.mp4", "--report", report)
    assert "restoration" not in json.loads(report.read_text())
    assert fake.requests[0].damage is None
