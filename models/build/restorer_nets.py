"""The two networks of the restorer, as torch modules: plain U-Nets of convolutions.

Both look at the picture at half its resolution from the first layer on (a strided convolution) and go
down three levels more, so that one pixel's answer has seen some 200 pixels around it: enough to tell
the rim of a pair of spectacles from a scratch. No normalisation layers: they cost a quarter of the
time of a training step on a CPU, and a picture's neighbours in the batch say nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

DETECTOR_WIDTHS = (20, 40, 80, 112)
FILLER_WIDTHS = (16, 32, 64, 96)
STRIDE = 16
"""Heights and widths must be multiples of this."""
_CENTRE, _SPREAD = 127.5, 64.0


def _convolution(inputs: int, outputs: int, *, dilation: int = 1, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution, rectified, started so that the signal keeps its size (He et al. 2015)."""
    conv = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation=dilation)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    nn.init.zeros_(conv.bias)
    return nn.Sequential(conv, nn.ReLU(inplace=True))


class Trunk(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Channels at full resolution in, `outputs` channels at full resolution out."""

    def __init__(self, inputs: int, outputs: int, widths: Sequence[int]) -> None:
        super().__init__()
        first = widths[0]
        self.entry = nn.Sequential(nn.Conv2d(inputs, first, 4, 2, 1), nn.ReLU(inplace=True))
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(
            nn.Sequential(_convolution(here, below, stride=2), _convolution(below, below))
            for here, below in pairs
        )
        deepest = widths[-1]
        self.wide = nn.Sequential(
            _convolution(deepest, deepest, dilation=2), _convolution(deepest, deepest, dilation=4)
        )
        self.narrow = nn.ModuleList(nn.Conv2d(below, here, 1) for here, below in pairs)
        self.up = nn.ModuleList(_convolution(2 * here, here) for here, _ in pairs)
        self.finish = _convolution(first, first)
        self.last = nn.Conv2d(first, 4 * outputs, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.entry(x)
        passed = []
        for level in self.down:
            passed.append(x)
            x = level(x)
        x = x + self.wide(x)
        for narrow, up in zip(reversed(self.narrow), reversed(self.up), strict=True):
            larger = functional.interpolate(narrow(x), scale_factor=2.0, mode="nearest")
            x = up(torch.cat([larger, passed.pop()], 1))
        return functional.pixel_shuffle(self.last(self.finish(x)), 2)


class Detector(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Where is damage? Two logits a pixel: lost, veiled. Input ``(N, 3, H, W)`` RGB 0..255."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk(3, 2, DETECTOR_WIDTHS)
        # Damage is rare: starting from even odds would spend the first steps on learning that.
        nn.init.constant_(self.trunk.last.bias, -3.0)

    def forward(self, image: Tensor) -> Tensor:
        return self.trunk((image - _CENTRE) / _SPREAD)


class Filler(nn.Module):  # type: ignore[misc]  # torch has no types here
    """What was there? `image` ``(N, 3, H, W)`` 0..255 with what is lost already filled smoothly,
    `mask` ``(N, 2, H, W)`` 0..1 (lost, veiled); the answer differs from `image` inside the mask only.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk(5, 3, FILLER_WIDTHS)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        change = self.trunk(torch.cat([(image - _CENTRE) / _SPREAD, mask], 1))
        inside = torch.amax(mask, 1, keepdim=True)
        return image + inside * (_SPREAD * change)


def parameters(net: nn.Module) -> int:
    return sum(each.numel() for each in net.parameters())
