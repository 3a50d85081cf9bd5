"""A screen that is not there: Xvfb, with what is on it recorded and keys pressed, for measurements."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np

from renderer.faces.types import Picture

_START_SECONDS = 15.0


class NoScreenError(Exception):
    """A tool for this is missing; the message names it."""


@dataclass(frozen=True)
class VirtualScreen:
    """A running Xvfb. `display` is its name for ``DISPLAY``."""

    display: str
    width: int
    height: int

    @property
    def environment(self) -> dict[str, str]:
        """For programs that are to appear on it."""
        return {"DISPLAY": self.display, "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}

    def press(self, key: str) -> None:
        """Press one key."""
        subprocess.run(
            ["xdotool", "key", key], env={**os.environ, "DISPLAY": self.display}, check=True
        )

    @contextlib.contextmanager
    def recording(self, fps: int) -> Iterator[Iterator[tuple[float, Picture]]]:
        """What is on it from now on: (monotonic seconds, picture), the same object until it changes.

        Lossless: raw pixels from the server's memory.
        """
        size = f"{self.width}x{self.height}"
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "x11grab", "-draw_mouse", "0"]
        command += ["-framerate", str(fps), "-video_size", size, "-i", self.display]
        command += ["-f", "rawvideo", "-pix_fmt", "bgr0", "pipe:1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
            assert process.stdout is not None
            try:
                yield self._pictures(process.stdout)
            finally:
                process.kill()

    def _pictures(self, stream: IO[bytes]) -> Iterator[tuple[float, Picture]]:
        shape = (self.height, self.width, 4)
        before = np.zeros(shape, np.uint8)
        shown = before[..., 2::-1]
        while True:
            picture = np.empty(shape, np.uint8)
            view = picture.data.cast("B")
            filled = 0
            while filled < len(view):
                chunk = os.readv(stream.fileno(), [view[filled:]])
                if chunk == 0:
                    return
                filled += chunk
            now = time.monotonic()
            if not np.array_equal(picture, before):
                before, shown = picture, np.ascontiguousarray(picture[..., 2::-1])
            yield now, shown


@contextlib.contextmanager
def virtual_screen(width: int = 1920, height: int = 1080) -> Iterator[VirtualScreen]:
    """Start Xvfb; end it afterwards. Raises `NoScreenError`."""
    for tool in ("Xvfb", "xdotool", "ffmpeg"):
        if shutil.which(tool) is None:
            raise NoScreenError(f"{tool} is not installed; this needs Xvfb, xdotool and ffmpeg.")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24"]
    command += ["-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL) as process:
        os.close(writer)
        try:
            os.set_blocking(reader, False)
            yield VirtualScreen(f":{_number(reader)}", width, height)
        finally:
            os.close(reader)
            process.terminate()


def _number(reader: int) -> int:
    end, text = time.monotonic() + _START_SECONDS, b""
    while not text.endswith(b"\n"):
        if time.monotonic() > end:
            raise NoScreenError("Xvfb did not start.")
        with contextlib.suppress(BlockingIOError):
            text += os.read(reader, 16)
        time.sleep(0.02)
    return int(text)
