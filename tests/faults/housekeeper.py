"""A small process that does to a library what is asked, and is killed at it (see test_kill.py).

``housekeeper.py ROOT LIBRARY ingest|naive|purge|send`` takes in every photo in the inbox as a door does,
the same in a wrong order, purges what is deleted, or sends every photo in the inbox as a phone does. It
imports little: it is started some hundred times.
"""

import hashlib
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from frame.core.photos import Door
from frame.core.sending import Stage
from frame.errors import WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.deletion import purge
from frame.library.disk import RealDisk
from frame.library.ingest import Ingest
from frame.library.photos import NewPhoto
from frame.library.places import Places
from frame.library.space import Space
from sync.phone import PhoneDoor
from sync.taking import Clock
from sync.tally import Tally
from sync.turn import Turn
from sync.upload_files import UploadFiles
from sync.uploads import Offer, Part, Uploads
from tests.fakes import decode as fake

NOW = 1_790_000_000


def main() -> None:
    places = Places(Path(sys.argv[2]))
    with Catalogue(places.catalogue) as catalogue:
        {"ingest": ingest, "naive": naive, "purge": purge_all, "send": send}[sys.argv[3]](
            places, catalogue
        )


def maker(places: Places, catalogue: Catalogue) -> Ingest:
    return Ingest(
        places,
        catalogue,
        now=lambda: NOW,
        reserve=lambda total: 0,  # noqa: ARG005
        decode=fake.decode,
        draw_thumbnail=fake.no_thumbnail,
    )


def ingest(places: Places, catalogue: Catalogue) -> None:
    door = maker(places, catalogue)
    for source in sorted(places.inbox.iterdir()):
        try:
            taken = door.take(source, Door.INBOX, name=source.name)
        except WakeframeError as error:
            print(type(error).__name__)
            continue
        thank(places, taken.photo.sha256)
        source.unlink()


def naive(places: Places, catalogue: Catalogue) -> None:
    """Row first, thanks next, and the bytes written in place: what must be caught."""
    for source in sorted(places.inbox.iterdir()):
        data = source.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        catalogue.photos.add(
            NewPhoto(digest, ".jpg", len(data), Door.INBOX, source.name, NOW, (6, 4), (6, 4))
        )
        thank(places, digest)
        original = places.original(digest, ".jpg")
        original.parent.mkdir(exist_ok=True)
        with original.open("wb", buffering=0) as stream:
            stream.write(data[:50])
            stream.write(data[50:])
        source.unlink()


def purge_all(places: Places, catalogue: Catalogue) -> None:
    purge(places, catalogue, NOW + 1)


def send(places: Places, catalogue: Catalogue) -> None:
    """As a phone does that comes back: whatever is missing is brought, in pieces, and taken in."""
    disk = RealDisk()
    files = UploadFiles(places.uploads)
    uploads = Uploads(catalogue, files, Space(places, disk, lambda total: 0), lambda: NOW)  # noqa: ARG005
    clock = Clock(lambda: 0.0, lambda: NOW)
    door = PhoneDoor(catalogue, files, maker(places, catalogue), Turn(), Tally(), clock)
    door.sweep()
    pass_ = catalogue.passes.get(1)
    assert pass_ is not None
    for source in sorted(places.inbox.iterdir()):
        data = source.read_bytes()
        offer = Offer(hashlib.sha256(data).hexdigest(), len(data), source.name)
        upload, _ = uploads.begin(pass_, offer)
        while (offset := uploads.offset(upload)) < len(data) or is_unsaid(catalogue, upload.id):
            piece = data[offset : offset + 60]
            part = Part(offset, len(piece), hashlib.sha256(piece).digest())
            uploads.append(pass_, upload, part, io.BytesIO(piece), lambda: True)
        door.step()
        done = catalogue.uploads.get(upload.id)
        if done is not None and done.stage is Stage.TAKEN:
            thank(places, offer.sha256)


def is_unsaid(catalogue: Catalogue, upload_id: str) -> bool:
    """Whether all bytes may be here and nobody has said so."""
    found = catalogue.uploads.get(upload_id)
    return found is not None and found.stage is Stage.RECEIVING


def thank(places: Places, sha256: str) -> None:
    (places.root / "thanks").joinpath(sha256).touch()


if __name__ == "__main__":
    main()
