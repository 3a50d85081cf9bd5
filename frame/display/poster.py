"""Codes to scan, with words beside them, large enough to be read from across the room.

A QR code is dark on light with a wide quiet margin whatever hangs behind it: phones give up on
anything less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import segno

from frame.display.lettering import (
    GAP_SHARE,
    PAD_SHARE,
    Block,
    Words,
    block,
    ground,
    lay_pane,
)
from frame.display.ports import Frame

QUIET_MODULES = 4
"""Of the margin, as ISO/IEC 18004 wants it."""

SCAN_SHARE = 0.40
"""Side of the code, of the panel's shorter side: 12 cm on a 24-inch panel, scanned from two metres."""

SMALL_SCAN_SHARE = 0.24
"""Of the one that stands for the case that the first does not open."""

LEAST_MODULE = 3
"""Pixels; what is drawn smaller no camera tells apart on a small panel."""

SHRINKS = (1.0, 0.85, 0.72, 0.6, 0.5)
"""Tried one after the other until everything fits."""

LIGHT, DARK = (250, 248, 243), (20, 19, 18)


@dataclass(frozen=True)
class Poster:
    """`scan` is the text of the large code, `fallback` that of the small one, `fallback_words` what is
    said under it; each may be empty."""

    words: Words
    scan: str = ""
    fallback: str = ""
    fallback_words: str = ""


def qr(text: str, side: int) -> Frame:
    """``(n, n, 3)``, the code with its quiet margin, `n` at most `side` unless that is too small to be
    read. Raises ValueError for a text that no code holds."""
    code = segno.make(text, micro=False, error="l", boost_error=True)
    rows = np.array([list(row) for row in code.matrix_iter(border=QUIET_MODULES)], np.uint8)
    scale = max(LEAST_MODULE, side // rows.shape[0])
    cells = np.kron(rows, np.ones((scale, scale), np.uint8))[..., None]
    return np.where(cells > 0, np.array(DARK, np.uint8), np.array(LIGHT, np.uint8))


def poster(panel: tuple[int, int], content: Poster, behind: Frame | None = None) -> Frame:
    """A whole frame: the content in a pane over `behind`, or on a quiet ground of its own."""
    width, height = panel
    drawn = ground(panel) if behind is None else behind.copy()
    parts = _fitting(panel, content)
    pad = parts.pad
    x, y = (width - parts.size[0]) // 2, (height - parts.size[1]) // 2
    if behind is not None:
        box = (x - pad, y - pad, x + parts.size[0] + pad, y + parts.size[1] + pad)
        lay_pane(drawn, box, pad // 3)
    if parts.is_wide:
        _lay_beside(drawn, parts, x, y)
    else:
        _lay_below(drawn, parts, y, width // 2)
    return drawn


def _fitting(panel: tuple[int, int], content: Poster) -> _Parts:
    """As large as the panel allows; a panel that is nearly square takes it smaller."""
    width, height = panel
    for shrink in SHRINKS:
        parts = _parts(panel, content, round(shrink * min(width, height)))
        if max(parts.size[0] - width, parts.size[1] - height) <= -2 * parts.pad:
            break
    return parts


def _parts(panel: tuple[int, int], content: Poster, unit: int) -> _Parts:
    """Everything at the size that suits a panel whose shorter side is `unit`."""
    is_wide = panel[0] >= panel[1]
    codes = _codes(content, unit)
    gap = round(2 * GAP_SHARE * unit)
    room = round(0.94 * panel[0]) - 2 * round(PAD_SHARE * unit)
    if is_wide:
        beside = sum(code.shape[1] + 2 * gap for code in codes[:1])
        room = min(room - beside, round(0.6 * panel[0]))
    aside = Words(title="", note=content.fallback_words if len(codes) > 1 else "")
    aside_room = 2 * codes[1].shape[1] if len(codes) > 1 else room
    words = block(content.words, room, unit)
    return _Parts(codes, words, block(aside, aside_room, unit), unit, is_wide=is_wide)


@dataclass(frozen=True)
class _Parts:
    """What stands on a poster: the large code first, then the small one with its own words."""

    codes: tuple[Frame, ...]
    words: Block
    small_words: Block
    unit: int
    is_wide: bool

    @property
    def gap(self) -> int:
        return round(2 * GAP_SHARE * self.unit)

    @property
    def pad(self) -> int:
        return round(PAD_SHARE * self.unit)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of all of it, without the margin of a pane."""
        return self._beside(self.gap) if self.is_wide else self._below(self.gap)

    def _beside(self, gap: int) -> tuple[int, int]:
        """(width, height) with the large code on the left, everything else on its right."""
        right = self._right(gap)
        if not self.codes:
            return right
        side = self.codes[0].shape[0]
        return side + 2 * gap + right[0], max(side, right[1])

    def _below(self, gap: int) -> tuple[int, int]:
        """(width, height) with everything under each other."""
        sides = [code.shape[0] for code in self.codes]
        widths = [*sides, self.words.width, self.small_words.width]
        tall = self.words.height + sum(side + gap for side in sides) + self.small_words.height
        return max(widths), tall

    def _right(self, gap: int) -> tuple[int, int]:
        if len(self.codes) < 2:
            return self.words.width, self.words.height
        side = self.codes[1].shape[0]
        small = (side + gap + self.small_words.width, max(side, self.small_words.height))
        return max(self.words.width, small[0]), self.words.height + gap + small[1]


def _codes(content: Poster, shorter: int) -> tuple[Frame, ...]:
    wanted = ((content.scan, SCAN_SHARE), (content.fallback, SMALL_SCAN_SHARE))
    return tuple(qr(text, round(share * shorter)) for text, share in wanted if text)


def _lay_beside(frame: Frame, parts: _Parts, x: int, y: int) -> None:
    tall, gap = parts.size[1], parts.gap
    if parts.codes:
        side = parts.codes[0].shape[0]
        _put(frame, parts.codes[0], x, y + (tall - side) // 2)
        x += side + 2 * gap
    small = parts.codes[1] if len(parts.codes) > 1 else None
    lower = 0 if small is None else gap + max(small.shape[0], parts.small_words.height)
    top = y + (tall - parts.words.height - lower) // 2
    parts.words.lay(frame, x, top)
    if small is not None:
        top += parts.words.height + gap
        _put(frame, small, x, top)
        middle = (small.shape[0] - parts.small_words.height) // 2
        parts.small_words.lay(frame, x + small.shape[1] + gap, top + middle)


def _lay_below(frame: Frame, parts: _Parts, y: int, middle: int) -> None:
    gap = parts.gap
    large, *small = parts.codes or (None,)
    if large is not None:
        _put(frame, large, middle - large.shape[1] // 2, y)
        y += large.shape[0] + gap
    parts.words.lay(frame, 0, y, middle=middle)
    y += parts.words.height
    for code in small:
        assert code is not None
        _put(frame, code, middle - code.shape[1] // 2, y + gap)
        y += gap + code.shape[0]
        parts.small_words.lay(frame, 0, y, middle=middle)


def _put(frame: Frame, code: Frame, x: int, y: int) -> None:
    """As far as it lies on the frame."""
    height, width = frame.shape[:2]
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(width, x + code.shape[1]), min(height, y + code.shape[0])
    if x0 < x1 and y0 < y1:
        frame[y0:y1, x0:x1] = code[y0 - y : y1 - y, x0 - x : x1 - x]
