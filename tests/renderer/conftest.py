"""Property tests of pixels and curves: patient on a busy machine, and short enough for every run."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None, max_examples=50)
settings.load_profile("patient")
