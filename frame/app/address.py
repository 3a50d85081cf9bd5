"""What this machine is called in the home network, for people who want to find it."""

from __future__ import annotations

import socket

_ELSEWHERE = ("192.0.2.1", 9)
"""An address kept for documentation (RFC 5737). Nothing is ever sent there: asking the kernel which of
our addresses it would use costs no packet."""


def host() -> str:
    """The machine's name as others on the network find it."""
    name = socket.gethostname().partition(".")[0]
    return f"{name}.local"


def address() -> str:
    """The address under which others in the network see us; empty without a network."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(_ELSEWHERE)
            found = str(probe.getsockname()[0])
    except OSError:
        return ""
    return "" if found.startswith(("127.", "0.")) else found
