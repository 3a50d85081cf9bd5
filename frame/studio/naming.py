"""How a photo is called in sentences: by the name its file came with, made harmless."""

from __future__ import annotations

from frame.core.photos import Photo

LONGEST = 60


def called(photo: Photo) -> str:
    """The file's name without control characters and without its middle, if it is long."""
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in photo.name)
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 20]}\N{HORIZONTAL ELLIPSIS}{name[-19:]}"
    return name or f"photo {photo.id}"
