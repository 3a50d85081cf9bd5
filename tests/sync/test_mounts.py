from __future__ import annotations

from pathlib import Path

import pytest

from sync.mounts import TABLE, Changes, is_removable, mount_of, mounts, parse, volume_of

LINES = rb"""22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
40 22 8:17 / /media/grandma/OMA\040BILDER rw,nosuid shared:5 master:2 - vfat /dev/sdb1 rw
41 22 0:50 / /mnt/nas ro - nfs4 server:/photos ro
42 22 0:51 / /mnt/phone rw - fuse.sshfs me@phone: rw
43 22 8:33 /sub /mnt/odd\134name rw - exfat /dev/sdc1 rw
nonsense
44 22 8:49 / /media/grandma rw - ext4
"""


def test_the_kernels_table_is_read_as_it_is_written():
    found = parse(LINES)
    assert [mount.point for mount in found] == [
        "/",
        "/media/grandma/OMA BILDER",
        "/mnt/nas",
        "/mnt/phone",
        "/mnt/odd\\name",
    ]
    assert [mount.is_remote for mount in found] == [False, False, True, True, False]
    assert found[1].device == "8:17" and found[1].kind == "vfat"
    assert found[2].is_read_only and found[4].root == "/sub"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/media/grandma/OMA BILDER/DCIM", "vfat"),
        ("/media/grandma/OMA BILDER", "vfat"),
        ("/media/grandma/OMA BILDERBUCH", "ext4"),
        ("/mnt/nas/x", "nfs4"),
    ],
)
def test_which_mount_holds_a_path(path: str, kind: str):
    mount = mount_of(Path(path), parse(LINES))
    assert mount is not None and mount.kind == kind


def test_without_a_table_nothing_is_mounted(tmp_path: Path):
    assert mounts(tmp_path / "missing") == []
    assert mount_of(tmp_path, []) is None


def test_what_can_be_pulled_out(tmp_path: Path):
    usb = tmp_path / "devices/pci/usb1/1-1/block/sdb/sdb1"
    card = tmp_path / "devices/mmc/block/mmcblk0/mmcblk0p1"
    disk = tmp_path / "devices/pci/ata1/block/sda/sda1"
    for folder, flag in ((usb, "0"), (card, "1"), (disk, "0")):
        folder.mkdir(parents=True)
        (folder.parent / "removable").write_text(flag + "\n")
    links = tmp_path / "dev"
    links.mkdir()
    for number, folder in (("8:17", usb), ("179:1", card), ("8:1", disk)):
        (links / number).symlink_to(folder)
    answers = {each: is_removable(each, links) for each in ("8:17", "179:1", "8:1", "9:9")}
    assert answers == {"8:17": True, "179:1": True, "8:1": False, "9:9": False}


def test_the_number_of_a_volume_that_the_system_does_not_know_is_empty(tmp_path: Path):
    assert volume_of("8:17", tmp_path) == ""
    assert volume_of("8:17", tmp_path / "missing") == ""


@pytest.mark.skipif(not TABLE.exists(), reason="another system")
def test_waiting_for_a_change_ends():
    changes = Changes()
    try:
        assert changes.wait(0.01) in (True, False)
    finally:
        changes.close()
