"""What a relative may do with a photo that they have sent: take it back, bring it back, have it move
otherwise. Theirs alone is what nobody else sent and no other door brought in.
"""

from __future__ import annotations

from frame.core.liveliness import Wish
from frame.core.photos import Door, Photo
from frame.library import deletion
from frame.library.catalogue import Catalogue
from frame.library.uploads import Upload


def is_theirs_alone(catalogue: Catalogue, upload: Upload, photo: Photo) -> bool:
    """Whether nobody but the sender of `upload` has a say in `photo`, apart from the owner."""
    others = catalogue.uploads.of_photo(photo.id)
    return (
        photo.door is Door.PHONE
        and not catalogue.folders.is_held(photo.id)
        and not catalogue.folders.is_seen_elsewhere(photo.id)
        and all(each.id == upload.id or each.withdrawn is not None for each in others)
    )


def withdraw(catalogue: Catalogue, upload: Upload, now: int) -> None:
    """Take it back: it is deleted where it is theirs alone, and otherwise no longer counts as theirs."""
    with catalogue.transaction():
        photo = _photo(catalogue, upload)
        if photo is None or upload.withdrawn is not None:
            return
        takes_down = not photo.is_deleted and is_theirs_alone(catalogue, upload, photo)
        if takes_down:
            deletion.delete(catalogue, photo.id, now)
        catalogue.uploads.withdraw(upload.id, now, took_down=takes_down)


def give_back(catalogue: Catalogue, upload: Upload) -> None:
    """Undo `withdraw`. What the owner has deleted stays deleted."""
    with catalogue.transaction():
        photo = _photo(catalogue, upload)
        if photo is None or upload.withdrawn is None:
            return
        if photo.is_deleted and was_taken_down_by_guests(catalogue, photo):
            deletion.undo(catalogue, photo.id)
        catalogue.uploads.give_back(upload.id)


def was_taken_down_by_guests(catalogue: Catalogue, photo: Photo) -> bool:
    """Whether the deletion of `photo` is one of its senders' own, and nobody has decided since."""
    moment = catalogue.photos.deleted_at(photo.id)
    rows = catalogue.uploads.of_photo(photo.id)
    return moment is not None and any(each.took_down == moment for each in rows)


def want(catalogue: Catalogue, upload: Upload, wish: Wish) -> bool:
    """Have it move as `wish` says; whether the sender has a say in that."""
    with catalogue.transaction():
        photo = _photo(catalogue, upload)
        if photo is None:
            catalogue.uploads.want(upload.id, wish.driver)
            return True
        if photo.is_deleted or not is_theirs_alone(catalogue, upload, photo):
            return False
        catalogue.uploads.want(upload.id, wish.driver)
        catalogue.photos.want_driver(photo.id, wish.driver, wish.intensity)
        return True


def _photo(catalogue: Catalogue, upload: Upload) -> Photo | None:
    return None if upload.photo_id is None else catalogue.photos.get(upload.photo_id)
