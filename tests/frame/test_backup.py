"""`wakeframe library export` and `restore`, as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from frame import cli
from frame.core.photos import Approval, Door
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places
from tests.frame import photos
from tests.frame.library.conftest import no_reserve


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "config" / "wakeframe" / "settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text('surround = "matte"\nport = 9000\n')
    return path


@pytest.fixture
def library(tmp_path) -> Path:
    places = Places(tmp_path / "library")
    places.make()
    source = tmp_path / "photo.jpg"
    source.write_bytes(photos.encoded(photos.scene(), "JPEG"))
    with Catalogue(places.catalogue) as catalogue:
        taken = Ingest(places, catalogue, reserve=no_reserve).take(
            source, Door.INBOX, name="Oma \x1b[2J.jpg"
        )
        catalogue.photos.approve(taken.photo.id, Approval.HIDDEN)
    return places.root


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err and "\x1b" not in out + err
    return code, out, err


def test_out_and_back_in_elsewhere(library, own_settings, tmp_path, capsys):
    archive, other = tmp_path / "all.tar", tmp_path / "other"
    code, out, _ = run(capsys, "library", "export", archive, "--library", library)
    assert code == 0 and out.startswith("1 photo, ") and "places too" in out
    own_settings.unlink()
    code, out, _ = run(capsys, "library", "restore", archive, "--library", other, "--settings")
    assert code == 0
    assert "1 photo brought back, 0 there already." in out
    assert "Settings restored: 1; left out: port." in out
    assert 'surround = "matte"' in own_settings.read_text()
    with Catalogue(Places(other).catalogue) as catalogue:
        (photo,) = catalogue.photos.page()
        assert photo.approval is Approval.HIDDEN
    code, out, _ = run(capsys, "library", "restore", archive, "--library", other)
    assert code == 0 and "0 photos brought back, 1 there already." in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "{tmp}/no/such/folder/all.tar", "--library", "{library}"), "cannot be written"),
        (("export", "{tmp}/all.tar", "--library", "{tmp}/nowhere"), "There is no library"),
        (("restore", "{tmp}/nothing.tar", "--library", "{tmp}/new"), "cannot be read"),
        (("restore", "{tmp}/photo.jpg", "--library", "{tmp}/new"), "no archive of a Wakeframe"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(library, tmp_path, capsys, arguments, said):
    words = [each.format(tmp=tmp_path, library=library) for each in arguments]
    code, _, err = run(capsys, "library", *words)
    assert code == 2
    assert said in err
    assert list(tmp_path.glob("*.part")) == list(tmp_path.glob(".*.part")) == []
