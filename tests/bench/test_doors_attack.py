"""The attacks on the doors, small: each is carried out for real, and none gets anywhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.doors_forms import FOREIGN_HEADS, FOREIGN_HOSTS, cross_site
from tests.paths import ROOT


def test_there_are_as_many_forms_as_promised():
    assert len(set(FOREIGN_HOSTS + FOREIGN_HEADS)) >= 40
    assert len({form.name for form in cross_site("x")}) == 25


@pytest.mark.slow
def test_nothing_gets_anywhere():
    command = [sys.executable, "-m", "bench.doors_attack", "--guesses", "500", "--dribble", "5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing got anywhere" in done.stdout
