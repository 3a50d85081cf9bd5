"""Trains the lids network on eyes opened on purpose.

    python -m models.build.lids_gather --data DIR --out eyes.npz
    python -m models.build.train_lids --eyes eyes.npz --steps 15000

Examples are made once, by `--processes`, each a function of the seed and its number alone; weights and
progress lie in `--out` and are taken up again when the command is given again. Some closed eyes of the
training side are kept back to say which of the asked steps is best; those held out are only measured.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from models.build.lids_nets import Lidder, parameters
from models.build.lids_store import (
    OPEN_OPENING,
    Stored,
    is_closed,
    load,
    with_line,
)
from models.build.lids_synth import (
    Correction,
    Donor,
    Example,
    carried,
    correction,
    donor,
    pair,
    real,
)

SEED = 1839
"""The year of the first portrait by daguerreotype, of a sitter told not to blink."""
BATCH = 64
RATE, WARM_UP, DECAY = 1.5e-3, 200, 5e-2
KEEP = 0.995
SAVE_EVERY, ASK_EVERY = 250, 250
SLOPES = 0.7
"""Weight of the error of the answer's slopes: they are what makes a crease or an edge."""
KINDS = (0.60, 0.65)
"""Share of closed eyes opened, and with that of video frames; the rest are open eyes."""
KEPT_BACK, HELD_TOO = 0.15, 0.35
"""Of the people on the training side whose eyes are closed, the first share chooses the step, and those
up to the second are held out as well: the general split leaves too few to measure."""
VIDEO_FRAMES_KNOWN = 12
"""One closed frame of a video in so many tells what open eyes' lids are like."""
ASKED = 384

Arrays = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Stock:
    """What examples are made from."""

    closed: list[Stored]
    donors: list[Donor]
    pairs: list[tuple[Stored, Stored]]
    opens: list[Stored]
    known: list[Correction]


def _draw(name: str) -> float:
    return int.from_bytes(hashlib.sha256(("lids " + name).encode()).digest()[:4], "big") / 2**32


def sides(eyes: list[Stored]) -> dict[str, list[Stored]]:
    """Closed eyes to train on (`closed`), to choose by (`chosen`) and `held_out`."""
    found: dict[str, list[Stored]] = {"closed": [], "chosen": [], "held_out": []}
    for each in eyes:
        if not is_closed(each):
            continue
        draw = 1.0 if each.is_video else _draw(each.person)
        if each.is_held_out or KEPT_BACK <= draw < HELD_TOO:
            side = "held_out"
        else:
            side = "chosen" if draw < KEPT_BACK else "closed"
        found[side].append(with_line(each))
    return found


def stock(eyes: list[Stored], closed: list[Stored], *, is_held_out: bool) -> Stock:
    opens = [e for e in eyes if e.opening > OPEN_OPENING and e.is_held_out == is_held_out]
    stills = [e for e in opens if not e.is_video]
    step = max(1, len(stills) // 900)
    donors = [donor(e) for e in stills[::step]]
    pairs = [
        (a, b)
        for a in opens
        if a.is_video
        for b in closed
        if b.person == a.person and b.name.split(" ")[2] == a.name.split(" ")[2]
    ]
    rng = np.random.default_rng((SEED, 3))
    frames = [each for each in closed if each.is_video]
    seen = [each for each in closed if not each.is_video] + frames[::VIDEO_FRAMES_KNOWN]
    known = [] if is_held_out else [_typical(rng, each, donors) for each in seen]
    return Stock(closed, donors, pairs, stills, known)


def _typical(rng: np.random.Generator, each: Stored, donors: list[Donor]) -> Correction:
    """What a closed eye corrects under the margins of four other eyes."""
    some = [correction(each, donors[int(k)]) for k in rng.integers(len(donors), size=4)]
    return Correction(
        np.mean([one.field for one in some], axis=0), np.mean([one.look for one in some], axis=0)
    )


def example(rng: np.random.Generator, given: Stock, *, only_real: bool) -> Example:
    kind = 0.0 if only_real else rng.random()
    if kind < KINDS[0] or not given.known:
        return real(rng, _evenly(rng, given.closed), given.donors[rng.integers(len(given.donors))])
    if kind < KINDS[1] and given.pairs:
        return pair(rng, *given.pairs[rng.integers(len(given.pairs))])
    return carried(rng, given.opens[rng.integers(len(given.opens))], given.known)


def _evenly(rng: np.random.Generator, closed: list[Stored]) -> Stored:
    """A closed eye of a person drawn first: the videos have many frames of two."""
    people = sorted({each.person for each in closed})
    person = people[rng.integers(len(people))]
    theirs = [each for each in closed if each.person == person]
    return theirs[rng.integers(len(theirs))]


_STOCK: dict[str, Stock] = {}


def _some(name: str, numbers: range, stream: int) -> Arrays:
    cv2.setNumThreads(1)
    made = [
        example(np.random.default_rng((SEED, stream, n)), _STOCK[name], only_real=stream > 0)
        for n in numbers
    ]
    return (
        np.stack([m.planes for m in made]).astype(np.float16),
        np.stack([m.wanted for m in made]).astype(np.float16),
        np.stack([m.weight for m in made]).astype(np.float16),
    )


def examples(name: str, given: Stock, count: int, stream: int, processes: int) -> list[Tensor]:
    """`count` examples as float16 tensors."""
    _STOCK[name] = given
    parts = [range(k, min(k + 40, count)) for k in range(0, count, 40)]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        made = pool.starmap(_some, [(name, part, stream) for part in parts], chunksize=1)
    return [torch.from_numpy(np.concatenate(role)) for role in zip(*made, strict=True)]


def loss(net: nn.Module, planes: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute error of the answer and of its slopes, where `weight` says."""
    error = net(planes)[:, 0] - wanted
    level = (error.abs() * weight).sum()
    across = ((error[..., 1:] - error[..., :-1]).abs() * weight[..., 1:]).sum()
    down = ((error[..., 1:, :] - error[..., :-1, :]).abs() * weight[..., 1:, :]).sum()
    return (level + SLOPES * (across + down)) / (weight.sum() + 1)


def _taken(made: list[Tensor], at: Tensor, device: str) -> list[Tensor]:
    planes, wanted, weight = (each[at].to(device).float() for each in made)
    return [planes.permute(0, 3, 1, 2).contiguous(), wanted, weight]


def _rate(step: int, steps: int) -> float:
    left = max(step - WARM_UP, 0) / max(steps - WARM_UP, 1)
    return RATE * min((step + 1) / WARM_UP, 0.02 + 0.49 * (1 + float(np.cos(np.pi * left))))


def scores(net: nn.Module, made: list[Tensor], device: str) -> tuple[float, float, float]:
    """Loss, and mean absolute error of the logarithm of light, of the network and of the painted lid."""
    count = len(made[0])
    losses, far, painted, total = [], 0.0, 0.0, 0.0
    with torch.no_grad():
        for first in range(0, count, BATCH):
            at = torch.arange(first, min(first + BATCH, count))
            planes, wanted, weight = _taken(made, at, device)
            losses.append(float(loss(net, planes, wanted, weight)))
            far += float(((net(planes)[:, 0] - wanted).abs() * weight).sum())
            painted += float((wanted.abs() * weight).sum())
            total += float(weight.sum())
    return float(np.mean(losses)), far / total, painted / total


def train(
    made: list[Tensor],
    asked: dict[str, list[Tensor]],
    steps: int,
    folder: Path,
    device: str,
    seconds: float,
) -> None:
    torch.manual_seed(SEED)
    net = Lidder().to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    path = folder / "lids.pt"
    first, best = 0, (float("inf"), 0, average)
    if path.exists():
        saved = torch.load(path, weights_only=True, map_location=device)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        average, first = saved["average"], int(saved["step"])
        best = (float(saved["best_score"]), int(saved["best_step"]), saved["best"])
    print(f"{parameters(net)} parameters, {len(made[0])} examples, {device}", flush=True)
    began, running, counted = time.monotonic(), 0.0, 0
    judge = Lidder().to(device).eval()
    for step in range(first, steps):
        for part in optimiser.param_groups:
            part["lr"] = _rate(step, steps)
        pick = np.random.default_rng((SEED, 9, step)).integers(len(made[0]), size=BATCH)
        planes, wanted, weight = _taken(made, torch.from_numpy(pick), device)
        optimiser.zero_grad()
        value = loss(net, planes, wanted, weight)
        value.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        running += value.detach()
        counted += 1
        keep = min(KEEP, (1 + step) / (10 + step))
        for name, weights in net.state_dict().items():
            average[name].mul_(keep).add_(weights, alpha=1 - keep)
        done = step + 1
        is_over = done == steps or time.monotonic() - began > seconds
        if done % ASK_EVERY == 0 or is_over:
            judge.load_state_dict(average)
            for name, which in asked.items():
                lost, far, painted = scores(judge, which, device)
                print(
                    f"  {name}: loss {lost:.4f}, log light off by {far:.4f}, painted {painted:.4f}"
                )
                if name == "chosen" and lost < best[0]:
                    best = (lost, done, {key: each.clone() for key, each in average.items()})
        if done % SAVE_EVERY == 0 or is_over:
            took = time.monotonic() - began
            print(f"step {done} loss {float(running) / counted:.4f} {took:.0f} s", flush=True)
            running, counted = 0.0, 0
            part_file = path.with_suffix(".part")
            torch.save(
                {
                    "net": net.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "average": average,
                    "step": done,
                    "best": best[2],
                    "best_step": best[1],
                    "best_score": best[0],
                },
                part_file,
            )
            part_file.replace(path)
        if is_over:
            break
    print(f"best of the steps asked: {best[1]}, loss {best[0]:.4f}", flush=True)


def main(given: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    eyes = load(given.eyes)
    by_side = sides(eyes)
    for name, some in by_side.items():
        print(f"{name}: {len(some)} closed eyes of {len({e.person for e in some})}", flush=True)
    stocks = {name: stock(eyes, by_side[name], is_held_out=name == "held_out") for name in by_side}
    ready = stocks["closed"]
    print(f"{len(ready.donors)} donors, {len(ready.pairs)} pairs, {len(ready.opens)} open")
    asked = {
        name: examples(name, stocks[name], min(ASKED, given.examples), stream, given.processes)
        for name, stream in (("chosen", 1), ("held_out", 2))
    }
    made = examples("closed", ready, given.examples, 0, given.processes)
    print(f"examples made in {time.monotonic() - began:.0f} s", flush=True)
    if given.device == "cuda":
        made = [each.to("cuda") for each in made]
    train(made, asked, given.steps, given.out, given.device, given.seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--eyes", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=15000)
    parser.add_argument("--examples", type=int, default=12000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments())
