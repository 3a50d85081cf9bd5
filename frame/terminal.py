"""Telling the person at the keyboard how far the work is: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TextIO

_REDRAW_SECONDS = 0.1
_BAR_CELLS = 24
_TRUST_AFTER = 0.04
"""Below this share of the work an estimate of the rest is a guess, and guesses make people angry."""

_CLEAR_LINE = "\r\x1b[K"


class ProgressLine:
    """A progress callback ``(stage, share)`` that draws; a context manager that tidies up.

    `seconds` holds how long each stage took, in order, once the line is closed.
    """

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds: list[tuple[str, float]] = []
        self._stream = stream
        self._quiet = quiet
        self._drawing = not quiet and stream.isatty()
        self._clock = clock
        self._start = self._stage_start = clock()
        self._drawn_at = float("-inf")
        self._stage = ""

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_stage(self._clock())
        if self._drawing:
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()

    def __call__(self, stage: str, share: float) -> None:
        now = self._clock()
        if stage != self._stage:
            self._end_stage(now)
            self._stage, self._stage_start = stage, now
            if not (self._drawing or self._quiet):
                print(f"{stage} ...", file=self._stream, flush=True)
        elif now - self._drawn_at < _REDRAW_SECONDS:
            return
        if self._drawing:
            self._drawn_at = now
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(_CLEAR_LINE + bar(stage, share, now - self._start)[:width])
            self._stream.flush()

    def _end_stage(self, now: float) -> None:
        if self._stage:
            self.seconds.append((self._stage, now - self._stage_start))
            self._stage = ""


def bar(stage: str, share: float, elapsed: float) -> str:
    """One line of text: a bar, the percentage, the stage, and the time that is left."""
    share = min(max(share, 0.0), 1.0)
    full = round(share * _BAR_CELLS)
    text = f"{'█' * full}{'░' * (_BAR_CELLS - full)} {share:4.0%}  {stage}"
    if _TRUST_AFTER < share < 1:
        text += f", {elapsed * (1 - share) / share:.0f} s left"
    return text
