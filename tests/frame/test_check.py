"""What people hand to `check`, `restore` and `animate`: a sentence, exit code 0 or 3, no traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from bench.attributes import drawn_face
from frame import cli
from frame.commands.findings import sections
from renderer.clip import probe
from renderer.prepare.findings import Cost, finding
from tests.frame import photos
from tests.paths import ROOT

PICTURES = ROOT / "tests" / "pictures"
TILE = np.s_[28:182, 0:154]
"""The first portrait of docs/gallery/astronaut.jpg: a still, 154 pixels square, its face 48 wide."""

FIT, UNFIT = 0, 3


def astronaut(side: int = 462) -> np.ndarray:
    image = cv2.imread(str(ROOT / "docs" / "gallery" / "astronaut.jpg"))
    kernel = cv2.INTER_CUBIC if side > 154 else cv2.INTER_AREA
    return np.ascontiguousarray(
        cv2.resize(image[TILE], (side, side), interpolation=kernel)[..., ::-1]
    )


def no_face(path: Path) -> Path:
    path.write_bytes(photos.encoded(photos.scene(640, 480), "JPEG"))
    return path


def cartoon(path: Path) -> Path:
    Image.fromarray(drawn_face((255, 220, 60), 80)).save(path, "PNG")
    return path


def cat(path: Path) -> Path:
    path.write_bytes((PICTURES / "cat.jpg").read_bytes())
    return path


def twelve_pixels(path: Path) -> Path:
    page = photos.scene(400, 300)
    page[100:138, 200:238] = astronaut(38)
    Image.fromarray(page).save(path, "PNG")
    return path


def one_pixel(path: Path) -> Path:
    Image.new("RGB", (1, 1), (200, 150, 120)).save(path, "PNG")
    return path


def sixteen_bits(path: Path) -> Path:
    cv2.imwrite(str(path.with_suffix(".tif")), astronaut()[..., ::-1].astype(np.uint16) * 257)
    return path.with_suffix(".tif")


def sixteen_bit_grey(path: Path) -> Path:
    grey = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2GRAY).astype(np.uint16) * 257
    Image.fromarray(grey).save(path, "TIFF")
    return path


def for_printing(path: Path) -> Path:
    Image.fromarray(astronaut()).convert("CMYK").save(path, "JPEG")
    return path


def text(path: Path) -> Path:
    path.write_text("Dear grandma")
    return path


def half(path: Path) -> Path:
    path.write_bytes(photos.encoded(astronaut(), "JPEG")[:4000])
    return path


CASES: dict[str, tuple[Callable[[Path], Path], int, str]] = {
    "no face": (no_face, UNFIT, "no_face"),
    "cartoon": (cartoon, UNFIT, ""),
    "cat": (cat, UNFIT, "no_face"),
    "12 pixels": (twelve_pixels, UNFIT, ""),
    "1 pixel": (one_pixel, UNFIT, "no_face"),
    "16-bit TIFF": (sixteen_bits, FIT, ""),
    "16-bit grey TIFF": (sixteen_bit_grey, FIT, ""),
    "CMYK JPEG": (for_printing, FIT, ""),
    "text": (text, UNFIT, "not_a_photo"),
    "half a file": (half, UNFIT, "damaged"),
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("case", CASES)
def test_whatever_it_is_there_is_a_sentence(case, language, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    make, code, first = CASES[case]
    photo, report = make(tmp_path / "photo"), tmp_path / "r.json"
    assert cli.main(["check", str(photo), "--report", str(report)]) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err and err == ""
    sentences = [line for line in out.splitlines()[1:] if line.strip()]
    assert sentences and all(line.isprintable() for line in sentences)
    fit = {"en": "can be woken", "de": "kann aufwachen"}[language]
    assert (fit in sentences[0]) == (code == FIT)
    content = json.loads(report.read_text())
    assert content["verdict"] == ("animated" if code == FIT else "refused")
    if first:
        assert content["reasons"][0]["code"] == first


def check(*arguments: object) -> int:
    return cli.main(["check", *map(str, arguments)])


@pytest.fixture
def portrait(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    path = tmp_path / "scan.png"
    Image.fromarray(astronaut(300)).save(path, dpi=(200, 200))
    return path


def test_json_has_every_finding_with_its_number_and_what_it_costs(portrait, capsys):
    assert check(portrait, "--json") == FIT
    content = json.loads(capsys.readouterr().out)
    by_code = {each["code"]: each for each in content["findings"]}
    assert by_code["scanned_at"]["number"] == pytest.approx(200, abs=0.5)
    assert by_code["teeth_show"]["consequence"] == "small_smile"
    assert 0 < by_code["teeth_show"]["most"] < 1
    assert {"good", "note", "bad"} == {each["grade"] for each in content["findings"]}
    assert content["photo"]["dpi"] == pytest.approx(200, abs=0.5)
    left, top, right, bottom = content["crop"]
    assert 0 <= left < right <= 300 and 0 <= top < bottom <= 300


def test_what_is_bad_comes_first_and_says_what_to_do(portrait, capsys):
    assert check(portrait) == FIT
    out = capsys.readouterr().out
    assert (
        out.index("What could be better") < out.index("Worth knowing") < out.index("What is good")
    )
    assert "scan it again at" in out.replace("\n    ", " ")
    assert max(len(line) for line in out.splitlines()) <= 100


def test_the_prints_size_makes_the_advice_exact(portrait, capsys):
    check(portrait, "--print", "2.54x2.54", "--json")
    content = json.loads(capsys.readouterr().out)
    by_code = {each["code"]: each for each in content["findings"]}
    assert by_code["scanned_at"]["number"] == pytest.approx(300)


def test_the_panel_is_asked_for(portrait, capsys):
    check(portrait, "--panel", "300x300", "--json")
    codes = {each["code"] for each in json.loads(capsys.readouterr().out)["findings"]}
    assert "fills_panel" in codes and "enlarged" not in codes


def test_the_same_of_several_faces_is_said_once_with_each_ones_number():
    found = [
        finding("few_pixels", "bad", face, number, "px") for face, number in ((0, 29.2), (2, 31.4))
    ]
    found += [finding("sharp", "good", 1, 0.61, "share", Cost("gentler"))]
    lines = list(sections(found, "en", 200))
    assert sum("29 pixels between the eyes" in line for line in lines) == 1
    assert any(line.startswith("  ! Faces 1, 3: ") and "(29, 31 px)" in line for line in lines)
    assert "  + Face 2: This face is sharp." in lines, "no share that only a program could read"
    assert lines[-1] == "Faces are counted from the left."


def test_one_face_is_not_numbered():
    lines = list(
        sections([finding("glasses", "note", 0, cost=Cost("small_smile", 0.8))], "de", 200)
    )
    assert lines == [
        "",
        "Gut zu wissen",
        "  · Die Brille behält ihre Form; nur das Gesicht dahinter bewegt sich. → lächelt nur wenig",
    ]


@pytest.mark.parametrize("wrong", [["--print", "9"], ["--print", "axb"], ["--panel", "big"]])
def test_nonsense_is_wrong_usage(portrait, wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        check(portrait, *wrong)
    assert ended.value.code == 2
    assert "must be" in capsys.readouterr().err


@pytest.mark.parametrize("case", CASES)
def test_restore_takes_whatever_it_is_as_calmly(case, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    make, _, first = CASES[case]
    photo, out = make(tmp_path / "photo"), tmp_path / "restored.png"
    code = cli.main(["restore", str(photo), "-o", str(out)])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    if first in ("not_a_photo", "damaged"):
        assert code == UNFIT and not out.exists()
        assert said.err.count("wakeframe: ") == 1
    else:
        assert code == FIT, "a landscape and a cat may be restored too"
        assert said.out.strip()


@pytest.mark.slow
@pytest.mark.parametrize("extra", [[], ["--restore"]], ids=["as it is", "restored"])
@pytest.mark.parametrize("case", CASES)
def test_animate_takes_whatever_it_is_as_calmly(case, extra, tmp_path, capsys):
    make, code, first = CASES[case]
    photo, clip, report = make(tmp_path / "photo"), tmp_path / "clip.mp4", tmp_path / "r.json"
    job = ["animate", str(photo), "-o", str(clip), "--report", str(report), "--quiet", *extra]
    assert cli.main([*job, "--driver", "blink-and-nod", "--height", "360"]) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    content = json.loads(report.read_text())
    if code == FIT:
        assert content["verdict"] == "animated" and probe(clip).frames == content["frames"]
        return
    assert not clip.exists() and content["verdict"] in ("refused", "still")
    assert content["reasons"] and all(each["message"].endswith(".") for each in content["reasons"])
    lines = said.err.splitlines()
    assert lines and all(line.startswith("wakeframe: ") and line.isprintable() for line in lines)
    if first:
        assert content["reasons"][0]["code"] == first
