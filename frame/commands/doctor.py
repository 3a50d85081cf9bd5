"""`wakeframe doctor`: is this machine fit, what is wrong, and the one thing to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import struct
import sys
import tempfile
import tomllib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from frame.errors import WakeframeError
from frame.words import harmless

if TYPE_CHECKING:
    from renderer.models import LoadedModel

State = Literal["ok", "warning", "fault"]

OLDEST: dict[str, tuple[int, ...]] = {
    "numpy": (2, 0),
    "opencv-python-headless": (5, 0),
    "onnxruntime": (1, 22),
    "av": (18, 0),
    "pygame-ce": (2, 5, 8),
    "pydantic": (2, 10),
    "watchdog": (6, 0),
    "pillow": (12, 3),
    "pillow-heif": (1, 8, 1),
}
"""The oldest versions that are safe and work; the two at the end for security."""

ROOM_BYTES = 200 * 1024 * 1024
"""A clip is 1 to 4 MB; below this, something else is about to fill the disk."""

MEMORY_BYTES = 1 << 30
"""Animating takes up to 600 MB."""


@dataclass(frozen=True)
class Finding:
    """One line of the examination; `cure` is what to do, empty where nothing is wrong."""

    state: State
    subject: str
    detail: str
    cure: str = ""


def check_python() -> Iterator[Finding]:
    """The interpreter."""
    fit = sys.version_info >= (3, 11)
    yield Finding(
        "ok" if fit else "fault",
        "Python",
        f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores",
        "" if fit else "Install Python 3.11 or newer and run `make clean run`.",
    )


def check_packages() -> Iterator[Finding]:
    """What we stand on, and how old it is."""
    for name, oldest in OLDEST.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            if name == "onnxruntime" and _installed("onnxruntime-gpu"):
                continue
            yield Finding("fault", name, "not installed", "Run `make`, or `pip install wakeframe`.")
            continue
        wanted = ".".join(map(str, oldest))
        if _numbers(found) < oldest:
            yield Finding("fault", name, found, f"Install version {wanted} or newer.")
        else:
            yield Finding("ok", name, found)


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def check_heic() -> Iterator[Finding]:
    """The library that reads iPhone photos, and has had the worst holes."""
    from frame.library.pixels import OLDEST_LIBHEIF

    try:
        import pillow_heif
    except ImportError as error:
        yield Finding("fault", "HEIC decoder", str(error), "Reinstall pillow-heif.")
        return
    found = pillow_heif.libheif_version()
    if _numbers(found) < OLDEST_LIBHEIF:
        yield Finding("fault", "HEIC decoder", f"libheif {found}", "Update pillow-heif.")
    else:
        yield Finding("ok", "HEIC decoder", f"libheif {found}")


def check_encoder() -> Iterator[Finding]:
    """The H.264 encoder inside PyAV."""
    import av

    if "libx264" in av.codecs_available:
        yield Finding("ok", "H.264 encoder", "libx264")
    else:
        yield Finding(
            "fault", "H.264 encoder", "this PyAV has none", "Install the wheel of av, not a build."
        )


def check_models() -> Iterator[Finding]:
    """Every network: present, unaltered, loadable, and on which processor it runs."""
    from renderer.models import MANIFEST, ModelError, ModelStore

    try:
        store = ModelStore()
        listed = tomllib.loads((store.directory / MANIFEST).read_text("utf-8"))["model"]
        for name, file in {each["network"]: each["file"] for each in listed}.items():
            if file.endswith(".onnx"):
                store.session(name)
            else:
                store.arrays(name)
    except ModelError as error:
        yield Finding("fault", "models", str(error), "Install Wakeframe again.")
        return
    providers = ", ".join(sorted({model.provider for model in store.loaded}))
    told = "".join(f"; {_choice(model)}" for model in store.loaded if model.tried)
    yield Finding("ok", "models", f"{len(store.loaded)} networks on {providers}{told}")


def _choice(model: LoadedModel) -> str:
    """Which variant runs here, and what it was compared with."""
    mine = next(each for each in model.tried if each.file == model.file)
    others = ", ".join(
        f"{each.file} {each.ms:.1f} ms" + ("" if each.agrees else " (differs)")
        for each in model.tried
        if each.file != model.file
    )
    return f"{mine.file} {mine.ms:.1f} ms, kept against {others}"


def check_cage() -> Iterator[Finding]:
    """The decode child, with a real (tiny) picture."""
    from frame.library.decode import decode

    with tempfile.TemporaryFile() as photo:
        photo.write(_one_pixel())
        photo.flush()
        try:
            shut = decode(photo.fileno()).cage
        except WakeframeError as error:
            yield Finding("fault", "photo decoder", str(error), "Reinstall Wakeframe.")
            return
    strong = "seccomp" in shut
    yield Finding(
        "ok" if strong else "warning",
        "photo decoder",
        f"caged by {', '.join(shut)}",
        "" if strong else "This kernel cannot cage it fully: open only photos you trust.",
    )


def _one_pixel() -> bytes:
    """A white PNG of one pixel."""
    out = b"\x89PNG\r\n\x1a\n"
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0\xff")), (b"IEND", b"")):
        out += struct.pack(">I", len(data)) + name + data
        out += struct.pack(">I", zlib.crc32(name + data))
    return out


def check_room() -> Iterator[Finding]:
    """Disk and memory."""
    for folder in (Path.cwd(), Path(tempfile.gettempdir())):
        free = shutil.disk_usage(folder).free
        writable = os.access(folder, os.W_OK)
        fit = writable and free > ROOM_BYTES
        yield Finding(
            "ok" if fit else "warning",
            "room in " + str(folder)[-15:],
            f"{free / 1e9:.1f} GB" if writable else "not writable",
            "" if fit else "Free some space, or write clips to another folder.",
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    fit = memory >= MEMORY_BYTES
    yield Finding(
        "ok" if fit else "warning",
        "memory",
        f"{memory / 1e9:.1f} GB",
        "" if fit else "Close other programs before animating.",
    )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_python,
    check_packages,
    check_heic,
    check_encoder,
    check_models,
    check_cage,
    check_room,
)


def examine() -> int:
    """Print every finding; 0 if this machine can be a frame, else 1."""
    from frame.commands.doctor_frame import FRAME_CHECKS

    findings = [finding for check in (*CHECKS, *FRAME_CHECKS) for finding in check()]
    for finding in findings:
        print(f"{finding.state:8s}{finding.subject:24s}{harmless(finding.detail)}")
        if finding.cure:
            print(f"{'':8s}-> {finding.cure}")
    faults = sum(finding.state == "fault" for finding in findings)
    print("Everything needed is here." if not faults else f"Faults: {faults}.")
    return 1 if faults else 0
