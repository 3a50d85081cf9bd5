"""A supervisor over tiny processes, as a program of its own: tests strike at it from outside."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from frame.app.alone import claim
from frame.app.renewals import SettingsFiles
from frame.app.supervisor import Outside, Supervisor
from tests.frame.app.family import QUICK_RULES, command, order


def main() -> int:
    library = Path(sys.argv[1])
    logging.basicConfig(level=logging.INFO)
    with claim(library) as live:
        files = SettingsFiles((library / "settings.toml",), lambda: order(library, live))
        outside = Outside(lambda _: None, command(library), QUICK_RULES, renewed=files.renewed)
        return Supervisor(order(library, live), outside).run()


if __name__ == "__main__":
    sys.exit(main())
