"""What the supervisor tells a process that it starts: one line of JSON on its standard input.

A process is started before its order is ready and loads its packages meanwhile; the order is the
signal to begin. No order, and an end of the input, means that the supervisor is gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from frame.settings import Settings, as_table, from_table


@dataclass(frozen=True)
class Order:
    """`wake_seconds` is the settings' `wake_minutes`, unless the command line said otherwise. `size`
    is that of a window, or of the panel where no screen tells its own."""

    library: Path
    live: Path
    settings: Settings
    wake_seconds: float
    is_windowed: bool = False
    size: tuple[int, int] | None = None
    is_safe: bool = False
    is_verbose: bool = False

    def to_line(self) -> bytes:
        table = {
            "library": str(self.library),
            "live": str(self.live),
            "settings": as_table(self.settings),
            "wake_seconds": self.wake_seconds,
            "is_windowed": self.is_windowed,
            "size": self.size,
            "is_safe": self.is_safe,
            "is_verbose": self.is_verbose,
        }
        return json.dumps(table).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Order:
        """Raises ValueError for what is no order."""
        table = json.loads(line)
        size = table["size"]
        return cls(
            library=Path(table["library"]),
            live=Path(table["live"]),
            settings=from_table(table["settings"]),
            wake_seconds=table["wake_seconds"],
            is_windowed=table["is_windowed"],
            size=(size[0], size[1]) if size else None,
            is_safe=table["is_safe"],
            is_verbose=table["is_verbose"],
        )
