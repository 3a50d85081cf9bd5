"""Multicast DNS as it really is: the one module that speaks to the network by name.

Listens at our own addresses only, never at those of the loopback unless a test asks. What is heard is
bounded by the library itself (ten thousand records); we read nothing of it but answers to our own name.
"""

from __future__ import annotations

import contextlib
import logging
from ipaddress import IPv4Address, ip_address

import ifaddr
from zeroconf import (  # type: ignore[attr-defined]  # a resolver is not in its __all__
    AddressResolverIPv4,
    Error,
    InterfaceChoice,
    IPVersion,
    ServiceInfo,
    Zeroconf,
)

from sync.finding import SERVICES, Announce

_log = logging.getLogger(__name__)

PATIENCE_MS = 800
"""For an answer to our name. RFC 6762, section 8.1, waits three times 250 ms."""


class HeraldError(Exception):
    """The network does not let us speak; it may later."""


def own_addresses() -> frozenset[str]:
    """Our IPv4 addresses in networks that others can be in."""
    found = set()
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            if each.is_IPv4 and not ip_address(str(each.ip)).is_loopback:
                found.add(str(each.ip))
    return frozenset(found)


class NetworkHerald:
    """The `Herald` of a real network. Belongs to one thread."""

    def __init__(self) -> None:
        self._zeroconf: Zeroconf | None = None
        self._services: list[ServiceInfo] = []
        self._addresses: frozenset[str] = frozenset()

    def open(self, addresses: frozenset[str]) -> None:
        """Speak at these addresses from now on. Raises `HeraldError`."""
        self.close()
        try:
            self._zeroconf = Zeroconf(
                interfaces=sorted(addresses) or InterfaceChoice.All, ip_version=IPVersion.V4Only
            )
        except (OSError, Error) as error:
            raise HeraldError(str(error)) from error
        self._addresses = addresses

    def who_answers(self, host: str) -> frozenset[str]:
        """The addresses of others that answer to this name. Waits for `PATIENCE_MS`. Raises
        `HeraldError`."""
        zeroconf = self._opened()
        resolver = AddressResolverIPv4(f"{host}.")
        try:
            resolver.request(zeroconf, PATIENCE_MS)
        except (OSError, Error) as error:
            raise HeraldError(str(error)) from error
        found = {str(each) for each in resolver.ip_addresses_by_version(IPVersion.V4Only)}
        return frozenset(found - self._addresses)

    def announce(self, call: Announce) -> None:
        """Be found under this name. Raises `HeraldError`."""
        zeroconf = self._opened()
        self.withdraw()
        addresses = [IPv4Address(each).packed for each in sorted(call.addresses)]
        for kind in SERVICES:
            service = ServiceInfo(
                kind,
                f"{call.title}.{kind}",
                port=call.port,
                # What it is called, not whose it is: anybody in the network can read this.
                properties={"txtvers": "1", "frame": call.title, "path": "/"},
                server=f"{call.host}.",
                addresses=addresses,
            )
            try:
                zeroconf.register_service(service, allow_name_change=True)
            except (OSError, Error) as error:
                raise HeraldError(str(error) or type(error).__name__) from error
            self._services.append(service)
        _log.info("found in the network", extra={"host": call.host, "port": call.port})

    def withdraw(self) -> None:
        """Say goodbye to the announced names."""
        services, self._services = self._services, []
        for service in services:
            with contextlib.suppress(OSError, Error):
                self._opened().unregister_service(service)

    def close(self) -> None:
        """Say goodbye, and nothing more."""
        self.withdraw()
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            with contextlib.suppress(OSError, Error):
                zeroconf.close()

    def _opened(self) -> Zeroconf:
        if self._zeroconf is None:
            raise HeraldError("not open")
        return self._zeroconf
