"""What the restorer's two networks are taught: the examples, the loss, the score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.build.damage_layers import Random
from models.build.damage_scene import Picture, aged, framed, with_real_lines
from models.build.damage_synth import Specimen, damage, specimen

Arrays = tuple[NDArray[np.float32], ...]
FIRST_FILL_RADIUS = 3.0
"""Radius in pixels of the smooth fill that the filler is handed (Telea 2004)."""
GRADIENTS = 0.7
"""Weight of differences between neighbours in the filler's loss: without it fills come out blurred."""


@dataclass(frozen=True)
class Task:
    """`example` gives arrays ``(H, W, C) float32``; `loss` and `score` take them as ``(N, C, H, W)``.

    `has_false_alarms` says that the network can see things in sound pictures."""

    example: Callable[[Random, list[Picture]], Arrays]
    loss: Callable[..., Tensor]
    score: Callable[..., str]
    has_false_alarms: bool


def _detector_example(rng: Random, pictures: list[Picture]) -> Arrays:
    made = specimen(rng, pictures)
    truth = np.stack([made.lost, made.veiled, ~made.unsure], 2).astype(np.float32)
    return made.damaged.astype(np.float32), truth


def _detector_loss(net: nn.Module, image: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy and the overlap of lost pixels (Dice), both blind where the truth is unsure."""
    logits = net(image).float()
    sure = truth[:, 2:3]
    wanted = truth[:, :2]
    each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    # What is lost weighs more than what is veiled; either may be said of the other's pixels.
    other = wanted.flip(1)
    weights = sure * (1 - other) * torch.tensor([1.0, 0.4]).view(1, 2, 1, 1)
    entropy = (each * weights).mean()
    believed = torch.sigmoid(logits[:, :1]) * weights[:, :1]
    both = (believed * wanted[:, :1]).sum()
    overlap = (2 * both + 1) / (believed.sum() + wanted[:, :1].sum() + 1)
    return 4 * entropy + 0.5 * (1 - overlap)


def _detector_score(net: nn.Module, image: Tensor, truth: Tensor) -> str:
    believed = torch.cat([torch.sigmoid(net(part).float()) for part in image.split(4)])
    said = []
    for threshold in (0.3, 0.5, 0.7):
        for channel, name in ((0, "lost"), (1, "veiled")):
            free = (truth[:, 2] > 0) & (truth[:, 1 - channel] == 0)
            found = (believed[:, channel] > threshold) & free
            wanted = truth[:, channel] > 0
            hit = float((found & wanted).sum())
            recall = hit / max(float(wanted.sum()), 1)
            precision = hit / max(float(found.sum()), 1)
            said.append(f"{name}@{threshold} P {precision:.3f} R {recall:.3f}")
    return "; ".join(said)


def filler_input(damaged: Picture, lost: NDArray[np.bool_], veiled: NDArray[np.bool_]) -> Arrays:
    """What the filler is handed: the picture with `lost` smoothly filled, and both masks."""
    hole = lost.astype(np.uint8)
    smooth = cv2.inpaint(damaged, hole, FIRST_FILL_RADIUS, cv2.INPAINT_TELEA)
    return np.asarray(smooth, np.float32), np.stack([lost, veiled], 2).astype(np.float32)


def _filler_example(rng: Random, pictures: list[Picture]) -> Arrays:
    base, unit = framed(rng, pictures)
    if rng.random() < 0.35:
        base = with_real_lines(rng, base)
    made = damage(rng, aged(rng, base), unit, always=True)
    lost, veiled = as_found(rng, made)
    image, mask = filler_input(made.damaged, lost, veiled)
    return image, mask, made.clean.astype(np.float32)


def as_found(rng: Random, made: Specimen) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The masks as a detector would give them: rims included, a pixel or so too wide."""
    reach = int(rng.integers(1, 3))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    lost = cv2.dilate(made.lost.astype(np.uint8), kernel) > 0
    veiled = (cv2.dilate(made.veiled.astype(np.uint8), kernel) > 0) & ~lost
    return lost, veiled


def _filler_loss(net: nn.Module, image: Tensor, mask: Tensor, clean: Tensor) -> Tensor:
    """Mean absolute error and error of the gradients inside the mask, in grey levels."""
    error = net(image, mask).float() - clean
    inside = torch.amax(mask, 1, keepdim=True)
    level = (error.abs() * inside).sum() / (3 * inside.sum() + 1)
    across = (error[..., 1:] - error[..., :-1]).abs() * inside[..., 1:]
    along = (error[..., 1:, :] - error[..., :-1, :]).abs() * inside[..., 1:, :]
    slope = (across.sum() + along.sum()) / (3 * inside.sum() + 1)
    return (level + GRADIENTS * slope) / 20


def _filler_score(net: nn.Module, image: Tensor, mask: Tensor, clean: Tensor) -> str:
    pairs = zip(image.split(4), mask.split(4), strict=True)
    filled = torch.cat([net(*pair) for pair in pairs]).clamp(0, 255)
    said = []
    for name, where in (("lost", mask[:, :1]), ("veiled", mask[:, 1:])):
        count = float(where.sum()) * 3 + 1e-6
        before, after = (
            10 * float(torch.log10(255**2 / (((x - clean) ** 2 * where).sum() / count)))
            for x in (image, filled)
        )
        said.append(f"{name} {before:.2f} -> {after:.2f} dB")
    return "; ".join(said)


TASKS = {
    "detector": Task(_detector_example, _detector_loss, _detector_score, has_false_alarms=True),
    "filler": Task(_filler_example, _filler_loss, _filler_score, has_false_alarms=False),
}
