"""`wakeframe check`: the coach. What is good in one photo, what is not, and what to do about it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from frame.commands.animate import CANNOT_ANIMATE, DONE, about, explained, in_original_pixels
from frame.commands.findings import sections
from frame.commands.run import settings_in_effect
from frame.errors import Refused
from frame.files import check_output, write_text
from frame.library.decode import decode_file
from frame.words import Language, finding_in, harmless, language_from, say
from renderer.reasons import Reason
from renderer.report import Report, to_json

if TYPE_CHECKING:
    from renderer.animator import Animator

MUCH_OF_IT = 0.8
"""A crop that keeps this much of a photo shows nobody any closer."""

WIDEST = 100
"""Columns of a paragraph that one still likes to read."""


@dataclass(frozen=True)
class Check:
    """What was typed. `panel` is (width, height) in pixels, `print_cm` the print's size."""

    photo: Path
    report: Path | None = None
    as_json: bool = False
    panel: tuple[int, int] | None = None
    print_cm: tuple[float, float] | None = None


def check(job: Check, make_animator: Callable[[], Animator]) -> int:
    """Look at the photo and say what was seen; the exit code. Whatever the file is, there is a report.

    Raises `PhotoNotFound`, `OutputNotWritable` and `WakeframeError`.
    """
    if job.report is not None:
        check_output(job.report, ".json", job.photo)
    report, facts = _look(job, make_animator)
    text = to_json(report, facts)
    if job.report is not None:
        write_text(job.report, text)
    if job.as_json:
        print(text, end="")
    else:
        language = language_from(settings_in_effect().settings.language, os.environ)
        _tell(job.photo, report, facts, language)
    return DONE if report.verdict == "animated" else CANNOT_ANIMATE


def _look(job: Check, make_animator: Callable[[], Animator]) -> tuple[Report, dict[str, object]]:
    try:
        photo = decode_file(job.photo)
    except Refused as refused:
        return Report("refused", (Reason(refused.code, str(refused)),)), {}
    from frame.studio.looking import scan_of
    from renderer.prepare.scan import PANEL

    scan = scan_of(photo, job.panel or PANEL, job.print_cm)
    with explained():
        report = make_animator().check(photo.pixels, scan)
    return in_original_pixels(report, photo.scale), about(photo)


def _tell(photo: Path, report: Report, facts: dict[str, object], language: Language) -> None:
    print(harmless(photo.name) + _size(facts))
    fit = "check.can_wake" if report.verdict == "animated" else "check.stays_still"
    print(say(fit, language))
    columns = min(WIDEST, shutil.get_terminal_size().columns)
    if report.findings:
        print("\n".join(sections(report.findings, language, columns)))
        if (crop := _closer(report, facts)) is not None:
            left, top, right, bottom = crop
            size = {"width": right - left, "height": bottom - top}
            print("\n" + say("check.crop", language, **size, left=left, top=top))
        return
    for sentence in dict.fromkeys(finding_in(reason, language) for reason in report.reasons):
        print(sentence)


def _closer(report: Report, facts: dict[str, object]) -> tuple[int, int, int, int] | None:
    """The working crop, where it is worth speaking of."""
    about_photo = facts.get("photo")
    if report.crop is None or not isinstance(about_photo, dict):
        return None
    left, top, right, bottom = report.crop
    whole = about_photo["width"] * about_photo["height"]
    return report.crop if (right - left) * (bottom - top) < MUCH_OF_IT * whole else None


def _size(facts: dict[str, object]) -> str:
    about_photo = facts.get("photo")
    if not isinstance(about_photo, dict):
        return ""
    return f"  {about_photo['width']} x {about_photo['height']}, {about_photo['format']}"
