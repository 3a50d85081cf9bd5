"""Where the test pictures are, for measurements that cannot be made without people."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]


def data_folder(name: str) -> Path | None:
    """A folder of test data (``portraits``, ``expression_pairs``, ...), or None where there is none.

    Looked for in ``$WAKEFRAME_DATA`` or in ``shared/data`` beside the checkout.
    """
    base = Path(os.environ.get("WAKEFRAME_DATA", ROOT.parent / "shared" / "data"))
    folder = base / name
    return folder if folder.is_dir() else None


def portraits() -> list[Path]:
    """The test portraits in order of their numbers; empty without data."""
    folder = data_folder("portraits")
    if folder is None:
        return []
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".png"})
