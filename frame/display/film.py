"""Clips for the wall, decoded ahead by a caged child process into shared memory.

The reader never parses a clip: it checks one small header against hard bounds, and from then on takes
raw planes out of a ring at places it computed itself. The ring is anonymous memory that both hold by
descriptor, so nothing is left behind whoever dies. A child that hangs, dies or says something
impossible is a `FilmError`, and the still goes on hanging.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from frame.display.clip_facts import ClipFacts, clip_facts
from frame.display.colour import Converter
from frame.display.ports import FilmError, Frame

RING_BYTES = 64 << 20
"""Shared memory for decoded frames: only what is used exists."""

MOST_SLOTS = 14
"""Frames decoded ahead: half a second, which a busy studio can take from the child unseen."""

START_FRAMES = 8
"""Decoded before a film counts as ready."""

LARGEST_FILE = 256 << 20
OPEN_SECONDS = 15.0
"""From opening to the first frame; 0.4 s when idle here, many times that on a busy Pi."""

STALL_SECONDS = 3.0
"""Without one more frame while there is room for it, the child is stuck."""

_HEADER_BYTES = 2048
_INDEX = struct.Struct("<i")
_CHILD = Path(__file__).with_name("film_child.py")


class _Child:
    """A decoder process that is starting or waiting, the line to it, and the memory it will share."""

    def __init__(self) -> None:
        self.memory = os.memfd_create("wakeframe-film", os.MFD_CLOEXEC)
        os.ftruncate(self.memory, RING_BYTES)
        self.line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(_CHILD)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"},
            )
        self.line.setblocking(False)

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Kill it and take it off the list; safe to repeat."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.line.close()
        if self.memory >= 0:
            os.close(self.memory)
            self.memory = -1


class DecodedFilm:
    """A clip being decoded; see `frame.display.ports.Film`."""

    def __init__(
        self, clip: Path, child: _Child, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._clip = clip
        self._child = child
        self._now = now
        self._opened = self._heard = now()
        self._facts: ClipFacts | None = None
        self._is_sent = self._is_ended = False
        self._received = bytearray()
        self._decoded = self._let_go = self._told = -1
        self._slots = 0
        self._ring = np.frombuffer(mmap.mmap(child.memory, RING_BYTES), np.uint8)

    @property
    def facts(self) -> ClipFacts:
        """Of a film that is ready."""
        if self._facts is None:
            raise FilmError(f"{self._clip.name!r} is not open yet")
        return self._facts

    @property
    def frames(self) -> int:
        return self.facts.frames

    @property
    def fps(self) -> float:
        return self.facts.fps

    def wait(self, seconds: float) -> None:
        """Until the child says something, for those who have nothing else to do."""
        select.select([self._child.line], [], [], seconds)

    def is_ready(self) -> bool:
        self._listen()
        if self._facts is None:
            self._bound(self._opened, OPEN_SECONDS, "did not open")
            return False
        enough = min(START_FRAMES, self._slots, self._facts.frames) - 1
        if self._decoded < enough:
            self._bound(self._opened, OPEN_SECONDS, "gave no frames")
            return False
        return True

    def frame(self, index: int) -> Frame | None:
        self._listen()
        facts = self.facts
        if not self._let_go < index < facts.frames:
            raise FilmError(f"frame {index} of {self._clip.name!r} was asked for out of order")
        if index > self._decoded:
            # Far behind what is wanted: make room, but keep the newest, which may be shown instead.
            newest = min(self._decoded - 1, index - self._slots)
            self._let_go = max(self._let_go, newest)
            self._tell()
            if self._decoded - self._let_go < self._slots:
                self._bound(self._heard, STALL_SECONDS, "stopped giving frames")
            return None
        pixels = facts.width * facts.height
        start = (index % self._slots) * (pixels * 3 // 2)
        planes = self._ring[start : start + pixels * 3 // 2]
        half = (facts.height // 2, facts.width // 2)
        self._converter.convert(
            planes[:pixels].reshape(facts.height, facts.width),
            planes[pixels : pixels + pixels // 4].reshape(half),
            planes[pixels + pixels // 4 :].reshape(half),
            self._drawn,
        )
        # The frame itself is kept: it may be asked for again.
        self._let_go = index - 1
        self._tell()
        return self._drawn

    def close(self) -> None:
        """End the child. The last frame given stays valid."""
        self._is_ended = True
        self._child.end()
        self._ring = np.empty(0, np.uint8)

    def _bound(self, since: float, seconds: float, what: str) -> None:
        if self._is_ended or self._now() - since > seconds:
            raise FilmError(f"the decoder of {self._clip.name!r} {what}")

    def _listen(self) -> None:
        """Take what the child has said; never waits."""
        if self._is_ended:
            return
        while True:
            try:
                data = self._child.line.recv(4096)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._end_of_line()
                return
            self._received += data
            self._heard = self._now()
            self._understand()

    def _end_of_line(self) -> None:
        """The child is gone: as it should be after its last frame, or a failure."""
        self._is_ended = True
        if self._facts is None or self._decoded < self._facts.frames - 1:
            raise FilmError(f"{self._clip.name!r} cannot be decoded to its end")

    def _understand(self) -> None:
        if not self._is_sent and self._received:
            del self._received[:1]
            self._send_clip()
        if self._facts is None:
            head, newline, rest = bytes(self._received).partition(b"\n")
            if not newline:
                if len(head) > _HEADER_BYTES:
                    raise FilmError("the decoder talks nonsense")
                return
            self._received = bytearray(rest)
            self._open(clip_facts(head))
        while len(self._received) >= _INDEX.size:
            (index,) = _INDEX.unpack_from(self._received)
            del self._received[: _INDEX.size]
            if index != self._decoded + 1 or index - self._let_go > self._slots:
                raise FilmError("the decoder counts wrongly")
            self._decoded = index

    def _send_clip(self) -> None:
        self._is_sent = True
        try:
            clip = os.open(self._clip, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise FilmError(f"{self._clip.name!r} cannot be opened: {error.strerror}") from None
        try:
            found = os.fstat(clip)
            if not stat.S_ISREG(found.st_mode) or not 0 < found.st_size <= LARGEST_FILE:
                raise FilmError(f"{self._clip.name!r} is no clip")
            socket.send_fds(self._child.line, [b"c"], [clip, self._child.memory])
        except OSError as error:
            raise FilmError(f"the decoder went away: {error.strerror}") from None
        finally:
            os.close(clip)

    def _open(self, facts: ClipFacts) -> None:
        self._facts = facts
        self._slots = min(MOST_SLOTS, RING_BYTES // (facts.width * facts.height * 3 // 2))
        self._converter = Converter(facts.width, facts.height)
        self._drawn = np.empty((facts.height, facts.width, 3), np.uint8)
        self._send(self._slots)

    def _tell(self) -> None:
        """Let the child go on. What does not get through is told with the next."""
        if self._let_go > self._told and not self._is_ended and self._send(self._let_go):
            self._told = self._let_go

    def _send(self, number: int) -> bool:
        try:
            return self._child.line.send(_INDEX.pack(number), socket.MSG_NOSIGNAL) == _INDEX.size
        except OSError:
            return False


class CagedProjector:
    """Opens films; see `frame.display.ports.Projector`.

    With `keep_ready`, one child more waits with everything imported, so that "wake now" begins in a
    tenth of a second instead of half a second; it costs its memory. Close it at the end.
    """

    def __init__(
        self, *, keep_ready: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._keeps_ready = keep_ready
        self._now = now
        self._spare: _Child | None = None
        self.prepare()

    def prepare(self) -> None:
        """Start the child that waits, where one is wanted and none is there."""
        if self._spare is not None and not self._spare.is_alive():
            self._spare.end()
            self._spare = None
        if self._keeps_ready and self._spare is None:
            self._spare = _Child()

    def open(self, clip: Path) -> DecodedFilm:
        self.prepare()
        child, self._spare = self._spare or _Child(), None
        return DecodedFilm(clip, child, self._now)

    def close(self) -> None:
        """End the child that waits. Films are closed by whoever opened them."""
        if self._spare is not None:
            self._spare.end()
            self._spare = None


def wait_until_ready(film: DecodedFilm, seconds: float = OPEN_SECONDS) -> None:
    """For commands and tests, which have nothing else to do. Raises `FilmError`."""
    deadline = time.monotonic() + seconds
    while not film.is_ready():
        if time.monotonic() > deadline:
            raise FilmError("the decoder did not get ready")
        film.wait(0.1)
