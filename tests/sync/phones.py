"""A library that phones send to, and the phone's half of it."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from frame.core.passes import Pass, Terms
from frame.core.sending import Stage
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.library.space import Space
from frame.library.uploads import Upload
from sync.passes import issue
from sync.phone import PhoneDoor
from sync.taking import Clock
from sync.tally import Tally
from sync.turn import Turn
from sync.upload_files import UploadFiles
from sync.uploads import Offer, Part, Uploads
from tests.fakes import decode as fake
from tests.frame.library.conftest import NOW, no_reserve

GENEROUS = Terms(None, 1000, 1 << 40, 1000, waits=False)


class Lost(OSError):  # noqa: N818
    """The Wi-Fi is gone."""


class Cutting(io.BytesIO):
    """Gives `count` bytes, then the connection is gone."""

    def __init__(self, data: bytes, count: int) -> None:
        super().__init__(data)
        self._count = count

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None and size >= 0, "never all at once"
        if self._count <= 0:
            raise Lost
        data = super().read(min(size, self._count))
        self._count -= len(data)
        return data


@dataclass
class House:
    """Both sides of the catalogue, on one thread."""

    places: Places
    catalogue: Catalogue
    uploads: Uploads
    files: UploadFiles
    door: PhoneDoor
    times: dict[str, float]
    stop: threading.Event = field(default_factory=threading.Event)

    def pass_(self, name: str = "Oma", terms: Terms = GENEROUS) -> Pass:
        return issue(self.catalogue, name, terms, NOW)[1]

    def fresh(self, pass_: Pass) -> Pass:
        found = self.catalogue.passes.get(pass_.id)
        assert found is not None
        return found

    def begin(self, pass_: Pass, data: bytes, **facts: str) -> Upload:
        offer = Offer(hashlib.sha256(data).hexdigest(), len(data), **facts)
        return self.uploads.begin(self.fresh(pass_), offer)[0]

    def bring(
        self,
        pass_: Pass,
        upload: Upload,
        data: bytes,
        is_welcome: Callable[[], bool] = lambda: True,
    ) -> int:
        """What is missing, in one go."""
        offset = self.uploads.offset(upload)
        part = Part(offset, len(data) - offset)
        return self.uploads.append(
            self.fresh(pass_), upload, part, io.BytesIO(data[offset:]), is_welcome
        )

    def send(self, pass_: Pass, data: bytes, **facts: str) -> Upload:
        """Begin, bring, take in; the row as it is then."""
        upload = self.begin(pass_, data, **facts)
        if upload.stage is Stage.RECEIVING:
            self.bring(pass_, upload, data)
        while self.door.step():
            pass
        found = self.catalogue.uploads.get(upload.id)
        assert found is not None
        return found


def house(places: Places, catalogue: Catalogue, **options: object) -> House:
    """Everything real but decoder and clocks."""
    times = {"now": 0.0, "date": float(NOW)}
    files = UploadFiles(places.uploads)
    space = Space(places, reserve=no_reserve)
    ingest = Ingest(
        places,
        catalogue,
        now=lambda: int(times["date"]),
        reserve=no_reserve,
        decode=fake.decode,
        draw_thumbnail=fake.no_thumbnail,
    )
    clock = Clock(lambda: times["now"], lambda: times["date"])
    door = PhoneDoor(catalogue, files, ingest, Turn(), Tally(), clock)
    uploads = Uploads(catalogue, files, space, lambda: times["date"], lambda: times["now"])
    return House(places, catalogue, uploads, files, door, times)
