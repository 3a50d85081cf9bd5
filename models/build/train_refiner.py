"""Trains the refiner on moved photos whose true look is known.

    python -m models.build.train_refiner --data DIR --steps 4000 [--device cuda --processes 8]

`DIR/expression_pairs` holds the large pictures (people 080 to 102 are held out). Weights and progress
lie in `--out` and are taken up again when the command is given again, with more steps if wished. Pair
``k`` of step ``n`` is a function of the seed, n and k alone. ``python -m models.build.export_refiner``
writes the network as a file.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from models.build.expression_pairs import HELD_OUT
from models.build.packages import CACHE
from models.build.refiner_nets import Refiner, parameters
from models.build.refiner_pairs import SCALE, Moved, aged, as_large, field, move
from models.build.restorer_data import read
from renderer.faces.types import Floats

SEED = 1872
"""The year of Darwin's book on expression, the first with photographs of it."""
BATCH, SIDE = 16, 96
"""Pairs of a step, and the side of each in pixels of the photo."""
MARGIN = 16
"""Pixels around a pair that are moved and not learned from: its border is a mirror."""
RATE, WARM_UP = 2e-3, 100
KEEP = 0.998
SAVE_EVERY, ASK_EVERY, HELD_OUT_STEPS = 100, 500, 8
GRADIENTS = 2.0
"""Weight of the error of the slopes: sharpness is in them."""


def pictures(data: Path, *, is_held_out: bool) -> list[Floats]:
    """Every large picture on one side of the split."""
    return [
        as_large(read(path))
        for path in sorted((data / "expression_pairs").glob("*.jpg"))
        if (int(path.stem.split("_")[0]) in HELD_OUT) == is_held_out
    ]


def pair(rng: np.random.Generator, large: Floats) -> Moved:
    """One part of one picture, moved; half of the movements are small, as most frames' are."""
    size = SIDE + 2 * MARGIN
    span = SCALE * size
    # Heads are in the middle of these pictures, with hair and a part of the wall.
    top = int(rng.integers(large.shape[0] // 16, large.shape[0] - span - large.shape[0] // 8))
    left = int(rng.integers(large.shape[1] // 8, large.shape[1] - span - large.shape[1] // 8))
    part = np.ascontiguousarray(large[top : top + span, left : left + span])
    strength = 1.0 if rng.random() < 0.5 else rng.random() ** 2
    moved = move(aged(rng, part), field(rng, size, strength))
    inner = slice(MARGIN, MARGIN + SIDE)
    return Moved(moved.planes[inner, inner], moved.gate[inner, inner], moved.true[inner, inner])


def batch(large: list[Floats], stream: int, step: int) -> tuple[Tensor, Tensor, Tensor]:
    """Planes, gates and truths of `BATCH` pairs: a function of the seed, `stream` and `step`."""
    made = []
    for k in range(BATCH):
        rng = np.random.default_rng((SEED, stream, step, k))
        made.append(pair(rng, large[int(rng.integers(len(large)))]))
    return (
        _tensor([each.planes for each in made]),
        _tensor([each.gate[..., None] for each in made]),
        _tensor([each.true for each in made]),
    )


def _tensor(arrays: list[Floats]) -> Tensor:
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous()


def loss(said: Tensor, planes: Tensor, true: Tensor) -> Tensor:
    """Mean absolute error of the refined picture and of its slopes."""
    apart = planes[:, :3] + said - true
    slopes = apart.diff(dim=2).abs().mean() + apart.diff(dim=3).abs().mean()
    return apart.abs().mean() + GRADIENTS * slopes


_STOCK: list[Floats] = []
"""What the processes that make pairs read; set before they are forked."""


def _quiet() -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)


def _from_stock(step: int) -> tuple[Tensor, ...]:
    return batch(_STOCK, 0, step)


@contextmanager
def _batches(steps: range, processes: int) -> Iterator[Iterator[tuple[Tensor, ...]]]:
    """The batches of `steps`, in order, made ahead by so many processes of their own; 0: by this one."""
    if not processes:
        yield map(_from_stock, steps)
        return
    torch.multiprocessing.set_sharing_strategy("file_system")
    with multiprocessing.get_context("fork").Pool(processes, _quiet) as pool:
        yield pool.imap(_from_stock, steps, chunksize=2)


def train(data: Path, steps: int, folder: Path, device: str, processes: int) -> None:
    """Until `steps` are done, from wherever `folder` says it was left."""
    torch.manual_seed(SEED)
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "refiner.pt"
    large = pictures(data, is_held_out=False)
    held_out = pictures(data, is_held_out=True)
    _STOCK[:] = large
    net = Refiner().to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    first = 0
    if path.exists():
        saved = torch.load(path, map_location=device, weights_only=True)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        average, first = saved["average"], int(saved["step"])
    print(f"refiner: {parameters(net)} parameters, {len(large)} pictures", flush=True)
    began = time.monotonic()
    todo = range(first, steps)
    with _batches(todo, processes) as made:
        for step, arrays in zip(todo, made, strict=True):
            for part in optimiser.param_groups:
                part["lr"] = _rate(step, steps)
            planes, gate, true = (each.to(device) for each in arrays)
            optimiser.zero_grad()
            missed = loss(net(planes, gate), planes, true)
            missed.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            keep = min(KEEP, (1 + step) / (10 + step))
            for name, value in net.state_dict().items():
                average[name].mul_(keep).add_(value, alpha=1 - keep)
            done = step + 1
            if done % SAVE_EVERY == 0 or done == steps:
                _save(path, net, optimiser, average, done)
                passed = time.monotonic() - began
                print(f"step {done} loss {float(missed.detach()):.5f} {passed:.0f} s", flush=True)
            if done % ASK_EVERY == 0 or done == steps:
                print(f"  held out: {_held_out(average, held_out)}", flush=True)


def _rate(step: int, steps: int) -> float:
    left = max((step - WARM_UP) / max(steps - WARM_UP, 1), 0.0)
    return RATE * min((step + 1) / WARM_UP, 0.02 + 0.49 * (1 + float(np.cos(np.pi * left))))


def _save(path: Path, net: Any, optimiser: Any, average: dict[str, Tensor], step: int) -> None:
    state = {
        "net": net.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average,
        "step": step,
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _held_out(average: dict[str, Tensor], large: list[Floats]) -> str:
    """What the averaged weights leave of the loss on people nobody trained on."""
    net = Refiner()
    net.load_state_dict({name: value.cpu() for name, value in average.items()})
    with_it = without = 0.0
    with torch.no_grad():
        for step in range(HELD_OUT_STEPS):
            planes, gate, true = batch(large, 1, step)
            with_it += float(loss(net(planes, gate), planes, true)) / HELD_OUT_STEPS
            without += float(loss(torch.zeros_like(true), planes, true)) / HELD_OUT_STEPS
    return f"loss {with_it:.5f}, of {without:.5f} without it"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--out", type=Path, default=CACHE / "refiner")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--processes", type=int, default=0, help="processes that make pairs")
    given = parser.parse_args()
    train(given.data, given.steps, given.out, given.device, given.processes)
