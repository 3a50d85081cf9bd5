"""Dust, spots, foxing, stains and lost emulsion, drawn at random (see `damage_lines`)."""

from __future__ import annotations

import numpy as np

from models.build.damage_layers import (
    Canvas,
    Coat,
    Points,
    Random,
    any_tone,
    cloud,
    dark_tone,
    paper_tone,
)

Size = tuple[int, int]


def _blot(rng: Random, centre: Points, radius: float) -> Points:
    """An irregular outline ``(n, 2)`` about `centre`."""
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    lobes = 1 + 0.25 * np.sin(angles * rng.integers(2, 4) + rng.uniform(0, 6.3))
    reach = radius * lobes * rng.uniform(0.75, 1.25, len(angles))
    squeeze = np.array([1.0, rng.uniform(0.45, 1.0)])
    turn = rng.uniform(0, np.pi)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, None] * squeeze
    return np.asarray(centre + ring @ spin.T, np.float64)


def dust(rng: Random, size: Size, unit: float) -> list[Coat]:
    """Specks of one to four pixels, many and small or few and larger."""
    canvas = Canvas(size)
    number = int(np.exp(rng.uniform(np.log(4), np.log(120))))
    middle = rng.uniform(0.5, 1.1) if number > 40 else rng.uniform(0.6, 1.8)
    for _ in range(number):
        centre = rng.uniform(0, 1, 2) * np.array(size)
        radius = middle * unit * np.exp(rng.normal(0, 0.35))
        canvas.polygon(_blot(rng, centre, radius), rng.uniform(0.6, 1.0))
    return [Coat("dust", canvas.alpha(rng.uniform(0, 0.5)), any_tone(rng, 0.4), is_veil=False)]


def spots(rng: Random, size: Size, unit: float) -> list[Coat]:
    """Foxing and mould: rust-brown, dark or pale round spots, some opaque, some a mere tint."""
    canvas = Canvas(size)
    for _ in range(int(rng.integers(1, 14))):
        centre = rng.uniform(0, 1, 2) * np.array(size)
        canvas.polygon(_blot(rng, centre, rng.uniform(1.5, 7.0) * unit), rng.uniform(0.7, 1.0))
    kind = rng.random()
    if kind < 0.4:
        dark = rng.uniform(40, 130)
        tone = np.array([dark + rng.uniform(10, 50), dark + 10, dark * rng.uniform(0.4, 0.9)])
    else:
        tone = any_tone(rng, 0.5)
    is_veil = bool(rng.random() < 0.35)
    strength = rng.uniform(0.25, 0.55) if is_veil else rng.uniform(0.75, 1.0)
    alpha = canvas.alpha(rng.uniform(0.3, 1.4) * unit) * np.float32(strength)
    return [Coat("spot", np.asarray(alpha, np.float32), tone.astype(np.float32), is_veil)]


def stains(rng: Random, size: Size, unit: float) -> list[Coat]:
    """A dried puddle: an even tint with a darker tide line, over part of the picture."""
    noise = cloud(rng, size, rng.uniform(40, 140) * unit, 3)
    level = np.quantile(noise, rng.uniform(0.6, 0.94))
    sharp = rng.uniform(2, 12)
    inside = np.clip((noise - level) * sharp + 0.5, 0, 1)
    tide = np.exp(-(((noise - level) * sharp * rng.uniform(0.7, 1.6)) ** 2)) * rng.uniform(0, 0.35)
    alpha = np.clip(inside * rng.uniform(0.12, 0.4) + tide, 0, 0.7).astype(np.float32)
    if rng.random() < 0.7:
        dark = rng.uniform(30, 150)
        tone = np.array([dark + rng.uniform(0, 60), dark + rng.uniform(0, 25), dark * 0.7])
    else:
        tone = paper_tone(rng)
    return [Coat("stain", alpha, tone.astype(np.float32), is_veil=True)]


def flakes(rng: Random, size: Size, unit: float) -> list[Coat]:
    """Emulsion fallen off in patches with ragged rims; paper shows."""
    noise = cloud(rng, size, rng.uniform(8, 26) * unit, 3)
    where = cloud(rng, size, 90 * unit, 1)
    level = np.quantile(noise + where, rng.uniform(0.96, 0.995))
    alpha = np.clip((noise + where - level) * 8 + 0.5, 0, 1).astype(np.float32)
    tone = paper_tone(rng) if rng.random() < 0.8 else dark_tone(rng)
    return [Coat("flake", alpha, tone, is_veil=False)]
