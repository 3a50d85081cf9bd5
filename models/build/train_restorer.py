"""Trains the restorer's networks on damage drawn over undamaged pictures.

    python -m models.build.train_restorer detector filler --data DIR --steps 1500
    python -m models.build.train_restorer detector filler --data DIR --minutes 8 --device cuda \
        --half --processes 8 --batch 32 --again 160

`DIR/train_crops_256` holds the crops (see `restorer_data` for what is held out). Networks that are
named together learn from the same pictures. Weights and progress lie in `--out` and are taken up again
when the command is given again, with more steps or minutes if wished. ``python -m
models.build.export_restorer`` writes what ships.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from models.build.damage_scene import SIDE, Picture
from models.build.packages import CACHE
from models.build.restorer_data import crops, is_surely_sound, read, without_doubles
from models.build.restorer_feed import Feed, Planes
from models.build.restorer_learner import Learner
from models.build.restorer_replay import Replay
from models.build.restorer_tasks import CHANNELS, TASKS, example

SEED = 1839
"""The year in which photography was shown to the world."""
PROCESSES = 2
HELD_OUT_PICTURES = 64
HARD_EVERY = 250
"""Steps after which the detector's false alarms on sound pictures are looked for again."""
HARDEST, HARD_SHARE = 0.08, 0.3
"""This share of the sound pictures, those with most false alarms (wrinkles, lace, spectacles), is drawn
this often."""
TELL_EVERY, SAVE_EVERY, ASK_EVERY = 10.0, 20.0, 60.0
"""Seconds between two lines of progress, two savings, two looks at held-out pictures."""


@dataclass(frozen=True)
class Plan:
    """What one training run is to do; `minutes` of 0 says that `steps` count."""

    tasks: tuple[str, ...]
    steps: int
    minutes: float
    batch: int
    again: int
    kept: int
    processes: int
    device: str
    folder: Path
    is_half: bool


@dataclass(frozen=True)
class Stock:
    """Pictures to train on; `sound` are the places of those that surely have no damage of their own."""

    pictures: list[Picture]
    sound: list[int]
    held_out: list[Picture]

    def make(self, step: int, k: int, hard: Sequence[int]) -> Planes:
        """Training picture `k` of `step`; of `HARD_SHARE` of them the source is one that is `hard`."""
        rng = np.random.default_rng((SEED, step, k))
        drawn = rng.integers(0, len(self.pictures), 4).tolist()
        if hard and rng.random() < HARD_SHARE:
            drawn[0] = hard[int(rng.integers(len(hard)))]
        return example(rng, [self.pictures[i] for i in drawn])

    def judged(self, number: int) -> Planes:
        """`number` pictures of nobody in `pictures`, always the same, ``(number, H, W, CHANNELS)``."""
        made = []
        for k in range(number):
            rng = np.random.default_rng((SEED, 2**31, k))
            drawn = rng.integers(0, len(self.held_out), 4).tolist()
            made.append(example(rng, [self.held_out[i] for i in drawn]))
        return np.stack(made)


def stock(data: Path) -> Stock:
    """Everything of `data` that may be trained on, and what is held out."""
    listed = crops(data)
    held_out = [read(each.file) for each in listed if each.is_held_out]
    training = without_doubles([each for each in listed if not each.is_held_out], held_out)
    sound = [place for place, each in enumerate(training) if is_surely_sound(each)]
    return Stock([read(each.file) for each in training], sound, held_out)


def train(plan: Plan, pictures: Stock, began: float) -> None:
    """Learn until the steps or the minutes of `plan` are over; `began` is by `time.monotonic`."""
    done = _steps_done(plan)
    feed = Feed(pictures.make, (SIDE, SIDE, CHANNELS), plan.batch, plan.processes, done)
    torch.manual_seed(SEED)
    device = torch.device(plan.device)
    torch.backends.cudnn.benchmark = True
    learners = [Learner(name, plan.folder, device, is_half=plan.is_half) for name in plan.tasks]
    began -= max(learner.seconds for learner in learners)
    for learner in learners:
        print(f"{learner.name}: {learner.parameters} parameters", flush=True)
    replay = Replay(plan.kept, (CHANNELS, SIDE, SIDE), device)
    judged = _tensor(pictures.judged(HELD_OUT_PICTURES), device).float()
    sound = torch.from_numpy(np.stack([pictures.pictures[i] for i in pictures.sound]))
    told = saved = asked = time.monotonic()
    hard: list[int] = []
    is_over = False
    while not is_over:
        steps = learners[0].steps
        if steps >= HARD_EVERY and (not hard or steps % HARD_EVERY == 0):
            hard = _hardest(learners, sound.permute(0, 3, 1, 2), pictures.sound)
        new = _tensor(feed.next(hard), device)
        shown = replay.mixed(new, plan.again, SEED + steps)
        rate = _rate(_share(plan, steps, began))
        losses = {learner.name: learner.learn(shown, rate) for learner in learners}
        now = time.monotonic()
        is_over = _share(plan, steps + 1, began) >= 1
        if is_over or now - told > TELL_EVERY:
            each = " ".join(f"{name} {float(loss):.4f}" for name, loss in losses.items())
            print(f"step {steps + 1} loss {each} {now - began:.0f} s", flush=True)
            told = now
        if is_over or now - saved > SAVE_EVERY:
            for learner in learners:
                learner.save(now - began)
            saved = now
        if is_over or now - asked > ASK_EVERY:
            for learner in learners:
                print(f"  {learner.name} held out: {learner.score(judged)}", flush=True)
            asked = time.monotonic()
    feed.close()


def _steps_done(plan: Plan) -> int:
    """How far the tasks of `plan` were trained; they go on together only from one and the same step."""
    done = set()
    for name in plan.tasks:
        path = plan.folder / f"{name}.pt"
        done.add(_saved_step(path) if path.exists() else 0)
    if len(done) > 1:
        raise SystemExit(
            f"{' and '.join(plan.tasks)} were left at different steps: train them alone"
        )
    return done.pop()


def _saved_step(path: Path) -> int:
    return int(torch.load(path, weights_only=True, map_location="cpu")["step"])


def _share(plan: Plan, steps: int, began: float) -> float:
    """Which share of the training is over, 0..1 or a little more."""
    if plan.minutes:
        return (time.monotonic() - began) / (60 * plan.minutes)
    return steps / plan.steps


def _rate(share: float) -> float:
    """Down along half a cosine."""
    return 0.02 + 0.49 * (1 + float(np.cos(np.pi * min(share, 1.0))))


def _tensor(planes: Planes, device: torch.device) -> Tensor:
    return torch.from_numpy(planes).to(device).permute(0, 3, 1, 2)


def _hardest(learners: Sequence[Learner], images: Tensor, places: Sequence[int]) -> list[int]:
    """The `places` of the sound `images` in which a detector sees most damage."""
    for learner in learners:
        if learner.task.has_false_alarms:
            order = torch.argsort(learner.alarms(images), descending=True)
            return [places[i] for i in order[: int(HARDEST * len(places))].tolist()]
    return []


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("tasks", nargs="+", choices=sorted(TASKS))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--minutes", type=float, default=0.0, help="instead of steps, in all")
    parser.add_argument("--batch", type=int, default=12, help="new pictures per step")
    parser.add_argument("--again", type=int, default=0, help="older pictures shown with them")
    parser.add_argument("--kept", type=int, default=64, help="older pictures that are kept for it")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="that make pictures")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument(
        "--half", action="store_true", help="bfloat16: twice as fast where the processor has it"
    )
    parser.add_argument("--out", type=Path, default=CACHE / "restorer")
    return parser.parse_args()


def main() -> None:
    began = time.monotonic()
    given = _arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        *(tuple(given.tasks), given.steps, given.minutes, given.batch, given.again),
        *(max(given.kept, given.batch), given.processes, given.device, given.out, given.half),
    )
    # One thread until the pictures' processes are forked: OpenCV's do not survive it.
    cv2.setNumThreads(1)
    pictures = stock(given.data)
    print(f"{len(pictures.pictures)} pictures, {time.monotonic() - began:.0f} s", flush=True)
    train(plan, pictures, began)


if __name__ == "__main__":
    main()
