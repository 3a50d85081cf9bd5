"""USB sticks: noticed when they are mounted, offered on screen, read on a yes, never written to.

Who mounts them (the desktop, the system) is not our business. One thread does all of this, a photo at a
time, so that a stick can be pulled out at any moment.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from frame.library.catalogue import Catalogue
from sync.door import House
from sync.mounts import TABLE, Changes, Mount, is_removable, mount_of, mounts
from sync.stick import PluggedStick
from sync.stick_state import Event
from sync.taking import Taker

KINDS = frozenset(
    (
        *("vfat", "msdos", "exfat", "ntfs", "ntfs3", "fuseblk", "udf", "iso9660", "hfs", "hfsplus"),
        *("ext2", "ext3", "ext4", "btrfs", "xfs", "f2fs", "apfs"),
    )
)
"""What a stick or a card may be formatted with."""


class Sticks:
    """All sticks, for one thread. `excluded` are folders whose file systems are not sticks."""

    def __init__(
        self,
        house: House,
        roots: Sequence[Path],
        excluded: Sequence[Path],
        table: Path = TABLE,
        removable: Callable[[str], bool] = is_removable,
    ) -> None:
        self._house = house
        self._roots = [str(root).rstrip("/") + "/" for root in roots]
        self._excluded = excluded
        self._table = table
        self._removable = removable
        self._sticks: dict[tuple[str, str], PluggedStick] = {}
        self._has_looked = False

    def run(self) -> None:
        """Until the house stops."""
        house = self._house
        with (
            Catalogue(house.places.catalogue) as catalogue,
            contextlib.closing(Changes(self._table)) as changes,
        ):
            taker = house.takers(house.places, catalogue)
            while not house.stop.is_set():
                is_busy = self.tick(catalogue, taker)
                changes.wait(0.0 if is_busy else house.pace.tell)

    def tick(self, catalogue: Catalogue, taker: Taker) -> bool:
        """Look at what is plugged in and do one thing; whether there may be more to do at once."""
        plugged = {(each.device, each.point): each for each in self._plugged()}
        for key in [key for key in self._sticks if key not in plugged]:
            self._sticks.pop(key).happen(Event.PULLED)
        for key, mount in plugged.items():
            if key not in self._sticks:
                self._sticks[key] = PluggedStick(self._house, catalogue, taker, mount)
                self._sticks[key].count(is_first_look=not self._has_looked)
        if not self._has_looked:
            self._withdraw_old(catalogue)
        self._has_looked = True
        is_busy = [stick.step() for stick in self._sticks.values()]
        return any(is_busy)

    def _plugged(self) -> list[Mount]:
        mounted = mounts(self._table)
        ours = {mount.point for path in self._excluded if (mount := mount_of(path, mounted))}
        return [
            each
            for each in mounted
            if each.kind in KINDS
            and each.point not in ours
            and any(each.point.startswith(root) for root in self._roots)
            and self._removable(each.device)
        ]

    def _withdraw_old(self, catalogue: Catalogue) -> None:
        """Questions about sticks that were pulled out while nobody looked."""
        here = {stick.identity for stick in self._sticks.values()}
        for question in catalogue.questions.open():
            if question.kind == "usb" and question.subject not in here:
                date = int(self._house.clock.date())
                catalogue.questions.withdraw("usb", question.subject, date)
