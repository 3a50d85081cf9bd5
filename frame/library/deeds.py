"""What a person decides about one photo, for whoever they say it to: the command line or a page.

Hiding and asking for a driver are one call of `frame.library.photos`, deleting one of
`frame.library.deletion`; here is what takes more than one.
"""

from __future__ import annotations

from frame.core.photos import Approval
from frame.library.catalogue import Catalogue


def show(catalogue: Catalogue, photo_id: int) -> None:
    """It may hang, and so may the clip that its owner has not seen yet: who says yes to a photo on a
    page that plays its clip says yes to both. A clip that was hidden stays hidden."""
    with catalogue.transaction():
        catalogue.photos.approve(photo_id, Approval.APPROVED)
        for clip in catalogue.clips.of(photo_id):
            if clip.approval is Approval.WAITING:
                catalogue.clips.approve(clip.id, Approval.APPROVED)
