"""Words on the wall: few, large and calm. Draws into frames; never opens a display.

Text comes from strangers (file names, senders) and is treated so: no control characters, nothing that
turns the direction of writing, no more than fits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from frame.display.ports import Frame

LONGEST = 400
"""Characters of one piece of text that are looked at; a megabyte of title is cut here."""

CAPTION_SHARE = 0.030
"""Height of letters in a caption, of the panel's height: 1 cm on a 24-inch panel, read from 3 m."""

TITLE_SHARE = 0.052
BODY_SHARE = 0.033
SMALL_SHARE = 0.026
MARGIN_SHARE = 0.045
GAP_SHARE = 0.018
PAD_SHARE = 0.06
LINE_HEIGHT = 1.4
INK = (244, 240, 232)
ACCENT = (255, 214, 150)
FAINT_INK = (200, 195, 186)
PANE = (16, 16, 18)
SHADE_COVER = 0.72
"""Of the shade under a caption: over pure white, ink on it still has a contrast of 4.5 to 1."""

PANE_COVER = 0.78
"""How much a pane covers: over pure white, the ink above still has a contrast of 7 to 1."""

MOST_NOTES = 4
"""Lines of a note before they are wrapped."""

_ELLIPSIS = "…"
# Written as numbers, because in the source they would turn the source's own direction.
_DIRECTION = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_INVISIBLE = {0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0xFFF9, 0xFFFC)}
_MOST_MARKS = 2
"""Combining marks on one letter; more are stacked to draw over neighbouring lines."""


def clean(text: str, longest: int = LONGEST) -> str:
    """One line of text that is safe to draw: at most `longest` characters, white space calmed."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text[: 4 * longest]):
        kind = unicodedata.category(letter)
        if letter.isspace() or kind == "Cc":
            letter, kind = " ", "Zs"
        if ord(letter) in _DIRECTION or ord(letter) in _INVISIBLE or kind in ("Cs", "Co", "Cn"):
            continue
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + _ELLIPSIS


@dataclass(frozen=True)
class Words:
    """What to say in a pane: a title, a code to type, sentences under it, what one may answer, and a
    small note, which may have several lines."""

    title: str
    sentences: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    note: str = ""
    code: str = ""


@lru_cache(maxsize=1)
def _font() -> cv2.FontFace:
    """The sans that OpenCV carries within itself: Latin, Greek, Cyrillic, and Han where that lacks."""
    return cv2.FontFace("sans")


_WEIGHT = 400
"""Regular; a wall does not shout."""

_ROOM = 0.35
"""Above and below a line, of its size: accents on capitals reach up, tails and commas down."""

_WIDEST = 1 << 14


def _width(text: str, size: int) -> int:
    box = cv2.getTextSize((_WIDEST, 4 * size), text, (0, 0), _font(), size, _WEIGHT)
    return int(box[0] + box[2])


def _mask(text: str, size: int) -> NDArray[np.uint8]:
    """``(h, w) uint8``: how much ink, one line, with room for accents."""
    room = round(_ROOM * size)
    drawn = np.zeros((size + 2 * room, max(1, _width(text, size) + 4), 3), np.uint8)
    cv2.putText(drawn, text, (1, room + round(0.8 * size)), (255, 255, 255), _font(), size, _WEIGHT)
    return np.ascontiguousarray(drawn[..., 0])


def _wrapped(text: str, size: int, width: int, most_lines: int) -> list[str]:
    """Lines that fit in `width`; a word too long is broken, what does not fit at all is cut."""

    def fits(line: str) -> bool:
        return _width(line, size) <= width

    lines: list[str] = []
    line = ""
    for word in clean(text).split(" "):
        while not fits(word):
            count = max(1, next((n for n in range(len(word), 0, -1) if fits(word[:n])), 1))
            lines += [line] if line else []
            line, word = word[:count], word[count:]
            if word:
                lines.append(line)
                line = ""
        candidate = f"{line} {word}".strip()
        if line and not fits(candidate):
            lines.append(line)
            line = word
        else:
            line = candidate
    lines += [line] if line else []
    if len(lines) <= most_lines:
        return lines
    last = lines[most_lines - 1]
    while last and not fits(last + _ELLIPSIS):
        last = last[:-1]
    return [*lines[: most_lines - 1], last.rstrip() + _ELLIPSIS]


def lay_ink(frame: Frame, mask: NDArray[np.uint8], x: int, y: int, colour: Sequence[int]) -> None:
    """Lay ink on the frame where the mask says, as far as it lies on the frame."""
    height, width = frame.shape[:2]
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(width, x + mask.shape[1]), min(height, y + mask.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    cover = mask[y0 - y : y1 - y, x0 - x : x1 - x, None].astype(np.float32) / 255
    part = frame[y0:y1, x0:x1]
    part[:] = np.rint(part * (1 - cover) + np.array(colour, np.float32) * cover).astype(np.uint8)


@dataclass(frozen=True)
class Overlay:
    """Words ready to lie on any frame: one look at the panel's pixels they touch, and no more.

    `keep` is ``(h, w, 1) float32``, what is left of the frame; `ink` ``(h, w, 3) float32``, what comes
    on top; (`x`, `y`) where the top left corner lies.
    """

    x: int
    y: int
    keep: NDArray[np.float32]
    ink: NDArray[np.float32]

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the panel that it touches."""
        height, width = self.ink.shape[:2]
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    def lay(self, frame: Frame) -> None:
        """Draw it into the frame, which should not carry it yet."""
        part = frame[self.place]
        part[:] = np.rint(part * self.keep + self.ink).astype(np.uint8)


def caption(panel: tuple[int, int], text: str, place: float = 0.0) -> Overlay | None:
    """One line at the bottom, on a soft shade that carries it; None where there is nothing to say.

    `place` is where along the line, 0 left to 1 right (see `frame.display.burn_in.caption_place`).
    """
    width, height = panel
    size, margin = round(CAPTION_SHARE * height), round(MARGIN_SHARE * height)
    lines = _wrapped(text, size, width - 2 * margin, 1)
    if not lines:
        return None
    mask = _mask(lines[0], size)
    tall, wide = mask.shape
    x = margin + round(min(max(place, 0.0), 1.0) * (width - 2 * margin - wide))
    y = height - margin - tall
    reach = min(margin, 2 * size)
    shade = np.zeros((tall + 2 * reach, wide + 2 * reach), np.float32)
    shade[reach : reach + tall, reach - size // 2 : reach + wide + size // 2] = SHADE_COVER
    shade = cv2.GaussianBlur(shade, (0, 0), size * 0.4)
    letters = np.pad(mask, reach).astype(np.float32) / 255
    under, over = shade[..., None], letters[..., None]
    ink = np.array(PANE, np.float32) * under * (1 - over) + np.array(INK, np.float32) * over
    keep = (1 - under) * (1 - over)
    x, y = x - reach, y - reach
    cut = (slice(max(0, -y), height - y), slice(max(0, -x), width - x))
    return Overlay(max(0, x), max(0, y), keep[cut].astype(np.float32), ink[cut].astype(np.float32))


Row = tuple[str, int, tuple[int, int, int], int]
"""A line of text, its size, its colour and the space after it, in pixels of the panel."""


@dataclass(frozen=True)
class Block:
    """Lines under each other, ready to be laid on a frame."""

    rows: tuple[Row, ...]

    @property
    def height(self) -> int:
        return sum(round(size * LINE_HEIGHT) + after for _, size, _, after in self.rows)

    @property
    def width(self) -> int:
        return max((_mask(text, size).shape[1] for text, size, _, _ in self.rows), default=0)

    def lay(self, frame: Frame, x: int, y: int, middle: int | None = None) -> None:
        """With the left edge at `x`, or each line around `middle`."""
        for text, size, colour, after in self.rows:
            mask = _mask(text, size)
            left = x if middle is None else middle - mask.shape[1] // 2
            lay_ink(frame, mask, left, y - round(_ROOM * size / 2), colour)
            y += round(size * LINE_HEIGHT) + after


def block(words: Words, width: int, shorter: int) -> Block:
    """The words in lines of at most `width` pixels, on a panel whose shorter side has `shorter`."""
    return Block(tuple(_rows(words, width, shorter)))


def pane(frame: Frame, words: Words) -> Frame:
    """A copy of the frame with a pane in its middle: a message, or a question with its answers."""
    height, width = frame.shape[:2]
    drawn = frame.copy()
    shorter = min(width, height)
    lines = block(words, round(width * (0.6 if width > height else 0.8)), shorter)
    gap, pad = round(GAP_SHARE * shorter), round(PAD_SHARE * shorter)
    x0, y0 = (width - lines.width) // 2 - pad, (height - lines.height) // 2 - pad
    lay_pane(
        drawn, (x0, y0, x0 + lines.width + 2 * pad, y0 + lines.height + 2 * pad - gap), pad // 3
    )
    lines.lay(drawn, x0 + pad, y0 + pad)
    return drawn


def ground(panel: tuple[int, int]) -> Frame:
    """A dark, quiet ground for words where no picture can hang."""
    width, height = panel
    down = np.linspace(1.0, 0.55, height, dtype=np.float32)[:, None, None]
    shade = np.array((38, 35, 33), np.float32) * down
    noise = np.random.default_rng(7).random((height, width, 1), np.float32)
    return np.floor(np.broadcast_to(shade, (height, width, 3)) + noise).astype(np.uint8)


def message(panel: tuple[int, int], words: Words) -> Frame:
    """A whole frame that only says something: the first run, and when there is nothing to show."""
    width, height = panel
    frame = ground(panel)
    lines = block(words, round(width * (0.7 if width > height else 0.86)), min(width, height))
    lines.lay(frame, 0, (height - lines.height) // 2, middle=width // 2)
    return frame


def _rows(words: Words, width: int, height: int) -> list[Row]:
    """Lines with size, colour and the space after each."""
    title, body = round(TITLE_SHARE * height), round(BODY_SHARE * height)
    small = round(SMALL_SHARE * height)
    gap = round(GAP_SHARE * height)
    rows: list[Row] = [(line, title, INK, 0) for line in _wrapped(words.title, title, width, 2)]
    rows = _spaced(rows, 2 * gap)
    if words.code:
        rows += [(clean(words.code, 20), 2 * title, ACCENT, gap)]
    for sentence in words.sentences[:8]:
        lines: list[Row] = [(line, body, INK, 0) for line in _wrapped(sentence, body, width, 3)]
        rows += _spaced(lines, gap)
    if words.answers:
        line = "   ·   ".join(clean(answer, 60) for answer in words.answers)
        rows += [(part, body, ACCENT, gap) for part in _wrapped(line, body, width, 2)]
    if words.note:
        notes: list[Row] = [
            (part, small, FAINT_INK, 0)
            for line in words.note.split("\n")[:MOST_NOTES]
            for part in _wrapped(line, small, width, 3)
        ]
        rows += _spaced(notes, gap)
    return rows


def _spaced(rows: list[Row], gap: int) -> list[Row]:
    return [*rows[:-1], (*rows[-1][:3], gap)] if rows else []


def lay_pane(frame: Frame, box: tuple[int, int, int, int], radius: int) -> None:
    """A dark pane with round corners."""
    height, width = frame.shape[:2]
    x0, y0, x1, y1 = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.rectangle(mask, (radius, 0), (x1 - x0 - radius - 1, y1 - y0), 255, cv2.FILLED)
    cv2.rectangle(mask, (0, radius), (x1 - x0, y1 - y0 - radius - 1), 255, cv2.FILLED)
    for cx in (radius, x1 - x0 - radius - 1):
        for cy in (radius, y1 - y0 - radius - 1):
            cv2.circle(mask, (cx, cy), radius, 255, cv2.FILLED, cv2.LINE_AA)
    lay_ink(frame, (mask * PANE_COVER).astype(np.uint8), x0, y0, PANE)
