"""Pictures and layouts made on the spot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from frame.core.layout import Layout, Placed
from frame.core.photos import Approval, Door, Head, Look, Photo, Region, View
from frame.display.ports import Frame
from renderer.clip import ClipWriter


def texture(width: int, height: int, seed: int = 1, grain: int = 6) -> Frame:
    """Smooth colours with grain, like a scan."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 32 + 2, width // 32 + 2, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(int)
    noise = random.integers(-grain, grain + 1, smooth.shape)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)


def photo(
    *, sender: str = "", taken: str | None = None, name: str = "a.jpg", look: Look | None = None
) -> Photo:
    return Photo(
        id=1,
        sha256="0" * 64,
        suffix=".jpg",
        door=Door.INBOX,
        name=name,
        sender=sender,
        arrived=0,
        taken=taken,
        size=(1000, 1000),
        decoded=(1000, 1000),
        approval=Approval.APPROVED,
        is_favourite=False,
        is_deleted=False,
        prepared="",
        look=look,
    )


def looked_at(x0: float, y0: float, x1: float, y1: float) -> Look:
    region = Region(x0, y0, x1, y1)
    head = Head(region, region, 60.0, 0.0, 0.0, 0.0, True)
    return Look("animated", (), (head,), "models")


def placed(still: Frame, x: int, y: int, of: Photo | None = None) -> Placed:
    height, width = still.shape[:2]
    return Placed(of or photo(), View((0, 0, width, height), width, height), x, y)


def slide(panel: tuple[int, int], *stills: Frame) -> Layout:
    """The stills side by side in the middle."""
    width, height = panel
    x = (width - sum(still.shape[1] for still in stills)) // 2
    found = []
    for still in stills:
        found.append(placed(still, x, (height - still.shape[0]) // 2))
        x += still.shape[1]
    return Layout(panel, tuple(found))


def write_clip(path: Path, frames: list[Frame], fps: int = 25) -> Path:
    height, width = frames[0].shape[:2]
    with ClipWriter(path, width, height, "test", fps) as clip:
        for frame in frames:
            clip.write_rgb(frame)
        clip.publish()
    return path


def moving(still: Frame, count: int) -> list[Frame]:
    """A clip of a square that wanders in the middle, and is gone at both ends."""
    frames = []
    height, width = still.shape[:2]
    for index in range(count):
        frame = still.copy()
        if 2 <= index < count - 12:
            x = width // 3 + 2 * index
            frame[height // 3 : height // 2, x : x + width // 6] = (250, 40, 40)
        frames.append(frame)
    return frames
