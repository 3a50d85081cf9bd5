"""Every key, its default, its range and a sentence about it: the one source of file, page and manual."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, get_args, get_type_hints

from frame.settings.hours import Dimming, Hours

Surround = Literal["blur", "matte", "light-matte", "black"]
PanelAdapter = Literal["auto", "none"]
LanguageChoice = Literal["auto", "en", "de"]
Restoring = Literal["auto", "ask", "never"]
Driver = Literal["auto", "nostalgia", "joy", "reunion", "blink-and-nod"]


@dataclass(frozen=True)
class Limits:
    """What a number, or the length of a list, may be; `or_zero` allows 0 below `least`. Both ends are
    included."""

    least: float = 0
    most: float = 0
    or_zero: bool = False


@dataclass(frozen=True)
class About:
    """What a key is for, in a sentence; `parse` turns each text of a list into a value."""

    sentence: str
    unit: str = ""
    limits: Limits | None = None
    parse: Callable[[str], object] | None = None


@dataclass(frozen=True)
class Key:
    """One key with its default and its Python type."""

    name: str
    default: Any
    type: Any
    about: About


@dataclass(frozen=True)
class Settings:
    """What the owner decides. Every key is optional in the owner's file."""

    library: Annotated[
        str,
        About(
            "Where the photos live. Empty: the folder `wakeframe/library` among your data"
            " (`$XDG_DATA_HOME`, else `~/.local/share`)."
        ),
    ] = ""
    watched: Annotated[
        tuple[str, ...],
        About(
            "Folders whose photos are shown as well: shares, synced folders. They are read, never"
            " written.",
            limits=Limits(0, 32),
        ),
    ] = ()
    usb: Annotated[
        bool, About("Offer to take in the photos of a USB stick that is plugged in.")
    ] = True
    still_seconds: Annotated[
        float, About("How long a photo hangs.", "seconds", Limits(5, 3600))
    ] = 30.0
    wake_minutes: Annotated[
        float,
        About(
            "How often the photo on the wall wakes, roughly. 0: never.",
            "minutes",
            Limits(1, 120, or_zero=True),
        ),
    ] = 4.0
    fade_seconds: Annotated[
        float,
        About("How long one photo fades into the next. 0: no fade.", "seconds", Limits(0, 10)),
    ] = 2.0
    surround: Annotated[
        Surround,
        About(
            "What surrounds a photo that does not fill the panel: itself blurred, a matte, or black."
        ),
    ] = "blur"
    two_up: Annotated[bool, About("Hang two upright photos that belong together side by side.")] = (
        True
    )
    ken_burns: Annotated[
        bool, About("Let a photo drift very slowly while it hangs. Costs power all the time.")
    ] = False
    captions: Annotated[bool, About("Show the date and the sender of a photo.")] = False
    driver: Annotated[
        Driver, About("How photos move; `auto` looks at each photo and is restrained.")
    ] = "auto"
    restore: Annotated[
        Restoring,
        About(
            "Whether old photos hang restored: `auto` where every face stayed itself, `ask` waits for"
            " your yes to each, `never`. The original is always kept."
        ),
    ] = "auto"
    language: Annotated[
        LanguageChoice, About("Of the words on the screen; `auto` follows the system.")
    ] = "auto"
    night: Annotated[
        tuple[Hours, ...],
        About(
            "When the panel is off and nothing wakes, for instance"
            ' `["mo-fr 22:30-07:00", "sa, su 23:30-09:00"]`.',
            limits=Limits(0, 14),
            parse=Hours.parse,
        ),
    ] = ()
    dim: Annotated[
        tuple[Dimming, ...],
        About(
            'When the panel is darker, for instance `["20:00-21:30 60%", "21:30-22:30 30%"]`.',
            limits=Limits(0, 28),
            parse=Dimming.parse,
        ),
    ] = ()
    panel: Annotated[
        PanelAdapter,
        About(
            "What switches the panel at night: `auto` finds what works, `none` shows black instead."
        ),
    ] = "auto"
    name: Annotated[
        str, About("What this frame is called in the home network: names the page, not a person.")
    ] = "Wakeframe"
    findable: Annotated[
        bool, About("Let phones and programs in the home network find the frame by its name.")
    ] = True
    invites: Annotated[
        bool,
        About(
            "Let whoever stands at the frame ask it for a code to send photos with. It is good for a"
            " day, and what is sent waits for your yes."
        ),
    ] = True
    port: Annotated[
        int,
        About(
            "Where browsers find the pages; where it is taken, the next free one.",
            limits=Limits(1024, 65535),
        ),
    ] = 8080
    clip_percent: Annotated[
        float,
        About(
            "How much of the disk clips may take; the oldest go first.", "percent", Limits(1, 90)
        ),
    ] = 20.0


def keys() -> Iterator[Key]:
    """Every key, in the order in which people read them."""
    types = get_type_hints(Settings, include_extras=True)
    for each in fields(Settings):
        kind, about = get_args(types[each.name])
        yield Key(each.name, each.default, kind, about)


def plain(value: object) -> object:
    """A value of a key as TOML and JSON have it."""
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, Hours | Dimming) else value


def as_table(settings: Settings) -> dict[str, Any]:
    """All keys and values, as TOML and JSON have them: from one process of ours to another."""
    return {key.name: plain(getattr(settings, key.name)) for key in keys()}


def from_table(table: Mapping[str, Any]) -> Settings:
    """What `as_table` gave. For tables of our own only: nothing is checked."""
    values = {}
    for key in keys():
        value = table[key.name]
        if isinstance(value, list):
            value = tuple(map(key.about.parse, value) if key.about.parse else value)
        values[key.name] = value
    return Settings(**values)
