"""Under which names a browser may come to us.

A page from elsewhere can have its own name point at our address (DNS rebinding); its requests then carry
that name in `Host`. So only what we are called ourselves is answered, letter by letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
HTTP_PORT = 80


class Names:
    """Our names and addresses at one port. `ours` is asked again each time: addresses come and go, and a
    name changes where another machine had it first."""

    def __init__(self, port: int, ours: Callable[[], frozenset[str]] = frozenset) -> None:
        self.port = port
        self._ours = ours

    def is_ours(self, host: str, local: str = "") -> bool:
        """Whether a `Host` is one of our names with our port; `local` is the address of ours that the
        connection came to, which is a name of ours as well."""
        name = self._name(host)
        if not name:
            return False
        return name in LOOPBACK_NAMES or name == local or name in self._ours()

    def is_loopback(self, host: str) -> bool:
        """Whether a `Host` means this very machine."""
        return self._name(host) in LOOPBACK_NAMES

    def _name(self, host: str) -> str | None:
        name, colon, port = host.rpartition(":")
        if not colon or host.endswith("]"):
            name, port = host, str(HTTP_PORT)
        return name.lower() if port == str(self.port) and name.isascii() else None


def only(hosts: Sequence[str]) -> str:
    """The one `Host` of a request; empty where there is none or there are several."""
    return hosts[0] if len(hosts) == 1 else ""


def is_here(address: str) -> bool:
    """Whether a peer's address is this very machine's loopback address."""
    found = address_of(address)
    return found is not None and found.is_loopback


def is_at_home(address: str) -> bool:
    """Whether a peer is in a network of somebody's own. Nobody from the internet has anything to do
    here, even where a router would let them through."""
    found = address_of(address)
    return found is not None and not found.is_global


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
