"""Pictures that were learnt from before, kept on the device and shown again, altered.

Making a picture takes a processor longer than a graphics card takes to learn from twenty. Each step
therefore shows its new pictures together with older ones, mirrored, with other tones and other grain.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.build.restorer_tasks import CLEAN, DAMAGED, HOLE, SMOOTH

CONTRAST, BRIGHTNESS, GAMMA, GRAIN = 0.12, 10.0, 0.18, 3.0
"""Deviations of what is altered: shares, grey levels, logarithms, grey levels."""


class Replay:
    """The last `size` pictures, ``(C, H, W) uint8`` each, on `device`."""

    def __init__(self, size: int, shape: tuple[int, int, int], device: torch.device) -> None:
        self._kept = torch.empty((size, *shape), dtype=torch.uint8, device=device)
        self._count = 0

    def mixed(self, new: Tensor, again: int, seed: int) -> Tensor:
        """`new` ``(N, C, H, W) uint8`` as it is, and `again` older ones; floats 0..255 or masks 0..1.

        Which older ones, and how they are altered, follows from `seed`.
        """
        size = len(self._kept)
        places = (torch.arange(len(new), device=new.device) + self._count) % size
        drawn = torch.Generator(device=new.device).manual_seed(seed)
        shown = new.float()
        known = min(self._count, size)
        if again and known:
            old = torch.randint(known, (again,), generator=drawn, device=new.device)
            shown = torch.cat([shown, altered(self._kept[old].float(), drawn)])
        self._kept[places] = new
        self._count += len(new)
        return shown.contiguous(memory_format=torch.channels_last)


def altered(planes: Tensor, drawn: torch.Generator) -> Tensor:
    """`planes` mirrored, toned and grained: picture, undamaged picture and first fill all alike."""
    count, _, height, width = planes.shape
    device = planes.device

    def normal(*size: int) -> Tensor:
        return torch.randn(size, generator=drawn, device=device)

    mirrored = normal(count, 1, 1, 1) > 0
    planes = torch.where(mirrored, planes.flip(3), planes)
    gamma = (GAMMA * normal(count, 1, 1, 1)).exp()
    contrast = 1 + CONTRAST * normal(count, 1, 1, 1).clamp(-1.5, 1.5)
    brightness = BRIGHTNESS * normal(count, 1, 1, 1)
    grain = GRAIN * normal(count, 1, 1, 1).abs() * normal(count, 1, height, width)
    for part in (DAMAGED, CLEAN, SMOOTH):
        tones = 255 * (planes[:, part] / 255) ** gamma
        tones = (tones - 127.5) * contrast + 127.5 + brightness
        # The first fill has no grain of its own: it was spread from the rim.
        noise = grain * (1 - planes[:, HOLE]) if part == SMOOTH else grain
        planes[:, part] = (tones + noise).clamp(0, 255)
    return planes
