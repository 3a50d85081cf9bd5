"""The other end of the cable: counts what the frame sends, and what for.

``python -m bench.silence_listen DEVICE PAGE_PORT HOME FILE`` runs in the phone's namespace until it is
told to end, then writes the counts to FILE as JSON.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections import Counter
from pathlib import Path

from bench.silence_packets import purpose

EVERY_PROTOCOL = 0x0003
LONGEST_PACKET = 65_535
BUFFER_BYTES = 8 << 20


def main() -> int:
    device, port, home, file = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    counts: Counter[str] = Counter()
    unexpected: Counter[str] = Counter()
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    kind = socket.SOCK_RAW
    with socket.socket(socket.AF_PACKET, kind, socket.htons(EVERY_PROTOCOL)) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        ear.bind((device, 0))
        ear.settimeout(0.2)
        print("listening", flush=True)
        while not ended:
            try:
                packet, address = ear.recvfrom(LONGEST_PACKET)
            except TimeoutError:
                continue
            if address[2] != socket.PACKET_OUTGOING:
                heard = purpose(packet, port, home)
                (counts if heard.is_expected else unexpected)[heard.purpose] += 1
    file.write_text(json.dumps({"expected": counts, "unexpected": unexpected}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
