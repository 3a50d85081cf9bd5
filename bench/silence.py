"""Does anything leave the home? The whole frame at work, and every packet that it sends, counted.

``python -m bench.silence [--minutes 10] [--photos DIR]`` makes two hosts out of network namespaces
(needs root, iproute2 and the tools of `bench.finding`), runs `wakeframe run` in one of them while
photos arrive, are looked at, prepared and animated, and listens on the other: a router to the whole
world that answers nothing, and the name server too. Prints what was sent and what for, which ports
answer, and what was left in the home folder of whoever runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.finding import FRAME, FRAME_ADDRESS, PHONE, PHONE_ADDRESS, Row, missing, two_hosts
from bench.household import Household, drop
from bench.speed import machine
from bench.startup import sample_photo

PAGE_PORT = 8080
HOME = "10.99.7.0/24"
START_SECONDS, LOOK_SECONDS, KNOCK_SECONDS = 90.0, 240.0, 300.0
QUICK = {"WAKEFRAME_STILL_SECONDS": "5", "WAKEFRAME_WAKE_MINUTES": "1"}
QUIET_IN = (
    "CI",
    "TF_BUILD",
    "GITHUB_ACTIONS",
    "BUILD_BUILDID",
    "GITLAB_CI",
    "ORT_DISABLE_TELEMETRY",
)
"""Variables where libraries keep quiet on their own: a family's frame has none of them."""


@dataclass
class Found:
    """What was heard and seen."""

    seconds: float = 0.0
    looked_at: int = 0
    clips: int = 0
    expected: dict[str, int] = field(default_factory=dict)
    unexpected: dict[str, int] = field(default_factory=dict)
    page_status: int = 0
    open_tcp: list[int] = field(default_factory=list)
    bound_udp: list[int] = field(default_factory=list)
    left_at_home: list[str] = field(default_factory=list)


def measure(photos: list[Path], seconds: float, port: int = PAGE_PORT) -> Found:
    """Run the frame for at least `seconds`, and until `photos` are looked at."""
    found = Found()
    with tempfile.TemporaryDirectory(prefix="silence-") as place, two_hosts(), _names():
        folder = Path(place)
        home = folder / "home"
        home.mkdir()
        with _listening(folder / "heard.json", port):
            _run_household(folder, home, photos, seconds, port, found)
        heard = json.loads((folder / "heard.json").read_text())
        found.expected, found.unexpected = heard["expected"], heard["unexpected"]
        found.left_at_home = sorted(str(each.relative_to(home)) for each in _strangers(home))
    return found


def _run_household(
    folder: Path, home: Path, photos: list[Path], seconds: float, port: int, found: Found
) -> None:
    household = Household(
        folder / "library",
        ["--windowed", "--size", "1280x720"],
        {
            **dict.fromkeys((*QUIET_IN, "XDG_CACHE_HOME", "XDG_CONFIG_HOME")),
            "HOME": str(home),
            "WAKEFRAME_FINDABLE": "on",
            "WAKEFRAME_PORT": str(port),
            **QUICK,
        },
        within=("ip", "netns", "exec", FRAME),
    )
    with household:
        begin = time.monotonic()
        if household.wait_for(lambda: bool(household.says("display")), START_SECONDS) is None:
            raise SystemExit(f"the frame did not start:\n{household.log.read_text()}")
        for photo in photos:
            drop(photo, household.places.inbox)

        def looked_at() -> bool:
            with household.catalogue() as catalogue:
                found.looked_at = sum(
                    photo.look is not None for photo in catalogue.photos.page(limit=1000)
                )
            return found.looked_at >= len(photos)

        household.wait_for(looked_at, LOOK_SECONDS)
        time.sleep(max(0.0, begin + seconds - time.monotonic()))
        knocked = json.loads(_from_the_phone("bench.silence_knock", FRAME_ADDRESS, str(port)))
        found.page_status, found.open_tcp = knocked["status"], knocked["open"]
        found.bound_udp = _bound_udp()
        found.clips = len(list(household.places.clips.rglob("*.mp4")))
        found.seconds = time.monotonic() - begin


@contextlib.contextmanager
def _names() -> Iterator[None]:
    """The frame asks the other host for names, so that every question is heard."""
    folder = Path("/etc/netns") / FRAME  # `ip netns exec` lays these over /etc
    folder.mkdir(parents=True)
    try:
        (folder / "resolv.conf").write_text(f"nameserver {PHONE_ADDRESS}\n")
        yield
    finally:
        (folder / "resolv.conf").unlink(missing_ok=True)
        folder.rmdir()


@contextlib.contextmanager
def _listening(file: Path, port: int) -> Iterator[None]:
    command = ["ip", "netns", "exec", PHONE, sys.executable, "-m", "bench.silence_listen"]
    listener = subprocess.Popen(
        [*command, "phone0", str(port), HOME, str(file)], stdout=subprocess.PIPE
    )
    assert listener.stdout is not None
    try:
        if listener.stdout.readline() != b"listening\n":
            raise SystemExit("nobody could listen")
        yield
    finally:
        listener.terminate()
        listener.wait(20)
        listener.stdout.close()


def _from_the_phone(module: str, *arguments: str) -> str:
    command = ["ip", "netns", "exec", PHONE, sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=KNOCK_SECONDS
    )
    return done.stdout


def _bound_udp() -> list[int]:
    """UDP ports of the frame's host that somebody listens on, apart from loopback."""
    ports = set()
    for kind in ("udp", "udp6"):
        command = ["ip", "netns", "exec", FRAME, "cat", f"/proc/net/{kind}"]
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for line in table.splitlines()[1:]:
            address, _, port = line.split()[1].rpartition(":")
            if not address.endswith("7F"):  # 127.x.x.x, in the machine's own order of bytes
                ports.add(int(port, 16))
    return sorted(ports)


def _strangers(home: Path) -> Iterator[Path]:
    """Files in the home folder that are not ours."""
    for each in home.rglob("*"):
        if each.is_file() and "wakeframe" not in each.parts:
            yield each


def judge(found: Found, photos: int, port: int = PAGE_PORT) -> list[Row]:
    """The table."""
    sent = sum(found.unexpected.values())
    said = "; ".join(f"{count} x {purpose}" for purpose, count in found.unexpected.items())
    tcp = ", ".join(map(str, found.open_tcp)) or "none"
    udp = ", ".join(map(str, found.bound_udp)) or "none"
    left = ", ".join(found.left_at_home) or "nothing"
    status = str(found.page_status)
    return [
        Row("photos looked at", str(found.looked_at), str(photos), found.looked_at == photos),
        Row("clips made meanwhile", str(found.clips), "-", is_met=True),
        *(Row(f"sent: {what}", str(count), "-", True) for what, count in found.expected.items()),
        Row(f"sent: anything else{said and f' ({said})'}", str(sent), "0", sent == 0),
        Row(
            "the page, from another host", status, "an answer", found.page_status in (200, 303, 401)
        ),
        Row("TCP ports that answer, of 65,535", tcp, str(port), found.open_tcp == [port]),
        Row("UDP ports listened on", udp, "5353", found.bound_udp == [5353]),
        Row("left in the home folder by others", left, "nothing", not found.left_at_home),
    ]


def main() -> int:
    """Print the table; 1 where something is not as it must be, 2 where this machine cannot tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--photos", type=Path, help="a folder of portraits; else made-up pictures")
    options = parser.parse_args()
    if lacks := missing():
        print(f"This needs {', '.join(lacks)}.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="silence-photos-") as folder:
        photos = sorted(options.photos.glob("*.[jp][pn]g")) if options.photos else made_up(folder)
        found = measure(photos, options.minutes * 60)
    print(machine())
    print(f"\n| {found.seconds / 60:.1f} minutes at work | found | must be |\n|---|---|---|")
    rows = judge(found, len(photos))
    for row in rows:
        print(f"| {row.what} | {row.found}{'' if row.is_met else ' **not met**'} | {row.must_be} |")
    return int(not all(row.is_met for row in rows))


def made_up(folder: str | Path, count: int = 3) -> list[Path]:
    """Pictures of nobody: they are looked at by every network that finds faces."""
    photos = [Path(folder) / f"{number}.jpg" for number in range(count)]
    for number, photo in enumerate(photos):
        photo.write_bytes(sample_photo(number))
    return photos


if __name__ == "__main__":
    sys.exit(main())
