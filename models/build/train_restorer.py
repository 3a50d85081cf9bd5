"""Trains the restorer's networks on damage drawn over undamaged pictures.

    python -m models.build.train_restorer detector --data DIR --steps 1500
    python -m models.build.train_restorer filler --data DIR --steps 1200

`DIR/train_crops_256` holds the crops (see `restorer_data` for what is held out). Weights and progress
lie in `--out` and are taken up again when the command is given again, with more steps if wished.
Two processes share each step's pictures and average their gradients; picture ``k`` of step ``n`` is a
function of the seed, n and k alone. ``python -m models.build.export_restorer`` writes what ships.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.distributed as group
from numpy.typing import NDArray
from torch import Tensor, nn

from models.build.damage_scene import Picture
from models.build.packages import CACHE
from models.build.restorer_data import crops, is_surely_sound, read, without_doubles
from models.build.restorer_nets import Detector, Filler, parameters
from models.build.restorer_tasks import TASKS, Task

SEED = 1839
"""The year in which photography was shown to the world."""
PROCESSES = 2
RATE = 2e-3
WARM_UP = 40
"""Steps over which the learning rate rises."""
KEEP = 0.995
"""Share of the running average of the weights that a step keeps, less at first; the average ships."""
SAVE_EVERY, ASK_EVERY = 50, 100
HELD_OUT_PICTURES = 32
HARD_EVERY = 250
"""Steps after which the detector's false alarms on sound pictures are looked for again."""
HARDEST, HARD_SHARE = 0.08, 0.3
"""This share of the sound pictures, those with most false alarms (wrinkles, lace, spectacles), is drawn
this often."""


@dataclass(frozen=True)
class Plan:
    """What one training run is to do."""

    task: str
    steps: int
    batch: int
    folder: Path
    address: str
    is_half: bool


@dataclass(frozen=True)
class Stock:
    """Pictures to train on; `sound` are the places of those that surely have no damage of their own."""

    pictures: list[Picture]
    sound: list[int]
    held_out: list[Picture]


def train(rank: int, plan: Plan, stock: Stock) -> None:
    """One of the `PROCESSES` that train together; the first also saves and reports."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    group.init_process_group("gloo", init_method=plan.address, rank=rank, world_size=PROCESSES)
    task = TASKS[plan.task]
    net: nn.Module = Detector() if plan.task == "detector" else Filler()
    net = net.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    path = plan.folder / f"{plan.task}.pt"
    first = 0
    if path.exists():
        saved = torch.load(path, weights_only=True)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        average, first = saved["average"], int(saved["step"])
    if rank == 0:
        print(
            f"{plan.task}: {parameters(net)} parameters, {len(stock.pictures)} pictures", flush=True
        )
    began = time.monotonic()
    hard: list[int] = []
    for step in range(first, plan.steps):
        for part in optimiser.param_groups:
            part["lr"] = _rate(step, plan.steps)
        if task.has_false_alarms and step >= HARD_EVERY and (not hard or step % HARD_EVERY == 0):
            hard = _hardest(net, stock, rank)
        arrays = _batch(task, stock.pictures, plan.batch, step, rank, hard)
        loss = _step(net, optimiser, task, arrays, is_half=plan.is_half)
        keep = min(KEEP, (1 + step) / (10 + step))
        for name, value in net.state_dict().items():
            average[name].mul_(keep).add_(value, alpha=1 - keep)
        done = step + 1
        if rank == 0 and (done % SAVE_EVERY == 0 or done == plan.steps):
            _save(path, net, optimiser, average, done)
            print(f"step {done} loss {loss:.4f} {time.monotonic() - began:.0f} s", flush=True)
        if rank == 0 and (done % ASK_EVERY == 0 or done == plan.steps):
            print(f"  held out: {_held_out(net, average, task, stock.held_out)}", flush=True)
    group.destroy_process_group()


def _rate(step: int, steps: int) -> float:
    """Up in a line, then down along half a cosine."""
    left = (step - WARM_UP) / max(steps - WARM_UP, 1)
    return RATE * min((step + 1) / WARM_UP, 0.02 + 0.49 * (1 + float(np.cos(np.pi * max(left, 0)))))


def _hardest(net: nn.Module, stock: Stock, rank: int) -> list[int]:
    """Places of the sound pictures in which `net` sees most damage; the processes share the work."""
    alarms = torch.zeros(len(stock.sound))
    with torch.no_grad():
        for place in range(rank, len(stock.sound), PROCESSES):
            picture = stock.pictures[stock.sound[place]].astype(np.float32)
            (image,) = _tensors([picture[None]])
            alarms[place] = torch.sigmoid(net(image)).clamp(min=0.2).mean()
    group.all_reduce(alarms)
    chosen = torch.argsort(alarms, descending=True)[: int(HARDEST * len(stock.sound))]
    return [stock.sound[place] for place in chosen.tolist()]


def _batch(
    task: Task,
    pictures: list[Picture],
    size: int,
    step: int,
    rank: int,
    hard: Sequence[int] = (),
) -> list[NDArray[np.float32]]:
    """The arrays of `size` specimens, stacked by role; of `HARD_SHARE` of them the picture is `hard`."""
    made = []
    for k in range(size):
        rng = np.random.default_rng((SEED, step, rank, k))
        drawn = rng.integers(0, len(pictures), 4).tolist()
        if hard and rng.random() < HARD_SHARE:
            drawn[0] = hard[int(rng.integers(len(hard)))]
        made.append(task.example(rng, [pictures[i] for i in drawn]))
    return [np.stack(role) for role in zip(*made, strict=True)]


def _tensors(arrays: list[NDArray[np.float32]]) -> list[Tensor]:
    return [
        torch.from_numpy(np.ascontiguousarray(a)).permute(0, 3, 1, 2) for a in arrays
    ]  # channels last in memory already


def _step(
    net: nn.Module, optimiser: Any, task: Task, arrays: list[NDArray[np.float32]], *, is_half: bool
) -> float:
    optimiser.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_half):
        loss = task.loss(net, *_tensors(arrays))
    loss.backward()
    flat = torch.cat([p.grad.reshape(-1) for p in net.parameters()])
    group.all_reduce(flat)
    flat /= PROCESSES
    flat *= min(1.0, 1.0 / (float(flat.norm()) + 1e-6))
    at = 0
    for p in net.parameters():
        p.grad.copy_(flat[at : at + p.numel()].view_as(p))
        at += p.numel()
    optimiser.step()
    return float(loss.detach())


def _save(
    path: Path, net: nn.Module, optimiser: Any, average: dict[str, Tensor], step: int
) -> None:
    state = {
        "net": net.state_dict(),
        "optimiser": optimiser.state_dict(),
        "average": average,
        "step": step,
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def _held_out(
    net: nn.Module, average: dict[str, Tensor], task: Task, pictures: list[Picture]
) -> str:
    """What the averaged weights score on pictures of nobody they saw, always the same ones."""
    current = {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(average)
    arrays = _batch(task, pictures, HELD_OUT_PICTURES, -1 % 2**31, PROCESSES)
    with torch.no_grad():
        said = task.score(net, *_tensors(arrays))
    net.load_state_dict(current)
    return said


def main(task: str, data: Path, steps: int, batch: int, folder: Path, *, is_half: bool) -> None:
    """Train `task` until `steps` are done, from wherever `folder` says it was left."""
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    listed = crops(data)
    held_out = [read(each.file) for each in listed if each.is_held_out]
    training = without_doubles([each for each in listed if not each.is_held_out], held_out)
    sound = [place for place, each in enumerate(training) if is_surely_sound(each)]
    stock = Stock([read(each.file) for each in training], sound, held_out)
    meeting = folder / f"{task}.meeting.{os.getpid()}"
    plan = Plan(task, steps, batch, folder, meeting.resolve().as_uri(), is_half)
    # Forked before torch has started a thread, so that the pictures are in memory once.
    fork = multiprocessing.get_context("fork")
    team = [fork.Process(target=train, args=(rank, plan, stock)) for rank in range(PROCESSES)]
    for member in team:
        member.start()
    for member in team:
        member.join()
    meeting.unlink(missing_ok=True)
    if any(member.exitcode for member in team):
        raise SystemExit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("task", choices=sorted(TASKS))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=6, help="pictures per process and step")
    parser.add_argument(
        "--half", action="store_true", help="bfloat16: twice as fast where the processor has it"
    )
    parser.add_argument("--out", type=Path, default=CACHE / "restorer")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    main(given.task, given.data, given.steps, given.batch, given.out, is_half=given.half)
