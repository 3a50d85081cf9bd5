"""What every animator promises; the fake is held to it too, so that tests with it mean something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from frame.library.decode import decode_file
from renderer.animator import Animator, Request
from renderer.clip import probe, read_frames
from renderer.faces.types import Picture
from renderer.framing import Framing, working_picture
from tests.fakes.animator import FakeAnimator
from tests.frame import photos
from tests.paths import portrait


def real_animator() -> Animator:
    pytest.importorskip("renderer.engine", reason="the engine is not part of this checkout")
    from frame.commands.animate import new_animator

    return new_animator()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.slow)])
def animator(request: pytest.FixtureRequest) -> Animator:
    return FakeAnimator() if request.param == "fake" else real_animator()


@pytest.fixture
def person(request: pytest.FixtureRequest) -> Picture:
    if "real" in request.node.callspec.id:
        return decode_file(portrait("24")).pixels
    return photos.scene(96, 64)


@pytest.fixture
def wall() -> Picture:
    return np.zeros((200, 300, 3), np.uint8)


def quiet(_stage: str, _share: float) -> None:
    """Progress nobody looks at."""


def test_animated_means_that_the_clip_is_there(animator: Animator, person, tmp_path: Path):
    clip = tmp_path / "clip.mp4"
    shares: list[float] = []
    report = animator.animate(
        person, clip, Request(height=240), lambda _stage, share: shares.append(share)
    )
    assert report.verdict == "animated"
    info = probe(clip)
    assert (info.frames, info.width, info.height) == (report.frames, report.width, report.height)
    assert info.fps == report.fps
    assert report.main_face is not None
    assert len(report.faces[report.main_face].commanded) == report.frames
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_refused_means_that_nothing_is_there(animator: Animator, wall, tmp_path: Path):
    report = animator.animate(wall, tmp_path / "clip.mp4", Request(height=240), quiet)
    assert report.verdict == "refused"
    assert report.reasons
    assert report.reasons[0].message.endswith(".")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("after", [0.0, 0.5])
def test_progress_may_stop_the_work(animator: Animator, person, tmp_path: Path, after: float):
    class StopNow(Exception):  # noqa: N818
        pass

    def stop(_stage: str, share: float) -> None:
        if share >= after:
            raise StopNow

    with pytest.raises(StopNow):
        animator.animate(person, tmp_path / "clip.mp4", Request(height=240), stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [(0.0, 0.0, 1.0, 1.0), (0.1, 0.05, 0.95, 0.9)])
def test_a_view_is_shown_exactly_and_begins_on_its_still(animator, person, tmp_path: Path, share):
    height, width = person.shape[:2]
    x0, y0, x1, y1 = (round(s * side) for s, side in zip(share, (width, height) * 2, strict=True))
    size = ((x1 - x0) // 4 * 2 + 64, (y1 - y0) // 4 * 2 + 64)
    clip = tmp_path / "clip.mp4"
    request = Request(crop=(x0, y0, x1, y1), size=size)
    report = animator.animate(person, clip, request, quiet)
    assert report.verdict == "animated"
    assert (report.width, report.height) == size
    first = next(read_frames(clip)).astype(int)
    still = working_picture(person, Framing((x0, y0, x1, y1), *size)).astype(int)
    assert np.abs(first.mean() - still.mean()) < 0.5
    assert 10 * np.log10(255**2 / ((first - still) ** 2).mean()) > 34, "before encoding, the same"


@pytest.mark.parametrize(
    ("crop", "size"),
    [((0, 0, 40, 9999), (64, 64)), ((9, 9, 9, 40), (64, 64)), ((0, 0, 40, 40), (65, 64))],
)
def test_a_view_that_cannot_be_is_said_at_once(animator, person, tmp_path: Path, crop, size):
    with pytest.raises(ValueError, match=r"crop|size"):
        animator.animate(person, tmp_path / "clip.mp4", Request(crop=crop, size=size), quiet)
    assert not list(tmp_path.iterdir())


def test_a_crop_and_a_size_come_together():
    with pytest.raises(ValueError, match="size"):
        Request(crop=(0, 0, 10, 10))
    with pytest.raises(ValueError, match="size"):
        Request(size=(64, 64))


def test_looking_makes_no_file(animator: Animator, person, wall, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert animator.check(person).faces
    assert animator.check(wall).verdict == "refused"
    assert not list(tmp_path.iterdir())
