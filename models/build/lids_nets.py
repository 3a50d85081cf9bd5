"""The lids network as a torch module: a small U-Net over one eye."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from models.build.lids_planes import PLANES

WIDTHS = (16, 24, 40, 56)
"""Channels at the full, half, quarter and eighth resolution of the frame."""


DROPPED = 0.2
"""Share of the deepest channels left out of a training step: closed eyes are few."""


def _convolution(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation=dilation)
    nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
    nn.init.zeros_(conv.bias)
    return nn.Sequential(conv, nn.ReLU(inplace=True))


class Lidder(nn.Module):  # type: ignore[misc]  # torch has no types here
    """Log gain ``(N, 1, ROWS, COLUMNS)`` from ``(N, PLANES, ROWS, COLUMNS)``; zero before training."""

    def __init__(self) -> None:
        super().__init__()
        full, half, quarter, least = WIDTHS
        self.entry = _convolution(PLANES, full)
        self.to_half = nn.Sequential(_convolution(full, half, 2), _convolution(half, half))
        self.to_quarter = nn.Sequential(
            _convolution(half, quarter, 2), _convolution(quarter, quarter)
        )
        self.to_least = nn.Sequential(_convolution(quarter, least, 2), _convolution(least, least))
        self.wide = nn.Sequential(
            _convolution(least, least, dilation=2), _convolution(least, least, dilation=4)
        )
        self.drop = nn.Dropout2d(DROPPED)
        self.narrow_quarter = nn.Conv2d(least, quarter, 1)
        self.up_quarter = _convolution(quarter, quarter)
        self.narrow_half = nn.Conv2d(quarter, half, 1)
        self.up_half = _convolution(half, half)
        self.narrow_full = nn.Conv2d(half, full, 1)
        self.up_full = _convolution(full, full)
        self.last = nn.Conv2d(full, 1, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, planes: Tensor) -> Tensor:
        full = self.entry(planes)
        half = self.to_half(full)
        quarter = self.to_quarter(half)
        least = self.to_least(quarter)
        least = self.drop(least + self.wide(least))
        x = self.up_quarter(quarter + _twice(self.narrow_quarter(least)))
        x = self.up_half(half + _twice(self.narrow_half(x)))
        return self.last(self.up_full(full + _twice(self.narrow_full(x))))


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def parameters(net: nn.Module) -> int:
    return sum(each.numel() for each in net.parameters())
