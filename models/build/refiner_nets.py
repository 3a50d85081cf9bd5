"""The refiner as a torch module: a few convolutions at the picture's own resolution."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.build.refiner_pairs import PLANES

WIDTH, DEPTH = 24, 4


class Refiner(nn.Module):  # type: ignore[misc]  # torch has no types here
    """What is to be added to a moved picture: ``(N, 3, H, W)`` from `planes` ``(N, PLANES, H, W)`` and
    `gate` ``(N, 1, H, W)``. Exactly zero where the gate is."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for number in range(DEPTH):
            conv = nn.Conv2d(WIDTH if number else PLANES, WIDTH, 3, padding=1)
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            nn.init.zeros_(conv.bias)
            layers += [conv, nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers)
        self.last = nn.Conv2d(WIDTH, 3, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, planes: Tensor, gate: Tensor) -> Tensor:
        return self.last(self.body(torch.cat([planes[:, :3] - 0.5, 10 * planes[:, 3:]], 1))) * gate


def parameters(net: nn.Module) -> int:
    return sum(each.numel() for each in net.parameters())
