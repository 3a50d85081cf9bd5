"""Panels switched through the kernel (KMS), where SDL drives the card itself and no desktop does.

Only whoever holds the card may switch its panels, and within this process that is SDL: we ask through
the descriptor that it has open. The layouts are those of ``<drm/drm_mode.h>``, the same on every
architecture; the numbers of the calls follow from them.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPEN_FILES = Path("/proc/self/fd")

ON, OFF = 0, 3
"""DRM_MODE_DPMS_ON and DRM_MODE_DPMS_OFF."""

MOST = 64
"""Connectors of a card, or properties of a connector; real ones have a dozen. More is nonsense."""

_PROPERTY = b"DPMS"
_MODE_BYTES = 68
_READ_WRITE, _DRM = 3, ord("d")

Ioctl = Callable[[int, int, Any], int]


class Resources(ctypes.Structure):
    """``drm_mode_card_res``"""

    _fields_ = (
        ("framebuffers", ctypes.c_uint64),
        ("crtcs", ctypes.c_uint64),
        ("connectors", ctypes.c_uint64),
        ("encoders", ctypes.c_uint64),
        ("count_framebuffers", ctypes.c_uint32),
        ("count_crtcs", ctypes.c_uint32),
        ("count_connectors", ctypes.c_uint32),
        ("count_encoders", ctypes.c_uint32),
        ("bounds", ctypes.c_uint32 * 4),
    )


class Connector(ctypes.Structure):
    """``drm_mode_get_connector``"""

    _fields_ = (
        ("encoders", ctypes.c_uint64),
        ("modes", ctypes.c_uint64),
        ("properties", ctypes.c_uint64),
        ("values", ctypes.c_uint64),
        ("count_modes", ctypes.c_uint32),
        ("count_properties", ctypes.c_uint32),
        ("count_encoders", ctypes.c_uint32),
        ("encoder", ctypes.c_uint32),
        ("connector", ctypes.c_uint32),
        ("rest", ctypes.c_uint32 * 7),
    )


class Property(ctypes.Structure):
    """``drm_mode_get_property``"""

    _fields_ = (
        ("values", ctypes.c_uint64),
        ("enums", ctypes.c_uint64),
        ("property", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("name", ctypes.c_char * 32),
        ("count_values", ctypes.c_uint32),
        ("count_enums", ctypes.c_uint32),
    )


class Setting(ctypes.Structure):
    """``drm_mode_connector_set_property``"""

    _fields_ = (
        ("value", ctypes.c_uint64),
        ("property", ctypes.c_uint32),
        ("connector", ctypes.c_uint32),
    )


def _call(number: int, form: type[ctypes.Structure]) -> int:
    """``DRM_IOWR``, as ``<asm-generic/ioctl.h>`` puts it together."""
    return _READ_WRITE << 30 | ctypes.sizeof(form) << 16 | _DRM << 8 | number


GET_RESOURCES = _call(0xA0, Resources)
GET_CONNECTOR = _call(0xA7, Connector)
GET_PROPERTY = _call(0xAA, Property)
SET_PROPERTY = _call(0xAB, Setting)


@dataclass(frozen=True)
class Switch:
    """The power of one panel: the numbers that name it, and how it is."""

    connector: int
    dpms: int
    value: int


class KmsPanel:
    """Every panel that shows something through one card. It cannot be dimmed this way."""

    name = "kms"

    def __init__(self, descriptor: int, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._card = _Card(descriptor, ioctl)

    def set_power(self, *, is_on: bool) -> bool:
        """Panels come and go, so they are looked up each time: that is microseconds."""
        return self._set([(each, ON if is_on else OFF) for each in self._switches()])

    def set_brightness(self, share: float) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def answers(self) -> bool:
        """Whether there is a panel, and setting it to what it is works: only for who holds the card."""
        return self._set([(each, each.value) for each in self._switches()])

    def _switches(self) -> list[Switch]:
        try:
            return self._card.switches()
        except OSError:
            return []

    def _set(self, wanted: list[tuple[Switch, int]]) -> bool:
        try:
            for switch, value in wanted:
                self._card.set(switch, value)
        except OSError:
            return False
        return bool(wanted)


def find_kms(files: Path = OPEN_FILES, ioctl: Ioctl = fcntl.ioctl) -> list[KmsPanel]:
    """The cards that this process has open and may switch."""
    panels = (KmsPanel(descriptor, ioctl) for descriptor in _cards(files))
    return [panel for panel in panels if panel.answers()]


def _cards(files: Path) -> list[int]:
    found = []
    try:
        for entry in sorted(files.iterdir()):
            target = os.readlink(entry)
            if entry.name.isdigit() and target.startswith("/dev/dri/card"):
                found.append(int(entry.name))
    except OSError:  # one was closed while we looked; what was found before it may do
        pass
    return found


class _Card:
    """The four questions that we have for a card. Every method raises OSError where it says no."""

    def __init__(self, descriptor: int, ioctl: Ioctl) -> None:
        self._descriptor = descriptor
        self._ioctl = ioctl

    def switches(self) -> list[Switch]:
        """Of every connector that something is shown on."""
        return [each for number in self._connectors() if (each := self._switch(number)) is not None]

    def set(self, switch: Switch, value: int) -> None:
        self._ioctl(self._descriptor, SET_PROPERTY, Setting(value, switch.dpms, switch.connector))

    def _connectors(self) -> list[int]:
        numbers = (ctypes.c_uint32 * MOST)()
        asked = Resources(connectors=ctypes.addressof(numbers), count_connectors=MOST)
        self._ioctl(self._descriptor, GET_RESOURCES, asked)
        return list(numbers[: min(asked.count_connectors, MOST)])

    def _switch(self, number: int) -> Switch | None:
        # Room for one mode: asked for none, the kernel would ask the monitor itself, for a second.
        mode = ctypes.create_string_buffer(_MODE_BYTES)
        names, values = (ctypes.c_uint32 * MOST)(), (ctypes.c_uint64 * MOST)()
        asked = Connector(
            modes=ctypes.addressof(mode),
            count_modes=1,
            properties=ctypes.addressof(names),
            values=ctypes.addressof(values),
            count_properties=MOST,
            connector=number,
        )
        self._ioctl(self._descriptor, GET_CONNECTOR, asked)
        if asked.encoder == 0:
            return None  # nothing is shown there
        for index in range(min(asked.count_properties, MOST)):
            if self._name(names[index]) == _PROPERTY:
                return Switch(number, names[index], values[index])
        return None

    def _name(self, number: int) -> bytes:
        asked = Property(property=number)
        self._ioctl(self._descriptor, GET_PROPERTY, asked)
        return bytes(asked.name)
