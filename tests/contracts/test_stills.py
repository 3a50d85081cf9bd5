"""The still that hangs and the still that a clip begins on are made in two rooms: they are the same."""

from __future__ import annotations

import numpy as np
import pytest

from frame.core.photos import View
from frame.library.stills import make_still
from renderer.framing import Framing, working_picture

VIEWS = {
    "the whole, smaller": View((0, 0, 1200, 900), 800, 600),
    "the whole, larger": View((0, 0, 1200, 900), 1440, 1080),
    "a crop, smaller": View((31, 17, 1031, 717), 640, 448),
    "a crop, larger": View((400, 300, 700, 525), 600, 450),
    "a crop as it is": View((100, 100, 500, 400), 400, 300),
    "narrower but higher": View((0, 0, 1201, 400), 1200, 402),
    "wider but lower": View((0, 0, 400, 701), 402, 700),
    "one pixel": View((5, 6, 6, 7), 64, 64),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_both_rooms_make_the_same_still(view: View):
    pixels = np.random.default_rng(3).integers(0, 256, (900, 1201, 3), np.uint8)
    still = make_still(pixels, view)
    assert still.shape == (view.height, view.width, 3)
    assert still.dtype == np.uint8
    assert still.flags.c_contiguous
    assert not np.shares_memory(still, pixels)
    framing = Framing(view.crop, view.width, view.height)
    assert np.array_equal(still, working_picture(pixels, framing))
