"""How the frame is found by name in the home network: decisions only.

Two kinds of names: the host's (``wakeframe.local``), which a browser types, and the services', which
programs look for. A name belongs to whoever had it first (RFC 6762, sections 8 and 9): we ask before
we take one, take the next number where it is taken, and look again now and then, because two networks
can be joined and two frames can start at once.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import IPv4Address
from unicodedata import combining

SERVICES = ("_http._tcp.local.", "_wakeframe._tcp.local.")
"""What browsers look for, and what programs that know us look for."""

FIRST_NUMBER = 1
MOST_NUMBERS = 50
"""Names that are tried; in a home with more frames the last is shared, and found by its address."""

RECHECK_SECONDS = 60.0
"""Between two questions whether somebody else answers to our name: one packet a minute."""

LONGEST_LABEL = 63
"""Bytes of one part of a name (RFC 1035, section 2.3.4)."""

DEFAULT_HOST = "wakeframe"

_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"}


class State(Enum):
    """Where we are on the way to being found."""

    AWAY = "away"
    """No network."""
    ASKING = "asking"
    """Whether the name is free."""
    FOUND = "found"
    """Announced."""


@dataclass(frozen=True)
class Finding:
    """The whole state. `name` is what the owner calls the frame, `number` the one behind it where that
    was taken, `since` when the name was last asked for (monotonic)."""

    name: str
    port: int
    state: State = State.AWAY
    number: int = FIRST_NUMBER
    addresses: frozenset[str] = frozenset()
    since: float = 0.0

    @property
    def host(self) -> str:
        """``wakeframe.local``, without a closing dot."""
        number = f"-{self.number}" if self.number > FIRST_NUMBER else ""
        return f"{host_label(self.name)[: LONGEST_LABEL - len(number)]}{number}.local"

    @property
    def title(self) -> str:
        """What lists of services show."""
        number = f" {self.number}" if self.number > FIRST_NUMBER else ""
        return f"{_cut(self.name or 'Wakeframe', LONGEST_LABEL - len(number))}{number}"


@dataclass(frozen=True)
class Addresses:
    """Where we are in the network now; none without one."""

    found: frozenset[str]


@dataclass(frozen=True)
class Answered:
    """Who answers to our name, by their addresses, ours left out."""

    others: frozenset[str]


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


Event = Addresses | Answered | Tick


@dataclass(frozen=True)
class Open:
    """Listen and speak at these addresses; whatever was open before is closed."""

    addresses: frozenset[str]


@dataclass(frozen=True)
class Close:
    """There is no network: nothing to say, nobody to say goodbye to."""


@dataclass(frozen=True)
class Ask:
    """Who answers to this name? Ends in `Answered`."""

    host: str


@dataclass(frozen=True)
class Announce:
    """Say who and where we are."""

    host: str
    title: str
    port: int
    addresses: frozenset[str]


@dataclass(frozen=True)
class Withdraw:
    """Say that the announced name is not ours any more."""


Effect = Open | Close | Ask | Announce | Withdraw
Step = tuple[Finding, tuple[Effect, ...]]


class ImpossiblePair(Exception):  # noqa: N818 - reads as what it says
    """This cannot happen in this state: whoever drives it has a mistake."""


def next_finding(finding: Finding, event: Event, now: float) -> Step:
    """The state after `event`, and what is to be done. Raises `ImpossiblePair`."""
    match event:
        case Addresses():
            return _moved(finding, event.found, now)
        case Answered():
            if finding.state is State.AWAY:
                raise ImpossiblePair("an answer without a network")
            return _answered(finding, event.others, now)
        case Tick():
            is_due = now - finding.since >= RECHECK_SECONDS
            if finding.state is State.FOUND and is_due:
                return replace(finding, since=now), (Ask(finding.host),)
            return finding, ()


def _moved(finding: Finding, addresses: frozenset[str], now: float) -> Step:
    if addresses == finding.addresses:
        return finding, ()
    if not addresses:
        return replace(finding, state=State.AWAY, addresses=addresses), (Close(),)
    # Another network: the plain name may be free there.
    number = FIRST_NUMBER if finding.state is State.AWAY else finding.number
    finding = replace(finding, state=State.ASKING, number=number, addresses=addresses, since=now)
    return finding, (Open(addresses), Ask(finding.host))


def _answered(finding: Finding, others: frozenset[str], now: float) -> Step:
    was_found = finding.state is State.FOUND
    if not others or (was_found and _we_stay(finding.addresses, others)):
        if was_found:
            return finding, ()
        return _announced(finding)
    if finding.number >= MOST_NUMBERS:
        return (finding, ()) if was_found else _announced(finding)
    withdrawn: tuple[Effect, ...] = (Withdraw(),) if was_found else ()
    finding = replace(finding, state=State.ASKING, number=finding.number + 1, since=now)
    return finding, (*withdrawn, Ask(finding.host))


def _announced(finding: Finding) -> Step:
    finding = replace(finding, state=State.FOUND)
    return finding, (Announce(finding.host, finding.title, finding.port, finding.addresses),)


def _we_stay(ours: frozenset[str], others: frozenset[str]) -> bool:
    """Both have the name already: one of two must go, and both must come to the same answer (RFC 6762,
    section 8.2: the numerically greater address stays)."""
    return max(map(IPv4Address, ours)) > max(map(IPv4Address, others))


def host_label(name: str) -> str:
    """What a browser can type for a name that a person gave: small letters, digits, hyphens."""
    spelled = "".join(_SPELLED.get(letter, letter) for letter in name.lower())
    bare = (each for each in unicodedata.normalize("NFKD", spelled) if not combining(each))
    label = re.sub(r"[^a-z0-9]+", "-", "".join(bare)).strip("-")[:LONGEST_LABEL].strip("-")
    return label or DEFAULT_HOST


def _cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, whole characters, without what steers a terminal or a name."""
    shown = "".join(each for each in text if each.isprintable() and each != ".")
    return shown.encode()[:most].decode(errors="ignore") or "Wakeframe"
