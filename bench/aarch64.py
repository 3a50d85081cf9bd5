"""Do the networks say the same on a Raspberry Pi's kind of processor? Asked under emulation.

``python -m bench.aarch64`` unpacks Debian's Python and the aarch64 wheels of the pinned numpy and
onnxruntime into `.cache/aarch64` (needs apt-get, pip, qemu-aarch64-static and a network the first time),
shows every network of the model list the same made-up pictures here and there, and prints how far the
answers are apart, and how far each variant is from the first there. Speed is not asked: an emulator has
none.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality_figures import table
from bench.speed import machine
from renderer.models import MANIFEST, ModelStore
from renderer.runtime import onnxruntime
from renderer.variants import LEAST_DECIBELS, probes

CACHE = Path(".cache/aarch64")
EMULATOR = "qemu-aarch64-static"
PYTHON = "3.11"
"""Debian 12's, whatever this machine runs."""
PACKAGES = (
    *("python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "libc6", "libstdc++6"),
    *(
        "libgcc-s1",
        "zlib1g",
        "libexpat1",
        "libssl3",
        "libffi8",
        "liblzma5",
        "libbz2-1.0",
        "libuuid1",
    ),
)
WHEELS = ("numpy", "onnxruntime")
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_17_aarch64")
PROCESSOR = "cortex-a76"
"""Of a Raspberry Pi 5."""
CPUINFO = """processor\t: {number}
BogoMIPS\t: 108.00
Features\t: fp asimd aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x4
CPU part\t: 0xd0b
CPU revision\t: 1

"""
"""What Linux says of that processor. onnxruntime reads it, and would read this machine's own instead."""

PICTURES = 2
MOST_APART = 0.003
"""Of an output's range: what the order of summing makes of single precision, with room."""
MOST_SECONDS = 1800

Arrays = dict[str, NDArray[Any]]


def missing() -> list[str]:
    """What this machine lacks for it."""
    return [tool for tool in (EMULATOR, "apt-get", "dpkg") if shutil.which(tool) is None]


def prepare(folder: Path = CACHE) -> tuple[Path, Path]:
    """The root of the emulated system, and its site-packages; fetched the first time."""
    root, site = (folder / "root").absolute(), (folder / "site").absolute()
    done = folder / "ready"
    pins = _pins()
    if done.exists() and done.read_text() == pins:
        return root, site
    shutil.rmtree(folder, ignore_errors=True)
    for each in (root, site, folder / "debs", folder / "lists" / "partial"):
        each.mkdir(parents=True)
    lists = (folder / "lists").absolute()
    apt = ["apt-get", "-qq", "-oAPT::Architecture=arm64", "-oAPT::Architectures=arm64"]
    apt += [f"-oDir::State::Lists={lists}", "-oAPT::Sandbox::User=root"]
    subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*apt, "download", *PACKAGES], check=True, cwd=folder / "debs")
    for package in sorted((folder / "debs").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, root], check=True)
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc" / "cpuinfo").write_text("".join(CPUINFO.format(number=n) for n in range(4)))
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    pip += ["--python-version", PYTHON, "--implementation", "cp", "--dest", str(folder / "wheels")]
    for name in PLATFORMS:
        pip += ["--platform", name]
    subprocess.run([*pip, *pins.split()], check=True)
    for wheel in sorted((folder / "wheels").glob("*.whl")):
        zipfile.ZipFile(wheel).extractall(site)
    done.write_text(pins)
    return root, site


def _pins() -> str:
    """The pinned versions for the emulated Python, as pip takes them."""
    text = (Path(__file__).parents[1] / "requirements.txt").read_text("utf-8")
    found = []
    for name in WHEELS:
        versions = re.findall(rf"^{name}==([^ ;\\]+)(?: ; ([^\\\n]*))?", text, re.MULTILINE)
        chosen = [version for version, marker in versions if ">=" not in marker]
        found.append(f"{name}=={chosen[0]}")
    return " ".join(found)


def here(shown: dict[str, list[Arrays]], folder: Path) -> dict[str, Arrays]:
    """Every file's answers on this machine, by ``output|number``."""
    answers: dict[str, Arrays] = {}
    for file, pictures in shown.items():
        running = onnxruntime.InferenceSession(
            str(folder / file), providers=["CPUExecutionProvider"]
        )
        names = [each.name for each in running.get_outputs()]
        answers[file] = {
            f"{name}|{number}": value
            for number, fed in enumerate(pictures)
            for name, value in zip(names, running.run(names, fed), strict=True)
        }
    return answers


def there(shown: dict[str, list[Arrays]], models: Path) -> tuple[dict[str, Arrays], str]:
    """The same under emulation, and what it says it is."""
    root, site = prepare()
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        for file in shown:
            shutil.copy(models / file, folder / file)
        asked = {
            f"{file}|{name}|{number}": value
            for file, pictures in shown.items()
            for number, fed in enumerate(pictures)
            for name, value in fed.items()
        }
        np.savez(folder / "shown.npz", **asked)  # type: ignore[arg-type]  # keys are free
        script = Path(__file__).with_name("aarch64_run.py")
        python = root / "usr" / "bin" / f"python{PYTHON}"
        done = subprocess.run(
            [EMULATOR, "-cpu", PROCESSOR, "-L", root, python, script, folder],
            check=True,
            env={**os.environ, "PYTHONPATH": str(site), "PYTHONHOME": str(root / "usr")},
            stdout=subprocess.PIPE,
            text=True,
            timeout=MOST_SECONDS,
        )
        answers: dict[str, Arrays] = {file: {} for file in shown}
        with np.load(folder / "answers.npz") as found:
            for key in found.files:
                file, _, rest = key.partition("|")
                answers[file][rest] = found[key]
    return answers, done.stdout.strip()


def apart(one: Arrays, other: Arrays) -> float:
    """The largest difference as a share of each output's range; infinite for what is no number."""
    worst = 0.0
    for name, wanted in one.items():
        spread = float(np.ptp(wanted)) or 1.0
        most = float(np.abs(other[name].astype(np.float64) - wanted).max())
        worst = max(worst, most / spread if np.isfinite(most) else float("inf"))
    return worst


def decibels(one: Arrays, other: Arrays) -> float:
    """The worst output's PSNR; its peak is the range of `one`."""
    worst = float("inf")
    for name in {key.partition("|")[0] for key in one}:
        wanted, given = (
            np.concatenate([v.ravel() for k, v in side.items() if k.partition("|")[0] == name])
            for side in (one, other)
        )
        error = float(np.mean((given.astype(np.float64) - wanted) ** 2))
        if error:
            worst = min(worst, 10 * float(np.log10(np.ptp(wanted) ** 2 / error)))
    return worst


def main() -> int:
    """Print the table; 1 where something differs too much, 2 where this machine cannot tell."""
    argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "").parse_args()
    if lacks := missing():
        print(f"This needs {', '.join(lacks)}.", file=sys.stderr)
        return 2
    models = ModelStore().directory
    listed = tomllib.loads((models / MANIFEST).read_text("utf-8"))["model"]
    networks = [each for each in listed if each["file"].endswith(".onnx")]
    shown = {
        each["file"]: probes({k: tuple(v) for k, v in each["inputs"].items()}, PICTURES)
        for each in networks
    }
    mine = here(shown, models)
    theirs, what = there(shown, models)
    first = {each["network"]: each["file"] for each in reversed(networks)}
    rows, is_bad = [], False
    for each in networks:
        file, reference = each["file"], first[each["network"]]
        distance = apart(mine[file], theirs[file])
        agreement = "" if file == reference else f"{decibels(theirs[reference], theirs[file]):.1f}"
        wrong = distance > MOST_APART if file == reference else float(agreement) < LEAST_DECIBELS
        is_bad |= wrong
        verdict = "differs" if wrong else "same"
        rows.append([each["network"], each["variant"], f"{distance:.1e}", agreement, verdict])
    print(machine())
    print(f"against {what}, emulated\n")
    head = ["network", "variant", "largest difference / range", "dB against the first, there", ""]
    print(table(head, rows))
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
