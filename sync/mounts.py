"""What is mounted where: read from the kernel's own table, and never from the devices themselves."""

from __future__ import annotations

import os
import re
import select
from dataclasses import dataclass
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")

REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "davfs", "virtiofs", "vboxsf"}
)
"""File systems whose changes by others the kernel does not tell us about; all of FUSE as well."""

_OCTAL = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True)
class Mount:
    """A line of the table. `device` is ``major:minor``; `root` which folder of it is mounted."""

    device: str
    root: str
    point: str
    kind: str
    source: str
    is_read_only: bool

    @property
    def is_remote(self) -> bool:
        """Whether changes may happen that nobody tells us of."""
        return self.kind in REMOTE or (self.kind.startswith("fuse") and self.kind != "fuseblk")


def parse(table: bytes) -> list[Mount]:
    """The mounts of a table, in its order: later ones may cover earlier ones."""
    found = []
    for line in table.splitlines():
        before, _, after = line.partition(b" - ")
        fields, tail = before.split(b" "), after.split(b" ")
        if len(fields) < 6 or len(tail) < 2:
            continue
        device, root, point, options = (_plain(each) for each in fields[2:6])
        kind, source = _plain(tail[0]), _plain(tail[1])
        found.append(Mount(device, root, point, kind, source, "ro" in options.split(",")))
    return found


def _plain(field: bytes) -> str:
    return os.fsdecode(_OCTAL.sub(lambda match: bytes([int(match[1], 8)]), field))


def mounts(table: Path = TABLE) -> list[Mount]:
    """What is mounted now; nothing where the system has no such table."""
    try:
        return parse(table.read_bytes())
    except OSError:
        return []


def mount_of(path: Path, mounted: list[Mount]) -> Mount | None:
    """The mount that holds `path`."""
    real = os.path.realpath(path)
    holding = [
        each
        for each in mounted
        if real == each.point or real.startswith(each.point.rstrip("/") + "/")
    ]
    # The longest wins; of equals the last, which covers the others.
    return (
        max(enumerate(holding), key=lambda each: (len(each[1].point), each[0]))[1]
        if holding
        else None
    )


def is_removable(device: str, sys_block: Path = Path("/sys/dev/block")) -> bool:
    """Whether the device can be pulled out: it says so itself, or it hangs on USB or is a card."""
    try:
        real = Path(os.path.realpath(sys_block / device, strict=True))
    except OSError:
        return False
    for folder in (real, real.parent):
        try:
            if (folder / "removable").read_text().strip() == "1":
                return True
        except OSError:
            continue
    return "/usb" in str(real)


def volume_of(device: str, by_uuid: Path = Path("/dev/disk/by-uuid")) -> str:
    """The number written on the volume of ``major:minor``, or nothing if the system does not know it."""
    try:
        for link in by_uuid.iterdir():
            number = link.stat().st_rdev
            if f"{os.major(number)}:{os.minor(number)}" == device:
                return link.name
    except OSError:
        return ""
    return ""


class Changes:
    """Waits for mounts to come and go."""

    def __init__(self, table: Path = TABLE) -> None:
        """Raises OSError where there is no such table."""
        self._descriptor = os.open(table, os.O_RDONLY | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLPRI)

    def wait(self, seconds: float) -> bool:
        """Whether something changed within that time."""
        return bool(self._poll.poll(seconds * 1000))

    def close(self) -> None:
        os.close(self._descriptor)
