"""Trains the matte network on composites of people cut out of plain backgrounds.

    python -m models.build.train_matte --data DIR --steps 6000

`DIR/expression_pairs` holds the people (080 to 102 are held out and only measured),
`DIR/train_crops_256` the backgrounds. The composites are made once, by the renderer's own person mask
and outline, and lie in `--out` with
 weights and progress, which are taken up again when the command is given again.
Cut ``k`` of step ``n`` is a function of the seed, n and k alone.
``python -m models.build.export_matte`` writes the network as a file.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pickle
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.build.expression_pairs import HELD_OUT
from models.build.matte_nets import Matter, parameters
from models.build.matte_planes import COARSE, STRIDE, shown
from models.build.matte_scenes import SIDE, Scene, example, scene
from models.build.matte_truth import Sitter, sit
from models.build.packages import CACHE
from models.build.restorer_data import crops, read
from renderer.faces.segment import person_mask
from renderer.models import ModelStore

SEED = 1888
"""The year of the first roll-film camera: snapshots before any background."""
BATCH = 8
RATE, WARM_UP = 2e-3, 100
KEEP = 0.998
"""Share of the running average of the weights that a step keeps, less at first; the average ships."""
SAVE_EVERY, ASK_EVERY = 100, 500
HELD_OUT_SCENES, HELD_OUT_BATCHES = 64, 8
GRADIENTS, COARSER = 1.0, 0.5
"""Weights of the error of alpha's slopes, and of its means over 4 x 4 pixels."""


def sitters(data: Path, *, is_held_out: bool) -> list[Sitter]:
    """Everybody of ``data/expression_pairs`` on one side of the split, neutral and smiling."""
    store = ModelStore()
    found = []
    for path in sorted((data / "expression_pairs").glob("*.jpg")):
        if (int(path.stem.split("_")[0]) in HELD_OUT) == is_held_out:
            try:
                found.append(sit(read(path), store))
            except LookupError:
                print(f"{path.stem}: no face", flush=True)
    return found


def _some_scenes(
    numbers: list[int], people: list[Sitter], photos: list[Any], stream: int
) -> list[Scene]:
    cv2.setNumThreads(1)
    ask = partial(person_mask, store=ModelStore())
    made = []
    for number in numbers:
        rng = np.random.default_rng((SEED, stream, number))
        pair = rng.permutation(len(people))[:2]
        made.append(scene(rng, [people[i] for i in pair], photos, ask))
    return made


def scenes(data: Path, folder: Path, count: int, *, is_held_out: bool) -> list[Scene]:
    """`count` composites, made once and kept in `folder`."""
    path = folder / f"scenes_{'held_out' if is_held_out else 'train'}_{count}.pickle"
    if path.exists():
        return list(pickle.loads(path.read_bytes()))  # noqa: S301  # written below
    people = sitters(data, is_held_out=is_held_out)
    photos = [read(c.file) for c in crops(data) if c.is_held_out == is_held_out]
    print(f"{len(people)} pictures of people, {len(photos)} backgrounds", flush=True)
    fork = multiprocessing.get_context("fork")
    parts = [list(range(k, count, 2)) for k in range(2)]
    with fork.Pool(2) as pool:
        tasks = [
            pool.apply_async(_some_scenes, (p, people, photos, int(is_held_out))) for p in parts
        ]
        made = [each for task in tasks for each in task.get()]
    path.write_bytes(pickle.dumps(made))
    return made


Arrays = tuple[Any, Any, Any, Any]


def cut(rng: np.random.Generator, made: Scene) -> Arrays:
    """Image, hints, truth and weights of a `SIDE` square about the edge of `made`."""
    given = example(rng, made)
    image, hints = shown(given.known)
    high, wide = image.shape[:2]
    height, width = given.truth.shape
    grown = [
        cv2.copyMakeBorder(p, 0, high - height, 0, wide - width, cv2.BORDER_CONSTANT, value=0)
        for p in (given.truth, given.weight)
    ]
    planes = [image, *(plane[..., None] for plane in grown)]
    need = [max(0, SIDE - side) for side in (high, wide)]
    if any(need):
        planes = [np.pad(p, ((0, need[0]), (0, need[1]), (0, 0))) for p in planes]
        hints = np.pad(hints, ((0, need[0] // COARSE), (0, need[1] // COARSE), (0, 0)))
    rows, columns = ((side - SIDE) // STRIDE for side in planes[0].shape[:2])
    # Of three places the one with most edge.
    best, top, left = -1.0, 0, 0
    for _ in range(3):
        y, x = (STRIDE * int(rng.integers(0, most + 1)) for most in (rows, columns))
        worth = float(planes[2][y : y + SIDE, x : x + SIDE].sum())
        if worth > best:
            best, top, left = worth, y, x
    parts = [p[top : top + SIDE, left : left + SIDE] for p in planes]
    y, x, side = top // COARSE, left // COARSE, SIDE // COARSE
    parts.insert(1, hints[y : y + side, x : x + side])
    if rng.random() < 0.5:
        parts = [p[:, ::-1] for p in parts]
    return tuple(np.ascontiguousarray(p, np.float32) for p in parts)  # type: ignore[return-value]


def _batch(made: list[Scene], step: int) -> list[Tensor]:
    cuts = []
    for k in range(BATCH):
        rng = np.random.default_rng((SEED, 7, step, k))
        cuts.append(cut(rng, made[int(rng.integers(len(made)))]))
    return [
        torch.from_numpy(np.stack(role)).permute(0, 3, 1, 2) for role in zip(*cuts, strict=True)
    ]


def _batches(made: list[Scene], first: int, steps: int) -> Iterator[list[Tensor]]:
    """The steps' batches in order, the next one made while one is trained on."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(_batch, made, first)
        for step in range(first, steps):
            ready = coming.result()
            coming = maker.submit(_batch, made, step + 1)
            yield ready


def _slopes(error: Tensor, weight: Tensor) -> Tensor:
    across = (error[..., 1:] - error[..., :-1]).abs() * weight[..., 1:]
    along = (error[..., 1:, :] - error[..., :-1, :]).abs() * weight[..., 1:, :]
    return across.sum() + along.sum()


def loss(net: nn.Module, image: Tensor, hints: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute error of alpha, of its slopes and of its coarse means, where `weight` says."""
    error = torch.sigmoid(net(image, hints).float()) - truth
    total = weight.sum() + 1
    level = (error.abs() * weight).sum()
    coarse = functional.avg_pool2d(error * weight, 4).abs().sum() * 16
    return (level + GRADIENTS * _slopes(error, weight) + COARSER * coarse) / total


def _rate(step: int, steps: int) -> float:
    """Up in a line, then down along half a cosine."""
    left = max(step - WARM_UP, 0) / max(steps - WARM_UP, 1)
    return RATE * min((step + 1) / WARM_UP, 0.02 + 0.49 * (1 + float(np.cos(np.pi * left))))


def _held_out(net: nn.Module, average: dict[str, Tensor], made: list[Scene]) -> str:
    """What the averaged weights score on people and backgrounds they never saw, always the same cuts."""
    current = {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(average)
    found, far = [], []
    with torch.no_grad():
        for step in range(HELD_OUT_BATCHES):
            image, hints, truth, weight = _batch(made, -step - 1 + 2**31)
            found.append(float(loss(net, image, hints, truth, weight)))
            alpha = torch.sigmoid(net(image, hints).float())
            far.append(float(((alpha - truth).abs() * weight).sum() / weight.sum()))
    net.load_state_dict(current)
    return f"loss {np.mean(found):.4f}, mean absolute error {np.mean(far):.4f}"


def train(
    made: list[Scene], held_out: list[Scene], steps: int, folder: Path, *, is_half: bool
) -> None:
    torch.manual_seed(SEED)
    net: nn.Module = Matter().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    path = folder / "matte.pt"
    first = 0
    if path.exists():
        saved = torch.load(path, weights_only=True)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        average, first = saved["average"], int(saved["step"])
    print(f"{parameters(net)} parameters, {len(made)} composites", flush=True)
    began = time.monotonic()
    running = 0.0
    for step, arrays in zip(range(first, steps), _batches(made, first, steps), strict=True):
        for part in optimiser.param_groups:
            part["lr"] = _rate(step, steps)
        optimiser.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_half):
            value = loss(net, *arrays)
        value.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        running += float(value.detach())
        keep = min(KEEP, (1 + step) / (10 + step))
        for name, weights in net.state_dict().items():
            average[name].mul_(keep).add_(weights, alpha=1 - keep)
        done = step + 1
        if done % SAVE_EVERY == 0 or done == steps:
            state = {"net": net.state_dict(), "optimiser": optimiser.state_dict()}
            part_file = path.with_suffix(".part")
            torch.save({**state, "average": average, "step": done}, part_file)
            part_file.replace(path)
            took = time.monotonic() - began
            print(f"step {done} loss {running / SAVE_EVERY:.4f} {took:.0f} s", flush=True)
            running = 0.0
        if done % ASK_EVERY == 0 or done == steps:
            print(f"  held out: {_held_out(net, average, held_out)}", flush=True)


def main(
    data: Path, steps: int, composites: int, folder: Path, threads: int, *, is_half: bool
) -> None:
    """Train until `steps` are done, from wherever `folder` says it was left."""
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    made = scenes(data, folder, composites, is_held_out=False)
    held_out = scenes(data, folder, HELD_OUT_SCENES, is_held_out=True)
    torch.set_num_threads(threads)
    train(made, held_out, steps, folder, is_half=is_half)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--composites", type=int, default=1400)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--half", action="store_true", help="bfloat16: faster where the processor has it"
    )
    parser.add_argument("--out", type=Path, default=CACHE / "matte")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.data, given.steps, given.composites, given.out, given.threads, is_half=given.half)
