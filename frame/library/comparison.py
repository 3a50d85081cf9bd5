"""Before and after: one photo as it came and as it was restored, at the same size, for whoever decides.

Pages make both stills with `frame.library.stills.StillCache`, which keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from frame.core.photos import Photo, View
from frame.core.preparation import Choice, Outcome, Preparation
from frame.library.catalogue import Catalogue


@dataclass(frozen=True)
class Comparison:
    """`before` and `after` are the photo hanging as it came and hanging restored: hand either to
    ``StillCache.still(photo, view)``. `choice` is what was decided, `hangs` whether it hangs restored
    now, and `preparation` what was mended."""

    before: Photo
    after: Photo
    view: View
    choice: Choice
    hangs: bool
    preparation: Preparation


def comparison(catalogue: Catalogue, photo_id: int, longest: int) -> Comparison | None:
    """Both, whole, `longest` pixels at most; None where there is no restored picture to compare with."""
    photo = catalogue.photos.get(photo_id)
    made = catalogue.preparations.get(photo_id)
    if photo is None or made is None or made.outcome is not Outcome.MADE:
        return None
    return Comparison(
        before=replace(photo, prepared=""),
        after=replace(photo, prepared=made.name),
        view=_whole(photo, longest),
        choice=catalogue.preparations.choice(photo_id),
        hangs=photo.prepared == made.name,
        preparation=made,
    )


def _whole(photo: Photo, longest: int) -> View:
    width, height = photo.decoded
    scale = min(1.0, longest / max(width, height))
    return View(
        (0, 0, width, height),
        max(2, 2 * round(width * scale / 2)),
        max(2, 2 * round(height * scale / 2)),
    )
