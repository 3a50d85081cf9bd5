from __future__ import annotations

import pytest

from sync.settling import Wholeness
from sync.whole import judge
from tests.frame.photos import encoded, scene


def wholeness(data: bytes) -> Wholeness:
    return judge(len(data), lambda offset, count: data[offset : offset + count])


def with_preview() -> bytes:
    """A JPEG whose header holds another whole JPEG."""
    photo, preview = encoded(scene(400, 300), "JPEG"), encoded(scene(), "JPEG")
    segment = b"\xff\xe1" + (len(preview) + 8).to_bytes(2, "big") + b"Exif\0\0" + preview
    return photo[:2] + segment + photo[2:]


PHOTOS = {
    "JPEG": encoded(scene(400, 300), "JPEG"),
    "progressive": encoded(scene(400, 300), "JPEG", progressive=True),
    "preview": with_preview(),
    "PNG": encoded(scene(), "PNG"),
    "GIF": encoded(scene(), "GIF"),
    "WebP": encoded(scene(), "WEBP"),
    "BMP": encoded(scene(), "BMP"),
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x10meta" + b"m" * 8
    + b"\0\0\x10\0mdat" + b"d" * 4088,
}  # fmt: skip


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_whole_photo_is_whole(kind: str):
    assert wholeness(PHOTOS[kind]) is Wholeness.WHOLE


@pytest.mark.parametrize("kind", PHOTOS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_the_beginning_of_a_photo_is_unfinished(kind: str, share: float):
    data = PHOTOS[kind][: int(len(PHOTOS[kind]) * share)]
    assert wholeness(data) is Wholeness.UNFINISHED


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_photo_in_a_file_of_its_full_size_that_is_still_being_filled_is_unfinished(kind: str):
    data = PHOTOS[kind][: len(PHOTOS[kind]) // 2].ljust(len(PHOTOS[kind]) + 8192, b"\0")
    assert wholeness(data) is Wholeness.UNFINISHED


def test_notes_behind_the_end_do_no_harm():
    assert wholeness(PHOTOS["JPEG"] + b"SEFT" * 1000) is Wholeness.WHOLE


def test_of_what_it_does_not_know_it_says_so():
    assert wholeness(b"hello, this is text") is Wholeness.UNKNOWN
    assert wholeness(b"\0\0\0\x08ftyp") is not Wholeness.UNFINISHED
