"""Where everything lies under the library folder, and what may be thrown away.

Originals and what is on its way to become one share a folder tree, so that a rename between them is
one step of one file system.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from frame.core.photos import Photo, View


@dataclass(frozen=True)
class Places:
    """The paths of one library. Nothing here touches the disk except `make`."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Consumed: whole photos in it are taken in, then removed."""
        return self.root / "inbox"

    @property
    def originals(self) -> Path:
        """Never altered, never evicted."""
        return self.root / "originals"

    @property
    def incoming(self) -> Path:
        """Files that are not photos of ours yet. Emptied at start."""
        return self.originals / ".incoming"

    @property
    def uploads(self) -> Path:
        """What relatives' phones are sending: not photos of ours yet either, but kept over a start."""
        return self.originals / ".uploads"

    @property
    def clips(self) -> Path:
        """Disposable."""
        return self.root / "clips"

    @property
    def stills(self) -> Path:
        """Disposable: hanging stills as they hang, lossless, one per photo, preparation and view."""
        return self.root / "stills"

    @property
    def prepared(self) -> Path:
        """Disposable: restored photos, lossless, one per photo and preparation."""
        return self.root / "prepared"

    @property
    def thumbnails(self) -> Path:
        """Disposable."""
        return self.root / "thumbnails"

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue.sqlite3"

    @property
    def backup(self) -> Path:
        """The last good copy of the catalogue."""
        return self.root / "catalogue.backup.sqlite3"

    @property
    def wall_state(self) -> Path:
        """Where the shuffle stands; small, rewritten in place, never synced."""
        return self.root / "wall.state"

    @property
    def archives(self) -> Path:
        """Archives that the owner sends here to have them restored; removed when that is done."""
        return self.root / "archives"

    def original(self, sha256: str, suffix: str) -> Path:
        return self.originals / sha256[:2] / f"{sha256}{suffix}"

    def original_of(self, photo: Photo) -> Path:
        return self.original(photo.sha256, photo.suffix)

    def still(self, photo: Photo, view: View) -> Path:
        prepared = f"-{photo.prepared}" if photo.prepared else ""
        return self.stills / photo.sha256[:2] / f"{photo.sha256}{prepared}-{view.key}.png"

    def prepared_of(self, sha256: str, name: str) -> Path:
        return self.prepared / sha256[:2] / f"{sha256}-{name}.png"

    def thumbnail(self, photo: Photo) -> Path:
        return self.thumbnails / photo.sha256[:2] / f"{photo.sha256}.jpg"

    def large(self, photo: Photo) -> Path:
        """A picture for pages. Among the stills, for it is as disposable, and goes with them."""
        prepared = f"-{photo.prepared}" if photo.prepared else ""
        return self.stills / photo.sha256[:2] / f"{photo.sha256}{prepared}-large.jpg"

    def clip(self, file: str) -> Path:
        return self.clips / file

    def make(self) -> None:
        """Make the folders that are missing. Raises OSError."""
        for folder in (
            *(self.inbox, self.incoming, self.uploads),
            *(self.clips, self.stills, self.prepared, self.thumbnails),
        ):
            folder.mkdir(parents=True, exist_ok=True)
