"""The cache of hanging stills: what comes back is what was made, whatever happened to the file."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest

from frame.core.photos import Door, View
from frame.errors import WakeframeError
from frame.library.decode import decode_file
from frame.library.stills import TOUCH_AFTER, StillCache, StillLost, make_still
from tests.frame import photos

SMALLER, LARGER = View((0, 0, 96, 64), 48, 32), View((10, 6, 58, 38), 96, 64)


@pytest.fixture
def photo(places, ingest, tmp_path):
    source = tmp_path / "photo.png"
    noise = np.random.default_rng(1).integers(0, 256, (64, 96, 3), np.uint8)
    source.write_bytes(photos.encoded(noise, "PNG"))
    return ingest.take(source, Door.INBOX, name="photo.png").photo


@pytest.fixture
def decoder():
    """Counts how often the original had to be opened."""

    class Counting:
        calls = 0

        def __call__(self, path):
            self.calls += 1
            return decode_file(path)

    return Counting()


@pytest.fixture
def cache(places, decoder):
    return StillCache(places, decoder)


@pytest.mark.parametrize("view", [SMALLER, LARGER], ids=["smaller", "larger"])
def test_a_still_is_the_same_fresh_kept_and_pre_made(places, photo, cache, decoder, view):
    pixels = decode_file(places.original_of(photo)).pixels
    expected = make_still(pixels, view)
    assert np.array_equal(cache.still(photo, view), expected)
    assert np.array_equal(cache.still(photo, view), expected)
    assert decoder.calls == 1
    places.still(photo, view).unlink()
    assert np.array_equal(cache.make_from(photo, view, pixels), expected)
    assert cache.has(photo, view)
    kept = cache.still(photo, view)
    assert np.array_equal(kept, expected)
    assert kept.flags.c_contiguous
    assert decoder.calls == 1


@pytest.mark.parametrize("damage", ["cut", "zeros", "flip", "empty", "another size"])
def test_a_torn_file_is_made_again(places, photo, cache, decoder, damage):
    expected = cache.still(photo, SMALLER)
    path = places.still(photo, SMALLER)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "zeros":
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    elif damage == "flip":
        data[len(data) // 2] ^= 1
    elif damage == "empty":
        data.clear()
    else:
        cache.still(photo, LARGER)
        data[:] = places.still(photo, LARGER).read_bytes()
    path.write_bytes(data)
    before = decoder.calls
    assert np.array_equal(cache.still(photo, SMALLER), expected)
    assert decoder.calls == before + 1
    assert np.array_equal(cache.still(photo, SMALLER), expected)
    assert decoder.calls == before + 1


def test_any_reader_opens_what_is_kept(places, photo, cache):
    from PIL import Image

    still = cache.still(photo, SMALLER)
    assert np.array_equal(np.asarray(Image.open(places.still(photo, SMALLER))), still)


def test_a_photo_whose_original_is_gone_is_an_error_with_a_sentence(places, photo, cache):
    places.original_of(photo).unlink()
    with pytest.raises(WakeframeError):
        cache.still(photo, SMALLER)


def test_pixels_of_another_size_are_not_taken_for_the_photo(photo, cache):
    with pytest.raises(StillLost):
        cache.make_from(photo, SMALLER, np.zeros((32, 48, 3), np.uint8))


def test_a_view_beyond_the_photo_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="beyond"):
        make_still(np.zeros((64, 96, 3), np.uint8), View((0, 0, 97, 64), 64, 64))


def test_a_cache_that_cannot_be_written_still_gives_stills(places, photo, cache):
    places.stills.rmdir()
    places.stills.write_text("a file where the folder should be")
    assert cache.still(photo, SMALLER).shape == (32, 48, 3)


def test_the_stills_used_longest_ago_go_first(places, photo, cache):
    views = [View((0, 0, 96, 64), 48 + 2 * step, 32) for step in range(6)]
    for age, view in enumerate(views):
        cache.still(photo, view)
        moment = time.time() - TOUCH_AFTER * (2 + age)
        os.utime(places.still(photo, view), (moment, moment))
    cache.still(photo, views[-1])  # the oldest is used again: now it is the youngest
    sizes = [places.still(photo, view).stat().st_size for view in views]
    gone = cache.trim(sum(sizes) - sizes[4] - 1)
    assert [cache.has(photo, view) for view in views] == [True, True, True, False, False, True]
    assert gone == sizes[4] + sizes[3]
    assert cache.trim(10**9) == 0


def test_the_quota_holds_by_itself(places, photo):
    cache = StillCache(places, most_bytes=40_000)
    pixels = decode_file(places.original_of(photo)).pixels
    for step in range(64):
        cache.make_from(photo, View((0, 0, 96, 64), 48 + 2 * step, 32), pixels)
    kept = sum(path.stat().st_size for path in places.stills.rglob("*.png"))
    assert kept <= 40_000


def test_many_threads_may_ask(photo, cache, decoder):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(cache.still(photo, SMALLER)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert decoder.calls == 1
    assert all(np.array_equal(result, results[0]) for result in results)
