"""What each process is doing right now: small files in memory, one per process, replaced whole.

The catalogue keeps what must survive; this keeps what is over with the power. Nothing here is ever
synced, and nothing here is trusted: a file that cannot be read is a process that says nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any


def live_folder(library: Path) -> Path:
    """The folder in memory for the processes of one library; made if missing, ours alone (0700).

    Raises OSError where somebody else already owns a folder of that name.
    """
    digest = hashlib.sha256(os.fsencode(library.resolve())).hexdigest()[:16]
    base = os.environ.get("RUNTIME_DIRECTORY") or os.environ.get("XDG_RUNTIME_DIR")
    memory = Path("/dev/shm")
    if not base:
        base = str(memory if memory.is_dir() else tempfile.gettempdir())
    folder = Path(base.split(":")[0]) / f"wakeframe-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(f"{folder} belongs to somebody else")
    return folder


def say(folder: Path, process: str, facts: dict[str, Any]) -> None:
    """Tell what `process` is doing. Never raises: telling is not worth a crash."""
    part = folder / f".{process}.{os.getpid()}.part"
    with contextlib.suppress(OSError):
        part.write_text(json.dumps({**facts, "pid": os.getpid()}), "utf-8")
        part.replace(folder / f"{process}.json")


def heard(folder: Path, process: str) -> dict[str, Any]:
    """The last that `process` told, or nothing."""
    try:
        facts = json.loads((folder / f"{process}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
