"""Which tag of a scan is believed, what is advised, and that a camera's photo is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from renderer.prepare.scan import Scan, advised_dpi, read_scan, scanned_dpi
from tests.renderer.clay import clay_face

SIZE = (1200, 1800)
FACE = clay_face()
SMALL = replace(FACE, height_px=55.0)


def codes(size: tuple[int, int], scan: Scan, face=FACE) -> dict[str, float | None]:
    return {found.code: found.number for found in read_scan(size, [face], scan)}


@pytest.mark.parametrize(
    ("dpi", "believed"),
    [
        (300.0, 300.0),
        (600.0, 600.0),
        (72.0, None),  # what programs write
        (96.0, None),
        (1.0, None),
        (100.0, None),  # a print half a metre long
        (9600.0, None),
        (None, None),
    ],
)
def test_a_tag_is_believed_where_it_can_be_a_print(dpi, believed):
    assert scanned_dpi(SIZE, Scan(dpi=dpi)) == believed


def test_the_prints_size_is_worth_more_than_any_tag_either_way_up():
    for print_cm in ((10.16, 15.24), (15.24, 10.16)):
        assert scanned_dpi(SIZE, Scan(dpi=72.0, print_cm=print_cm)) == pytest.approx(300)
    halved = Scan(print_cm=(10.16, 15.24), scale=0.5)
    assert scanned_dpi((600, 900), halved) == pytest.approx(300), "of the file, not of our copy"


@pytest.mark.parametrize(
    ("dpi", "lack", "advised"),
    [
        (None, 1.5, 600), (None, 3.0, 1200), (300, 2.0, 600), (300, 2.1, 1200), (150, 1.5, 300),
        (2400, 4, 2400),
    ],
)  # fmt: skip
def test_the_scanners_next_step_is_advised(dpi, lack, advised):
    assert advised_dpi(dpi, lack) == advised


def test_a_large_scan_needs_nothing():
    assert set(codes((2000, 3000), Scan(dpi=600.0))) == {"fills_panel", "scanned_at"}


def test_few_pixels_are_advised_on_with_and_without_a_tag():
    tagged = codes((400, 600), Scan(dpi=150.0))
    assert tagged["scanned_at"] == 150 and tagged["scan_again"] == 300
    bare = codes((400, 600), Scan())
    assert bare["scan_again"] == 600 and "print_size_unknown" in bare


def test_a_small_face_in_a_large_picture_counts_too():
    assert "scan_again" in codes((2000, 3000), Scan(), SMALL)
    assert "scan_again" not in codes((2000, 3000), Scan())


def test_a_cameras_photo_has_no_print():
    assert set(codes((400, 600), Scan(is_camera=True))) == {"enlarged"}


def test_the_panel_decides_what_is_enlarged():
    assert codes((1000, 600), Scan(panel=(1920, 1080)))["enlarged"] == pytest.approx(1.8)
    assert "fills_panel" in codes((1000, 600), Scan(panel=(1024, 600)))
    assert codes((1000, 600), Scan(panel=(3840, 2160)))["enlarged"] == pytest.approx(3.6)
