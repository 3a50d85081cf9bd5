"""Frames in, one finished MP4 out; and the way back, for those who judge or test a clip.

The file appears under its name in one step and only on `publish`: until then it is a hidden file
beside it, which every other way out of the ``with`` block removes. Encoding runs in a thread of its
own behind a short queue, so that drawing and encoding share two cores and memory does not grow with
the clip. PyAV is imported on first use only: its GPL codecs and its tenth of a second belong to
those who encode.
"""

from __future__ import annotations

import os
import queue
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, cast

import numpy as np

from renderer.colour import Plane, rgb_to_yuv420, yuv420_to_rgb
from renderer.faces.types import Picture
from renderer.label import COMMENT, clip_title, xmp_box

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.plane import VideoPlane
    from av.video.stream import VideoStream

FPS = 25
CRF = 17
PRESET = "superfast"
"""With the two lookahead options below, `superfast` reaches the quality of `veryfast` (45.8 dB both on
a 1080p portrait, files 12 % larger) for 0.6 of its CPU time: 1.1 s for 125 frames against 1.7 s."""
THREADS = 2
QUEUE_FRAMES = 4
"""Frames drawn ahead of the encoder: enough to even out its rhythm, 12 MB at 1080p."""

_BT709 = 1
_LIMITED = 1
_X264 = (
    "bframes=0"  # no reordering: the first frame is at time 0 without an edit list
    ":open-gop=0"
    ":scenecut=0"  # nothing ever cuts
    ":mbtree=1:rc-lookahead=10"
    ":qcomp=0.75"  # the last frame, which must look like the still, is not starved: +0.8 dB
    ":chromaloc=1"  # centre: see renderer.colour
)


class ClipError(Exception):
    """The clip could not be written or read; the message is one sentence for the user."""


@dataclass(frozen=True)
class ClipInfo:
    """What a finished file holds. `colour` is (primaries, transfer, matrix, range) as H.264 codes."""

    frames: int
    fps: float
    width: int
    height: int
    seconds: float
    codec: str
    profile: str
    pixel_format: str
    colour: tuple[int, int, int, int]
    audio_tracks: int
    title: str
    comment: str


class ClipWriter:
    """A clip being written; a context manager.

    ::

        with ClipWriter(path, width, height, title) as clip:
            for y, u, v in frames:
                clip.write(y, u, v)
            clip.publish()

    Sizes must be even. Without `publish` nothing is left, whatever happened.
    """

    def __init__(
        self, path: Path, width: int, height: int, title: str = "", fps: int = FPS
    ) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"4:2:0 needs even sizes, not {width}x{height}")
        self.frames = 0
        self._path = path
        self._size = (width, height)
        self._title = title
        self._fps = fps
        self._part = path.with_name(f".wakeframe-{secrets.token_hex(6)}.part")
        self._queue: queue.Queue[VideoFrame | None] = queue.Queue(QUEUE_FRAMES)
        self._failure: BaseException | None = None
        self._abandoned = threading.Event()
        self._drained = False
        self._thread = threading.Thread(target=self._encode, name="clip-encoder", daemon=True)
        self._open = False

    def __enter__(self) -> Self:
        descriptor = os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        os.close(descriptor)
        self._open = True
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        if self._open:
            self._abandoned.set()
            self._join()
            self._part.unlink(missing_ok=True)
        return False

    def write(self, y: Plane, u: Plane, v: Plane) -> None:
        """Take the next frame: ``(H, W)``, ``(H/2, W/2)`` twice, uint8, BT.709 limited range.

        The planes are copied before this returns, so the caller may draw into them again. Waits
        while the encoder is `QUEUE_FRAMES` behind; raises what the encoder raised.
        """
        self._raise_failure()
        self._queue.put(_frame((y, u, v), self._size, self.frames))
        self.frames += 1

    def write_rgb(self, picture: Picture) -> None:
        """Take the next frame as ``(H, W, 3)`` RGB."""
        self.write(*rgb_to_yuv420(picture))

    def publish(self) -> None:
        """Finish the file, see it safely on disk, and only then give it its name."""
        if self.frames == 0:
            raise ClipError("The clip has no frames.")
        self._join()
        self._raise_failure()
        with self._part.open("ab") as part:
            part.write(xmp_box(self._title))
            part.flush()
            os.fsync(part.fileno())
        os.replace(self._part, self._path)
        self._open = False
        _sync_folder(self._path.parent)

    def _join(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            why = getattr(self._failure, "strerror", None) or self._failure
            raise ClipError(f"The clip could not be written: {why}.") from self._failure

    def _encode(self) -> None:
        """The encoder thread. On failure it keeps taking frames, so that nobody waits for it."""
        try:
            with _open_container(self._part) as container:
                stream = _add_stream(container, self._size, self._fps)
                container.metadata["title"] = clip_title(self._title)
                container.metadata["comment"] = COMMENT
                for frame in self._queued():
                    container.mux(stream.encode(frame))
                if not self._abandoned.is_set():
                    container.mux(stream.encode(None))
        except BaseException as failure:  # noqa: BLE001 - handed to the caller by the next `write` or `publish`
            self._failure = failure
            self._abandoned.set()
            for _ in self._queued():
                pass

    def _queued(self) -> Iterator[VideoFrame]:
        """Frames until the end; once the clip is abandoned they are taken, but not handed on."""
        while not self._drained:
            frame = self._queue.get()
            self._drained = frame is None
            if frame is not None and not self._abandoned.is_set():
                yield frame


def _open_container(part: Path) -> OutputContainer:
    import av

    options = {"movflags": "+faststart", "use_editlist": "0"}
    return av.open(str(part), "w", format="mp4", options=options)


def _add_stream(container: OutputContainer, size: tuple[int, int], fps: int) -> VideoStream:
    options = {"preset": PRESET, "crf": str(CRF), "profile": "high", "x264-params": _X264}
    stream = container.add_stream("libx264", rate=fps, options=options)
    context = stream.codec_context
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.thread_count = THREADS
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = _LIMITED
    return stream


def _frame(planes: tuple[Plane, Plane, Plane], size: tuple[int, int], index: int) -> VideoFrame:
    from av import VideoFrame

    width, height = size
    if planes[0].shape != (height, width):
        raise ValueError(f"a frame of {planes[0].shape[::-1]} for a clip of {size}")
    frame = VideoFrame(width, height, "yuv420p")
    for target, source in zip(frame.planes, planes, strict=True):
        _plane(target)[:] = source
    frame.pts = index
    return frame


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def probe(path: Path) -> ClipInfo:
    """What `path` holds, every frame decoded and counted; raises `ClipError` if it is no clip."""
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            return ClipInfo(
                frames=sum(1 for _ in container.decode(stream)),
                fps=float(stream.average_rate or 0),
                width=context.width,
                height=context.height,
                seconds=float((stream.duration or 0) * (stream.time_base or 0)),
                codec=context.name,
                profile=context.profile or "",
                pixel_format=context.pix_fmt or "",
                colour=(
                    int(context.color_primaries),
                    int(context.color_trc),
                    int(context.colorspace),
                    int(context.color_range),
                ),
                audio_tracks=len(container.streams.audio),
                title=container.metadata.get("title", ""),
                comment=container.metadata.get("comment", ""),
            )
    except (av.FFmpegError, IndexError) as error:
        raise ClipError(f"{path.name} is not a playable clip: {error}") from error


def read_frames(path: Path) -> Iterator[Picture]:
    """Every frame of one of our clips as ``(H, W, 3) uint8`` RGB, converted exactly (BT.709)."""
    import av

    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                if frame.format.name != "yuv420p" or frame.colorspace != _BT709:
                    raise ClipError(f"{path.name} was not written by Wakeframe.")
                y, u, v = (_plane(plane) for plane in frame.planes)
                yield yuv420_to_rgb(y, u, v)
    except (av.FFmpegError, IndexError) as error:
        raise ClipError(f"{path.name} is not a playable clip: {error}") from error


def _plane(plane: VideoPlane) -> Plane:
    """A view of one plane's pixels ``(H, W) uint8``, without the padding; writable."""
    rows = np.frombuffer(cast(memoryview, plane), np.uint8)
    return rows.reshape(plane.height, plane.line_size)[:, : plane.width]
