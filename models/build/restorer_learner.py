"""One network of the restorer while it learns: its steps, its averaged weights, what is saved of it."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from models.build.restorer_nets import Detector, Filler, parameters
from models.build.restorer_tasks import TASKS

RATE = 2e-3
WARM_UP = 40
"""Steps over which the learning rate rises."""
KEEP = 0.998
"""Share of the running average of the weights that a step keeps, less at first; the average ships."""


class Learner:
    """The network of task `name` on `device`, taken up from `folder` where it was left."""

    def __init__(self, name: str, folder: Path, device: torch.device, *, is_half: bool) -> None:
        self.name = name
        self.task = TASKS[name]
        self._device, self._is_half = device, is_half
        self._path = folder / f"{name}.pt"
        net = Detector() if name == "detector" else Filler()
        self.net: nn.Module = net.to(device, memory_format=torch.channels_last)
        self._optimiser = torch.optim.AdamW(self.net.parameters(), lr=RATE, weight_decay=1e-4)
        self._average = {key: value.clone() for key, value in self.net.state_dict().items()}
        self.steps, self.seconds = 0, 0.0
        if self._path.exists():
            saved = torch.load(self._path, weights_only=True, map_location=device)
            self.net.load_state_dict(saved["net"])
            self._optimiser.load_state_dict(saved["optimiser"])
            self._average = saved["average"]
            self.steps, self.seconds = int(saved["step"]), float(saved["seconds"])

    @property
    def parameters(self) -> int:
        return parameters(self.net)

    def learn(self, planes: Tensor, rate: float) -> Tensor:
        """One step at `rate` times the full learning rate; its loss, still on the device."""
        for part in self._optimiser.param_groups:
            part["lr"] = RATE * min((self.steps + 1) / WARM_UP, rate)
        self._optimiser.zero_grad()
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._is_half):
            loss = self.task.loss(self.net, planes)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self._optimiser.step()
        keep = min(KEEP, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            state = self.net.state_dict()
            averages = list(self._average.values())
            torch._foreach_lerp_(averages, [state[key] for key in self._average], 1 - keep)
        self.steps += 1
        return loss.detach()

    def save(self, seconds: float) -> None:
        """Keep everything; `seconds` is how long was learnt in all."""
        self.seconds = seconds
        state = {
            "net": self.net.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "average": self._average,
            "step": self.steps,
            "seconds": seconds,
        }
        part = self._path.with_suffix(".part")
        torch.save(state, part)
        part.replace(self._path)

    @torch.no_grad()  # type: ignore[untyped-decorator]  # torch has no types here
    def score(self, planes: Tensor) -> str:
        """What the averaged weights score on examples ``(N, CHANNELS, H, W)``."""
        current = {key: value.clone() for key, value in self.net.state_dict().items()}
        self.net.load_state_dict(self._average)
        said = self.task.score(self.net, planes)
        self.net.load_state_dict(current)
        return said

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def alarms(self, images: Tensor) -> Tensor:
        """How much damage the network sees in each of sound pictures ``(N, 3, H, W) uint8``."""
        said = [torch.sigmoid(self.net(part.to(self._device).float())) for part in images.split(16)]
        return torch.cat([each.clamp(min=0.2).mean((1, 2, 3)).cpu() for each in said])
