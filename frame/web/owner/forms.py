"""What a form of settings says, as values of keys; and what is wrong with it, as a code with facts.

Nothing that was typed is thrown away: `Form.shown` gives each field back as it was filled in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from frame.settings import Dimming, Hours, Key
from frame.settings.hours import DAYS
from frame.settings.read import check

PRESENT = "has."
"""Before a key's name: the field was on the page. A switch that is off sends nothing itself."""

BLANK_ROWS = 2
"""Empty rows under a list of hours: without scripts they are how hours are added."""

MOST_ROWS = 64

_NUMBER = re.compile(r"[+-]?\d{1,12}([.,]\d{1,6})?")


class Mistake(Exception):  # noqa: N818 - reads as what it says
    """`code` says what is wrong: ``empty``, ``number``, ``whole``, ``range``, ``many``, ``hours``,
    ``equal``, ``percent``, or ``other`` with the schema's own words in `text`."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class HoursRow:
    """One line of hours as it is typed: `days` are 0 (Monday) to 6, times as ``HH:MM``."""

    days: tuple[int, ...] = ()
    begin: str = ""
    end: str = ""
    percent: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.begin or self.end or self.percent or self.days)


@dataclass(frozen=True)
class Form:
    """What came: each field's name with its values."""

    values: Mapping[str, Sequence[str]]

    def has(self, name: str) -> bool:
        """Whether the field was on the page."""
        return PRESENT + name in self.values

    def text(self, name: str) -> str:
        found = self.values.get(name)
        return found[0] if found else ""

    def without(self, name: str) -> Form:
        """As if that field had not been on the page."""
        return Form({each: found for each, found in self.values.items() if each != PRESENT + name})

    def shown(self, key: Key, value: object) -> Any:
        """What the field holds: what was typed, or the value."""
        if is_hours(key) or _is_dims(key):
            rows = self.rows(key.name) if self.has(key.name) else _rows_of(value)
            return (*rows, *[HoursRow()] * BLANK_ROWS)
        if self.has(key.name):
            return self.text(key.name) == "on" if key.type is bool else self.text(key.name)
        if isinstance(value, bool):
            return value
        if isinstance(value, tuple):
            return "\n".join(str(each) for each in value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def rows(self, name: str) -> tuple[HoursRow, ...]:
        """The lines of hours that are not blank."""
        found = []
        for number in range(MOST_ROWS):
            at = f"{name}.{number}."
            days = {int(day) for day in self.values.get(f"{at}days", ()) if day in _DAY_NUMBERS}
            row = HoursRow(
                tuple(sorted(days)),
                *(self.text(at + part).strip()[:16] for part in ("begin", "end", "percent")),
            )
            if not row.is_blank:
                found.append(row)
        return tuple(found)


_DAY_NUMBERS = {str(number) for number in range(len(DAYS))}


def is_hours(key: Key) -> bool:
    """Whether the key holds times of the week."""
    return get_origin(key.type) is tuple and Hours in get_args(key.type)


def typed_value(key: Key, form: Form) -> object:
    """The value that the form asks for. Raises `Mistake`."""
    if key.type is bool:
        return form.text(key.name) == "on"
    if is_hours(key) or _is_dims(key):
        return _hours(key, form.rows(key.name))
    text = form.text(key.name).strip()
    if key.type in (int, float):
        return _checked(key, _number(key, text))
    if get_origin(key.type) is tuple:
        return _checked(key, [line.strip() for line in text.splitlines() if line.strip()])
    return _checked(key, text)


def _is_dims(key: Key) -> bool:
    return get_origin(key.type) is tuple and Dimming in get_args(key.type)


def _number(key: Key, text: str) -> float:
    if not text:
        raise Mistake("empty")
    if not _NUMBER.fullmatch(text):
        raise Mistake("number", text)
    number = float(text.replace(",", "."))
    if key.type is float:
        return number
    if number != math.floor(number):
        raise Mistake("whole", text)
    return int(number)


def _hours(key: Key, rows: Sequence[HoursRow]) -> object:
    texts = []
    for row in rows:
        days = ", ".join(DAYS[day] for day in row.days)
        text = f"{days} {row.begin}-{row.end}".strip()
        if not row.begin or not row.end:
            raise Mistake("hours", text)
        if row.begin == row.end:
            raise Mistake("equal", text)
        if _is_dims(key):
            if not row.percent.isdecimal() or not 1 <= int(row.percent) <= 100:
                raise Mistake("percent", row.percent)
            text = f"{text} {int(row.percent)}%"
        texts.append(text)
    return _checked(key, texts)


def _checked(key: Key, value: object) -> object:
    try:
        return check(key, value)
    except ValueError as error:
        limits = key.about.limits
        if limits is not None and isinstance(value, int | float):
            raise Mistake("range", f"{value:g}") from None
        if limits is not None and isinstance(value, list) and len(value) > limits.most:
            raise Mistake("many") from None
        raise Mistake("hours" if is_hours(key) or _is_dims(key) else "other", str(error)) from None


def _rows_of(value: object) -> tuple[HoursRow, ...]:
    found = []
    for each in value if isinstance(value, tuple) else ():
        hours = each.hours if isinstance(each, Dimming) else each
        if isinstance(hours, Hours):
            begin, _, end = hours.clock.partition("-")
            days = hours.days if len(hours.days) < len(DAYS) else ()
            percent = str(round(each.share * 100)) if isinstance(each, Dimming) else ""
            found.append(HoursRow(days, begin, end, percent))
    return tuple(found)
