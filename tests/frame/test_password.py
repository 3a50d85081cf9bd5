"""`wakeframe password`, as it is typed."""

from __future__ import annotations

import io

import pytest

from frame.cli import main
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.web.password import is_right


@pytest.fixture
def library(tmp_path):
    places = Places(tmp_path / "library")
    places.make()
    with Catalogue(places.catalogue) as catalogue:
        catalogue.ownership.begin("session", 1, 2**40)
    return places


def typed(monkeypatch, word: str, library: Places) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(word + "\n"))
    return main(["password", "--library", str(library.root)])


def test_it_sets_the_password_and_ends_every_session(library, monkeypatch, capsys):
    assert typed(monkeypatch, "a horse and a half", library) == 0
    assert "logged out" in capsys.readouterr().out
    with Catalogue(library.catalogue) as catalogue:
        assert is_right(catalogue.ownership.password or "", "a horse and a half")
        assert not is_right(catalogue.ownership.password or "", "a horse")
        assert not catalogue.ownership.is_session("session", 3)


def test_a_short_one_changes_nothing(library, monkeypatch, capsys):
    assert typed(monkeypatch, "short", library) == 2
    assert "nothing was changed" in capsys.readouterr().err
    with Catalogue(library.catalogue) as catalogue:
        assert catalogue.ownership.password is None


def test_without_a_library_there_is_nothing_to_own(tmp_path, monkeypatch, capsys):
    assert typed(monkeypatch, "a horse and a half", Places(tmp_path / "none")) == 2
    assert "no library" in capsys.readouterr().err


def test_a_damaged_hash_fits_nothing():
    assert not is_right("", "a horse and a half")
    assert not is_right("$argon2id$v=19$m=19456", "a horse and a half")
