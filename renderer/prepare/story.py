"""What a restoration measured and did, as plain data for reports."""

from __future__ import annotations

from dataclasses import asdict

from renderer.prepare.restore import Restoration


def story(restoration: Restoration) -> dict[str, object]:
    """Keys are promised in the manual (docs/restoration.md); new ones may be added."""
    return {
        "changed": restoration.changed,
        "damage": restoration.damage,
        "face_damage": restoration.face_damage,
        "measured": restoration.measured,
        "steps": [asdict(step) for step in restoration.steps],
        "mended": list(restoration.mended),
        "identity": [asdict(likeness) for likeness in restoration.likenesses],
    }
