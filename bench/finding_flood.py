"""A bad device in the network: multicasts answers to nobody's question, each with a new name.

``python -m bench.finding_flood SECONDS ADDRESS`` runs inside the namespace of `bench.finding`, never
outside of one; prints how many records it sent.
"""

from __future__ import annotations

import socket
import struct
import sys
import time

GROUP = ("224.0.0.251", 5353)
RECORDS_PER_PACKET = 10
PACKETS_PER_SECOND = 200
"""Two thousand names a second: a hundred times what a large home says when everything wakes at once."""

ADDRESS_RECORD, IN_AND_FLUSH, TTL_SECONDS = 1, 0x8001, 4500


def packet(first: int) -> bytes:
    """A response with `RECORDS_PER_PACKET` address records of names that nobody has heard before."""
    head = struct.pack("!6H", 0, 0x8400, 0, RECORDS_PER_PACKET, 0, 0)
    return head + b"".join(_record(first + k) for k in range(RECORDS_PER_PACKET))


def _record(number: int) -> bytes:
    name = f"flood-{number:012d}".encode()
    labels = bytes([len(name)]) + name + b"\x05local\x00"
    address = struct.pack("!I", 0x0A630000 + number % 65536)
    return labels + struct.pack("!HHIH", ADDRESS_RECORD, IN_AND_FLUSH, TTL_SECONDS, 4) + address


def main() -> int:
    seconds, address = float(sys.argv[1]), sys.argv[2]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sender.bind((address, GROUP[1]))
        begin, sent = time.monotonic(), 0
        while (now := time.monotonic() - begin) < seconds:
            due = int(now * PACKETS_PER_SECOND) * RECORDS_PER_PACKET
            while sent < due:
                sender.sendto(packet(sent), GROUP)
                sent += RECORDS_PER_PACKET
            time.sleep(0.005)
    print(sent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
