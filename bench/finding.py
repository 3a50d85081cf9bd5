"""Is the frame found by name? Asked by avahi, a program that is not ours, from another host.

``python -m bench.finding [--flood-seconds 60]`` makes two hosts out of network namespaces (needs root,
iproute2, dbus-daemon and avahi), runs the frame's part in one of them and prints a table: both kinds of
service found, the host's name resolved, the page opened by it, another name taken where the first one
was somebody's, found again after the cable was out, and what a flood of names costs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.speed import machine

FRAME, PHONE = f"wkfframe{os.getpid()}", f"wkfphone{os.getpid()}"
"""Namespaces; two measurements at once have hosts of their own."""

FRAME_ADDRESS, PHONE_ADDRESS = "10.99.7.1", "10.99.7.2"
PORT = 8080
TOOLS = ("ip", "unshare", "dbus-daemon", "avahi-daemon", "avahi-browse", "avahi-resolve")
FOUND_SECONDS = 30.0
MOST_BACK_SECONDS = 30.0
MOST_CPU_SHARE = 0.20
MOST_GROWTH_MB = 16.0
"""Ten thousand records, at which the library stops remembering, are about ten."""

_BUS = """<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    found: str
    must_be: str
    is_met: bool


def missing() -> list[str]:
    """What this machine lacks for it; empty where nothing is missing."""
    lacks = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0:
        lacks.append("root")
    elif not lacks and subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        lacks.append("network namespaces")
    return lacks


@contextlib.contextmanager
def two_hosts() -> Iterator[None]:
    """Two namespaces with a cable between them, and nothing else."""
    _delete_hosts()
    try:
        for name in (FRAME, PHONE):
            _run("ip", "netns", "add", name)
        _run(*f"ip link add frame0 netns {FRAME} type veth peer name phone0 netns {PHONE}".split())
        for name, device, address in (
            (FRAME, "frame0", FRAME_ADDRESS),
            (PHONE, "phone0", PHONE_ADDRESS),
        ):
            _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", device)
            _run("ip", "-n", name, "link", "set", "lo", "up")
            _run("ip", "-n", name, "link", "set", device, "up")
            _run("ip", "-n", name, "route", "add", "default", "dev", device)
        yield
    finally:
        _delete_hosts()


def _delete_hosts() -> None:
    for name in (FRAME, PHONE):
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Phone:
    """The other host, with an avahi of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}

    def __enter__(self) -> Phone:
        (self._folder / "bus.conf").write_text(_BUS.format(folder=self._folder))
        self._start(
            "dbus-daemon", f"--config-file={self._folder}/bus.conf", "--nofork", "--nopidfile"
        )
        self.restart("phone")
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            _end(process)

    def restart(self, name: str) -> None:
        """Begin anew under this name; whatever was heard before is forgotten."""
        for process in self._processes[1:]:
            _end(process)
        del self._processes[1:]
        (self._folder / "avahi.conf").write_text(f"[server]\nhost-name={name}\nuse-ipv6=no\n")
        self._start(
            *("ip", "netns", "exec", PHONE, "unshare", "-m", "sh", "-c"),
            "mkdir -p /run/avahi-daemon; mount -t tmpfs tmpfs /run/avahi-daemon;"
            f" exec avahi-daemon -f {self._folder}/avahi.conf"
            " --no-drop-root --no-chroot --no-rlimits",
        )

    def browse(self, kind: str) -> list[list[str]]:
        """What avahi lists of this kind: fields of resolved services."""
        lines = self._ask("avahi-browse", "-rtp", kind).splitlines()
        return [line.split(";") for line in lines if line.startswith("=")]

    def resolve(self, host: str) -> str:
        """The address behind a name; empty where nobody answers."""
        found = self._ask("avahi-resolve", "-4", "-n", host).split()
        return found[1] if len(found) == 2 else ""

    def open(self, host: str, address: str) -> int:
        """Open the frame's first page as a browser does that was told that name."""
        code = (
            "import http.client, sys;"
            f"c = http.client.HTTPConnection({address!r}, {PORT}, timeout=10);"
            f"c.request('GET', '/', headers={{'Host': '{host}:{PORT}'}});"
            "print(c.getresponse().status)"
        )
        return int(self._ask(sys.executable, "-c", code) or 0)

    def _ask(self, *command: str) -> str:
        done = subprocess.run(
            ["ip", "netns", "exec", PHONE, "timeout", "15", *command],
            check=False,
            capture_output=True,
            text=True,
            env=self._environment,
        )
        return done.stdout

    def _start(self, *command: str) -> None:
        self._processes.append(
            subprocess.Popen(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def frame(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The frame's web process with what makes it found, in its own host."""
    process = subprocess.Popen(
        [
            *("ip", "netns", "exec", FRAME, sys.executable, "-m", "bench.finding_frame"),
            *(str(folder), str(PORT)),
        ],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)


def until(check: object, seconds: float = FOUND_SECONDS) -> float | None:
    """How long it took until `check` was true; None where it did not come true in time."""
    assert callable(check)
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if check():
            return time.monotonic() - start
        time.sleep(0.2)
    return None


def measure(flood_seconds: float) -> list[Row]:
    """Every row of the table."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="finding-") as place, two_hosts():
        folder = Path(place)
        (folder / "phone").mkdir()
        with Phone(folder / "phone") as phone:
            with frame(folder / "one") as process:
                rows += _first(phone)
                rows += _cable(phone)
                rows += _flood(phone, process, flood_seconds)
            rows += _taken(phone, folder / "two")
    return rows


def _first(phone: Phone) -> list[Row]:
    rows = []
    for kind in ("_http._tcp", "_wakeframe._tcp"):
        took = until(lambda kind=kind: phone.browse(kind))
        found = phone.browse(kind)
        text = found[0][-1] if found else ""
        names = re.findall(r'"([^"]*)"', text)
        rows.append(_within(f"avahi-browse finds {kind}", took, FOUND_SECONDS))
        is_frame = "frame=Wakeframe" in names
        rows.append(Row(f"its record: {' '.join(names)}", "frame named", "frame named", is_frame))
    address = phone.resolve("wakeframe.local")
    rows.append(
        Row(
            "avahi-resolve wakeframe.local", address or "-", FRAME_ADDRESS, address == FRAME_ADDRESS
        )
    )
    status = phone.open("wakeframe.local", address or FRAME_ADDRESS)
    rows.append(Row("the page opened by that name", str(status), "an answer", status in OPENED))
    status = phone.open("elsewhere.example", FRAME_ADDRESS)
    rows.append(Row("... by a foreign name", str(status), "refused", status in REFUSED))
    return rows


OPENED = (200, 303, 401)
"""A page, the way to one, or the page that says how to get in."""

REFUSED = (400, 403, 421)


def _cable(phone: Phone) -> list[Row]:
    _run("ip", "-n", FRAME, "addr", "flush", "dev", "frame0")
    _run("ip", "-n", FRAME, "link", "set", "frame0", "down")
    time.sleep(7)
    _run("ip", "-n", FRAME, "link", "set", "frame0", "up")
    _run("ip", "-n", FRAME, "addr", "add", f"{FRAME_ADDRESS}/24", "dev", "frame0")
    _run("ip", "-n", FRAME, "route", "replace", "default", "dev", "frame0")
    phone.restart("phone")  # nothing remembered from before
    took = until(lambda: phone.browse("_wakeframe._tcp"))
    return [_within("found again after the network was away", took, MOST_BACK_SECONDS)]


def _flood(phone: Phone, process: subprocess.Popen[bytes], seconds: float) -> list[Row]:
    worker = process.pid  # `ip netns exec` becomes the program itself
    memory, spent = _memory_mb(worker), _cpu_seconds(worker)
    begin = time.monotonic()
    command = ["ip", "netns", "exec", PHONE, sys.executable, "-m", "bench.finding_flood"]
    done = subprocess.run(
        [*command, str(seconds), PHONE_ADDRESS], check=True, capture_output=True, text=True
    )
    took = time.monotonic() - begin
    share, growth = (_cpu_seconds(worker) - spent) / took, _memory_mb(worker) - memory
    sent = int(done.stdout)
    back = until(lambda: phone.resolve("wakeframe.local") == FRAME_ADDRESS)
    said = f"{sent} records with new names in {took:.0f} s"
    return [
        Row(f"{said}: processor", f"{share:.1%}", f"{MOST_CPU_SHARE:.0%}", share <= MOST_CPU_SHARE),
        Row(
            "... memory", f"{growth:+.1f} MB", f"{MOST_GROWTH_MB:.0f} MB", growth <= MOST_GROWTH_MB
        ),
        _within("... found afterwards", back, FOUND_SECONDS),
    ]


def _taken(phone: Phone, folder: Path) -> list[Row]:
    """Somebody else has been wakeframe.local before us."""
    phone.restart("wakeframe")
    time.sleep(3)
    with frame(folder):
        took = until(lambda: phone.resolve("wakeframe-2.local") == FRAME_ADDRESS)
        theirs = phone.resolve("wakeframe.local")
    return [
        _within("a taken name: found as wakeframe-2.local", took, FOUND_SECONDS),
        Row("... and the other keeps its own", theirs, PHONE_ADDRESS, theirs == PHONE_ADDRESS),
    ]


def _within(what: str, took: float | None, most: float) -> Row:
    found = "never" if took is None else f"{took:.1f} s"
    return Row(what, found, f"{most:.0f} s", took is not None and took <= most)


def _memory_mb(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) / 1024


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Print the table; 1 where something is not as it must be, 2 where this machine cannot tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flood-seconds", type=float, default=60.0)
    options = parser.parse_args()
    if lacks := missing():
        print(f"This needs {', '.join(lacks)}.", file=sys.stderr)
        return 2
    rows = measure(options.flood_seconds)
    print(machine())
    print("\n| | found | must be |\n|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.found}{'' if row.is_met else ' **not met**'} | {row.must_be} |")
    return int(not all(row.is_met for row in rows))


if __name__ == "__main__":
    sys.exit(main())
