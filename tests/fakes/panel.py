"""A panel that remembers what was asked of it."""

from __future__ import annotations


class FakePanel:
    """See the module. `can_switch` and `can_dim` say what works."""

    name = "fake"

    def __init__(self, *, can_switch: bool = True, can_dim: bool = True) -> None:
        self.can_switch = can_switch
        self.can_dim = can_dim
        self.power: list[bool] = []
        self.brightness: list[float] = []

    def set_power(self, *, is_on: bool) -> bool:
        self.power.append(is_on)
        return self.can_switch

    def set_brightness(self, share: float) -> bool:
        self.brightness.append(share)
        return self.can_dim
