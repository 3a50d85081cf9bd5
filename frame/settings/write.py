"""Saving settings: everything that is to change, or nothing; and a good copy of what was before."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from frame.errors import UsageError
from frame.settings.read import check, last_good, parse
from frame.settings.schema import keys, plain

HEADER = """\
# Wakeframe: only what differs from the defaults. `wakeframe settings` explains every key.
"""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_FILE_MODE = 0o644


class BadSettings(UsageError):  # noqa: N818 - reads as what it says
    """These settings cannot be saved; nothing was changed. The message says what is wrong with which."""


def save(path: Path, changes: Mapping[str, object]) -> None:
    """Change keys of the owner's file; None takes a key back to its default.

    Whatever instant the power fails at, the file is the old one or the new one, whole. Keys that we do
    not know stay as they are. Raises `BadSettings`, or OSError; nothing is changed then.
    """
    known = {key.name: key for key in keys()}
    wrong = []
    for name, value in changes.items():
        if name not in known:
            wrong.append(f"{name} is no setting")
        elif value is not None:
            try:
                check(known[name], plain(value))
            except ValueError as error:
                wrong.append(f"{name} {error}")
    if wrong:
        raise BadSettings("; ".join(wrong) + ".")
    before = _readable(path)
    after = dict(before or {})
    for name, value in changes.items():
        after.pop(name, None)
        if value is not None and plain(value) != plain(known[name].default):
            after[name] = plain(value)
    path.parent.mkdir(parents=True, exist_ok=True)
    if before is not None:
        _put(last_good(path), path.read_bytes())
    _put(path, _toml(after).encode())


def _readable(path: Path) -> dict[str, object] | None:
    with contextlib.suppress(OSError, ValueError):
        return parse(path)
    return None


def _put(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole after any power cut, or the one before is."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), _FILE_MODE)
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _toml(table: Mapping[str, object]) -> str:
    lines = [f"{_name(name)} = {_value(value)}" for name, value in table.items()]
    return HEADER + "".join(line + "\n" for line in lines)


def _name(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(_escaped(each) for each in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_name(key)} = {_value(each)}" for key, each in value.items()) + "}"
        )
    return str(value)  # numbers and dates write themselves as TOML does


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"
