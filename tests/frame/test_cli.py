"""The command as people type it, with a fake animator behind it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import pytest

from frame import cli
from frame.commands import animate
from frame.errors import WakeframeError
from renderer.animator import DriverName, Framing
from renderer.clip import ClipError, probe
from renderer.models import ModelError
from tests.fakes.animator import FRAMES, FakeAnimator
from tests.frame import photos
from tests.paths import ROOT


@pytest.fixture
def fake(monkeypatch) -> FakeAnimator:
    animator = FakeAnimator()
    monkeypatch.setattr(animate, "new_animator", lambda: animator)
    return animator


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "grandma.jpg"
    exif = photos.exif_bytes(taken="1961:02:03 04:05:06", place=True)
    path.write_bytes(photos.encoded(photos.scene(), "JPEG", exif=exif))
    return path


@pytest.fixture
def dark(tmp_path) -> Path:
    path = tmp_path / "dark.png"
    path.write_bytes(photos.encoded(photos.scene() * 0, "PNG"))
    return path


@pytest.fixture
def run(fake, capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestAnimate:
    def test_one_photo_becomes_one_clip_and_a_report(self, run, photo, tmp_path):
        clip, report = tmp_path / "clip.mp4", tmp_path / "r.json"
        code, out, _ = run("animate", photo, "-o", clip, "--report", report)
        assert code == 0
        assert str(clip) in out
        assert "Joy" in out
        assert probe(clip).frames == FRAMES
        content = json.loads(report.read_text())
        promised = {
            "verdict", "reasons", "faces", "driver", "requested_driver", "identity", "stages",
            "frames", "fps", "width", "height", "commanded", "models",
        }  # fmt: skip
        assert promised <= set(content)
        assert content["verdict"] == "animated"
        assert content["requested_driver"] == "auto"
        assert len(content["commanded"]) == FRAMES
        assert [stage["name"] for stage in content["stages"]] == [
            "opening the photo", "faces", "frames",
        ]  # fmt: skip
        assert names(tmp_path) == ["clip.mp4", "grandma.jpg", "r.json"]

    def test_options_reach_the_animator(self, run, fake, photo, tmp_path):
        run(
            *("animate", photo, "-o", tmp_path / "c.mp4", "--driver", "nostalgia", "--badge"),
            *("--height", 720, "--frame", "square", "--intensity", 0.5, "--title", "Oma"),
        )
        (request,) = fake.requests
        assert (request.driver, request.height, request.framing) == ("nostalgia", 720, "square")
        assert (request.intensity, request.badge, request.title) == (0.5, True, "Oma")
        assert request.year == 1961

    def test_the_same_photo_has_the_same_seed_and_another_has_another(
        self, run, fake, photo, tmp_path
    ):
        copy, other = tmp_path / "copy.jpg", tmp_path / "other.png"
        copy.write_bytes(photo.read_bytes())
        other.write_bytes(photos.encoded(photos.scene(), "PNG"))
        for path in (photo, copy, other):
            run("animate", path, "-o", tmp_path / "c.mp4")
        first, second, third = (request.seed for request in fake.requests)
        assert first == second != third

    def test_the_place_is_in_neither_clip_nor_report(self, run, photo, tmp_path):
        run("animate", photo, "-o", tmp_path / "c.mp4", "--report", tmp_path / "r.json")
        for made in ("c.mp4", "r.json"):
            assert b"GPS" not in (tmp_path / made).read_bytes()

    def test_a_refusal_says_why_and_leaves_a_report_but_no_clip(self, run, dark, tmp_path):
        code, _, err = run(
            "animate", dark, "-o", tmp_path / "c.mp4", "--report", tmp_path / "r.json"
        )
        assert code == 3
        assert "No face was found" in err
        assert names(tmp_path) == ["dark.png", "r.json"]
        assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "refused"

    def test_a_refusal_leaves_an_older_clip_alone(self, run, dark, tmp_path):
        clip = tmp_path / "c.mp4"
        clip.write_text("older")
        assert run("animate", dark, "-o", clip)[0] == 3
        assert clip.read_text() == "older"

    def test_a_damaged_photo_is_a_refusal_with_a_report(self, run, photo, tmp_path):
        photo.write_bytes(photo.read_bytes()[:900])
        report = tmp_path / "r.json"
        code, _, err = run("animate", photo, "-o", tmp_path / "c.mp4", "--report", report)
        assert code == 3
        assert "damaged" in err
        assert json.loads(report.read_text())["reasons"][0]["code"] == "damaged"

    @pytest.mark.parametrize("photo_name", ["missing.jpg", "."])
    def test_no_such_photo_is_wrong_usage(self, run, tmp_path, photo_name):
        code, _, err = run("animate", tmp_path / photo_name, "-o", tmp_path / "c.mp4")
        assert code == 2
        assert err.count("\n") <= 2

    @pytest.mark.parametrize("output", ["c.avi", "nowhere/c.mp4", "folder.mp4", "c", "/proc/c.mp4"])
    def test_an_output_that_cannot_be_is_wrong_usage(self, run, fake, photo, tmp_path, output):
        (tmp_path / "folder.mp4").mkdir()
        code, _, err = run("animate", photo, "-o", tmp_path / output)
        assert code == 2
        assert err.startswith("wakeframe: ")
        assert not fake.requests

    def test_the_photo_is_never_overwritten(self, run, tmp_path):
        photo = tmp_path / "photo.mp4"
        photo.write_bytes(photos.encoded(photos.scene(), "PNG"))
        assert run("animate", photo, "-o", photo)[0] == 2
        assert run("animate", photo, "-o", tmp_path / "c.mp4", "--report", photo)[0] == 2
        assert photo.read_bytes().startswith(b"\x89PNG")

    @pytest.mark.parametrize(
        "wrong",
        [
            ["--height", "20"],
            ["--height", "-5"],
            ["--height", "tall"],
            ["--intensity", "2"],
            ["--intensity", "nan"],
            ["--driver", "singing"],
            ["--frame", "round"],
        ],
    )
    def test_wrong_options(self, run, photo, tmp_path, wrong):
        assert run("animate", photo, "-o", tmp_path / "c.mp4", *wrong)[0] == 2

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (ClipError("The clip could not be written."), "could not be written"),
            (ModelError("The model file x is missing."), "model file x is missing"),
            (OSError(28, "No space left on device"), "no space left"),
            (MemoryError(), "memory"),
            (RuntimeError("secret detail"), "RuntimeError"),
        ],
    )
    def test_our_own_faults_are_one_sentence(self, fake, run, photo, tmp_path, error, words):
        def fail() -> None:
            raise error

        fake._between_frames = fail
        code, _, err = run("animate", photo, "-o", tmp_path / "c.mp4", "--quiet")
        assert code == 1
        assert words in err
        assert err.count("\n") == 1
        assert "secret" not in err
        assert names(tmp_path) == ["grandma.jpg"]

    def test_details_on_request(self, fake, photo, tmp_path, capsys):
        def fail() -> None:
            raise RuntimeError("the detail")

        fake._between_frames = fail
        assert cli.main(["animate", str(photo), "-o", str(tmp_path / "c.mp4"), "--verbose"]) == 1
        assert "the detail" in capsys.readouterr().err

    def test_the_choices_are_those_of_the_renderer(self):
        assert get_args(DriverName) == cli.DRIVERS
        assert get_args(Framing) == cli.FRAMINGS


class TestCheck:
    def test_a_fit_photo(self, run, photo, tmp_path):
        code, out, _ = run("check", photo)
        assert code == 0
        assert "60 pixels between the eyes" in out
        assert "600 DPI" in out
        assert names(tmp_path) == ["grandma.jpg"]

    def test_an_unfit_photo(self, run, dark, tmp_path):
        code, out, _ = run("check", dark, "--report", tmp_path / "r.json")
        assert code == 3
        assert "No face" in out
        assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "refused"

    def test_faces_are_measured_in_the_pixels_of_the_file(self, run, tmp_path):
        photo = tmp_path / "big.jpg"
        photo.write_bytes(photos.encoded(photos.scene(8000, 6000), "JPEG"))
        run("check", photo, "--report", tmp_path / "r.json")
        content = json.loads((tmp_path / "r.json").read_text())
        assert content["photo"]["width"] == 8000
        assert content["photo"]["decode_scale"] == pytest.approx(0.5)
        assert content["faces"][0]["interocular_px"] == pytest.approx(120)


class TestEdges:
    @pytest.mark.parametrize("arguments", [[], ["dance"], ["animate"]])
    def test_usage(self, run, arguments):
        assert run(*arguments)[0] == 2

    def test_help(self, run):
        code, out, _ = run("--help")
        assert code == 0
        assert "animate" in out

    def test_every_error_of_ours_has_an_exit_code_people_were_promised(self):
        def family(cls: type[WakeframeError]) -> list[type[WakeframeError]]:
            return [cls] + [each for sub in cls.__subclasses__() for each in family(sub)]

        assert {cls.exit_code for cls in family(WakeframeError)} <= {1, 2, 3}

    def test_help_needs_none_of_the_heavy_packages(self):
        code = (
            "import sys, contextlib\n"
            "from frame import cli\n"
            "with contextlib.suppress(SystemExit): cli.main(['--help'])\n"
            "heavy = {'numpy', 'cv2', 'av', 'onnxruntime', 'PIL'} & set(sys.modules)\n"
            "sys.exit(f'loaded {heavy}' if heavy else 0)"
        )
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)

    @pytest.mark.parametrize(
        ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
    )
    def test_stopping_leaves_nothing_behind(self, photo, tmp_path, number, code):
        script = (
            "import sys, time\n"
            "from frame import cli\n"
            "from frame.commands import animate\n"
            "from tests.fakes.animator import FakeAnimator\n"
            "def wait(): print('drawing', flush=True); time.sleep(20)\n"
            "animate.new_animator = lambda: FakeAnimator(wait)\n"
            "sys.exit(cli.main(sys.argv[1:]))"
        )
        command = [sys.executable, "-c", script, "animate", str(photo)]
        command += ["-o", str(tmp_path / "c.mp4"), "--report", str(tmp_path / "r.json")]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "drawing\n"
            assert any(name.endswith(".part") for name in names(tmp_path))
            process.send_signal(number)
            start = time.monotonic()
            _, err = process.communicate(timeout=10)
        assert time.monotonic() - start < 5
        assert process.returncode == code
        assert "Traceback" not in err
        assert err.splitlines()[-1].endswith("nothing was left behind.")
        assert names(tmp_path) == ["grandma.jpg"]

    def test_nobody_listening_is_no_crash(self):
        command = f"{sys.executable} -m frame.cli --help | true; echo ${{PIPESTATUS[0]}}"
        result = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert "Traceback" not in result.stderr
