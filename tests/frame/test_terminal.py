"""The progress line, on a terminal and off it."""

from __future__ import annotations

from io import StringIO

from frame.terminal import ProgressLine, bar


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bar_tells_stage_share_and_the_time_left():
    assert bar("frames", 0.5, 4.0) == "█" * 12 + "░" * 12 + "  50%  frames, 4 s left"


def test_no_guess_at_the_very_beginning_and_none_at_the_end():
    assert "left" not in bar("faces", 0.01, 2.0)
    assert "left" not in bar("done", 1.0, 9.0)
    assert bar("odd", 7.0, 1.0).startswith("█" * 24 + " 100%")


def test_a_terminal_sees_one_line_that_disappears():
    screen = Terminal()
    with ProgressLine(screen, clock=Clock()) as progress:
        progress("faces", 0.1)
        progress("faces", 0.2)
    assert "\n" not in screen.getvalue()
    assert screen.getvalue().count("faces") == 1, "redrawn sooner than anybody can read"
    assert screen.getvalue().endswith("\r\x1b[K")


def test_a_log_gets_one_line_a_stage():
    log = StringIO()
    with ProgressLine(log, clock=Clock()) as progress:
        for share in (0.1, 0.2, 0.3):
            progress("faces", share)
        progress("frames", 0.4)
    assert log.getvalue() == "faces ...\nframes ...\n"


def test_quiet_is_silent_but_still_measures():
    clock, screen = Clock(), Terminal()
    with ProgressLine(screen, quiet=True, clock=clock) as progress:
        progress("faces", 0.0)
        clock.now += 2
        progress("frames", 0.5)
        clock.now += 3
    assert screen.getvalue() == ""
    assert progress.seconds == [("faces", 2.0), ("frames", 3.0)]
