"""What leaves the home: told from the bytes of packets, and heard from the whole frame at work."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from bench.finding import missing
from bench.silence import judge, made_up, measure
from bench.silence_packets import CLOSED, FOUND, NEIGHBOURS, PAGES, purpose

HOME = "10.99.7.0/24"
PORT = 8080
LACKS = missing()


def ip4(protocol: int, to: str, body: bytes) -> bytes:
    target = bytes(map(int, to.split(".")))
    head = bytes([0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 99, 7, 1]) + target
    return bytes(12) + b"\x08\x00" + head + body


def udp(source: int, target: int, body: bytes = b"") -> bytes:
    return struct.pack("!4H", source, target, 8 + len(body), 0) + body


def tcp(source: int, target: int, flags: int) -> bytes:
    return struct.pack("!HHIIBBHHH", source, target, 0, 0, 0x50, flags, 0, 0, 0)


def arp(asked: str) -> bytes:
    body = bytes(24) + bytes(map(int, asked.split(".")))
    return bytes(12) + b"\x08\x06" + body


def ip6(following: int, to: bytes, body: bytes) -> bytes:
    head = bytes([0x60, 0, 0, 0, 0, 0, following, 255]) + bytes(16) + to
    return bytes(12) + b"\x86\xdd" + head + body


GROUP6 = bytes([0xFF, 2, *[0] * 13, 0xFB])
QUESTION = bytes(12) + b"\x06mobile\x06events\x04data\x07example\x03com\x00\x00\x01\x00\x01"

EXPECTED = {
    "mDNS": (ip4(17, "224.0.0.251", udp(5353, 5353)), FOUND),
    "mDNS by IPv6": (ip6(17, GROUP6, udp(5353, 5353)), FOUND),
    "an answer to one who asked from an ordinary port": (
        ip4(17, "10.99.7.2", udp(5353, 40000)),
        FOUND,
    ),
    "a page's bytes": (ip4(6, "10.99.7.2", tcp(PORT, 40000, 0x18)), PAGES),
    "a page's first answer": (ip4(6, "10.99.7.2", tcp(PORT, 40000, 0x12)), PAGES),
    "a closed port": (ip4(6, "10.99.7.2", tcp(22, 40000, 0x14)), CLOSED),
    "a neighbour looked for": (arp("10.99.7.2"), NEIGHBOURS),
    "groups told of, behind options": (
        ip6(0, GROUP6, bytes([58, 0, 5, 2, 0, 0, 1, 0]) + bytes([143, 0, 0, 0])),
        NEIGHBOURS,
    ),
}

UNEXPECTED = {
    "a name asked for": (
        ip4(17, "10.99.7.2", udp(40000, 53, QUESTION)),
        "asking 10.99.7.2 for the name mobile.events.data.example.com",
    ),
    "a connection": (
        ip4(6, "192.0.2.7", tcp(40000, 443, 0x02)),
        "a connection of its own to 192.0.2.7 port 443",
    ),
    "a connection from the page's own port": (
        ip4(6, "192.0.2.7", tcp(PORT, 443, 0x02)),
        "a connection of its own to 192.0.2.7 port 443",
    ),
    "QUIC": (ip4(17, "192.0.2.7", udp(40000, 443)), "a datagram to 192.0.2.7 port 443"),
    "the finding port of one host": (
        ip4(17, "192.0.2.7", udp(40000, 5353)),
        "a datagram to 192.0.2.7 port 5353",
    ),
    "the way to a host outside": (arp("192.0.2.7"), "looking for 192.0.2.7, outside the home"),
    "a ping": (ip4(1, "192.0.2.7", bytes([8, 0])), "protocol 1 to 192.0.2.7"),
    "half a packet": (bytes(12) + b"\x08\x00\x45", "something unreadable of kind 0x0800"),
    "an unknown kind": (bytes(12) + b"\x88\x88" + bytes(40), "something unreadable of kind 0x8888"),
}


@pytest.mark.parametrize(("packet", "said"), EXPECTED.values(), ids=EXPECTED)
def test_what_a_frame_in_a_home_has_to_send(packet: bytes, said: str) -> None:
    heard = purpose(packet, PORT, HOME)
    assert heard.is_expected, heard
    assert heard.purpose == said


@pytest.mark.parametrize(("packet", "said"), UNEXPECTED.values(), ids=UNEXPECTED)
def test_what_has_no_business_to_leave(packet: bytes, said: str) -> None:
    heard = purpose(packet, PORT, HOME)
    assert not heard.is_expected
    assert heard.purpose == said


@pytest.mark.slow
@pytest.mark.skipif(bool(LACKS), reason=f"needs {', '.join(LACKS)}")
def test_the_whole_frame_sends_nothing_out_and_opens_one_door(tmp_path: Path) -> None:
    found = measure(made_up(tmp_path, 1), seconds=20.0)
    wrong = [row for row in judge(found, 1) if not row.is_met]
    assert not wrong, wrong
    assert found.expected.get(FOUND), "the ear heard nothing of what the frame must send"
