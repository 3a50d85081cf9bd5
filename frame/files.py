"""Files that people asked for: checked before the work begins, and never seen half written."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from frame.errors import OutputNotWritable


def check_output(path: Path, suffix: str, photo: Path) -> None:
    """Raise `OutputNotWritable` unless a file `path` can be made there without hurting anything."""
    if path.suffix.lower() != suffix:
        raise OutputNotWritable(f"{path} must end in {suffix}.")
    if path.is_dir():
        raise OutputNotWritable(f"{path} is a folder; give the name of a file in it.")
    if not path.parent.is_dir():
        raise OutputNotWritable(f"There is no folder {path.parent}; make it first.")
    if path.exists() and photo.exists() and path.samefile(photo):
        raise OutputNotWritable(f"{path} is the photo itself; give another name.")
    trial = _beside(path)
    try:
        trial.touch(exist_ok=False)
        trial.unlink()
    except OSError as error:
        raise _not_writable(path, error) from None


def write_text(path: Path, text: str) -> None:
    """Put `text` there in one step. Raises `OutputNotWritable`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` there in one step. Raises `OutputNotWritable`."""
    part = _beside(path)
    try:
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise _not_writable(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".wakeframe-{secrets.token_hex(6)}.part")


def _not_writable(path: Path, error: OSError) -> OutputNotWritable:
    why = (error.strerror or str(error)).lower()
    return OutputNotWritable(f"{path} cannot be written: {why}.")
