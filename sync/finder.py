"""Keeps the frame findable: looks where we are in the network, and does what `sync.finding` decides."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from sync.finding import (
    Addresses,
    Announce,
    Answered,
    Ask,
    Close,
    Effect,
    Event,
    Finding,
    Open,
    Tick,
    Withdraw,
    next_finding,
)
from sync.finding_network import HeraldError, NetworkHerald, own_addresses

_log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""Between two looks at our addresses: after Wi-Fi has come back, we are found within seconds."""


class Herald(Protocol):
    """Speaks in the network. Each call may raise `HeraldError` and take a second."""

    def open(self, addresses: frozenset[str]) -> None: ...

    def who_answers(self, host: str) -> frozenset[str]: ...

    def announce(self, call: Announce) -> None: ...

    def withdraw(self) -> None: ...

    def close(self) -> None: ...


class Finder:
    """A thread that keeps us announced between `start` and `stop`. A context manager."""

    def __init__(
        self,
        name: str,
        port: int,
        herald: Callable[[], Herald] = NetworkHerald,
        addresses: Callable[[], frozenset[str]] = own_addresses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._finding = Finding(name, port)
        self._make_herald = herald
        self._addresses = addresses
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="finder", daemon=True)

    @property
    def finding(self) -> Finding:
        """How things stand; may be asked from any thread."""
        return self._finding

    def __enter__(self) -> Finder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self, herald: Herald) -> None:
        """Once around. Never raises for what the network does."""
        try:
            self._happen(Addresses(self._addresses()), herald)
            self._happen(Tick(), herald)
        except (HeraldError, OSError) as error:
            _log.info("not found by name for now", extra={"why": str(error)})
            herald.close()
            # As after a time without a network: the next look begins anew.
            self._finding, _ = next_finding(self._finding, Addresses(frozenset()), self._clock())

    def _keep(self) -> None:
        herald = self._make_herald()
        try:
            while not self._stop.is_set():
                self.look(herald)
                self._stop.wait(LOOK_SECONDS)
        finally:
            herald.close()

    def _happen(self, event: Event, herald: Herald) -> None:
        pending = [event]
        while pending:
            finding, effects = next_finding(self._finding, pending.pop(0), self._clock())
            if finding.state is not self._finding.state or finding.host != self._finding.host:
                change = {"state": finding.state.value, "host": finding.host}
                _log.debug("finding changes", extra=change)
            for effect in effects:
                pending += self._do(effect, herald)
            # Told when it is done: nobody is sent to a name that nobody answers to yet.
            self._finding = finding

    def _do(self, effect: Effect, herald: Herald) -> list[Event]:
        match effect:
            case Open():
                herald.open(effect.addresses)
            case Close():
                herald.close()
            case Ask():
                return [Answered(herald.who_answers(effect.host))]
            case Announce():
                herald.announce(effect)
            case Withdraw():
                herald.withdraw()
        return []
