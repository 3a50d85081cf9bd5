"""One studio for a library, and the next as soon as the first is gone."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path

import pytest

from frame.studio.lock import alone, only_one
from tests.frame.studio.scenes import Time


def test_only_one_at_a_time(tmp_path: Path) -> None:
    with only_one(tmp_path) as first:
        with only_one(tmp_path) as second:
            assert (first, second) == (True, False)
        with only_one(tmp_path) as third:
            assert not third
    with only_one(tmp_path) as fourth:
        assert fourth


def test_the_other_waits_until_it_is_alone_or_told_to_stop(tmp_path: Path) -> None:
    with only_one(tmp_path), alone(tmp_path, Time(stops_at=5.0)) as is_ours:
        assert not is_ours
    with alone(tmp_path, Time()) as is_ours:
        assert is_ours


def test_a_file_system_without_locks_is_no_obstacle(tmp_path: Path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with only_one(tmp_path) as is_ours:
        assert is_ours


def test_what_went_wrong_otherwise_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), only_one(tmp_path / "missing"):
        pass
