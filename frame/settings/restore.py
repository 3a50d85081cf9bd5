"""Settings out of an archive: those that can be used, and without those that belong to one machine."""

from __future__ import annotations

from collections.abc import Mapping

from frame.settings.read import check
from frame.settings.schema import keys

OF_THE_MACHINE = ("library", "watched", "port", "name")
"""Where things are on the machine that the archive comes from."""


def usable(found: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """What may be saved, and the names of what was left out."""
    known = {key.name: key for key in keys()}
    good: dict[str, object] = {}
    left_out = []
    for name, value in found.items():
        if name not in known or name in OF_THE_MACHINE:
            left_out.append(name)
            continue
        try:
            good[name] = check(known[name], value)
        except ValueError:
            left_out.append(name)
    return good, tuple(sorted(left_out))
