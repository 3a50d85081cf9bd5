"""Who may import whom, read from the source; and that no file names a machine or a package host.

The rooms are those of docs/architecture.md. A wrong arrow is a decision made in passing: make it on
purpose, here and there, or not at all.
"""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

OURS = ("bench", "frame", "models", "renderer", "sync", "tests")

# Room: what of ours it may import. A module belongs to the longest prefix that fits.
ARROWS: dict[str, tuple[str, ...]] = {
    "renderer": ("renderer",),
    "frame": (),
    "frame.errors": (),
    "frame.settings": ("frame.settings", "frame.errors"),
    "frame.terminal": (),
    "frame.files": ("frame.errors",),
    "frame.diagnosis": (
        *("frame.health", "frame.library", "frame.live", "frame.logs", "frame.settings"),
    ),
    "frame.health": ("frame.thermometer",),
    "frame.live": (),
    "frame.logs": (),
    "frame.remote": ("frame.live",),
    "frame.supervise": (),
    "frame.thermometer": (),
    "frame.words": ("frame.words_of_reasons",),
    "frame.words_of_reasons": (),
    "frame.core": ("frame.core",),
    "frame.library": ("frame.library", "frame.core", "frame.errors"),
    "frame.display": (
        *("frame.display", "frame.core", "frame.library"),
        *("frame.errors", "frame.live", "frame.remote", "frame.words"),
    ),
    "frame.web": (
        *("frame.web", "frame.core", "frame.library", "frame.settings", "sync"),
        *("frame.errors", "frame.health", "frame.live", "frame.remote", "frame.words"),
        "frame.diagnosis",
    ),
    "frame.web.serving": ("frame.web.serving",),
    "frame.studio": (
        *("frame.studio", "frame.core", "frame.library"),
        *("renderer", "frame.errors", "frame.live", "frame.thermometer"),
    ),
    "frame.commands": OURS[:-1],
    "frame.app": OURS[:-1],
    "frame.cli": OURS[:-1],
    "sync": ("sync", "frame.library", "frame.core", "frame.errors", "frame.live"),
    "models": ("models", "renderer"),
    "bench": OURS[:-1],
    "tests": OURS,
}

# Packages of others that only these modules may import.
KEEPERS: dict[str, tuple[str, ...]] = {
    "av": ("renderer.clip", "frame.display.film_child", "frame.commands.doctor", "bench", "tests"),
    "onnxruntime": ("renderer.runtime", "models.build", "bench.aarch64_run"),  # kept quiet there
    "pygame": ("frame.display.screen", "frame.display.lettering", "bench", "tests"),
    "watchdog": ("sync", "tests"),
    "zeroconf": ("sync.finding_network", "bench", "tests"),
    "ifaddr": ("sync.finding_network", "tests"),
    "segno": ("frame.display.poster", "frame.web", "tests"),
    "pydantic": ("frame.settings", "tests"),
    "PIL": (
        "frame.library.pixels",
        "frame.library.camera",
        "frame.library.raw",
        "bench",
        "models",
        "tests",
    ),
    "pillow_heif": ("frame.library.pixels", "frame.commands.doctor", "bench", "tests"),
    "flask": ("frame.web", "bench", "tests"),
    "werkzeug": ("frame.web", "tests"),
    "h11": ("frame.web.serving", "tests"),
    "babel": ("frame.web.words", "frame.web.gather", "tests"),
    "argon2": ("frame.web.password", "tests"),
    "playwright": ("bench", "tests"),
    "torch": ("models",),
    "onnx": ("models", "tests"),
    "mediapipe": ("models",),
    "dlib": ("models",),
    "matplotlib": ("bench",),
    "scipy": (),
}

# What a room must not know of: the renderer has no clock, network or database; decisions have nothing.
WITHOUT: dict[str, tuple[str, ...]] = {
    "renderer": ("socket", "sqlite3", "urllib", "http", "random", "datetime", "subprocess"),
    "frame.core": (
        "os",
        "socket",
        "sqlite3",
        "time",
        "datetime",
        "threading",
        "random",
        "subprocess",
    ),
}


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for top in OURS:
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path) -> set[str]:
    """The dotted names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; rooms are named in full here"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def room_of(module: str) -> str:
    return max((room for room in ARROWS if within(module, (room,))), key=len)


MODULES = modules()


@pytest.mark.parametrize("module", MODULES)
def test_arrows(module: str):
    allowed = (*ARROWS[room_of(module)], module)
    wrong = {
        name
        for name in imports(MODULES[module])
        if name.split(".")[0] in OURS and not within(name, allowed)
    }
    assert not wrong, f"{module} may not import {sorted(wrong)}"


@pytest.mark.parametrize("module", MODULES)
def test_keepers(module: str):
    named = imports(MODULES[module])
    for package, keepers in KEEPERS.items():
        if any(within(name, (package,)) for name in named):
            assert within(module, keepers), f"{package} is for {keepers} only, not {module}"
    for room, strangers in WITHOUT.items():
        if within(module, (room,)):
            wrong = {name for name in named if within(name, strangers)}
            assert not wrong, f"{room} does without {sorted(wrong)}, but {module} has it"


def test_a_wrong_arrow_would_be_seen(tmp_path: Path):
    lazy = tmp_path / "lazy.py"
    lazy.write_text("def f():\n    from frame.library.decode import decode\n    return decode\n")
    assert imports(lazy) == {"frame.library.decode.decode"}
    assert room_of("renderer.faces.mesh") == "renderer"
    assert not within("frame.library.decode.decode", ARROWS["renderer"])


# Written in pieces, or this file would be the first to fail.
FORBIDDEN = (
    "pypi" + ".org",
    "python" + "hosted",
    "registry" + ".npmjs",
    "npmjs" + ".com",
    "deb" + ".debian.org",
    "security" + ".debian.org",
    "/" + "work/",
    "/" + "root/",
    "/" + "opt/pypi",
    "/tmp/" + "ref",
)


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing is committed here")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_package_host_or_a_place_on_one_machine():
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in committed()
        for word in FORBIDDEN
        if word.encode() in path.read_bytes()
    ]
    assert not found
