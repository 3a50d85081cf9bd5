"""What restoration mends is struck off: the finding stays known, and is no longer told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from renderer.prepare.findings import Finding

Mending = Literal["scratches", "fading", "cast", "noise", "jpeg", "soft_eyes"]
"""What a restoration can have done to a photo."""

MENDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "scratches": frozenset({"scratched_face", "scratched_photo", "chose_damaged"}),
        "fading": frozenset({"faded", "too_dark", "dark_face"}),
        "cast": frozenset({"colour_cast"}),
        "noise": frozenset({"noisy"}),
        "jpeg": frozenset({"jpeg_blocks"}),
        "soft_eyes": frozenset({"soft_eyes"}),
    }
)
"""The findings that each kind of mending answers. ``blurry`` is not among them: no sharpening brings
back what is not there, and the gates go on holding such a face to gentle motion."""


def is_mended(code: str, mended: Collection[str]) -> bool:
    """Whether a finding is answered by what was mended; kinds that nobody knows answer nothing."""
    return any(code in MENDS.get(kind, ()) for kind in mended)


def strike(findings: Iterable[Finding], mended: Collection[str]) -> tuple[Finding, ...]:
    """The same findings in the same order, those that were mended marked so. What was struck off
    before stays struck off."""
    return tuple(
        replace(each, is_mended=each.is_mended or is_mended(each.code, mended)) for each in findings
    )
