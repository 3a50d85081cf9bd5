"""`wakeframe animate`: one photo, looked at and woken."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from frame.commands.restore import new_restorer, restored
from frame.errors import Refused, WakeframeError
from frame.files import check_output, write_text
from frame.library.decode import DecodedPhoto, decode_file
from frame.terminal import ProgressLine
from renderer.animator import seed_of
from renderer.faces.types import Box
from renderer.reasons import Reason
from renderer.report import FaceReport, Report, StageTime, to_json

if TYPE_CHECKING:
    from renderer.animator import Animator, Request

DONE, CANNOT_ANIMATE = 0, 3

OPENING, RESTORING = "opening the photo", "restoring"
RESTORING_SHARE = 0.2
"""Of the whole time of `--restore`, on a portrait of a megapixel."""

_DRIVER_NAMES = {
    "nostalgia": "Nostalgia",
    "joy": "Joy",
    "reunion": "Reunion",
    "blink-and-nod": "Blink and Nod",
}


@dataclass(frozen=True)
class Job:
    """What was typed. `report` is None where nobody asked for one; with `restore` the photo is
    restored first."""

    photo: Path
    clip: Path
    report: Path | None
    request: Request
    quiet: bool = False
    restore: bool = False


def new_animator() -> Animator:
    """The engine, with the networks that came with it."""
    from renderer.engine import GeometricAnimator
    from renderer.models import ModelStore
    from renderer.prepare.damage_reader import LearnedReader

    store = ModelStore()
    return GeometricAnimator(store, damage=LearnedReader(store))


def animate(job: Job, make_animator: Callable[[], Animator]) -> int:
    """Do the job; the exit code. Whenever there is a verdict, there is a report.

    A photo that cannot be animated leaves whatever was at `job.clip` before as it was: an older clip
    is the user's, and the exit code says that it is not the answer.
    """
    check_output(job.clip, ".mp4", job.photo)
    if job.report is not None:
        check_output(job.report, ".json", job.photo)
    with ProgressLine(sys.stderr, quiet=job.quiet) as progress:
        report, extra = _look_and_wake(job, make_animator, progress)
    report = replace(report, stages=_stages(report, progress.seconds))
    if job.report is not None:
        write_text(job.report, to_json(report, extra))
    _tell(job, report)
    return DONE if report.verdict == "animated" else CANNOT_ANIMATE


def _stages(report: Report, seen: Sequence[tuple[str, float]]) -> tuple[StageTime, ...]:
    """What comes before the animator, then what that measured itself, or else what we saw of it."""
    ours = tuple(StageTime(name, seconds) for name, seconds in seen)
    if not report.stages:
        return ours
    return (*(stage for stage in ours if stage.name in (OPENING, RESTORING)), *report.stages)


def _look_and_wake(
    job: Job, make_animator: Callable[[], Animator], progress: ProgressLine
) -> tuple[Report, dict[str, object]]:
    progress(OPENING, 0.0)
    wanted = job.request.driver
    try:
        photo = decode_file(job.photo)
    except Refused as refused:
        reason = Reason(refused.code, str(refused))
        return Report("refused", (reason,), requested_driver=wanted), {}
    request = replace(job.request, seed=seed_of(photo.sha256), year=photo.year)
    from renderer.prepare.story import story

    if not job.restore:
        with explained():
            report = make_animator().animate(photo.pixels, job.clip, request, progress)
        return in_original_pixels(report, photo.scale), about(photo)
    restoration = restored(
        photo.pixels,
        1.0,
        new_restorer,
        lambda _, share: progress(RESTORING, RESTORING_SHARE * share),
    )
    request = replace(request, damage=restoration.damage_left)
    with explained():
        report = make_animator().animate(
            restoration.picture,
            job.clip,
            request,
            lambda stage, share: progress(stage, RESTORING_SHARE + (1 - RESTORING_SHARE) * share),
        )
    extra = {**about(photo), "restoration": story(restoration)}
    return in_original_pixels(report, photo.scale), extra


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """What the engine raises on purpose becomes one of our own errors."""
    from renderer.clip import ClipError
    from renderer.models import ModelError

    try:
        yield
    except (ClipError, ModelError) as error:
        raise WakeframeError(str(error)) from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise WakeframeError(f"The clip could not be written: {why}.") from error
    except MemoryError as error:
        raise WakeframeError("There is not enough free memory for this photo.") from error


def in_original_pixels(report: Report, scale: float) -> Report:
    """The report with the faces measured in the pixels of the file, not of a smaller copy of it."""
    if scale == 1:
        return report
    faces = tuple(_rescaled(face, 1 / scale) for face in report.faces)
    if report.crop is None:
        return replace(report, faces=faces)
    x0, y0, x1, y1 = (round(side / scale) for side in report.crop)
    return replace(report, faces=faces, crop=(x0, y0, x1, y1))


def _rescaled(face: FaceReport, factor: float) -> FaceReport:
    box = face.box
    return replace(
        face,
        box=Box(box.x0 * factor, box.y0 * factor, box.x1 * factor, box.y1 * factor),
        interocular_px=face.interocular_px * factor,
    )


def about(photo: DecodedPhoto) -> dict[str, object]:
    """What a report says of the file itself; never where it was taken."""
    width, height = photo.original_size
    facts = {
        "width": width,
        "height": height,
        "format": photo.format,
        "sha256": photo.sha256,
        "year": photo.year,
        "dpi": photo.dpi,
        "decode_scale": photo.scale,
        "decode_cage": list(photo.cage),
    }
    return {"photo": facts}


def _tell(job: Job, report: Report) -> None:
    """The story in a few sentences: the answer on standard output, a refusal on standard error."""
    found = list(dict.fromkeys(reason.message for reason in report.reasons))
    if report.verdict == "animated":
        print("\n".join([_made(job.clip, report), *found]))
    else:
        for sentence in found or ["This photo had better stay still."]:
            print(f"wakeframe: {sentence}", file=sys.stderr)


def _made(clip: Path, report: Report) -> str:
    moving = sum(face.moved for face in report.faces)
    driver = _DRIVER_NAMES.get(report.driver or "", report.driver or "")
    seconds = report.frames / report.fps if report.fps else 0.0
    people = f"{moving} of {len(report.faces)} faces move" if len(report.faces) > 1 else ""
    facts = [f"{seconds:.1f} s", f"{report.width}x{report.height}", driver, people]
    return f"{clip}: {', '.join(fact for fact in facts if fact)}"
