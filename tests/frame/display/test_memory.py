"""The place of the shuffle on disk: torn, damaged, missing or in the way, it costs the place at most."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from frame.core.place import Place
from frame.display.memory import SLOT_BYTES, PlaceFile


def place(number: int) -> Place:
    return Place(seed=number, position=number, history=((number,),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wall.state"


def loaded(path: Path) -> Place | None:
    with PlaceFile(path) as file:
        return file.load()


def test_what_was_saved_last_is_loaded(path: Path):
    for number in range(1, 6):
        with PlaceFile(path) as file:
            file.load()
            file.save(place(number))
            file.save(place(number * 10))
        assert loaded(path) == place(number * 10)
    assert path.stat().st_size <= 2 * SLOT_BYTES


def test_a_new_library_has_no_place(path: Path):
    assert loaded(path) is None


def test_a_write_that_was_cut_off_anywhere_leaves_the_one_before(path: Path):
    with PlaceFile(path) as file:
        file.save(place(1))
        file.save(place(2))
        before = path.read_bytes()
        file.save(place(3))
        after = path.read_bytes()
    changed = [index for index in range(len(after)) if after[index] != before[index : index + 1][0]]
    for cut in range(changed[0], changed[-1] + 1):
        path.write_bytes(after[:cut] + before[cut:])
        assert loaded(path) in (place(2), place(3))
    path.write_bytes(after)
    assert loaded(path) == place(3)


def test_no_byte_can_be_flipped_into_a_wrong_place(path: Path):
    with PlaceFile(path) as file:
        file.save(place(1))
        file.save(place(2))
    good = path.read_bytes()
    for index in range(0, len(good), 3):
        path.write_bytes(good[:index] + bytes([good[index] ^ 0x41]) + good[index + 1 :])
        assert loaded(path) in (place(1), place(2))


def test_a_disk_that_fails_costs_nothing_but_the_place(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fails(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with PlaceFile(path) as file:
        monkeypatch.setattr(os, "pwrite", fails)
        file.save(place(1))
        file.save(place(2))
    assert len(caplog.records) == 1


def test_a_folder_or_a_link_in_its_place_is_left_alone(tmp_path: Path):
    folder = tmp_path / "folder"
    folder.mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for path in (folder, link, tmp_path / "missing" / "file"):
        with PlaceFile(path) as file:
            assert file.load() is None
            file.save(place(1))
    assert not (tmp_path / "elsewhere").exists()
