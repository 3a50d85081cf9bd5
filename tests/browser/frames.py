"""A frame's web process and its phone door in threads of the test, behind a line that can be cut."""

from __future__ import annotations

import _socket
import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from frame.core.passes import Pass, Terms
from frame.library.catalogue import Catalogue
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.settings import Settings
from frame.web.app import create_app
from frame.web.context import Context
from frame.web.hosts import Names
from sync.passes import issue
from sync.phone import PhoneDoor
from sync.taking import Clock
from sync.tally import Tally
from sync.turn import Turn
from sync.upload_files import UploadFiles
from tests.frame.library.conftest import no_reserve
from tests.frame.web.served import listening, serving

GENEROUS = Terms(None, 1000, 1 << 40, 1000, waits=False)


class Line:
    """The Wi-Fi: what goes to `port` comes out at `to`, until it is cut. `slow` bytes a second at most,
    where it is weak; `carried` is how many bytes have gone towards the frame."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._is_cut = threading.Event()
        self._is_over = threading.Event()
        self._links: list[threading.Thread] = []
        self.carried = 0
        self.slow = 0
        self._thread = threading.Thread(target=self._accept, name="line")
        self._thread.start()

    def cut(self) -> None:
        """Everything under way is torn off, and nobody comes through."""
        self._is_cut.set()

    def mend(self) -> None:
        self._is_cut.clear()

    def close(self) -> None:
        self._is_over.set()
        self._is_cut.set()
        self._thread.join()
        for link in self._links:
            link.join()
        self._listener.close()

    def _accept(self) -> None:
        self._listener.settimeout(0.05)
        while not self._is_over.is_set():
            try:
                phone, _ = self._listener.accept()
            except TimeoutError:
                continue
            if self._is_cut.is_set():
                phone.close()
                continue
            link = threading.Thread(target=self._carry, args=(phone,), name="link")
            link.start()
            self._links.append(link)

    def _carry(self, phone: socket.socket) -> None:
        frame = socket.socket()
        with phone, frame, contextlib.suppress(OSError):
            # The fixture that keeps tests from the network is about Python's connect; this is loopback.
            _socket.socket.connect(frame, ("127.0.0.1", self._to))
            ends = {phone: frame, frame: phone}
            while not self._is_cut.is_set():
                for ready in select.select([phone, frame], [], [], 0.02)[0]:
                    data = ready.recv(self.slow // 50 or 1 << 16)
                    if not data:
                        return
                    if ready is phone:
                        self.carried += len(data)
                        if self.slow:
                            self._is_cut.wait(0.02)
                    ends[ready].sendall(data)


class Frame:
    """A frame that answers at `url`. `line` is what browsers come through."""

    def __init__(self, places: Places, live: Path, line: Line) -> None:
        self.places = places
        self.live = live
        self.line = line
        self.url = f"http://localhost:{line.port}"

    def catalogue(self) -> Catalogue:
        return Catalogue(self.places.catalogue)

    def invite(self, name: str = "Oma", terms: Terms = GENEROUS) -> tuple[str, Pass]:
        """What is behind the code on the screen, and the pass."""
        with self.catalogue() as catalogue:
            token, pass_ = issue(catalogue, name, terms, 1_790_000_000)
        return f"{self.url}/p/{token}", pass_


@contextlib.contextmanager
def frame(folder: Path) -> Iterator[Frame]:
    places, live = Places(folder / "library"), folder / "live"
    places.make()
    live.mkdir()
    with Catalogue(places.catalogue):
        pass
    stop = threading.Event()
    with listening() as listener:
        line = Line(listener.getsockname()[1])
        context = Context(
            places=places,
            live=live,
            settings_file=folder / "settings.toml",
            settings=Settings(),
            names=Names(line.port),
            reserve=no_reserve,
        )
        door = threading.Thread(target=_take_in, args=(places, stop), name="phone door")
        door.start()
        try:
            with serving(listener, create_app(context), live):
                yield Frame(places, live, line)
                line.close()
        finally:
            line.close()
            stop.set()
            door.join()


def _take_in(places: Places, stop: threading.Event) -> None:
    with Catalogue(places.catalogue) as catalogue:
        ingest = Ingest(places, catalogue, reserve=no_reserve)
        files = UploadFiles(places.uploads)
        PhoneDoor(catalogue, files, ingest, Turn(), Tally(), Clock()).run(stop)
