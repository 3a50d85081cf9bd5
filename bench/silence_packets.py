"""What a packet that left the frame was for, read from its bytes alone."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, IGMP, TCP, UDP, ICMPV6 = 1, 2, 6, 17, 58
HOP_BY_HOP = 0
FINDING_PORT, DHCP_PORT, CLOCK_PORT, NAMES_PORT = 5353, 67, 123, 53
FINDING_GROUPS = ("224.0.0.251", "ff02::fb")
SYN, ACK = 0x02, 0x10
HOUSEKEEPING = (130, 131, 132, 133, 134, 135, 136, 143)
"""ICMPv6: who listens to which group, routers, neighbours."""

FOUND = "finding by name (mDNS)"
PAGES = "answers to whoever opened a page"
CLOSED = "refusals of whoever knocked elsewhere"
NEIGHBOURS = "who has which address (ARP, neighbours, groups)"
LEASE = "an address from the router (DHCP)"
CLOCK = "the time (NTP)"
EXPECTED = (FOUND, PAGES, CLOSED, NEIGHBOURS, LEASE, CLOCK)


@dataclass(frozen=True)
class Heard:
    """What one packet was for; `is_expected` is False where it had no business to be sent."""

    purpose: str
    is_expected: bool


def purpose(packet: bytes, page_port: int, home: str) -> Heard:
    """Of one Ethernet frame that the frame sent. `home` is the network, ``10.0.0.0/24`` say."""
    kind = struct.unpack_from("!H", packet, 12)[0] if len(packet) >= 14 else 0
    body = packet[14:]
    try:
        if kind == ARP:
            return _arp(body, ipaddress.IPv4Network(home))
        if kind == IPV4:
            start = (body[0] & 0x0F) * 4
            to = str(ipaddress.IPv4Address(body[16:20]))
            return _inside(body[9], to, body[start:], page_port)
        if kind == IPV6:
            to = str(ipaddress.IPv6Address(body[24:40]))
            following, start = body[6], 40
            if following == HOP_BY_HOP:
                following, start = body[40], 40 + (body[41] + 1) * 8
            return _inside(following, to, body[start:], page_port)
    except (IndexError, ValueError, struct.error):
        pass
    return Heard(f"something unreadable of kind {kind:#06x}", is_expected=False)


def _arp(body: bytes, home: ipaddress.IPv4Network) -> Heard:
    asked = ipaddress.IPv4Address(body[24:28])
    if asked in home:
        return Heard(NEIGHBOURS, is_expected=True)
    return Heard(f"looking for {asked}, outside the home", is_expected=False)


def _inside(protocol: int, to: str, body: bytes, page_port: int) -> Heard:
    if protocol == UDP:
        source, target = struct.unpack_from("!HH", body)
        return _datagram(to, source, target, body[8:])
    if protocol == TCP:
        source, target = struct.unpack_from("!HH", body)
        flags = body[13]
        if flags & SYN and not flags & ACK:
            return Heard(f"a connection of its own to {to} port {target}", is_expected=False)
        return Heard(PAGES if source == page_port else CLOSED, is_expected=True)
    if protocol == IGMP or (protocol == ICMPV6 and body[0] in HOUSEKEEPING):
        return Heard(NEIGHBOURS, is_expected=True)
    if protocol == ICMP and body[0] in (0, 3):  # an echo asked for; a port that is closed
        return Heard(CLOSED, is_expected=True)
    return Heard(f"protocol {protocol} to {to}", is_expected=False)


def _datagram(to: str, source: int, target: int, body: bytes) -> Heard:
    # To the group, or straight back to whoever asked from an ordinary port (RFC 6762, 6.7).
    if (target == FINDING_PORT and to in FINDING_GROUPS) or source == FINDING_PORT:
        return Heard(FOUND, is_expected=True)
    if target == DHCP_PORT:
        return Heard(LEASE, is_expected=True)
    if target == CLOCK_PORT:
        return Heard(CLOCK, is_expected=True)
    if target == NAMES_PORT:
        return Heard(f"asking {to} for the name {_name(body)}", is_expected=False)
    return Heard(f"a datagram to {to} port {target}", is_expected=False)


def _name(question: bytes) -> str:
    """The first name asked for in a DNS message."""
    labels, at = [], 12
    while at < len(question) and (length := question[at]):
        labels.append(question[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels)
