"""`wakeframe restore`: one photo, with what time did to it undone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from frame.errors import Refused, WakeframeError
from frame.files import check_output, write_bytes, write_text
from frame.library.decode import DecodedPhoto, decode_file
from frame.terminal import ProgressLine
from renderer.faces.types import Picture
from renderer.prepare.mended import Mending
from renderer.report import StageTime, rounded

if TYPE_CHECKING:
    from renderer.prepare.restore import Restoration, Restorer

DONE, CANNOT_RESTORE = 0, 3

PNG_LEVEL = 3
"""Twelve megapixels in a second; the usual level takes four times as long for a twentieth less."""

KINDS: dict[Mending, str] = {
    "scratches": "scratches and spots filled",
    "fading": "fading undone",
    "cast": "colour cast removed",
    "jpeg": "JPEG blocks softened",
    "noise": "noise lessened",
    "soft_eyes": "eyes sharpened",
}


@dataclass(frozen=True)
class RestoreJob:
    """What was typed; `report` and `compare` are None where nobody asked for them."""

    photo: Path
    output: Path
    strength: float = 1.0
    report: Path | None = None
    compare: Path | None = None
    quiet: bool = False


def new_restorer() -> Restorer:
    """The restorer, with the networks that came with it. Raises `WakeframeError`."""
    from renderer.models import ModelError, ModelStore
    from renderer.prepare.restore import Restorer

    try:
        return Restorer(ModelStore())
    except ModelError as error:
        raise WakeframeError(str(error)) from error


def restore(job: RestoreJob, make_restorer: Callable[[], Restorer]) -> int:
    """Do the job; the exit code. A file that is no photo leaves whatever was at `job.output` before."""
    check_output(job.output, ".png", job.photo)
    if job.compare is not None:
        check_output(job.compare, ".png", job.photo)
    if job.report is not None:
        check_output(job.report, ".json", job.photo)
    with ProgressLine(sys.stderr, quiet=job.quiet) as progress:
        progress("opening the photo", 0.0)
        try:
            photo = decode_file(job.photo)
        except Refused as refused:
            if job.report is not None:
                write_text(job.report, _to_json({"verdict": "refused", "reasons": _why(refused)}))
            print(f"wakeframe: {refused}", file=sys.stderr)
            return CANNOT_RESTORE
        restoration = restored(photo.pixels, job.strength, make_restorer, progress)
        progress("writing", 1.0)
        write_bytes(job.output, png(restoration.picture))
        if job.compare is not None:
            write_bytes(job.compare, png(_sheet(photo.pixels, restoration)))
    if job.report is not None:
        seconds = tuple(StageTime(name, seconds) for name, seconds in progress.seconds)
        stages = (*seconds[:1], *restoration.stages, *seconds[-1:])
        write_text(job.report, _to_json(_story(photo, restoration, stages)))
    print(f"{job.output}: {told(restoration)}")
    return DONE


def restored(
    picture: Picture,
    strength: float,
    make_restorer: Callable[[], Restorer],
    progress: Callable[[str, float], None],
) -> Restoration:
    """The picture restored; what the restorer raises on purpose becomes one of our own errors."""
    from renderer.models import ModelError

    try:
        return make_restorer().restore(picture, progress, strength)
    except ModelError as error:
        raise WakeframeError(str(error)) from error
    except MemoryError as error:
        raise WakeframeError("There is not enough free memory for this photo.") from error


def told(restoration: Restoration) -> str:
    """In a few words."""
    if not restoration.is_changed:
        return "nothing had to be restored; this is the photo as it was"
    done = ", ".join(KINDS[kind] for kind in restoration.mended)
    held = [likeness for likeness in restoration.likenesses if likeness.kept < 1]
    if not held:
        return done
    faces = "one face" if len(held) == 1 else f"{len(held)} faces"
    return f"{done}; {faces} left nearer to the original, to stay the same person"


def png(picture: Picture) -> bytes:
    """``(H, W, 3)`` RGB as a PNG with nothing in it but pixels: no place, no camera, no date."""
    import cv2

    done, encoded = cv2.imencode(
        ".png",
        cv2.cvtColor(picture, cv2.COLOR_RGB2BGR),
        [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL],
    )
    if not done:
        raise WakeframeError("The picture could not be encoded.")
    return encoded.tobytes()


def _sheet(original: Picture, restoration: Restoration) -> Picture:
    from renderer.prepare.sheet import before_after

    return before_after(original, restoration.picture, restoration.faces)


def _story(
    photo: DecodedPhoto, restoration: Restoration, stages: tuple[StageTime, ...]
) -> dict[str, object]:
    from renderer.prepare.story import story

    height, width = restoration.picture.shape[:2]
    return {
        "verdict": "restored" if restoration.is_changed else "unchanged",
        "reasons": [],
        **story(restoration),
        "faces": len(restoration.faces),
        "width": width,
        "height": height,
        "stages": [asdict(stage) for stage in stages],
        "models": [asdict(model) for model in restoration.models],
        "photo": {
            "width": photo.original_size[0],
            "height": photo.original_size[1],
            "format": photo.format,
            "sha256": photo.sha256,
            "decode_scale": photo.scale,
        },
    }


def _why(refused: Refused) -> list[dict[str, str]]:
    return [{"code": refused.code, "message": str(refused)}]


def _to_json(content: dict[str, object]) -> str:
    text = json.dumps(rounded(content), indent=1, allow_nan=False, ensure_ascii=False)
    return f"{text}\n"
