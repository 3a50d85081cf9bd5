"""Photos that are quick to decode and as many bytes as one likes."""

from __future__ import annotations

import random

from tests.frame.photos import encoded, scene

LONGEST_COMMENT = 65_533 - 2


def padded(number: int, size: int) -> bytes:
    """A JPEG of `size` bytes or a little more: a small picture and long comments. Another number,
    another photo."""
    plain = encoded(scene(), "JPEG")
    noise = random.Random(number)
    comments, missing = b"", size - len(plain)
    while missing > 0:
        text = noise.randbytes(min(missing, LONGEST_COMMENT))
        comments += b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
        missing -= len(text) + 4
    own = number.to_bytes(8, "big")
    return plain[:2] + b"\xff\xfe\x00\x0a" + own + comments + plain[2:]
