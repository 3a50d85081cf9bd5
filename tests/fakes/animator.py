"""An animator without networks: it fades the picture a little and back, and refuses black photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from renderer.animator import Progress, Request
from renderer.clip import FPS, ClipWriter
from renderer.faces.types import Box, Picture
from renderer.framing import frame_view, working_picture
from renderer.gates import Caps
from renderer.prepare.findings import Cost, finding
from renderer.prepare.scan import Scan
from renderer.reasons import reason
from renderer.report import Commanded, FaceReport, Report

FRAMES = 5


class FakeAnimator:
    """See the module. `between_frames` is called after every frame, to misbehave in."""

    def __init__(self, between_frames: Callable[[], None] = lambda: None) -> None:
        self.requests: list[Request] = []
        self.scans: list[Scan | None] = []
        self._between_frames = between_frames

    def animate(self, photo: Picture, output: Path, request: Request, progress: Progress) -> Report:
        self.requests.append(request)
        if request.crop is not None and request.size is not None:
            framing = frame_view(photo.shape[1], photo.shape[0], request.crop, request.size)
            photo = working_picture(photo, framing)
        progress("faces", 0.1)
        if photo.max() < 10:
            return self.check(photo)
        height, width = (side // 2 * 2 for side in photo.shape[:2])
        with ClipWriter(output, width, height, request.title) as clip:
            for index in range(FRAMES):
                progress("frames", 0.2 + 0.7 * index / FRAMES)
                dark = 10 * min(index, FRAMES - 1 - index)
                clip.write_rgb(np.maximum(photo[:height, :width], dark) - np.uint8(dark))
                self._between_frames()
            clip.publish()
        still = Commanded(*[0.0] * 7)
        face = FaceReport(
            Box(0, 0, width, height), 60.0, 1, 2, 3, 0.5, moved=True, commanded=(still,) * FRAMES
        )
        driver = "joy" if request.driver == "auto" else request.driver
        return Report(
            "animated", (), (face,), 0, driver, request.driver,
            frames=FRAMES, fps=FPS, width=width, height=height,
        )  # fmt: skip

    def check(self, photo: Picture, scan: Scan | None = None) -> Report:
        self.scans.append(scan)
        if photo.max() < 10:
            seen = finding("no_face", "bad", number=0, unit="people", cost=Cost("still"))
            return Report("refused", (reason("no_face"),), findings=(seen,))
        face = FaceReport(Box(0, 0, 9, 9), 60.0, 1, 2, 3, 0.5, caps=Caps())
        few = finding("few_pixels", "bad", 0, 60.0, "px")
        good = finding("sharp", "good", 0, 0.5, "share")
        reasons = (reason("few_pixels", 0, 60.0),)
        return Report("animated", reasons, (face,), findings=(few, good), crop=(0, 0, 9, 9))
