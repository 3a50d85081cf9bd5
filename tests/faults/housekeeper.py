"""A small process that does to a library what is asked, and is killed at it (see test_kill.py).

``housekeeper.py ROOT LIBRARY ingest|naive|purge`` takes in every photo in the inbox as a door does, the
same in a wrong order, or purges what is deleted. It imports little: it is started some hundred times.
"""

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from frame.core.photos import Door
from frame.errors import WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.deletion import purge
from frame.library.ingest import Ingest
from frame.library.photos import NewPhoto
from frame.library.places import Places
from tests.fakes import decode as fake

NOW = 1_790_000_000


def main() -> None:
    places = Places(Path(sys.argv[2]))
    with Catalogue(places.catalogue) as catalogue:
        {"ingest": ingest, "naive": naive, "purge": purge_all}[sys.argv[3]](places, catalogue)


def ingest(places: Places, catalogue: Catalogue) -> None:
    door = Ingest(
        places,
        catalogue,
        now=lambda: NOW,
        reserve=lambda total: 0,  # noqa: ARG005
        decode=fake.decode,
        draw_thumbnail=fake.no_thumbnail,
    )
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


def thank(places: Places, sha256: str) -> None:
    (places.root / "thanks").joinpath(sha256).touch()


if __name__ == "__main__":
    main()
