"""Where the checkout is, and the data that some tests use where it is present."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


def portrait(name: str) -> Path:
    """The test portrait whose file name begins with `name`; skips where there are none."""
    found = sorted((DATA / "portraits").glob(f"{name}*"))
    if not found:
        pytest.skip(f"test portraits are absent: no {name} in {DATA / 'portraits'}")
    return found[0]
