"""Settings: every key is there in both languages, all or nothing is saved, nothing typed is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest

from frame.settings import Dimming, Hours, Settings, keys, read
from frame.web.app import create_app
from frame.web.owner.forms import PRESENT, Form, typed_value
from frame.web.owner.preference_words import CHOICES, GROUPS, TEXTS
from frame.web.owner.preferences import widget_of
from frame.words import LANGUAGES
from tests.frame.web.conftest import Browser
from tests.frame.web.owner.conftest import Album

KEYS = {key.name: key for key in keys()}


def form(**fields: object) -> dict[str, object]:
    """What a browser sends for these fields."""
    names = {name.split(".")[0] for name in fields}
    return {**{PRESENT + name: "1" for name in names}, **fields}


def saved(album: Album) -> Settings:
    return read({}, [album.house.context.settings_file]).settings


def test_every_key_has_its_words_and_its_group():
    assert set(TEXTS) >= set(KEYS)
    grouped = [name for _, _, names in GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped)) and set(grouped) >= set(KEYS)
    for name, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES)
        assert all(title and about.endswith(".") for title, about in texts.values()), name
        assert len({title for title, _ in texts.values()}) == len(LANGUAGES), name
    for key in KEYS.values():
        if widget_of(key) == "choice":
            assert all((key.name, each) in CHOICES for each in get_args(key.type)), key.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_on_the_page(album: Album, language: str):
    page = album.page("/frame/settings", **{"Accept-Language": language})
    for name in KEYS:
        assert f'id="setting-{name}"' in page
        assert TEXTS[name][language][0] in page  # type: ignore[index]


def test_a_key_that_the_page_does_not_know_is_shown_all_the_same(album: Album, monkeypatch):
    monkeypatch.delitem(TEXTS, "captions")
    title, about, names = GROUPS["wall"]
    monkeypatch.setitem(GROUPS, "wall", (title, about, tuple(n for n in names if n != "captions")))
    assert "Show the date and the sender of a photo." in album.page("/frame/settings")


def test_what_the_page_shows_is_what_it_saves(album: Album):
    """Every value there is goes through the page unchanged."""
    full = Settings(
        watched=("/a b", "/c"), usb=False, still_seconds=12.5, surround="matte", port=9000,
        night=(Hours.parse("mo-fr 22:30-07:00"), Hours.parse("23:00-09:00")),
        dim=(Dimming.parse("sa, su 20:00-21:30 60%"),), driver="joy", name="Küche",
    )  # fmt: skip
    for key in KEYS.values():
        shown = Form({}).shown(key, getattr(full, key.name))
        fields: dict[str, list[str]] = {PRESENT + key.name: ["1"]}
        if key.type is bool:
            fields |= {key.name: ["on"]} if shown else {}
        elif isinstance(shown, tuple):
            for number, row in enumerate(shown):
                at = f"{key.name}.{number}."
                fields |= {at + "days": [str(day) for day in row.days], at + "begin": [row.begin]}
                fields |= {at + "end": [row.end], at + "percent": [row.percent]}
        else:
            fields[key.name] = [shown]
        assert typed_value(key, Form(fields)) == getattr(full, key.name), key.name


def test_a_change_is_saved_and_only_what_differs(album: Album):
    fields = form(still_seconds="45", wake_minutes="4", captions="on", surround="light-matte")
    assert "Saved" in album.does("/frame/settings", **fields)
    assert saved(album) == replace(
        Settings(), still_seconds=45.0, captions=True, surround="light-matte"
    )
    text = album.house.context.settings_file.read_text()
    assert "wake_minutes" not in text
    album.does("/frame/settings", **form(captions=""))
    assert not saved(album).captions
    assert "Nothing has changed" in album.does("/frame/settings", **form(still_seconds="45"))


def test_hours_are_saved_by_days_and_times(album: Album):
    fields = form(**{
        "night.0.days": ["0", "1", "4"], "night.0.begin": "22:30", "night.0.end": "07:00",
        "night.1.begin": "", "night.1.end": "", "night.7.begin": "13:00", "night.7.end": "14:00",
        "dim.0.begin": "20:00", "dim.0.end": "22:00", "dim.0.percent": "40",
    })  # fmt: skip
    album.does("/frame/settings", **fields)
    found = saved(album)
    assert [str(each) for each in found.night] == ["mo, tu, fr 22:30-07:00", "13:00-14:00"]
    assert [str(each) for each in found.dim] == ["20:00-22:00 40%"]
    assert 'value="22:30"' in album.page("/frame/settings")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"still_seconds": "4"}, "From 5 to 3600 is possible."),
        ({"wake_minutes": "0,5"}, "From 1 to 120 is possible, or 0."),
        ({"still_seconds": ""}, "Please fill in a number."),
        ({"still_seconds": "soon"}, "This must be a number."),
        ({"still_seconds": "1e3"}, "This must be a number."),
        ({"port": "80"}, "From 1024 to 65535 is possible."),
        ({"port": "8080.5"}, "This must be a whole number."),
        ({"night.0.begin": "22:00"}, "Each line needs a beginning and an end"),
        ({"night.0.begin": "22:00", "night.0.end": "22:00"}, "must not be the same minute"),
        ({"night.0.begin": "99:99", "night.0.end": "22:00"}, "Each line needs"),
        ({"dim.0.begin": "20:00", "dim.0.end": "21:00", "dim.0.percent": "0"}, "From 1 to 100"),
        ({"surround": "gold"}, "This must be"),
        ({"watched": "\n".join(f"/{n}" for n in range(40))}, "At most 32"),
        ({"name": "a\x07b"}, "This must be plain text"),
    ],
)
def test_one_mistake_saves_nothing_and_loses_nothing(album: Album, wrong: dict, said: str):
    fields = form(captions="on", library="/mnt/photos <x>", **wrong)
    answer = album.owner.post("/frame/settings", data=fields)
    assert answer.status_code == 422
    assert said in answer.text and "Nothing was saved yet." in answer.text
    assert not album.house.context.settings_file.exists()
    assert "/mnt/photos &lt;x&gt;" in answer.text
    assert re.search(r'name="captions" value="on" checked', answer.text)
    for name, value in wrong.items():
        if value and "\n" not in value and "\x07" not in value and name != "surround":
            assert f'value="{value}"' in answer.text, name


def test_mistakes_are_told_in_german_too(album: Album):
    answer = album.owner.post(
        "/frame/settings", data=form(still_seconds="4"), headers={"Accept-Language": "de"}
    )
    assert "Möglich ist 5 bis 3600." in answer.text and "Sekunden" in answer.text


def test_one_key_goes_back_to_its_default_and_the_rest_stays_typed(album: Album):
    album.does("/frame/settings", **form(still_seconds="45", wake_minutes="9"))
    fields = form(still_seconds="45", wake_minutes="11") | {"reset": "still_seconds"}
    answer = album.owner.post("/frame/settings", data=fields)
    assert answer.status_code == 200
    assert saved(album) == replace(Settings(), wake_minutes=9.0)
    assert 'name="wake_minutes" type="text" inputmode="decimal" value="11"' in answer.text
    assert 'name="still_seconds" type="text" inputmode="decimal" value="30"' in answer.text


def test_what_the_environment_decides_is_shown_and_not_saved(album: Album):
    context = replace(album.house.context, environment={"WAKEFRAME_STILL_SECONDS": "20"})
    app = create_app(context)
    app.test_client_class = Browser
    owner = app.test_client()
    owner.key = album.owner.key
    owner.set_cookie("wakeframe_owner", album.owner.key, domain="192.168.1.20")
    assert "Set where the frame is started" in owner.get("/frame/settings").text
    owner.post("/frame/settings", data=form(still_seconds="99", captions="on"))
    assert saved(album) == replace(Settings(), captions=True)


def test_a_disk_that_fails_is_told_and_nothing_typed_is_lost(album: Album, monkeypatch):
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("frame.web.owner.preferences.save", fails)
    answer = album.owner.post("/frame/settings", data=form(still_seconds="45"))
    assert answer.status_code == 422
    assert "no space left on device" in answer.text and 'value="45"' in answer.text
