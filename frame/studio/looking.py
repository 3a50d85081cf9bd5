"""From the animator's first look at a photo to what the whole frame knows about it.

Where heads are is written down in shares of the photo; what a crop must keep is drawn generously,
because a wall that cuts somebody's hat looks careless and one that shows more wall does not.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace

from frame.core.photos import Finding, Head, Look, Region
from frame.library.decode import DecodedPhoto
from renderer.motion.caps import STILL
from renderer.prepare.findings import Finding as Seen
from renderer.prepare.mended import is_mended
from renderer.prepare.scan import Scan
from renderer.report import FaceReport, Report

LOOK_EDITION = 2
"""Counted up when the regions below or the coach change: every photo is then looked at again."""

DETERMINED = frozenset(
    {"empty", "not_a_photo", "damaged", "too_large", "too_hard", "unsupported_pixels"}
)
"""What the decoder says for certain. Anything else (it died, it was slow) may go better next time."""

FACE_ABOVE, FACE_BELOW, FACE_ASIDE = 0.55, 0.52, 0.42
"""Forehead, chin and cheeks from the middle of the face, in face heights."""

KEEP_ABOVE, KEEP_BELOW, KEEP_ASIDE = 1.3, 1.15, 0.88
"""The same for the whole head: a tall hat or hair put up, a beard and the neck, hair let down. Drawn on
35 portraits with hats, wraps, curls and full beards and looked at one by one."""

BEHIND = 0.62
"""Further back to the side the face looks away from: in a profile the skull is as long as the face is
high, and the box of the face covers its front half only."""

PROFILE = "profile_view"
"""The gates' code for a face whose pose cannot be trusted: it may look to either side."""

STEEP_ROLL_DEG = 60.0
"""A pose leaning further is more often wrong than right; such a head is kept all around."""


def look_fingerprint(models: str) -> str:
    """What a look belongs to: another one makes it stale."""
    return f"{models}.{LOOK_EDITION}"


def look_of(report: Report, size: tuple[int, int], scale: float, models: str) -> Look:
    """What `report` says about a photo decoded to `size` (width, height), `scale` times the original.

    `models` is what looked, see `look_fingerprint`.
    """
    profiles = {found.face for found in report.reasons if found.code == PROFILE}
    heads = tuple(
        _head(face, size, scale, is_profile=number in profiles)
        for number, face in enumerate(report.faces)
    )
    return Look(report.verdict, _findings(report), heads, models)


def scan_of(
    photo: DecodedPhoto,
    panel: tuple[int, int],
    print_cm: tuple[float, float] | None = None,
) -> Scan:
    """What the coach is told of a file besides its pixels."""
    return Scan(
        panel=panel,
        dpi=photo.dpi,
        print_cm=print_cm,
        scale=photo.scale,
        year=photo.year,
        is_camera=photo.taken is not None,
    )


def struck_off(look: Look, mended: Collection[str]) -> Look:
    """The look once a restoration has mended `mended` (see `renderer.prepare.mended.Mending`): what it
    answers stays known, and is no longer told."""
    findings = tuple(
        replace(each, is_mended=each.is_mended or is_mended(each.code, mended))
        for each in look.findings
    )
    return replace(look, findings=findings)


def _findings(report: Report) -> tuple[Finding, ...]:
    """What the coach saw, without what is good; of an animator that has no coach, its reasons, each
    sentence once."""
    if report.findings:
        return tuple(_finding(found) for found in report.findings if found.grade != "good")
    told = {(found.code, found.message): found for found in reversed(report.reasons)}
    return tuple(
        Finding(found.code, found.message, found.number, found.unit, face=found.face)
        for found in reversed(told.values())
    )


def _finding(seen: Seen) -> Finding:
    return Finding(
        code=seen.code,
        message=seen.message,
        number=None if seen.number is None else round(float(seen.number), 4),
        unit=seen.unit,
        consequence=seen.consequence,
        most=None if seen.most is None else round(seen.most, 4),
        face=seen.face,
        grade=seen.grade,
        is_mended=seen.is_mended,
    )


def _head(face: FaceReport, size: tuple[int, int], scale: float, *, is_profile: bool) -> Head:
    return Head(
        face=_region(face, size, (FACE_ABOVE, FACE_BELOW), (FACE_ASIDE, FACE_ASIDE)),
        keep=_keep(face, size, is_profile=is_profile),
        interocular_px=face.interocular_px / scale,
        yaw_deg=face.yaw_deg,
        pitch_deg=face.pitch_deg,
        roll_deg=face.roll_deg,
        can_move=face.caps is not None and face.caps != STILL,
    )


def _keep(face: FaceReport, size: tuple[int, int], *, is_profile: bool) -> Region:
    """The whole head with hair, hat, beard and neck."""
    if is_profile or abs(face.roll_deg) > STEEP_ROLL_DEG:
        aside = KEEP_ASIDE + BEHIND
        return _region(face, size, (KEEP_ABOVE, KEEP_BELOW), (aside, aside))
    turned = BEHIND * math.sin(math.radians(face.yaw_deg))
    # Looking to the picture's right, the back of the head is on its left.
    left, right = KEEP_ASIDE + max(0.0, turned), KEEP_ASIDE + max(0.0, -turned)
    return _region(face, size, (KEEP_ABOVE, KEEP_BELOW), (left, right))


def _region(
    face: FaceReport,
    size: tuple[int, int],
    tall: tuple[float, float],
    wide: tuple[float, float],
) -> Region:
    """The upright box, in shares of the photo, around a box that leans as the face does and reaches
    `tall` (above, below) and `wide` (left, right) face heights from its middle."""
    width, height = size
    box = face.box
    # A face cut off by the photo's edge has a small box; one wrongly meshed a small height.
    unit = max(face.frame_share * height, box.height)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    lean = math.radians(face.roll_deg) if abs(face.roll_deg) <= STEEP_ROLL_DEG else 0.0
    up, right = (math.sin(lean), -math.cos(lean)), (math.cos(lean), math.sin(lean))
    corners = [
        (x + unit * (up[0] * u + right[0] * r), y + unit * (up[1] * u + right[1] * r))
        for u in (tall[0], -tall[1])
        for r in (-wide[0], wide[1])
    ]
    return _within_photo([c[0] / width for c in corners], [c[1] / height for c in corners])


def _within_photo(xs: Collection[float], ys: Collection[float]) -> Region:
    def share(value: float) -> float:
        return min(1.0, max(0.0, value))

    return Region(share(min(xs)), share(min(ys)), share(max(xs)), share(max(ys)))
