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
from models.build.damage_scene import Picture
from models.build.damage_synth import Specimen, specimen

Arrays = tuple[NDArray[np.float32], ...]
FIRST_FILL_RADIUS = 3.0
"""Radius in pixels of the smooth fill that the filler is handed (Telea 2004)."""
GRADIENTS = 0.7
"""Weight of differences between neighbours in the filler's loss: without it fills come out blurred."""
IMAGINED = 0.65
"""Weight of damage that is imagined, against what is overlooked, in the overlap that the detector is
taught (Salehi, Erdogmus and Gholipour 2017): what is imagined is painted over."""

DAMAGED, CLEAN, TRUTH = slice(0, 3), slice(3, 6), slice(6, 9)
SMOOTH, HOLE, THROUGH = slice(9, 12), slice(12, 13), slice(13, 14)
CHANNELS = 14
"""What `example` packs: the damaged and the undamaged picture; lost, veiled and sure; the first fill,
and the masks of what is lost and veiled as a detector would give them. Masks are 0 or 1."""


@dataclass(frozen=True)
class Task:
    """`loss` and `score` take a network and examples ``(N, CHANNELS, H, W) float32``.

    `has_false_alarms` says that the network can see things in sound pictures."""

    loss: Callable[[nn.Module, Tensor], Tensor]
    score: Callable[[nn.Module, Tensor], str]
    has_false_alarms: bool


def example(rng: Random, pictures: list[Picture]) -> NDArray[np.uint8]:
    """One damaged picture ``(H, W, CHANNELS)``, for both networks."""
    made = specimen(rng, pictures)
    smooth, found = filler_input(made.damaged, *as_found(rng, made))
    masks = np.stack([made.lost, made.veiled, ~made.unsure], 2)
    every = (made.damaged, made.clean, masks, smooth, found)
    return np.concatenate([each.astype(np.uint8) for each in every], 2)


def _detector_loss(net: nn.Module, planes: Tensor) -> Tensor:
    """Cross-entropy and the overlap of lost pixels (Tversky), both blind where the truth is unsure."""
    logits = net(planes[:, DAMAGED]).float()
    truth = planes[:, TRUTH]
    sure, wanted = truth[:, 2:3], truth[:, :2]
    each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    # What is lost weighs more than what is veiled; either may be said of the other's pixels.
    weights = sure * (1 - wanted.flip(1))
    entropy = (each * weights * logits.new_tensor([1.0, 0.4]).view(1, 2, 1, 1)).mean()
    believed = torch.sigmoid(logits[:, :1]) * weights[:, :1]
    lost = wanted[:, :1]
    hit, imagined = (believed * lost).sum(), (believed * (1 - lost)).sum()
    missed = ((1 - believed) * lost * weights[:, :1]).sum()
    overlap = (hit + 1) / (hit + IMAGINED * imagined + (1 - IMAGINED) * missed + 1)
    return 4 * entropy + 0.5 * (1 - overlap)


def _detector_score(net: nn.Module, planes: Tensor) -> str:
    """Precision at the beliefs at which each share of the damage is found."""
    parts = planes.split(8)
    believed = torch.cat([torch.sigmoid(net(part[:, DAMAGED]).float()) for part in parts])
    truth = planes[:, TRUTH]
    said = []
    for channel, name in ((0, "lost"), (1, "veiled")):
        free = (truth[:, 2] > 0) & (truth[:, 1 - channel] == 0)
        wanted = (truth[:, channel] > 0) & free
        for threshold in (0.35, 0.5, 0.65, 0.8):
            found = (believed[:, channel] > threshold) & free
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


def as_found(rng: Random, made: Specimen) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The masks as a detector would give them: rims included, a pixel or so too wide."""
    reach = int(rng.integers(1, 3))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    lost = cv2.dilate(made.lost.astype(np.uint8), kernel) > 0
    veiled = (cv2.dilate(made.veiled.astype(np.uint8), kernel) > 0) & ~lost
    return lost, veiled


def _filler_loss(net: nn.Module, planes: Tensor) -> Tensor:
    """Mean absolute error and error of the gradients inside the mask, in grey levels."""
    mask = planes[:, HOLE.start : THROUGH.stop]
    error = net(planes[:, SMOOTH], mask).float() - planes[:, CLEAN]
    inside = torch.amax(mask, 1, keepdim=True)
    level = (error.abs() * inside).sum() / (3 * inside.sum() + 1)
    across = (error[..., 1:] - error[..., :-1]).abs() * inside[..., 1:]
    along = (error[..., 1:, :] - error[..., :-1, :]).abs() * inside[..., 1:, :]
    slope = (across.sum() + along.sum()) / (3 * inside.sum() + 1)
    return (level + GRADIENTS * slope) / 20


def _filler_score(net: nn.Module, planes: Tensor) -> str:
    mask, image, clean = planes[:, HOLE.start : THROUGH.stop], planes[:, SMOOTH], planes[:, CLEAN]
    pairs = zip(image.split(8), mask.split(8), strict=True)
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
    "detector": Task(_detector_loss, _detector_score, has_false_alarms=True),
    "filler": Task(_filler_loss, _filler_score, has_false_alarms=False),
}
