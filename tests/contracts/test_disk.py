"""What every disk promises; the fakes are held to it too, so that tests of power cuts mean something."""

from __future__ import annotations

import os
import stat

import pytest

from frame.library.disk import Disk, RealDisk, remove_if_there, temporary_name
from tests.fakes.disk import FailingDisk, PowerCutDisk


@pytest.fixture(params=["real", "power cut", "failing"])
def disk(request, tmp_path) -> Disk:
    if request.param == "power cut":
        return PowerCutDisk(tmp_path)
    return RealDisk() if request.param == "real" else FailingDisk(1 << 60, 5, is_sticky=False)


def read(disk: Disk, path) -> bytes:
    descriptor = disk.open(path)
    try:
        return os.read(descriptor, 1000)
    finally:
        os.close(descriptor)


def test_a_file_is_written_and_renamed(disk, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    with disk.create(first) as file:
        file.write(b"hello ")
        file.write(b"world")
        file.sync(0o444)
    assert disk.size(first) == 11
    disk.rename(first, second)
    disk.sync_folder(tmp_path)
    assert disk.size(first) is None
    assert read(disk, second) == b"hello world"
    assert disk.names(tmp_path) == ["second"]
    with pytest.raises(FileExistsError):
        disk.create(second)
    disk.unlink(second)
    with pytest.raises(FileNotFoundError):
        disk.unlink(second)
    remove_if_there(disk, second)
    assert disk.names(tmp_path) == []


def test_folders(disk, tmp_path):
    assert disk.make_folder(tmp_path / "new")
    assert not disk.make_folder(tmp_path / "new")
    assert disk.names(tmp_path / "new") == []
    assert disk.names(tmp_path / "never made") == []
    assert disk.room(tmp_path).total >= disk.room(tmp_path).free > 0


def test_a_rename_replaces(disk, tmp_path):
    for name in ("old", "new"):
        with disk.create(tmp_path / name) as file:
            file.write(name.encode())
    disk.rename(tmp_path / "new", tmp_path / "old")
    assert read(disk, tmp_path / "old") == b"new"
    with pytest.raises(FileNotFoundError):
        disk.rename(tmp_path / "new", tmp_path / "old")
    with pytest.raises(FileNotFoundError):
        disk.open(tmp_path / "new")


def test_the_real_one_sets_permissions_and_follows_no_links(tmp_path):
    disk = RealDisk()
    with disk.create(tmp_path / "file") as file:
        assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
        file.sync(0o444)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o444
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert disk.size(tmp_path / "link") is None
    with pytest.raises(OSError, match="symbolic"):
        disk.open(tmp_path / "link")
    with pytest.raises(FileExistsError):
        disk.create(tmp_path / "link")
    descriptor = disk.open(tmp_path / "file")
    try:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"x")
    finally:
        os.close(descriptor)


def test_hidden_names_are_hidden_and_all_different():
    names = {temporary_name() for _ in range(1000)}
    assert len(names) == 1000
    assert all(name.startswith(".") and name.endswith(".part") for name in names)
