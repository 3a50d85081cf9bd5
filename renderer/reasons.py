"""Why a photo moves less, or not at all: a code for programs and a sentence for a relative."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One finding about a photo or a face. `face` counts from the left of the picture, None: all."""

    code: str
    message: str
    face: int | None = None
