"""Panels are switched through the kernel where nothing else holds the card."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from frame.display import panel_kms as kms
from frame.display.panel import find_panel
from frame.display.panel_kms import KmsPanel, find_kms

CARD = 7
DPMS, OTHER = 2, 3


class FakeCard:
    """A card as the kernel shows it: connector number to (encoder, DPMS state)."""

    def __init__(self, connectors: dict[int, tuple[int, int]], *, is_ours: bool = True) -> None:
        self.connectors = dict(connectors)
        self.is_ours = is_ours
        self.probes = 0

    def ioctl(self, descriptor: int, request: int, asked: Any) -> int:
        if descriptor != CARD:
            raise OSError(errno.ENOTTY, "no card")
        answers = {
            kms.GET_RESOURCES: self._resources,
            kms.GET_CONNECTOR: self._connector,
            kms.GET_PROPERTY: self._property,
            kms.SET_PROPERTY: self._set,
        }
        answers[request](asked)
        return 0

    def _resources(self, asked: kms.Resources) -> None:
        _fill(asked.connectors, asked.count_connectors, list(self.connectors), ctypes.c_uint32)
        asked.count_connectors = len(self.connectors)

    def _connector(self, asked: kms.Connector) -> None:
        self.probes += asked.count_modes == 0
        asked.encoder, state = self.connectors[asked.connector]
        _fill(asked.properties, asked.count_properties, [OTHER, DPMS], ctypes.c_uint32)
        _fill(asked.values, asked.count_properties, [1, state], ctypes.c_uint64)
        asked.count_properties, asked.count_modes = 2, 30

    def _property(self, asked: kms.Property) -> None:
        asked.name = b"DPMS" if asked.property == DPMS else b"EDID"

    def _set(self, asked: kms.Setting) -> None:
        if not self.is_ours:
            raise OSError(errno.EACCES, "somebody else holds the card")
        assert asked.property == DPMS
        self.connectors[asked.connector] = (self.connectors[asked.connector][0], asked.value)


def _fill(address: int, room: int, numbers: list[int], kind: Any) -> None:
    """As the kernel: as many as there is room for."""
    part = numbers[:room]
    ctypes.memmove(address, (kind * len(part))(*part), ctypes.sizeof(kind) * len(part))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The open files of a process that drives a card, among others."""
    folder = tmp_path / "fd"
    folder.mkdir()
    for number, target in ((0, "/dev/null"), (5, "/dev/dri/renderD128"), (CARD, "/dev/dri/card1")):
        os.symlink(target, folder / str(number))
    return folder


def test_the_calls_are_those_of_the_kernel():
    """The numbers that every program uses; they hold the sizes of the forms."""
    assert kms.GET_RESOURCES == 0xC04064A0
    assert kms.GET_CONNECTOR == 0xC05064A7
    assert kms.GET_PROPERTY == 0xC04064AA
    assert kms.SET_PROPERTY == 0xC01064AB


def test_every_panel_that_shows_something_is_switched(files: Path):
    card = FakeCard({33: (9, 0), 34: (0, 0), 35: (11, 0)})
    (panel,) = find_kms(files, card.ioctl)
    assert panel.name == "kms" and not panel.set_brightness(0.5)
    assert panel.set_power(is_on=False)
    assert card.connectors == {33: (9, 3), 34: (0, 0), 35: (11, 3)}
    assert panel.set_power(is_on=True)
    assert card.connectors == {33: (9, 0), 34: (0, 0), 35: (11, 0)}


def test_looking_for_it_switches_nothing_and_asks_no_monitor(files: Path):
    card = FakeCard({33: (9, 3)})
    assert find_kms(files, card.ioctl)
    assert card.connectors == {33: (9, 3)} and card.probes == 0


@pytest.mark.parametrize(
    "card", [FakeCard({}), FakeCard({33: (0, 0)}), FakeCard({33: (9, 0)}, is_ours=False)]
)
def test_a_card_that_is_not_ours_or_shows_nothing_is_no_way(files: Path, card: FakeCard):
    assert find_kms(files, card.ioctl) == []


def test_a_card_that_goes_away_is_a_no():
    panel = KmsPanel(CARD + 1, FakeCard({33: (9, 0)}).ioctl)
    assert not panel.set_power(is_on=False) and not panel.answers()


def test_without_a_list_of_open_files_there_is_no_card(tmp_path: Path):
    assert find_kms(tmp_path / "missing") == []


def test_on_the_bare_panel_the_kernel_goes_before_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", "")
    panel = KmsPanel(CARD, FakeCard({33: (9, 0)}).ioctl)
    monkeypatch.setattr("frame.display.panel.find_kms", lambda: [panel])
    assert find_panel("kmsdrm", tmp_path).name == "kms+none"
    assert find_panel("x11", tmp_path).name == "none"
