"""The owner's settings: one typed object, its ranges, and where it is read from and written to.

The object is a plain frozen dataclass, so that a process that is handed its settings (the display,
which must be quick and small) needs no schema library; pydantic is imported where something from
outside is checked (`read`).
"""

from frame.settings.hours import Dimming, Hours
from frame.settings.read import Problem, Reading, kind, owner_file, read
from frame.settings.schema import Key, Settings, as_table, from_table, keys, plain
from frame.settings.write import BadSettings, save

__all__ = [
    "BadSettings",
    "Dimming",
    "Hours",
    "Key",
    "Problem",
    "Reading",
    "Settings",
    "as_table",
    "from_table",
    "keys",
    "kind",
    "owner_file",
    "plain",
    "read",
    "save",
]
