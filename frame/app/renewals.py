"""Settings that change while the frame runs: noticed here, carried to whom they concern.

The display takes every setting in while its picture goes on; it reads them in the folder of live files.
Whoever else a setting concerns is ended and started again, which nobody sees. The library alone is for
good: another one is another frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from frame.app.order import Order
from frame.live import heard, say
from frame.settings import as_table

TOLD = "order"
"""The live file that holds the order in effect."""

CONCERNS = {
    "watched": ("doors",),
    "usb": ("doors",),
    "driver": ("studio",),
    "restore": ("studio", "web"),
    "clip_percent": ("studio",),
    "port": ("web",),
    "name": ("web",),
    "findable": ("web",),
    "invites": ("web",),
    "language": ("web",),
}
"""Who is started again for a key, beside the display, which is never started again for any."""

OF_THE_DISPLAY = frozenset(
    {
        *("still_seconds", "wake_minutes", "fade_seconds", "surround", "two_up", "ken_burns"),
        *("captions", "language", "night", "dim", "panel"),
    }
)
"""Keys that the display takes in."""

FOR_GOOD = frozenset({"library"})
"""Keys of which another value is another frame: they wait for the next start."""


def concerned(before: Order, after: Order) -> frozenset[str]:
    """The processes that must be started again for the keys that differ."""
    old, new = as_table(before.settings), as_table(after.settings)
    changed = (name for name in new if new[name] != old[name])
    return frozenset(process for name in changed for process in CONCERNS.get(name, ()))


def tell(order: Order) -> None:
    """Leave the order where the display looks for it."""
    say(order.live, TOLD, {"order": order.to_line().decode()})


class Heard:
    """The display's side: the order in effect, when it is another one than before."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def renewed(self) -> Order | None:
        """The new order, once. Safe mode stays what it was for this process."""
        line = heard(self._order.live, TOLD).get("order")
        if not isinstance(line, str):
            return None
        try:
            order = Order.from_line(line.encode())
        except (ValueError, KeyError, TypeError):
            return None
        order = replace(order, is_safe=self._order.is_safe)
        if order == self._order:
            return None
        self._order = order
        return order


class SettingsFiles:
    """Notices that a settings file was written, removed or put there: two looks at each a second cost
    nothing, and reading them happens only then."""

    def __init__(self, files: Sequence[Path], read: Callable[[], Order]) -> None:
        self._files = files
        self._read = read
        self._seen = self._state()

    def renewed(self) -> Order | None:
        """The order from the files as they are now, if they have changed since the last call."""
        state = self._state()
        if state == self._seen:
            return None
        self._seen = state
        return self._read()

    def _state(self) -> tuple[tuple[int, int, int], ...]:
        return tuple(_state_of(path) for path in self._files)


def _state_of(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
