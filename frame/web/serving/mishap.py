"""What may be written into the log of a mishap: what kind it was and where, never what it was about.

The words of an exception can hold a guest's name, a file's, a place or a token.
"""

from __future__ import annotations

import traceback
from pathlib import Path


def told(error: BaseException) -> dict[str, str]:
    """Fields for a line in the log."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return {"what": type(error).__name__, "where": where}
