"""Codes on the screen are codes: an independent reader reads back what they were made of."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from frame.display.lettering import Words
from frame.display.painter import WallPainter
from frame.display.ports import Frame, Said
from frame.display.poster import Poster, poster, qr

TICKET = "k3J9x0QmV7rTz2LbN8wYpA"
SCAN = f"http://wakeframe.local:8080/p/{TICKET}"
FALLBACK = f"http://192.168.178.23:8080/p/{TICKET}"
PANELS = [(1920, 1080), (1280, 800), (800, 480), (1080, 1920), (1024, 1024)]


def read(frame: Frame) -> set[str]:
    """As a phone's camera would, which has more pixels than the panel."""
    seen = cv2.resize(frame, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    found, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(seen)
    return set(texts) if found else set()


def busy(panel: tuple[int, int]) -> Frame:
    noise = np.random.default_rng(3).integers(0, 256, (panel[1], panel[0], 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 4).astype(np.uint8)


@pytest.mark.parametrize("panel", PANELS)
def test_both_codes_are_read_from_the_whole_screen(panel: tuple[int, int]):
    facts = {"address": SCAN, "fallback": FALLBACK, "spoken": "wakeframe.local:8080"}
    painted = WallPainter().over(busy(panel), Said("placard", "send", {**facts, "name": "Anna"}))
    assert painted.shape == (panel[1], panel[0], 3)
    assert read(painted) == {SCAN, FALLBACK}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("panel", PANELS)
def test_the_first_run_shows_where_the_pages_are(panel: tuple[int, int], language: str):
    facts = {"inbox": "/photos/inbox", "scan": SCAN, "fallback": FALLBACK, "spoken": "here"}
    painted = WallPainter(language=language).message(panel, "first_run", facts)  # type: ignore[arg-type]
    assert read(painted) == {SCAN, FALLBACK}


def test_without_an_address_the_first_run_has_no_code():
    painted = WallPainter().message((1280, 720), "first_run", {"inbox": "/photos/inbox"})
    assert read(painted) == set()


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("purpose", ["owner", "pair"])
def test_a_code_to_type_is_large(panel: tuple[int, int], purpose: str):
    behind = np.full((panel[1], panel[0], 3), 90, np.uint8)
    painter = WallPainter()
    with_code = painter.over(behind, Said("placard", purpose, {"digits": "482 175"}))
    without = painter.over(behind, Said("placard", purpose, {}))
    yellow = np.all(np.abs(with_code.astype(int) - (255, 214, 150)) < 24, axis=2)
    rows = np.flatnonzero(yellow.any(axis=1))
    assert rows.size and rows[-1] - rows[0] > 0.05 * min(panel)
    assert not np.all(np.abs(without.astype(int) - (255, 214, 150)) < 24, axis=2).any()


def test_a_hostile_name_changes_no_layout():
    facts = {"address": SCAN, "name": "\u202eannA\n" + "x" * 5000}
    painted = WallPainter().over(busy((1280, 720)), Said("placard", "send", facts))
    assert read(painted) == {SCAN}


def test_a_quiet_margin_of_four_modules():
    code = qr(SCAN, 400)
    dark = np.argwhere(code[..., 0] < 128)
    module = (code.shape[0] - 2 * dark[0][0]) // 29  # version 3 has 29 modules
    assert dark.min() >= 4 * module > 0


def test_the_picture_behind_is_not_changed():
    behind = busy((640, 480))
    before = behind.copy()
    poster((640, 480), Poster(Words("Title"), SCAN), behind)
    assert np.array_equal(behind, before)


def test_a_text_too_long_for_any_code_is_refused():
    with pytest.raises(ValueError, match="No QR Code"):
        qr("x" * 5000, 400)
