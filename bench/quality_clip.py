"""One photo through the real engine: the verdict, who moves, and the seam of the finished clip."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import seam
from bench.quality_figures import Figure
from bench.quality_subjects import Subject
from frame.library.decode import decode_file
from renderer.animator import Request, seed_of
from renderer.engine import GeometricAnimator
from renderer.framing import frame_photo, working_picture
from renderer.models import ModelStore
from renderer.report import Report

HEIGHT = 1080


def animated(subject: Subject, store: ModelStore) -> list[Figure]:
    """Animate with ``auto`` and measure the file; for a refused photo only the verdict."""
    photo = decode_file(subject.path)
    request = Request(height=HEIGHT, seed=seed_of(photo.sha256), year=photo.year)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        report = GeometricAnimator(store).animate(photo.pixels, clip, request, lambda *_: None)
        figures = _told(subject.name, report)
        if report.verdict == "animated":
            height, width = photo.pixels.shape[:2]
            still = working_picture(photo.pixels, frame_photo(width, height, HEIGHT))
            for decoder, frames in seam.DECODERS.items():
                ends = seam.both_ends(frames(clip))
                if ends is None:
                    continue
                for end, picture in zip(("first", "last"), ends, strict=True):
                    found = seam.likeness(still, picture)
                    name = f"seam.{decoder}.{end}"
                    figures.append(Figure(subject.name, f"{name}.psnr", found.psnr_db))
                    figures.append(Figure(subject.name, f"{name}.shift", found.shift))
    return figures


def _told(photo: str, report: Report) -> list[Figure]:
    """Verdict and reasons as text; faces found and moved as numbers."""
    codes = ", ".join(dict.fromkeys(reason.code for reason in report.reasons))
    moved = sum(face.moved for face in report.faces)
    rungs = " -> ".join(f"{a.driver} {a.intensity:.2f}" for a in report.ladder)
    figures = [
        Figure(photo, "verdict", float(report.verdict == "animated"), text=report.verdict),
        Figure(photo, "reasons", len(report.reasons), text=codes),
        Figure(photo, "faces", len(report.faces)),
        Figure(photo, "moved", moved),
        Figure(photo, "driver", len(report.ladder), driver=report.driver or "", text=rungs),
    ]
    if report.faces:
        lead = max(report.faces, key=lambda face: face.frame_share)
        figures += [
            Figure(photo, "yaw_deg", lead.yaw_deg),
            Figure(photo, "interocular_px", lead.interocular_px),
        ]
    return figures
