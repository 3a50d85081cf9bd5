"""The whole restoration: needed or not, in which order, and always the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from renderer.faces.types import Face, Picture
from renderer.models import ModelStore
from renderer.prepare import restore as module
from renderer.prepare.blend import blend_back
from renderer.prepare.finish import finish, plan_finish
from renderer.prepare.grid import Blocks
from renderer.prepare.restore import BACK, SHARES, Restorer
from renderer.prepare.sheet import before_after
from tests.renderer.clay import clay_face, clay_picture
from tests.renderer.prepare.scenes import faded, noisy, scene, toned

FACE = clay_face()


@dataclass(frozen=True)
class Torn:
    mask: np.ndarray
    share: float
    face_share: float


class FakeMender:
    """Takes white for damage and fills it with grey."""

    def find(self, picture: Picture, _faces: Sequence[Face], told) -> Torn:
        told(1.0)
        mask = (picture == 255).all(axis=2)
        return Torn(mask, float(mask.mean()), 0.25 if mask.any() else 0.0)

    def fill(self, picture: Picture, told) -> Picture:
        told(1.0)
        result = picture.copy()
        result[(picture == 255).all(axis=2)] = 120
        return result


class FakeLock:
    """The distance of a face is the mean difference of its middle, in levels over `scale`."""

    def __init__(self, picture: Picture, faces: Sequence[Face], scale: float) -> None:
        self.thresholds = (0.3,) * len(faces)
        self._scale = scale
        self._places = [face.mesh.points[:468, :2].mean(axis=0).astype(int) for face in faces]
        self._original = picture.copy()

    def distances(self, picture: Picture) -> tuple[float, ...]:
        found = []
        for x, y in self._places:
            near = np.s_[max(0, y - 20) : y + 20, max(0, x - 20) : x + 20]
            away = np.abs(picture[near].astype(float) - self._original[near]).mean()
            found.append(float(away) / self._scale)
        return tuple(found)


def restorer(monkeypatch, faces: Sequence[Face] = (), scale: float = 1000.0) -> Restorer:
    monkeypatch.setattr(module, "find_faces", lambda *_: tuple(faces))
    return Restorer(
        ModelStore(provider="cpu"),
        clock=iter(range(1000)).__next__,
        mender=FakeMender(),
        locksmith=lambda picture, found: FakeLock(picture, found, scale),
    )


def quiet(_: str, __: float) -> None:
    """Nobody listens."""


def test_a_sound_photo_comes_out_as_the_very_array_that_went_in(monkeypatch):
    picture = scene()
    before = picture.copy()
    found = restorer(monkeypatch).restore(picture, quiet)
    assert found.picture is picture
    np.testing.assert_array_equal(picture, before)
    assert not found.is_changed and found.mended == () and found.changed == 0.0


def test_damage_is_filled_first_and_the_rest_is_measured_without_it(monkeypatch):
    picture = faded(toned(scene()))
    picture[50:60, 20:300] = 255
    before = picture.copy()
    found = restorer(monkeypatch).restore(picture, quiet)
    assert [step.name for step in found.steps][:2] == ["fill", "tone"]
    assert found.mended[:2] == ("scratches", "fading")
    assert found.damage == pytest.approx(10 * 280 / (320 * 400))
    assert (found.picture[55, 100] != 255).any()
    np.testing.assert_array_equal(picture, before)
    assert found.changed > 0.5


def test_at_no_strength_only_damage_is_filled(monkeypatch):
    picture = noisy(faded(scene()), 8)
    picture[50:60, 20:300] = 255
    found = restorer(monkeypatch).restore(picture, quiet, strength=0.0)
    assert [step.name for step in found.steps] == ["fill"]
    assert (found.picture == picture).all(axis=2).mean() == pytest.approx(1 - found.changed)


def test_a_picture_without_a_face_is_restored_as_well(monkeypatch):
    found = restorer(monkeypatch).restore(faded(scene()), quiet)
    assert found.is_changed and found.likenesses == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 3, 3), (9, 1000, 3)])
def test_the_smallest_pictures_are_no_trouble(monkeypatch, shape):
    picture = np.full(shape, 90, np.uint8)
    assert restorer(monkeypatch).restore(picture, quiet).picture.shape == shape


def test_a_face_that_stays_itself_keeps_everything(monkeypatch):
    picture = faded(clay_picture(FACE)[0])
    found = restorer(monkeypatch, [FACE]).restore(picture, quiet)
    (likeness,) = found.likenesses
    assert likeness.kept == 1.0
    assert likeness.restored == likeness.final < likeness.threshold


@pytest.mark.parametrize("scale", [60.0, 25.0, 3.0, 1e-9])
def test_the_original_comes_back_around_a_face_until_it_is_itself(monkeypatch, scale: float):
    picture = faded(clay_picture(FACE)[0])
    free = restorer(monkeypatch, [FACE]).restore(picture, quiet).picture
    found = restorer(monkeypatch, [FACE], scale).restore(picture, quiet)
    (likeness,) = found.likenesses
    assert likeness.final <= likeness.threshold
    assert likeness.kept in (1.0, *BACK)
    if likeness.restored > likeness.threshold:
        assert likeness.kept < 1
        np.testing.assert_array_equal(found.picture[:4, :40], free[:4, :40])
    if scale == 1e-9:
        x, y = FACE.mesh.points[:468, :2].mean(axis=0).astype(int)
        assert likeness.kept == 0.0
        near = np.s_[y - 60 : y + 60, x - 50 : x + 50]
        np.testing.assert_array_equal(found.picture[near], picture[near])


def test_blending_back_one_face_leaves_its_neighbour_no_worse_off():
    size = (700, 1000, 3)
    original, restored = np.full(size, 100, np.uint8), np.full(size, 160, np.uint8)
    left, right = clay_face(centre=(400.0, 350.0)), clay_face(centre=(490.0, 350.0))
    result = restored.copy()
    blend_back(result, original, restored, left, 0.0)
    x, y = left.mesh.points[:468, :2].mean(axis=0).astype(int)
    assert (result[y, x] == 100).all()
    blend_back(result, original, restored, right, 0.75)
    assert (result[y, x] == 100).all()
    assert (result >= 100).all() and (result <= 160).all()
    assert (result[:3] == 160).all()


def test_progress_only_grows_and_stages_are_timed(monkeypatch):
    heard: list[tuple[str, float]] = []
    picture = noisy(faded(clay_picture(FACE)[0]), 8)
    found = restorer(monkeypatch, [FACE]).restore(picture, lambda *each: heard.append(each))
    shares = [share for _, share in heard]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    assert {stage.name for stage in found.stages} <= set(SHARES)
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_progress_may_stop_it(monkeypatch):
    class Enough(Exception):  # noqa: N818
        pass

    def stop(stage: str, share: float) -> None:
        if share > 0.3:
            raise Enough

    with pytest.raises(Enough):
        restorer(monkeypatch).restore(faded(scene()), stop)


def test_the_fingerprint_follows_the_networks_and_the_edition(monkeypatch):
    first = Restorer(ModelStore()).fingerprint
    assert first == Restorer(ModelStore()).fingerprint and len(first) == 12
    monkeypatch.setattr(module, "EDITION", 1000)
    assert Restorer(ModelStore()).fingerprint != first


def test_a_sheet_shows_both_and_every_face():
    picture = clay_picture(FACE)[0]
    alone = before_after(picture, faded(picture), [])
    with_face = before_after(picture, faded(picture), [FACE])
    assert alone.shape[1] == with_face.shape[1] < 2000
    assert with_face.shape[0] > alone.shape[0]
    outside = before_after(picture, picture, [FACE.shifted(5000.0, 0.0)])
    assert outside.dtype == np.uint8


def test_parts_of_a_picture_join_without_a_seam():
    """What is done part by part is what would be done at once."""
    picture = noisy(faded(toned(scene())), 6, is_grey=True)
    plan = replace(plan_finish(picture, ()), deblocking=Blocks(3.0, 0, 0))
    assert plan.change is not None and plan.denoising is not None
    whole, counts = finish(picture, plan, lambda _: None)
    wide = np.pad(picture, ((0, 0), (512, 400), (0, 0)), mode="reflect")
    parts, _ = finish(wide, plan, lambda _: None)
    inside = np.s_[:, 40:-40]
    there = parts[:, 512 : 512 + picture.shape[1]]
    np.testing.assert_allclose(there[inside].astype(int), whole[inside].astype(int), atol=1)
    assert all(0 < share <= 1 for share in counts.values())
