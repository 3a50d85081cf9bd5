"""Clips as still pictures: a few frames side by side, so that a page or a person can judge them.

``python -m bench.contact_sheet CLIP.mp4 ... -o SHEET.png``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from renderer.clip import read_frames
from renderer.faces.types import Picture

FRAMES = 12
COLUMNS = 6
CELL_HEIGHT = 300
GAP = 4
_TITLE_HEIGHT = 30
_BACKGROUND = 245
_INK = (60, 60, 60)


def sample_frames(clip: Path, count: int = FRAMES, height: int = CELL_HEIGHT) -> list[Picture]:
    """`count` frames spread over the clip, first and last included, shrunk to `height` pixels."""
    small = [_shrunk(frame, height) for frame in read_frames(clip)]
    wanted = np.linspace(0, len(small) - 1, count).round().astype(int)
    return [small[index] for index in wanted]


def sheet(title: str, frames: Sequence[Picture], columns: int = COLUMNS) -> Picture:
    """The frames in rows of `columns` under a line of text; frames all of one size."""
    height, width = frames[0].shape[:2]
    rows = -(-len(frames) // columns)
    size = (_TITLE_HEIGHT + rows * (height + GAP), columns * (width + GAP) - GAP, 3)
    page = np.full(size, _BACKGROUND, np.uint8)
    for index, frame in enumerate(frames):
        row, column = divmod(index, columns)
        top, left = _TITLE_HEIGHT + row * (height + GAP), column * (width + GAP)
        page[top : top + height, left : left + width] = frame
    cv2.putText(page, title, (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
    return page


def stack(sheets: Sequence[Picture]) -> Picture:
    """Several sheets as one page, above one another."""
    width = max(page.shape[1] for page in sheets)
    return np.vstack([_padded(page, width) for page in sheets])


def save(page: Picture, path: Path) -> None:
    """Write a page as PNG."""
    if not cv2.imwrite(str(path), np.ascontiguousarray(page[..., ::-1])):
        raise OSError(f"{path} cannot be written")


def _shrunk(frame: Picture, height: int) -> Picture:
    width = round(frame.shape[1] * height / frame.shape[0])
    return np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _padded(page: Picture, width: int) -> Picture:
    rest = width - page.shape[1]
    return np.pad(page, ((0, 0), (0, rest), (0, 0)), constant_values=_BACKGROUND)


def main() -> None:
    """Make one page of the clips named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    save(stack([sheet(clip.name, sample_frames(clip)) for clip in options.clips]), options.output)
    print(options.output)


if __name__ == "__main__":
    main()
