"""Reading settings from where the owner leaves them. Nothing that is written there can be fatal."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from frame.settings.schema import Key, Limits, Settings, keys

if TYPE_CHECKING:
    from pydantic import TypeAdapter

PREFIX = "WAKEFRAME_"
SYSTEM_FILE = Path("/etc/wakeframe/settings.toml")

NOT_SETTINGS = frozenset({"WAKEFRAME_DATA"})
"""Variables of ours that are no settings: where the test data lies."""

_SWITCHES = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}
"""How people write a switch in an environment variable."""

LONGEST_FILE = 1 << 20
"""Bytes. The largest useful file is a few thousand; anything longer is something else by that name."""

SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Problem:
    """Something that was skipped: where it stands, which key, and a sentence."""

    source: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.key + ' ' if self.key else ''}{self.message}"


@dataclass(frozen=True)
class Reading:
    """The settings in effect, where each key that is not the default came from, and what was skipped."""

    settings: Settings
    sources: Mapping[str, str]
    problems: tuple[Problem, ...]


def owner_file(environment: Mapping[str, str] | None = None) -> Path:
    """The owner's own file, there or not."""
    environment = os.environ if environment is None else environment
    base = environment.get("XDG_CONFIG_HOME") or str(
        Path(environment.get("HOME") or "~") / ".config"
    )
    return Path(base).expanduser() / "wakeframe" / "settings.toml"


def last_good(path: Path) -> Path:
    """Where `save` keeps the file that was good before."""
    return path.with_name(path.name + ".last-good")


def read(
    environment: Mapping[str, str] | None = None, files: Sequence[Path] | None = None
) -> Reading:
    """The settings: defaults, then the system's file, the owner's file, the environment.

    Never raises: what cannot be used is skipped and named in `problems`.
    """
    environment = os.environ if environment is None else environment
    settings, sources, problems = Settings(), dict[str, str](), list[Problem]()
    for path in (SYSTEM_FILE, owner_file(environment)) if files is None else files:
        found = _table(path, problems)
        settings = _apply(settings, found, str(path), sources, problems)
    settings = _apply(settings, _variables(environment), "environment", sources, problems)
    return Reading(settings, sources, tuple(problems))


def check(key: Key, value: object) -> object:
    """The value as the settings hold it. Raises ValueError with what is wrong, as a sentence's end."""
    from pydantic import ValidationError

    wanted: Any = tuple[str, ...] if key.about.parse else key.type
    try:
        # Lists are lax, for TOML knows no tuples; what is in them is as strict as everything else.
        checked = _adapter(wanted).validate_python(value, strict=get_origin(wanted) is not tuple)
    except (ValidationError, RecursionError):
        raise ValueError(f"must be {kind(key)}, not {_shown(value)}") from None
    if isinstance(checked, tuple) and key.about.parse:
        checked = tuple(_parsed(key, text) for text in checked)
    if isinstance(checked, str) and not checked.isprintable():
        raise ValueError("must be plain text on one line")
    if key.about.limits is not None and not _is_within(checked, key.about.limits):
        raise ValueError(f"must be {kind(key)}, not {_shown(value)}")
    result: object = checked
    return result


@cache
def _adapter(wanted: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(wanted)


def kind(key: Key) -> str:
    """What a value of this key must be, in words."""
    if get_args(key.type) and get_origin(key.type) is not tuple:
        return " or ".join(f'"{each}"' for each in get_args(key.type))
    if get_origin(key.type) is tuple:
        most = f" of at most {key.about.limits.most:g}" if key.about.limits else ""
        return f"a list{most} texts"
    if key.type is bool:
        return "true or false"
    if key.about.limits is None:
        return "a text"
    whole = "whole " if key.type is int else ""
    zero = "0, or " if key.about.limits.or_zero else ""
    unit = f" {key.about.unit}" if key.about.unit else ""
    return (
        f"{zero}a {whole}number from {key.about.limits.least:g} to {key.about.limits.most:g}{unit}"
    )


def _parsed(key: Key, text: str) -> object:
    assert key.about.parse is not None
    try:
        return key.about.parse(text)
    except ValueError as error:
        raise ValueError(f"{_shown(text)} {error}") from None


def _is_within(value: object, limits: Limits) -> bool:
    size = len(value) if isinstance(value, tuple) else value
    if not isinstance(size, int | float):
        return True
    return (limits.or_zero and size == 0) or limits.least <= size <= limits.most


def _table(path: Path, problems: list[Problem]) -> dict[str, object]:
    """What a file says; of a damaged one, what it said when it was good."""
    try:
        return parse(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"cannot be read ({why.rstrip('.')})"
    try:
        found = parse(last_good(path))
        problems.append(Problem(str(path), "", f"{message}; the last good copy is used."))
        return found
    except (OSError, ValueError):
        problems.append(Problem(str(path), "", f"{message}; it is left out."))
        return {}


def parse(path: Path) -> dict[str, object]:
    """The top table of a TOML file. Raises OSError, or ValueError where it is not TOML."""
    # Not blocking: a FIFO of that name must not hold the frame up.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:
        data = stream.read(LONGEST_FILE + 1) or b""
    if len(data) > LONGEST_FILE:
        raise ValueError("it is far too long")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _variables(environment: Mapping[str, str]) -> dict[str, object]:
    """The settings in the environment, as TOML would hold them."""
    known = {key.name: key for key in keys()}
    found: dict[str, object] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX) and name not in NOT_SETTINGS:
            key = known.get(name.removeprefix(PREFIX).lower())
            found[name.removeprefix(PREFIX).lower()] = _from_text(key, text) if key else text
    return found


def _from_text(key: Key, text: str) -> object:
    """A variable's text as a value: TOML where it is TOML, else a plain text or a list of texts."""
    is_list = get_origin(key.type) is tuple
    if key.type is bool:
        return _SWITCHES.get(text.strip().lower(), text)
    if key.type is str or (get_args(key.type) and not is_list):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return [part.strip() for part in text.split(";") if part.strip()] if is_list else text


def _apply(
    settings: Settings,
    found: Mapping[str, object],
    source: str,
    sources: dict[str, str],
    problems: list[Problem],
) -> Settings:
    known = {key.name: key for key in keys()}
    good: dict[str, Any] = {}
    for name, value in found.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]}?" if near else "."
            problems.append(Problem(source, _shown(name), f"is no setting{hint}"))
            continue
        try:
            good[name] = check(known[name], value)
            sources[name] = source
        except ValueError as error:
            still = getattr(settings, name)
            used = (
                f"{still!r} is used" if isinstance(still, str | int | float) else "it is left out"
            )
            problems.append(Problem(source, name, f"{error}; {used}."))
    return replace(settings, **good)


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except RecursionError:
        return "something very deep"
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
