"""Runs the processes of one frame: what happened goes to `frame.supervise`, what it says is done."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from frame.app.alone import Starts
from frame.app.lifeline import last_beat
from frame.app.notify import Notifier
from frame.app.order import Order
from frame.app.processes import Command, Processes, own_command
from frame.app.renewals import concerned, tell
from frame.app.signals import ENDINGS, as_bytes
from frame.errors import WakeframeError
from frame.library.catalogue import Catalogue
from frame.library.places import Places
from frame.live import heard, say
from frame.supervise import (
    CRASH_LOOP,
    DISPLAY,
    RULES,
    Effect,
    Ended,
    Event,
    Family,
    News,
    Renewed,
    Rule,
    Signal,
    Stage,
    Start,
    StopAsked,
    Tell,
    Tick,
    new_family,
    step,
)

_log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
"""Ends of processes are heard of at once; this is for the signs of life of the others."""

TELL_SECONDS = 10.0
LASTED_SECONDS = 120.0
"""A start that came this far was none of a loop of starts."""

ROOM = "app"

_WORDS = {
    News.CAME_BACK: (logging.WARNING, "it ended and is started again"),
    News.HUNG: (logging.WARNING, "it gave no sign of life and is replaced"),
    News.RESTS: (logging.ERROR, "it keeps ending at its start and rests for ten minutes"),
    News.SAFE: (logging.ERROR, "it keeps ending at its start: safe mode, stills only"),
    News.SAFE_OVER: (logging.INFO, "safe mode is over: everything is tried again"),
}


@dataclass(frozen=True)
class Outside:
    """What a supervisor stands on, handed in so that tests can hand in something else.

    `recover` puts the library in order before anybody opens it; `look` is called twice a second and
    shows people at a terminal what happens; so is `renewed`, which gives another order when the owner
    has changed settings.
    """

    recover: Callable[[Path], None]
    command: Command = own_command
    rules: tuple[Rule, ...] = RULES
    clock: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = time.time
    notifier: Notifier = field(default_factory=Notifier)
    look: Callable[[], None] = lambda: None
    renewed: Callable[[], Order | None] = lambda: None


class Supervisor:
    """One frame while it runs. `run` returns when it has ended, and nobody is left then."""

    def __init__(self, order: Order, outside: Outside) -> None:
        self._order = order
        self._outside = outside
        self._processes = Processes(outside.command)
        self._family = new_family(outside.clock(), rules=outside.rules)
        self._starts = Starts(order.library)
        self._began_unix = outside.unix()
        self._told: dict[str, Any] = {}
        self._told_at = float("-inf")
        self._has_lasted = False

    def run(self) -> int:
        """Run until somebody wants an end. Raises `WakeframeError` where the library is unusable."""
        try:
            with as_bytes(*ENDINGS, signal.SIGCHLD) as signals:
                # It loads its packages while the library is put in order.
                self._processes.prepare(DISPLAY)
                self._outside.recover(self._order.library)
                self._loop(signals)
        finally:
            self._processes.end_all()
        return 0

    def _loop(self, signals: int) -> None:
        clock = self._outside.clock
        is_safe = self._starts.begin() >= CRASH_LOOP
        self._family = new_family(clock(), is_safe=is_safe, rules=self._outside.rules)
        if is_safe:
            self._tell(News.SAFE, DISPLAY)
        while True:
            for name, code in self._processes.ended():
                self._happen(Ended(clock(), name, code))
            self._happen(Tick(clock(), self._signs()))
            self._look_around(clock())
            if self._family.stage is Stage.STOPPED:
                break
            select.select([signals], [], [], TICK_SECONDS)
            self._hear(signals)
        self._starts.lasted()
        self._say(clock())

    def _hear(self, signals: int) -> None:
        with contextlib.suppress(BlockingIOError):
            if set(os.read(signals, 1024)) & set(ENDINGS):
                self._outside.notifier.stopping()
                self._happen(StopAsked(self._outside.clock()))

    def _happen(self, event: Event) -> None:
        self._family, effects = step(self._family, event)
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Start(name, is_safe):
                self._start(name, is_safe=is_safe)
            case Signal(name, number):
                self._processes.send(name, number)
            case Tell(news, name):
                self._tell(news, name)

    def _start(self, name: str, *, is_safe: bool) -> None:
        try:
            self._processes.start(name, replace(self._order, is_safe=is_safe).to_line())
        except OSError as error:  # no memory for another process: it is tried again
            _log.warning("a process did not start", extra={"which": name, "why": str(error)})
            self._happen(Ended(self._outside.clock(), name, 1))

    def _signs(self) -> dict[str, float]:
        signs = {rule.name: self._sign(rule.name) for rule in self._outside.rules}
        return {name: sign for name, sign in signs.items() if sign is not None}

    def _sign(self, name: str) -> float | None:
        if name != DISPLAY:
            return last_beat(self._order.live, name)
        return display_sign(heard(self._order.live, DISPLAY))

    def _look_around(self, now: float) -> None:
        """What is done at every tick beside the processes."""
        self._outside.notifier.look(now, self._family.member(DISPLAY).sign)
        if not self._has_lasted and now - self._family.began > LASTED_SECONDS:
            self._has_lasted = True
            if not self._family.is_safe:
                self._starts.lasted()
        self._say(now)
        self._renew(now)
        try:
            self._outside.look()
        except (OSError, sqlite3.Error, WakeframeError) as error:
            _log.debug("nothing to show", extra={"why": str(error)})

    def _renew(self, now: float) -> None:
        """Settings have changed: everybody whom they concern gets to know."""
        order = self._outside.renewed()
        if order is None or order == self._order:
            return
        names = concerned(self._order, order)
        self._order = order
        tell(order)
        _log.info("settings have changed", extra={"again": " ".join(sorted(names)) or "nobody"})
        self._happen(Renewed(now, names))

    def _tell(self, news: News, name: str) -> None:
        level, words = _WORDS[news]
        _log.log(level, words, extra={"which": name})
        if news not in (News.SAFE, News.SAFE_OVER, News.RESTS):
            return
        code, subject = ("safe_mode", "") if name == DISPLAY else ("keeps_ending", name)
        try:
            with Catalogue(Places(self._order.library).catalogue) as catalogue:
                if news is News.SAFE_OVER:
                    catalogue.notices.clear(ROOM, code, subject)
                else:
                    message = f"{name}: {words}."
                    catalogue.notices.add(ROOM, code, subject, message, int(self._outside.unix()))
        except (WakeframeError, sqlite3.Error, OSError) as error:
            _log.warning("a notice was lost", extra={"why": str(error)})

    def _say(self, now: float) -> None:
        facts = _facts(self._family, self._processes)
        if facts != self._told or now - self._told_at > TELL_SECONDS:
            self._told, self._told_at = facts, now
            say(self._order.live, ROOM, {**facts, "began": int(self._began_unix), "beat": now})


def display_sign(facts: dict[str, Any]) -> float | None:
    """When the display last did its work: presented a frame, or, with the panel off, turned a round."""
    signs = [facts.get("presented")]
    if facts.get("panel_off"):
        signs.append(facts.get("beat"))
    times = [float(sign) for sign in signs if isinstance(sign, int | float)]
    return max(times, default=None)


def _facts(family: Family, processes: Processes) -> dict[str, Any]:
    return {
        "stage": str(family.stage),
        "is_safe": family.is_safe,
        "processes": {
            member.rule.name: {
                "phase": str(member.phase),
                "pid": processes.pid_of(member.rule.name),
                "since": member.since,
                "starts": member.starts,
            }
            for member in family.members
        },
    }
