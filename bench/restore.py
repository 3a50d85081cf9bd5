"""How well damage is found and filled: ``python -m bench.restore [--pictures 200] [--portraits DIR]``.

1. Held-out crops (nobody whom the networks saw) with synthetic damage, the damage known to the pixel:
   precision and recall of the mask, beside oriented morphology tuned on training crops (`--tune`); PSNR,
   SSIM and gradient similarity inside the damage and outside it, where the true mask is given to every
   method and where our own detector has to find it; and the share of undamaged pixels that differ by
   more than two grey levels.
2. The test portraits: the share of each that is taken for damage. With `--portraits` sheets of
   before, mask and after are written there.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from bench.data import data_folder, portraits
from bench.restore_masks import RIM, print_masks, tuned
from bench.restore_measures import Sums, changed, sums
from models.build.damage_scene import aged
from models.build.damage_synth import Specimen, damage
from models.build.restorer_data import crops, read
from renderer.faces.find import find_faces
from renderer.faces.planes import Mask, grown
from renderer.faces.types import Picture
from renderer.models import ModelStore
from renderer.prepare.damage_mask import DamageMask, find_damage, plan_looks
from renderer.prepare.fill import fill_damage

SEED = 1826
BAR = 0.005
"""Most of the undamaged pixels that may change noticeably."""
TUNED_ON = 40
"""Training crops, damaged, on which the classical detector is tuned."""

Method = Callable[[Specimen, DamageMask], Picture]


def specimens(number: int, *, damaged: bool = True, held_out: bool = True) -> list[Specimen]:
    """`number` crops, evenly from all sources, aged and damaged, always the same."""
    folder = data_folder("train_crops_256")
    if folder is None:
        return []
    chosen = [each for each in crops(folder.parent) if each.is_held_out == held_out]
    order = np.random.default_rng(SEED).permutation(len(chosen))[:number]
    made = []
    for index in order.tolist():
        rng = np.random.default_rng((SEED, index))
        clean = aged(rng, read(chosen[index].file))
        if damaged:
            made.append(damage(rng, clean, 1.0, always=True))
        else:
            nothing = np.zeros(clean.shape[:2], bool)
            made.append(Specimen(clean, clean, nothing, nothing, nothing))
    return made


def given(lost: Mask, veiled: Mask) -> DamageMask:
    """The true masks as a finding; rims, which damage always has, included."""
    lost = grown(lost, 1)
    mask = lost | grown(veiled, 1)
    height, width = mask.shape
    return DamageMask(mask, mask & ~lost, float(mask.mean()), 0.0, plan_looks((width, height), ()))


def opencv(flag: int) -> Method:
    def fill(made: Specimen, found: DamageMask) -> Picture:
        hole = grown(found.mask, 1).astype(np.uint8)
        return np.asarray(cv2.inpaint(made.damaged, hole, 3, flag), np.uint8)

    return fill


def methods(store: ModelStore) -> dict[str, Method]:
    ways: dict[str, Method] = {
        "nothing": lambda made, _: made.damaged,
        "Telea": opencv(cv2.INPAINT_TELEA),
        "Navier-Stokes": opencv(cv2.INPAINT_NS),
        "ours": lambda made, found: fill_damage(made.damaged, found, None),
    }
    if store.has("fill"):
        ways["ours, learned"] = lambda made, found: fill_damage(made.damaged, found, store)
    return ways


@dataclass
class Tally:
    """One method's sums over all pictures; `touched` of the `sound` pixels changed noticeably."""

    inside: Sums = field(default_factory=Sums)
    lost: Sums = field(default_factory=Sums)
    outside: Sums = field(default_factory=Sums)
    touched: int = 0
    sound: int = 0

    def take(self, result: Picture, made: Specimen) -> None:
        truth = made.lost | made.veiled
        away = ~grown(truth | made.unsure, RIM)
        self.inside += sums(result, made.clean, truth)
        self.lost += sums(result, made.clean, made.lost)
        self.outside += sums(result, made.clean, away)
        self.touched += int((changed(result, made.damaged) & away).sum())
        self.sound += int(away.sum())


def fills(made: list[Specimen], store: ModelStore) -> bool:
    """Print the fills' table; whether the bar for undamaged pixels was kept."""
    kept = True
    for title, is_given in (("true mask given", True), ("mask found by us", False)):
        tallies: dict[str, Tally] = defaultdict(Tally)
        for each in made:
            found = (
                given(each.lost, each.veiled)
                if is_given
                else find_damage(each.damaged, find_faces(each.damaged, store), store)
            )
            for name, method in methods(store).items():
                tallies[name].take(method(each, found), each)
        print(f"\n{title}: {len(made)} held-out crops")
        print(
            "| | in: PSNR | SSIM | gradients | lost: PSNR | SSIM | gradients | out: PSNR | changed |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for name, tally in tallies.items():
            share = tally.touched / max(tally.sound, 1)
            cells = []
            for part in (tally.inside, tally.lost):
                cells += [f"{part.psnr:.2f}", f"{part.mean_ssim:.4f}", f"{part.mean_gradients:.4f}"]
            print(f"| {name} | {' | '.join(cells)} | {tally.outside.psnr:.1f} | {share:.3%} |")
            if name.startswith("ours"):
                kept = kept and share <= BAR
    return kept


def people(store: ModelStore, sheets: Path | None) -> None:
    """Print the share of each portrait that is taken for damage, worst first."""
    rows = []
    for path in portraits():
        picture = read(path)
        found = find_damage(picture, find_faces(picture, store), store)
        rows.append((found.share, found.face_share, path.name))
        if sheets is not None:
            after = fill_damage(picture, found, store)
            grey = np.repeat((found.mask.astype(np.uint8) * 160 + found.veil * 60)[..., None], 3, 2)
            sheet = np.hstack([picture, grey.astype(np.uint8), after])
            cv2.imwrite(str(sheets / f"{path.stem}.png"), sheet[..., ::-1])
    print("\n| portrait | of the picture | of the faces |")
    print("|---|---|---|")
    for share, face_share, name in sorted(rows, reverse=True):
        print(f"| {name} | {share:.2%} | {face_share:.2%} |")


def main() -> int:
    """1 if more undamaged pixels changed than may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--portraits", type=Path, help="folder for sheets of the portraits")
    parser.add_argument("--tune", action="store_true", help="the classical detector's bounds only")
    given_arguments = parser.parse_args()
    cv2.setNumThreads(2)
    store = ModelStore()
    sheets: Path | None = given_arguments.portraits
    if sheets is not None:
        sheets.mkdir(parents=True, exist_ok=True)
    if given_arguments.tune:
        bounds, f1 = tuned(specimens(TUNED_ON, held_out=False))
        print(f"oriented morphology: F1 {f1:.3f} on {TUNED_ON} training crops with {bounds}")
        return 0
    kept = True
    made = specimens(given_arguments.pictures)
    if made:
        print_masks(made, specimens(given_arguments.pictures, damaged=False), store)
        kept = fills(made, store)
    else:
        print("no data: train_crops_256 is absent")
    people(store, sheets)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
