"""What the supervisor decides: who starts when, who is brought back, who is struck down, how all ends.

Decisions only: no process, clock or file is touched here. `frame.app` tells what happened (`Tick`,
`Ended`, `StopAsked`) and does what is answered (`Start`, `Signal`, `Tell`). All times are monotonic
seconds.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

DISPLAY = "display"

SETTLED_SECONDS = 30.0
"""A process that ends before this age ended at its start."""

CRASH_LOOP = 10
"""Deaths at the start, in a row, after which the display goes on in safe mode and others rest long."""

LONG_REST_SECONDS = 600.0
SAFE_SECONDS = 6 * 3600.0
"""How long safe mode lasts before the whole is tried again: a frame heals itself, but not hectically."""

FIRST_PICTURE_SECONDS = 5.0
"""Longest that the others wait for the first picture: on a small machine they would slow it."""

UPKEEP_SECONDS = 1800.0
"""Between two rounds of upkeep: a second copy of the catalogue, purging what was deleted a month ago."""

ENDING_SECONDS = 3.0
"""From the polite request to end to the other one: the studio stops between two frames."""

GAP_SECONDS = 5.0
"""A tick that comes this late means that the machine stood still, and with it everybody's signs."""


class Phase(StrEnum):
    """Of one process."""

    WAITING = "waiting"  # to be started when `due`, and when those it waits for are there
    RUNNING = "running"
    ENDING = "ending"  # asked to end, or struck down
    DONE = "done"  # need not run (again)


class Stage(StrEnum):
    """Of the whole."""

    UP = "up"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Rule:
    """How one process is treated.

    `patience` is how old its last sign of life may be, `grace` how long the first may take. After a
    death it rests `first_rest` seconds, twice that after the next, at most `longest_rest`. One with
    `again` has done its work when it ends with exit code 0, and is started again so much later.
    `after` names those whose first sign of life it waits for.
    """

    name: str
    patience: float
    grace: float
    first_rest: float
    longest_rest: float
    after: tuple[str, ...] = ()
    again: float | None = None


RULES = (
    # A heartbeat frame is presented every 10 s. The worst case, 15 s and one start, stays under 20 s.
    Rule(DISPLAY, patience=15.0, grace=30.0, first_rest=0.1, longest_rest=3.0),
    Rule("doors", *(60.0, 60.0, 0.5, 60.0), after=(DISPLAY,)),
    # Its loop turns four times a second; one long turn is a card that writes.
    Rule("web", *(20.0, 60.0, 0.5, 60.0), after=(DISPLAY,)),
    Rule("looker", *(60.0, 90.0, 1.0, 60.0), after=(DISPLAY,)),
    Rule("studio", *(120.0, 120.0, 1.0, 60.0), after=(DISPLAY,)),
    Rule("upkeep", *(900.0, 900.0, 5.0, 600.0), after=(DISPLAY,), again=UPKEEP_SECONDS),
)
"""In the order of starting; ending is in reverse. Workers tell at least every few seconds; theirs may be
late by a slow card, or by one long step of a render at the lowest priority."""


@dataclass(frozen=True)
class Member:
    """One process. `since` is when its phase began, `due` when a waiting one may start, `sign` its last
    sign of life in this life, `deaths` how often in a row it ended at its start;
    `is_renewed` while it is ended on purpose, to be started again."""

    rule: Rule
    phase: Phase = Phase.WAITING
    since: float = 0.0
    due: float = 0.0
    sign: float | None = None
    deaths: int = 0
    starts: int = 0
    is_renewed: bool = False

    @property
    def is_alive(self) -> bool:
        return self.phase in (Phase.RUNNING, Phase.ENDING)


@dataclass(frozen=True)
class Family:
    """All processes. `safe_since` is when safe mode began, if it is on."""

    members: tuple[Member, ...]
    stage: Stage = Stage.UP
    began: float = 0.0
    ticked: float = 0.0
    lenient_until: float = 0.0
    safe_since: float | None = None

    @property
    def is_safe(self) -> bool:
        return self.safe_since is not None

    def member(self, name: str) -> Member:
        return next(member for member in self.members if member.rule.name == name)

    def with_(self, changed: Member) -> Family:
        name = changed.rule.name
        return replace(
            self,
            members=tuple(changed if each.rule.name == name else each for each in self.members),
        )


@dataclass(frozen=True)
class Tick:
    """Time has passed. `signs` holds the last sign of life of each process that gave one."""

    now: float
    signs: Mapping[str, float]


@dataclass(frozen=True)
class Ended:
    """A process is gone; `code` is its exit code, negative for a signal."""

    now: float
    name: str
    code: int


@dataclass(frozen=True)
class StopAsked:
    """Somebody wants the whole to end."""

    now: float


@dataclass(frozen=True)
class Renewed:
    """These are to be started again with another order."""

    now: float
    names: frozenset[str]


Event = Tick | Ended | StopAsked | Renewed


@dataclass(frozen=True)
class Start:
    """Start this process."""

    name: str
    is_safe: bool


@dataclass(frozen=True)
class Signal:
    """Send a signal to this process."""

    name: str
    number: int


class News(StrEnum):
    """What is worth a line."""

    CAME_BACK = "came_back"  # it ended and is started again
    HUNG = "hung"
    RESTS = "rests"
    SAFE = "safe"
    SAFE_OVER = "safe_over"


@dataclass(frozen=True)
class Tell:
    """Write a line about this process."""

    news: News
    name: str


Effect = Start | Signal | Tell
Effects = tuple[Effect, ...]


def new_family(now: float, *, is_safe: bool = False, rules: tuple[Rule, ...] = RULES) -> Family:
    """Everybody waiting. With `is_safe` the machine itself was in a loop of starts."""
    members = tuple(Member(rule, since=now, due=now) for rule in rules)
    family = Family(members, began=now, ticked=now)
    return _be_safe(family, now)[0] if is_safe else family


def step(family: Family, event: Event) -> tuple[Family, Effects]:
    """What becomes of the family, and what is to be done now."""
    match event:
        case Tick(now, signs):
            return _tick(family, now, signs)
        case Ended(now, name, code):
            return _ended(family, now, name, code)
        case StopAsked(now):
            return _stop(family, now)
        case Renewed(now, names):
            return _renew(family, now, names)


def _tick(family: Family, now: float, signs: Mapping[str, float]) -> tuple[Family, Effects]:
    if now - family.ticked > GAP_SECONDS:
        family = replace(family, lenient_until=now + GAP_SECONDS)
    family = replace(family, ticked=now)
    for name, sign in signs.items():
        member = family.member(name)
        if member.phase is Phase.RUNNING and sign > max(member.since, member.sign or 0.0):
            family = family.with_(replace(member, sign=sign))
    if family.stage is not Stage.UP:
        return _end_in_order(family, now)
    effects: list[Effect] = []
    for each in family.members:
        family, more = _look_after(family, each.rule.name, now)
        effects += more
    if family.safe_since is not None and now - family.safe_since > SAFE_SECONDS:
        family, more = _leave_safety(family, now)
        effects += more
    return family, tuple(effects)


def _look_after(family: Family, name: str, now: float) -> tuple[Family, Effects]:
    member = family.member(name)
    if member.phase is Phase.WAITING and now >= member.due and _may_start(family, member, now):
        started = replace(
            member,
            phase=Phase.RUNNING,
            since=now,
            sign=None,
            starts=member.starts + 1,
            is_renewed=False,
        )
        told = (Tell(News.CAME_BACK, name),) if member.starts and not member.is_renewed else ()
        return family.with_(started), (*told, Start(name, family.is_safe))
    if member.phase is Phase.RUNNING and now >= family.lenient_until and _is_hung(member, now):
        ending = replace(member, phase=Phase.ENDING, since=now)
        return family.with_(ending), (Tell(News.HUNG, name), Signal(name, signal.SIGKILL))
    if member.phase is Phase.ENDING and now - member.since > ENDING_SECONDS:
        # Sent to one that is already struck down, it does no harm.
        return family.with_(replace(member, since=now)), (Signal(name, signal.SIGKILL),)
    if member.phase is Phase.RUNNING and member.deaths and _has_settled(member, now):
        return family.with_(replace(member, deaths=0)), ()
    return family, ()


def _may_start(family: Family, member: Member, now: float) -> bool:
    for name in member.rule.after:
        if family.member(name).sign is None and now - family.began < FIRST_PICTURE_SECONDS:
            return False
    return True


def _is_hung(member: Member, now: float) -> bool:
    if member.sign is None:
        return now - member.since > member.rule.grace
    return now - member.sign > member.rule.patience


def _has_settled(member: Member, now: float) -> bool:
    return member.sign is not None and now - member.since >= SETTLED_SECONDS


def _ended(family: Family, now: float, name: str, code: int) -> tuple[Family, Effects]:
    member = family.member(name)
    if not member.is_alive:
        raise ValueError(f"{name} ended, but it was {member.phase}")
    gone = replace(member, phase=Phase.DONE, since=now)
    if family.stage is not Stage.UP:
        return _end_in_order(family.with_(gone), now)
    if code == 0 and member.rule.again is not None and not family.is_safe:
        again = replace(gone, phase=Phase.WAITING, due=now + member.rule.again, starts=0)
        return family.with_(again), ()
    if code == 0 and name == DISPLAY and member.phase is Phase.RUNNING:
        return _stop(family.with_(gone), now)  # somebody at the frame pressed the key for it
    if family.is_safe and name != DISPLAY:
        return family.with_(gone), ()
    if member.is_renewed:
        return family.with_(replace(gone, phase=Phase.WAITING, due=now)), ()
    deaths = 1 if _has_settled(member, now) else member.deaths + 1
    rest = min(member.rule.first_rest * 2 ** (deaths - 1), member.rule.longest_rest)
    effects: Effects = ()
    if deaths >= CRASH_LOOP and name != DISPLAY:
        rest, effects = LONG_REST_SECONDS, (Tell(News.RESTS, name),)
    family = family.with_(replace(gone, phase=Phase.WAITING, due=now + rest, deaths=deaths))
    if deaths == CRASH_LOOP and name == DISPLAY and not family.is_safe:
        family, effects = _be_safe(family, now)
    return family, effects


def _be_safe(family: Family, now: float) -> tuple[Family, Effects]:
    """Only the display goes on, with stills only."""
    effects: list[Effect] = [Tell(News.SAFE, DISPLAY)]
    family = replace(family, safe_since=now)
    for member in family.members:
        name = member.rule.name
        if name == DISPLAY:
            continue
        if member.phase is Phase.WAITING:
            family = family.with_(replace(member, phase=Phase.DONE, since=now))
        elif member.phase is Phase.RUNNING:
            family = family.with_(replace(member, phase=Phase.ENDING, since=now))
            effects.append(Signal(name, signal.SIGTERM))
    return family, tuple(effects)


def _leave_safety(family: Family, now: float) -> tuple[Family, Effects]:
    """Try the whole again; five more deaths of the display, and it is safe mode once more."""
    family = replace(family, safe_since=None)
    effects: list[Effect] = [Tell(News.SAFE_OVER, DISPLAY)]
    for member in family.members:
        if member.rule.name == DISPLAY:
            family = family.with_(replace(member, deaths=CRASH_LOOP // 2))
            if member.phase is Phase.RUNNING:  # it was told to show stills only
                family = family.with_(
                    replace(family.member(DISPLAY), phase=Phase.ENDING, since=now)
                )
                effects.append(Signal(DISPLAY, signal.SIGTERM))
        elif member.phase is Phase.DONE:
            family = family.with_(replace(member, phase=Phase.WAITING, due=now, deaths=0))
    return family, tuple(effects)


def _renew(family: Family, now: float, names: frozenset[str]) -> tuple[Family, Effects]:
    """Asked to end as ever; that they do so is no death. Who does not run hears of it at its start."""
    effects: list[Effect] = []
    for member in family.members:
        name = member.rule.name
        if name in names and member.phase is Phase.RUNNING and family.stage is Stage.UP:
            ending = replace(member, phase=Phase.ENDING, since=now, is_renewed=True)
            family = family.with_(ending)
            effects.append(Signal(name, signal.SIGTERM))
    return family, tuple(effects)


def _stop(family: Family, now: float) -> tuple[Family, Effects]:
    if family.stage is not Stage.UP:
        return family, ()
    return _end_in_order(replace(family, stage=Stage.STOPPING), now)


def _end_in_order(family: Family, now: float) -> tuple[Family, Effects]:
    """Workers end together, in reverse; the picture stays until they are gone, then goes too."""
    effects: list[Effect] = []
    workers_alive = any(m.is_alive for m in family.members if m.rule.name != DISPLAY)
    for member in reversed(family.members):
        name = member.rule.name
        if member.phase is Phase.WAITING:
            family = family.with_(replace(member, phase=Phase.DONE, since=now))
        elif member.phase is Phase.RUNNING and not (name == DISPLAY and workers_alive):
            family = family.with_(replace(member, phase=Phase.ENDING, since=now))
            effects.append(Signal(name, signal.SIGTERM))
        elif member.phase is Phase.ENDING and now - member.since > ENDING_SECONDS:
            family = family.with_(replace(member, since=now))
            effects.append(Signal(name, signal.SIGKILL))
    if not any(member.is_alive for member in family.members):
        family = replace(family, stage=Stage.STOPPED)
    return family, tuple(effects)
