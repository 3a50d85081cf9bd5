"""Faces are compared, and what they were compared by is never kept: not in the library, not in memory
files, not in the log."""

from __future__ import annotations

import logging
import re
import struct
from dataclasses import replace

import numpy as np
import pytest

from frame.library.decode import DecodedPhoto
from frame.studio import slow
from renderer.engine import GeometricAnimator
from renderer.models import ModelStore, Session
from tests.frame.studio.scenes import Time, add_photo, decoded, kit
from tests.renderer.sitters import astronaut

NUMBER = re.compile(rb"-?\d+\.\d+(?:e-?\d+)?")


def runs(numbers: list[float]) -> set[tuple[float, ...]]:
    """Every four numbers in a row, as roughly as any text might tell them."""
    rough = [round(number, 3) for number in numbers]
    fours = (tuple(rough[i : i + 4]) for i in range(len(rough) - 3))
    return {four for four in fours if len(set(four)) > 1}


def test_no_embedding_is_in_the_library_after_a_clip_was_made(
    catalogue, places, live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    embeddings: list[np.ndarray] = []
    run = Session.run

    def listening(session: Session, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        outputs = run(session, **inputs)
        embeddings.extend(outputs.get("embedding", []))
        return outputs

    def decode(path) -> DecodedPhoto:
        photo = astronaut()
        size = (photo.shape[1], photo.shape[0])
        return replace(decoded(path), pixels=photo, original_size=size)

    monkeypatch.setattr(Session, "run", listening)
    photo_id = add_photo(catalogue, places, "a", size=(340, 340))
    time = Time(stops_at=2.0)
    animator = GeometricAnimator(ModelStore(provider="cpu"))
    with caplog.at_level(logging.DEBUG):
        slow.run(
            places.root, live, time, kit=kit(time, animator, decode=decode), reserve=lambda _: 0
        )
    assert catalogue.clips.of(photo_id) and len(embeddings) > 40
    kept = [caplog.text.encode()]
    for folder in (places.root, live):
        kept += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    everything = b"\n".join(kept)
    assert b"SQLite format 3" in everything
    pairs = {struct.pack("<2f", *embedding[:2]) for embedding in embeddings}
    pairs |= {struct.pack("<2d", *embedding[:2].astype(float)) for embedding in embeddings}
    assert not any(pair in everything for pair in pairs)
    said = runs([float(number) for number in NUMBER.findall(everything)])
    assert not any(said & runs(embedding.tolist()) for embedding in embeddings)
