"""The damage that the restorer is taught with: where it is said to be, and of nobody held out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.build.damage_synth import MAKERS, MOST, damage, specimen
from models.build.restorer_data import crops, without_doubles
from renderer.faces.planes import grown
from tests.renderer.prepare.sample import sample_photo


def _photo() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(cv2.resize(sample_photo(), (256, 256)), np.uint8)


@pytest.mark.parametrize("maker", [maker for maker, _ in MAKERS], ids=lambda m: m.__name__)
def test_every_kind_of_damage_is_a_coat_of_the_pictures_size(maker) -> None:  # type: ignore[no-untyped-def]
    drawn = 0.0
    for seed in range(4):
        for coat in maker(np.random.default_rng(seed), (200, 120), 1.0):
            assert coat.alpha.shape == (120, 200) and coat.alpha.dtype == np.float32
            assert coat.alpha.min() >= -1e-4 and coat.alpha.max() <= 1.0 + 1e-4
            drawn += float(coat.alpha.sum())
    assert drawn > 0


def test_the_masks_tell_where_the_pictures_differ() -> None:
    photo = _photo()
    for seed in range(12):
        made = damage(np.random.default_rng(seed), photo, 1.0, always=True)
        apart = np.abs(made.damaged.astype(int) - made.clean.astype(int)).max(2)
        told = grown(made.lost | made.veiled | made.unsure, 2)
        assert apart[made.lost].mean() > 9
        # JPEG carries a scratch's ringing through its blocks, faintly.
        assert np.mean(apart[~told]) < 2.5
        assert not (made.lost & made.veiled).any()
        assert made.lost.mean() < MOST + 0.05


def test_the_same_seed_makes_the_same_specimen_and_some_are_sound() -> None:
    pictures = [_photo()] * 4
    one, other = (specimen(np.random.default_rng(7), pictures) for _ in range(2))
    np.testing.assert_array_equal(one.damaged, other.damaged)
    np.testing.assert_array_equal(one.lost, other.lost)
    sound = [not specimen(np.random.default_rng(s), pictures).lost.any() for s in range(40)]
    assert 1 <= sum(sound) <= 20


def _index(folder: Path, rows: list[str]) -> None:
    (folder / "train_crops_256").mkdir()
    text = "\n".join(["file,source,licence", *rows])
    (folder / "train_crops_256" / "INDEX.csv").write_text(text, "utf-8")


def test_the_people_of_the_project_s_list_and_a_share_of_others_are_held_out(
    tmp_path: Path,
) -> None:
    people = [f"London_{n:03d}_03.jpg,London,CC BY 4.0" for n in (1, 79, 80, 102, 103)]
    people += [f"London_sm_{n:03d}_08.jpg,London,CC BY 4.0" for n in (79, 90)]
    others = [f"voteview_{n}.jpg,voteview_pre1927,PD" for n in range(500)]
    _index(tmp_path, [*people, "composite_1.jpg,composite,CC BY 4.0", *others])
    listed = {each.file.name: each for each in crops(tmp_path)}
    assert "composite_1.jpg" not in listed
    held = {name for name, each in listed.items() if each.is_held_out and "London" in name}
    assert held == {"London_080_03.jpg", "London_102_03.jpg", "London_sm_090_08.jpg"}
    share = np.mean([each.is_held_out for each in listed.values() if "vote" in each.file.name])
    assert 0.04 < share < 0.12


def test_a_mirrored_double_of_somebody_held_out_is_not_trained_on(tmp_path: Path) -> None:
    photo = _photo()
    _index(tmp_path, [f"{n}.png,SFHQ-T2I,MIT (synthetic)" for n in ("double", "other")])
    folder = tmp_path / "train_crops_256"
    cv2.imwrite(str(folder / "double.png"), photo[:, ::-1, ::-1])
    cv2.imwrite(str(folder / "other.png"), 255 - photo)
    kept = without_doubles(crops(tmp_path), [photo])
    assert [each.file.stem for each in kept] == ["other"]
