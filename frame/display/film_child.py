"""The caged process that decodes one clip. Started by `frame.display.film`, never imported.

Its only descriptor is a socket on standard input. It says ``ready``, gets the clip and a piece of
shared memory, shuts itself in before it reads one byte of the clip, tells what the clip holds, and
then fills the ring of frames as the reader makes room. PyAV's codecs are GPL and live here, behind a
process line. Whatever goes wrong ends this process; the reader sees the end of the socket.
"""

from __future__ import annotations

import json
import mmap
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

# All that PyAV imports only when it meets a stream; in the cage it would be too late.
import av
import av.audio.stream
import av.subtitles.stream
import av.video.codeccontext
import av.video.stream
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from frame.library.cage import Limits, close_cage, set_limits

THREADS = 2
"""Two frames at once: the decoder keeps up on two slow cores, and holds two frames more."""

MEMORY_BYTES = 1 << 30
"""Address space: libraries, ring and the decoder's own frames; 0.42 GB for a clip of 1080x1080."""

CPU_SECONDS = 60
"""A clip of 40 s at 1080p takes 10 s on one slow core."""

INDEX = struct.Struct("<i")
BT709 = 1
Bytes = NDArray[np.uint8]


def main() -> None:
    """Decode the one clip that comes through the socket on standard input."""
    line = socket.socket(fileno=0)
    set_limits(Limits(memory=MEMORY_BYTES, cpu_seconds=CPU_SECONDS))
    line.sendall(b"r")
    _, descriptors, _, _ = socket.recv_fds(line, 1, 2)
    if len(descriptors) != 2:
        return  # the reader went away
    clip, memory = descriptors
    ring = np.frombuffer(mmap.mmap(memory, 0), np.uint8)
    os.close(memory)
    # Closed before a byte of the clip is read: the file is reached by `read` and `lseek` alone.
    with os.fdopen(clip, "rb") as file:
        cage = close_cage()
        with av.open(file, mode="r", format="mp4", metadata_errors="replace") as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            context.thread_count = THREADS
            context.thread_type = "FRAME"
            header = {
                "width": context.width,
                "height": context.height,
                "frames": stream.frames,
                "fps": float(stream.average_rate or 0),
                "is_ours": context.pix_fmt == "yuv420p" and context.colorspace == BT709,
                "cage": cage,
            }
            os.write(0, json.dumps(header).encode() + b"\n")
            _play(container.decode(stream), (context.width, context.height), stream.frames, ring)


def _play(decoded: Iterator[VideoFrame], size: tuple[int, int], most: int, ring: Bytes) -> None:
    """Frame `n` goes into slot ``n % slots`` once frame ``n - slots`` was let go of."""
    width, height = size
    frame_bytes = width * height * 3 // 2
    slots, let_go = _index(), -1
    for index, frame in enumerate(decoded):
        if index >= most or (frame.width, frame.height) != size:
            return
        while index - let_go > slots:
            let_go = _index()
        start = (index % slots) * frame_bytes
        _copy(frame, ring[start : start + frame_bytes])
        os.write(0, INDEX.pack(index))  # the cage lets `write` through, not `send`


def _copy(frame: VideoFrame, slot: Bytes) -> None:
    """The three planes, one behind the other, without padding."""
    at = 0
    for plane in frame.planes:
        count = plane.width * plane.height
        rows = np.frombuffer(cast(memoryview, plane), np.uint8).reshape(
            plane.height, plane.line_size
        )
        slot[at : at + count].reshape(plane.height, plane.width)[:] = rows[:, : plane.width]
        at += count


def _index() -> int:
    """The next number from the reader; ends this process where the reader is gone."""
    data = b""
    while len(data) < INDEX.size:
        more = os.read(0, INDEX.size - len(data))
        if not more:
            sys.exit(0)
        data += more
    number: int = INDEX.unpack(data)[0]
    return number


if __name__ == "__main__":
    main()
