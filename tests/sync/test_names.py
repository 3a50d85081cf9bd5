from __future__ import annotations

import unicodedata

import pytest

from sync.names import Sort, is_junk_folder, sort_of, stem_of, written

JUNK = [
    ".photo.jpg.Xa81Kd", ".syncthing.photo.jpg.tmp", "~syncthing~photo.jpg.tmp",
    "photo.jpg.crdownload", "photo.jpg.part", "Unconfirmed.crdownload", "photo.download",
    "photo.jpg.opdownload", "photo.jpg~", ".photo.jpg.swp", "~$photo.jpg", "._photo.jpg",
    ".DS_Store", "Thumbs.db", "desktop.ini", ".hidden.jpg", "photo.jpg.tmp",
    "photo.jpg.filepart", ".nfs000000001", ".fuse_hidden0001", ".goutputstream-ABC",
    "photo.jpg.icloud", ".stfolder", "photo.jpg.rsync-ab12", "PHOTO.JPG.PART",
    ".wakeframe-0123.part", "#photo.jpg#", "photo.jpg.sb-1a2b3c4d-Xy12",
]  # fmt: skip


@pytest.mark.parametrize("name", JUNK)
def test_what_programs_leave_while_they_work_is_passed_by(name: str):
    assert sort_of(name) is Sort.JUNK


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("IMG_0001.JPG", Sort.PHOTO),
        ("a.b.c.heic", Sort.PHOTO),
        ("IMG_0001.MOV", Sort.VIDEO),
        ("IMG_0001.aae", Sort.SIDECAR),
        ("notes.txt", Sort.SIDECAR),
        ("IMG_0001.JPG.xmp", Sort.SIDECAR),
        ("photo", Sort.UNKNOWN),
        ("photo.weird", Sort.UNKNOWN),
        ("photo.part.jpg", Sort.PHOTO),
        ("my~photo.jpg", Sort.PHOTO),
        ("line\nbreak.jpg", Sort.PHOTO),
        (".jpg", Sort.JUNK),
    ],
)
def test_what_a_name_promises(name: str, sort: Sort):
    assert sort_of(name) is sort


@pytest.mark.parametrize(
    "name",
    [
        "@eaDir",
        ".stversions",
        ".Trash-1000",
        "$RECYCLE.BIN",
        "#recycle",
        "photo.jpg.download",
        "System Volume Information",
    ],
)
def test_folders_that_programs_keep_for_themselves(name: str):
    assert is_junk_folder(name)
    assert not is_junk_folder("2019 Lake")


def test_different_names_are_written_differently_and_always_storable():
    composed = unicodedata.normalize("NFC", "é.jpg")
    names = [
        composed,
        unicodedata.normalize("NFD", composed),
        "a\nb.jpg",
        "a\\nb.jpg",
        "a\\u000ab.jpg",
        b"\xff.jpg".decode("utf-8", "surrogateescape"),
        "\\xff.jpg",
        "ÿ.jpg",
        "turn\u202egpj.exe",
        "\x1b[2J.jpg",
        "\ud800.jpg",
    ]
    shown = [written(name) for name in names]
    assert len(set(shown)) == len(names)
    for line in shown:
        line.encode("utf-8")
        assert line.isprintable()


def test_the_halves_of_a_live_photo_share_their_stem():
    assert stem_of("Lake/IMG_1.HEIC") == stem_of("Lake/img_1.mov")
    assert stem_of("Lake/IMG_1.HEIC") != stem_of("Home/IMG_1.MOV")
