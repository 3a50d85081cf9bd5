"""The settings: every one of them, from their one schema; saved all or not at all, and nothing that was
typed is lost over a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from flask import Response, make_response, request

from frame.settings import Key, Reading, keys, read, save
from frame.settings.read import SYSTEM_FILE
from frame.settings.write import BadSettings
from frame.web.catalogue import context
from frame.web.owner.forms import Form, Mistake, is_hours, typed_value
from frame.web.owner.pages import back, page, pages
from frame.web.owner.preference_words import CHOICES, GROUPS, TEXTS, mistake_in
from frame.web.owner.undo import Undone
from frame.web.words import gettext as _
from frame.web.words import language
from frame.words import Language

REST = "rest"


@dataclass(frozen=True)
class Field:
    """One key as the page shows it.

    `widget` is ``switch``, ``choice``, ``number``, ``text``, ``lines``, ``hours`` or ``dims``. `value`
    is what the field holds: of the settings, or as it was just typed. `source` says who decides where
    that is not the owner's file: ``environment``, or a path. `problem` is what is wrong with what was
    typed.
    """

    name: str
    title: str
    about: str
    unit: str
    widget: str
    value: Any
    default: str
    is_default: bool
    source: str
    problem: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    least: float | None = None
    most: float | None = None
    step: str = "any"


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    name: str
    title: str
    fields: tuple[Field, ...]


@pages.get("/settings")
def preferences() -> str:
    return _page(Form({}), {})


@pages.post("/settings")
def save_preferences() -> Response:
    """All of it, or nothing; or one key back to its default, with everything else as it was typed."""
    form = Form(request.form.to_dict(flat=False))
    reset = form.text("reset")
    if reset:
        return _reset(form, reset)
    reading = current()
    changes: dict[str, object] = {}
    problems: dict[str, str] = {}
    for key in keys():
        if not form.has(key.name) or _is_fixed(reading, key.name):
            continue
        try:
            value = typed_value(key, form)
        except Mistake as mistake:
            problems[key.name] = mistake_in(mistake, key, language())
            continue
        if value != getattr(reading.settings, key.name):
            changes[key.name] = None if value == key.default else value
    if not problems:
        try:
            save(context().settings_file, changes)
        except (BadSettings, OSError) as error:
            problems[""] = _("The settings could not be written: %(why)s", why=_why(error))
    if problems:
        return make_response(_page(form, problems), 422)
    said = _("Saved; it takes effect within seconds.") if changes else _("Nothing has changed.")
    if "library" in changes:
        said = _("Saved. The other library is opened when the frame is started again.")
    return back(Undone(said, ()), "owner.preferences")


def current() -> Reading:
    """The settings as the files say now, and who said what."""
    return read(context().environment, (SYSTEM_FILE, context().settings_file))


def fields(form: Form, problems: Mapping[str, str]) -> list[Group]:
    """Every key, in groups; one that no group knows is in the last."""
    reading = current()
    tongue = language()
    known = {name for names in GROUPS.values() for name in names[2]}
    found = {key.name: _field(key, reading, form, problems, tongue) for key in keys()}
    groups = [
        Group(
            name,
            title_en if tongue == "en" else title_de,
            tuple(found[each] for each in names if each in found),
        )
        for name, (title_en, title_de, names) in GROUPS.items()
    ]
    rest = tuple(field for name, field in found.items() if name not in known)
    return [*groups, Group(REST, _("More"), rest)] if rest else groups


def _page(form: Form, problems: Mapping[str, str]) -> str:
    return page("settings.html", groups=fields(form, problems), problems=problems)


def _reset(form: Form, name: str) -> Response:
    """One key to its default. Whatever else was typed is still there, and still unsaved."""
    problems = {}
    try:
        save(context().settings_file, {name: None})
    except (BadSettings, OSError) as error:
        problems[""] = _("The settings could not be written: %(why)s", why=_why(error))
    return make_response(_page(form.without(name), problems), 422 if problems else 200)


def _field(
    key: Key, reading: Reading, form: Form, problems: Mapping[str, str], tongue: Language
) -> Field:
    title, about = _words(key, tongue)
    value = getattr(reading.settings, key.name)
    widget = widget_of(key)
    limits = key.about.limits
    is_number = widget == "number" and limits is not None
    return Field(
        name=key.name,
        title=title,
        about=about,
        unit=_unit(key, tongue),
        widget=widget,
        value=form.shown(key, value),
        default=shown(key, key.default, tongue),
        is_default=value == key.default,
        source=_source(reading, key.name),
        problem=problems.get(key.name, ""),
        choices=tuple(
            (choice, CHOICES.get((key.name, choice), {}).get(tongue, choice))
            for choice in (get_args(key.type) if widget == "choice" else ())
        ),
        least=0 if is_number and limits and limits.or_zero else limits.least if limits else None,
        most=limits.most if limits else None,
        step="1" if key.type is int else "any",
    )


def widget_of(key: Key) -> str:
    """What a browser shows for a key, from its type alone."""
    if key.type is bool:
        return "switch"
    if key.type in (int, float):
        return "number"
    if get_origin(key.type) is tuple:
        if is_hours(key):
            return "hours"
        return "dims" if key.about.parse is not None else "lines"
    return "choice" if get_args(key.type) else "text"


def shown(key: Key, value: object, tongue: Language) -> str:
    """A value in words, for "usually: ..."."""
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value) or _("nothing")
    if isinstance(value, float):
        return f"{value:g}".replace(".", "," if tongue == "de" else ".") + (
            f" {_unit(key, tongue)}" if key.about.unit else ""
        )
    choice = CHOICES.get((key.name, str(value)), {}).get(tongue)
    return choice or str(value) or _("nothing")


def _words(key: Key, tongue: Language) -> tuple[str, str]:
    """Title and sentence; of a key that is newer than this page, its name and its own sentence."""
    text = TEXTS.get(key.name)
    if text is None:
        return key.name.replace("_", " ").capitalize(), key.about.sentence
    return text[tongue]


def _unit(key: Key, tongue: Language) -> str:
    german = {"seconds": "Sekunden", "minutes": "Minuten", "percent": "Prozent"}
    return german.get(key.about.unit, key.about.unit) if tongue == "de" else key.about.unit


def _is_fixed(reading: Reading, name: str) -> bool:
    """Whether the environment decides, which is read after the owner's file."""
    return reading.sources.get(name) == "environment"


def _source(reading: Reading, name: str) -> str:
    source = reading.sources.get(name, "")
    return "" if source == str(context().settings_file) else source


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or _("the disk failed")).lower()
    return str(error)
