"""Where the checkout is, and the data that some tests use where it is present."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.data import portraits

ROOT = Path(__file__).resolve().parents[1]


def portrait(name: str) -> Path:
    """The test portrait whose file name begins with `name`; skips where there are none."""
    for path in portraits():
        if path.name.startswith(name):
            return path
    pytest.skip(f"no test portrait {name}: ../shared/data/portraits is absent")
