"""Has this scan enough pixels: for the faces in it, and for the panel that it will hang on?

A print that is at hand can be scanned again, so the advice is in dots per inch: from the file's own tag
where that can be believed, from the print's size where somebody tells it, else from the pixels alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from renderer.faces.types import Face
from renderer.gates import FEW_PIXELS_PX
from renderer.prepare.findings import Finding, finding

PANEL = (1920, 1080)
"""Width and height of the panel that most frames have."""

CM_PER_INCH = 2.54

NOT_A_SCAN_DPI = frozenset({72, 96})
"""What programs and cameras write that know of no print."""

BELIEVABLE_DPI = (100, 4800)
"""What scanners are set to, from a draft to a film."""

BELIEVABLE_PRINT_IN = (1.5, 16.0)
"""Longer side of a family's prints in inches: a cabinet card to a wall portrait. A camera's file
tagged 300 DPI claims half a metre."""

USUAL_DPI = 300
"""What scanners are set to when nobody has changed it; assumed where a file does not say."""

STEPS_DPI = (300, 600, 1200, 2400)
"""What scanners offer. More than 2400 shows paper, not people."""

ENLARGED = 1.3
"""Panel pixels for each photo pixel from which it shows: a third of the finest detail at the eyes
is left of what the panel could show, at twice the size a quarter. `python -m bench.coach
--thresholds` prints it."""


@dataclass(frozen=True)
class Scan:
    """What is known about a photo besides its pixels.

    `panel` is (width, height) in pixels. `dpi` is the file's own tag, `print_cm` the print's size as
    somebody told it (either way up), `scale` 0..1 how much smaller the decoded picture is than the
    file. `year` is when it was taken. `is_camera`: a camera dated it, so there is no print to scan
    again.
    """

    panel: tuple[int, int] = PANEL
    dpi: float | None = None
    print_cm: tuple[float, float] | None = None
    scale: float = 1.0
    year: int | None = None
    is_camera: bool = False


def read_scan(size: tuple[int, int], faces: Sequence[Face], scan: Scan) -> list[Finding]:
    """The panel's and the scanner's side of it; `size` is the decoded picture's (width, height)."""
    enlarged = enlargement(size, scan.panel)
    found = [
        finding("enlarged", "bad", number=enlarged, unit="times")
        if enlarged > ENLARGED
        else finding("fills_panel", "good", number=enlarged, unit="times")
    ]
    dpi = scanned_dpi(size, scan)
    if dpi is not None:
        found.append(finding("scanned_at", "note", number=dpi, unit="DPI"))
    lack = max([enlarged, *(FEW_PIXELS_PX / max(face.height_px, 1.0) for face in faces)])
    if lack <= ENLARGED or scan.is_camera or not faces:
        return found
    found.append(finding("scan_again", "bad", number=advised_dpi(dpi, lack), unit="DPI"))
    if dpi is None:
        found.append(finding("print_size_unknown", "note"))
    return found


def enlargement(size: tuple[int, int], panel: tuple[int, int]) -> float:
    """Panel pixels for each pixel of a picture that is shown whole."""
    return min(panel[0] / size[0], panel[1] / size[1])


def scanned_dpi(size: tuple[int, int], scan: Scan) -> float | None:
    """Dots per inch of the file, or None where nothing can be believed."""
    longer = max(size) / scan.scale
    if scan.print_cm is not None:
        return longer / (max(scan.print_cm) / CM_PER_INCH)
    dpi = scan.dpi
    if dpi is None or round(dpi) in NOT_A_SCAN_DPI:
        return None
    if not BELIEVABLE_DPI[0] <= dpi <= BELIEVABLE_DPI[1]:
        return None
    low, high = BELIEVABLE_PRINT_IN
    return dpi if low <= longer / dpi <= high else None


def advised_dpi(dpi: float | None, lack: float) -> float:
    """What to set the scanner to so that there are `lack` times as many pixels to the side: its next
    step, always more than the last time, at most its highest."""
    before = dpi if dpi is not None else USUAL_DPI
    return next((step for step in STEPS_DPI if step >= before * lack * 0.99), STEPS_DPI[-1])
