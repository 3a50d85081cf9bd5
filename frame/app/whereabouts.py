"""Under which names and at which address the frame's pages are, as it is at each moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from frame.app.address import address, host
from frame.web.reception import Whereabouts
from sync.finder import Finder
from sync.finding import State


class Place:
    """Where the pages are. `finder` is None where the owner does not want the frame to be found."""

    def __init__(self, port: int, finder: Finder | None) -> None:
        self._port = port
        self._finder = finder

    def whereabouts(self) -> Whereabouts:
        """For whoever is sent to us: the name only while it is announced."""
        return Whereabouts(self._announced(), address(), self._port)

    def names(self) -> frozenset[str]:
        """What a browser may call us besides our addresses: the announced name and the machine's own."""
        return frozenset({host().lower(), self._announced()} - {""})

    def _announced(self) -> str:
        if self._finder is None or self._finder.finding.state is not State.FOUND:
            return ""
        return self._finder.finding.host


@contextlib.contextmanager
def found_by_name(name: str, port: int, *, is_findable: bool) -> Iterator[Place]:
    """Announced in the home network meanwhile, if the owner wants it."""
    if not is_findable:
        yield Place(port, None)
        return
    with Finder(name, port) as finder:
        yield Place(port, finder)
