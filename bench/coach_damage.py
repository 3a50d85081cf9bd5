"""How the coach's measures answer to damage of known strength, and how well their bounds separate it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from bench import data
from bench.attributes import load
from renderer.faces.clarity import grain, sharpness
from renderer.faces.find import find_faces
from renderer.faces.types import Face, Picture
from renderer.gates import SOFT
from renderer.models import ModelStore
from renderer.prepare import coach, person
from renderer.prepare.blocks import blockiness
from renderer.prepare.light import read_face_light, read_light

CLEAN = ("20", "21", "22", "23", "24", "25", "26", "27", "28", "30", "34", "35")
"""Portraits in which a person sees no blur, noise, fading, or wrong light."""

CROPS_EVERY = 25
"""Of the colour face crops: about seventy."""

Damage = Callable[[Picture, Face, float], Picture]
Measure = Callable[[Picture, Face], float]


@dataclass(frozen=True)
class Trial:
    """A kind of damage at rising strengths (0: none), the measure that should see it, and its bound.

    `is_low`: damaged is what lies under the bound.
    """

    name: str
    strengths: Sequence[float]
    damage: Damage
    measure: Measure
    bound: float
    is_low: bool = False


def blurred(picture: Picture, face: Face, strength: float) -> Picture:
    """Sigma in eye distances."""
    sigma = strength * face.interocular_px
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def noisy(picture: Picture, _: Face, strength: float) -> Picture:
    """Sigma in levels, the same in all channels, as in the grain of film."""
    noise = np.random.default_rng(1).normal(0, strength, (*picture.shape[:2], 1))
    return np.asarray(np.clip(np.round(picture + noise), 0, 255), np.uint8)


def compressed(picture: Picture, _: Face, strength: float) -> Picture:
    """100 minus the quality."""
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, round(100 - strength)])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def exposed(picture: Picture, _: Face, stops: float) -> Picture:
    """Light doubled `stops` times, before a display's gamma."""
    light = np.clip((picture / 255.0) ** 2.2 * 2.0**stops, 0, 1)
    return np.asarray(np.round(255 * light ** (1 / 2.2)), np.uint8)


def faded(picture: Picture, _: Face, strength: float) -> Picture:
    """This share of the contrast lost, towards the grey of old paper."""
    return np.round(picture * (1 - strength) + 150 * strength).astype(np.uint8)


def tinted(picture: Picture, _: Face, strength: float) -> Picture:
    """A dye lost: red lifted by this many levels in the shadows, green by a quarter."""
    lift = strength * np.array([1.0, 0.25, 0.0])
    return np.clip(np.round(picture * (1 - strength / 255) + lift), 0, 255).astype(np.uint8)


TRIALS = (
    Trial("blur, sigma in eye distances: sharpness, blurry",
          (0.01, 0.02, 0.03, 0.04, 0.06, 0.08), blurred, sharpness, SOFT, is_low=True),
    Trial("blur, sigma in eye distances: sharpness, soft eyes",
          (0.01, 0.02, 0.03, 0.04), blurred, sharpness, person.SOFT_EYES, is_low=True),
    Trial("noise, sigma in levels: grain", (2, 4, 6, 8, 12, 16), noisy, grain, person.NOISY),
    Trial("JPEG, 100 - quality: blockiness in levels",
          (5, 10, 20, 30, 40, 50, 60, 70, 80), compressed, lambda p, _: blockiness(p), coach.BLOCKY),
    Trial("stops darker: brightest luma", (-0.5, -1, -1.5, -2, -3), exposed,
          lambda p, _: read_light(p).brightest, coach.TOO_DARK, is_low=True),
    Trial("stops darker: the face's lit part", (-0.5, -1, -1.5, -2, -3), exposed,
          lambda p, f: read_face_light(p, f).bright, person.DARK_FACE, is_low=True),
    Trial("stops brighter: burnt share", (0.5, 1, 1.5, 2), exposed,
          lambda p, f: read_face_light(p, f).burnt, person.BURNT_OUT),
    Trial("share of the contrast lost: span", (0.1, 0.2, 0.3, 0.4, 0.5), faded,
          lambda p, _: read_light(p).span, coach.FADED, is_low=True),
    Trial("levels of a dye lost: cast", (10, 20, 30, 40, 60), tinted,
          lambda p, _: read_light(p).cast, coach.CAST),
)  # fmt: skip


def print_thresholds(store: ModelStore) -> None:
    for title, pictures in (("portraits", _portraits(store)), ("face crops", _crops(store))):
        for trial in TRIALS:
            # Blocks of the file's own compression must not count: halved, they are gone.
            is_halved = trial.damage is compressed
            ready = [(_halved(p), f.scaled(0.5)) for p, f in pictures] if is_halved else pictures
            _print_trial(trial, ready, title)
    _print_enlarged(_portraits(store))


def _portraits(store: ModelStore) -> list[tuple[Picture, Face]]:
    paths = [path for path in data.portraits() if path.name[:2] in CLEAN]
    return _with_faces([load(path) for path in paths], store)


def _crops(store: ModelStore) -> list[tuple[Picture, Face]]:
    folder = data.data_folder("train_crops_256")
    paths = sorted(folder.glob("*.jpg")) if folder else []
    colour = [path for path in paths if "pre1927" not in path.name][::CROPS_EVERY]
    return _with_faces([load(path) for path in colour], store)


def _with_faces(pictures: list[Picture], store: ModelStore) -> list[tuple[Picture, Face]]:
    found = []
    for picture in pictures:
        faces = [face for face in find_faces(picture, store) if face.mesh.presence >= 0.5]
        if faces:
            found.append((picture, max(faces, key=lambda face: face.height_px)))
    return found


def _halved(picture: Picture) -> Picture:
    return np.asarray(
        cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8
    )


def _print_trial(trial: Trial, pictures: list[tuple[Picture, Face]], title: str) -> None:
    clean = np.array([trial.measure(picture, face) for picture, face in pictures])
    print(f"\n{trial.name}; bound {trial.bound}; {len(pictures)} {title}")
    print("strength   p10 / p50 / p90        told   area under the curve")
    _print_row("0", clean, clean, trial)
    for strength in trial.strengths:
        damaged = np.array(
            [
                trial.measure(trial.damage(picture, face, strength), face)
                for picture, face in pictures
            ]
        )
        _print_row(f"{strength:g}", damaged, clean, trial)


def _print_row(strength: str, values: np.ndarray, clean: np.ndarray, trial: Trial) -> None:
    low, middle, high = np.percentile(values, (10, 50, 90))
    told = (values < trial.bound) if trial.is_low else (values >= trial.bound)
    sign = -1 if trial.is_low else 1
    ahead = np.sign(sign * (values[:, None] - clean[None, :]))
    area = float((ahead > 0).mean() + (ahead == 0).mean() / 2)
    print(
        f"{strength:>8}   {low:6.2f} / {middle:6.2f} / {high:6.2f}   {told.mean():5.0%}   {area:.3f}"
    )


def _print_enlarged(pictures: list[tuple[Picture, Face]]) -> None:
    """What is left of the eyes' finest detail when a photo with fewer pixels is enlarged."""
    large = [(p, f) for p, f in pictures if f.interocular_px > 100]
    print(
        f"\nenlarged by: share of the Laplacian's energy left around the eyes, {len(large)} portraits"
    )
    for factor in (1.0, 1.15, 1.3, 1.5, 2.0, 3.0):
        shares = []
        for picture, face in large:
            size = (picture.shape[1], picture.shape[0])
            small = cv2.resize(
                picture, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA
            )
            again = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)
            shares.append(_detail(np.asarray(again, np.uint8), face) / _detail(picture, face))
        print(f"{factor:8.2f}   {np.median(shares):.2f}")


def _detail(picture: Picture, face: Face) -> float:
    x, y = face.mesh.points[[468, 473], :2].mean(axis=0)
    reach = face.interocular_px
    part = picture[
        max(0, int(y - reach / 2)) : int(y + reach / 2), max(0, int(x - reach)) : int(x + reach)
    ]
    luma = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)
    return float((cv2.Laplacian(luma, cv2.CV_32F) ** 2).mean())
