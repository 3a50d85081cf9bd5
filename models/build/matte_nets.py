"""The matte network as a torch module: a U-Net of convolutions whose widths suit vector units.

It looks at the picture at half its resolution from the first layer on, takes the hints in at a
quarter, and goes down two levels more. Skips are added, not stacked: a third less work. No
normalisation layers: they cost a quarter of the time of a training step on a CPU.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.build.matte_planes import HINTS

WIDTHS = (16, 32, 48, 64)
"""Channels at a half, a quarter, an eighth and a sixteenth of the resolution."""


def _convolution(inputs: int, outputs: int, *, dilation: int = 1, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution, rectified, started so that the signal keeps its size (He et al. 2015)."""
    conv = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation=dilation)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    nn.init.zeros_(conv.bias)
    return nn.Sequential(conv, nn.ReLU(inplace=True))


class Matter(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Logits of alpha ``(N, 1, H, W)`` from `image` ``(N, 4, H, W)`` 0..1 and `hints`
    ``(N, HINTS, H/4, W/4)``; sizes in multiples of 16 (see `models.build.matte_planes`)."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, least = WIDTHS
        self.entry = nn.Sequential(nn.Conv2d(4, half, 4, 2, 1), nn.ReLU(inplace=True))
        self.to_quarter = _convolution(half, quarter, stride=2)
        self.join = _convolution(quarter + HINTS, quarter)
        self.to_eighth = nn.Sequential(
            _convolution(quarter, eighth, stride=2), _convolution(eighth, eighth)
        )
        self.to_least = nn.Sequential(
            _convolution(eighth, least, stride=2), _convolution(least, least)
        )
        self.wide = nn.Sequential(
            _convolution(least, least, dilation=2), _convolution(least, least, dilation=4)
        )
        self.narrow_eighth = nn.Conv2d(least, eighth, 1)
        self.up_eighth = _convolution(eighth, eighth)
        self.narrow_quarter = nn.Conv2d(eighth, quarter, 1)
        self.up_quarter = _convolution(quarter, quarter)
        self.narrow_half = nn.Conv2d(quarter, half, 1)
        self.up_half = _convolution(half, half)
        self.last = nn.Conv2d(half, 4, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, image: Tensor, hints: Tensor) -> Tensor:
        half = self.entry(2 * image - 1)
        quarter = self.join(torch.cat([self.to_quarter(half), hints], 1))
        eighth = self.to_eighth(quarter)
        least = self.to_least(eighth)
        least = least + self.wide(least)
        x = self.up_eighth(eighth + _twice(self.narrow_eighth(least)))
        x = self.up_quarter(quarter + _twice(self.narrow_quarter(x)))
        x = self.up_half(half + _twice(self.narrow_half(x)))
        return functional.pixel_shuffle(self.last(x), 2)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def parameters(net: nn.Module) -> int:
    return sum(each.numel() for each in net.parameters())
