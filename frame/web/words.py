"""What the pages say, in English and German. English is the source text; the rest is in `locale/`.

One file for each part of the pages, read as text when the process starts: there is nothing to compile.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from flask import Flask, g, has_request_context, request

from frame.words import LANGUAGES, Language

LOCALE = Path(__file__).with_name("locale")
SOURCE: Language = "en"

_Text = str | tuple[str, ...] | list[str]


@cache
def _messages(language: Language) -> dict[str, _Text]:
    """Every message of that language by its English text."""
    found: dict[str, _Text] = {}
    for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string:
                    key = message.id if isinstance(message.id, str) else message.id[0]
                    found[key] = message.string
    return found


def language() -> Language:
    """Of the page that is being made."""
    found: Language = g.get("language", SOURCE) if has_request_context() else SOURCE
    return found


def gettext(text: str, **facts: object) -> str:
    """`text` in the page's language, with ``%(name)s`` replaced."""
    found = text if language() == SOURCE else _messages(language()).get(text, text)
    said = found if isinstance(found, str) else found[0]
    return said % facts if facts else said


def ngettext(one: str, many: str, count: int, **facts: object) -> str:
    """`one` or `many`, as the language counts; ``%(num)s`` is the count as it is written there."""
    return plural(one, many, count) % {"num": number(count), **facts}


def plural(one: str, many: str, count: int) -> str:
    """As `ngettext`, with nothing put in yet: pages do that themselves."""
    if language() != SOURCE:
        found = _messages(language()).get(one)
        if found is not None and not isinstance(found, str):
            return found[0 if count == 1 else 1]
    return one if count == 1 else many


def number(value: float) -> str:
    """As people write it: 12,345 or 12.345."""
    return format_decimal(value, locale=language())


def share(value: float) -> str:
    """0..1 as people write it: 43% or 43 %."""
    return format_percent(value, locale=language())


def day(moment: float | datetime) -> str:
    """A day, from unix seconds (shown in the frame's own zone) or a camera's time."""
    return format_date(_moment(moment), "long", locale=language())


def time(moment: float | datetime) -> str:
    """A day and a time of it."""
    there = _moment(moment)
    day_of_it = format_date(there, "medium", locale=language())
    return f"{day_of_it}, {format_time(there, 'short', locale=language())}"


_UNITS = ("B", "KB", "MB", "GB", "TB")


def size(count: float) -> str:
    """Bytes as people say it, in powers of a thousand, as phones count."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    shown = format_decimal(count, "#,##0.#" if count < 10 and unit else "#,##0", language())
    return f"{shown}\N{NO-BREAK SPACE}{_UNITS[unit]}"


def speak(app: Flask, fallback: Language) -> None:
    """Let every page be made in the language that its reader's browser prefers."""

    @app.before_request
    def choose() -> None:
        asked = (name[:2].lower() for name in request.accept_languages.values())
        known = {str(each): each for each in LANGUAGES}
        g.language = next((known[name] for name in asked if name in known), fallback)

    app.jinja_env.add_extension("jinja2.ext.i18n")
    install: Callable[..., None] = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, plural, newstyle=True)
    app.jinja_env.globals["language"] = language
    app.jinja_env.filters.update(number=number, share=share, day=day, time=time, size=size)


def name_of(language_: Language) -> str:
    """What a language calls itself."""
    return str(Locale(language_).get_display_name())


def _moment(moment: float | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.fromtimestamp(moment, UTC).astimezone()
