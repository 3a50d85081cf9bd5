"""The frame's web process alone, for `bench.finding`: ``python -m bench.finding_frame FOLDER PORT``.

Runs inside the namespace that `bench.finding` made: it announces itself to the network that it is in.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path

from frame.app.lifeline import Lifeline
from frame.app.order import Order
from frame.app.rooms import web
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.settings import Settings


def main() -> int:
    """Until it is told to end."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    live = folder / "live"
    live.mkdir(parents=True)
    places = Places(folder / "library")
    places.make()
    Catalogue(places.catalogue).close()
    lifeline = Lifeline(live, "web")
    signal.signal(signal.SIGTERM, lambda *_: lifeline.set())
    settings = replace(Settings(), port=port)
    return web()(Order(places.root, live, settings, wake_seconds=0.0), lifeline)


if __name__ == "__main__":
    sys.exit(main())
