"""Somebody in the home network: opens the first page, and knocks at every port.

``python -m bench.silence_knock ADDRESS PORT`` prints JSON: the page's status and the TCP ports that
answered.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import sys

AT_ONCE = 500
PORTS = range(1, 65_536)
PATIENCE_SECONDS = 5.0


async def open_ports(address: str) -> list[int]:
    """Every TCP port there that takes a connection."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def is_open(port: int) -> bool:
        async with gate:
            try:
                opened = asyncio.open_connection(address, port)
                _, writer = await asyncio.wait_for(opened, PATIENCE_SECONDS)
            except OSError:  # a TimeoutError is one
                return False
            writer.close()
            return True

    answers = await asyncio.gather(*(is_open(port) for port in PORTS))
    return [port for port, answer in zip(PORTS, answers, strict=True) if answer]


def main() -> int:
    address, port = sys.argv[1], int(sys.argv[2])
    connection = http.client.HTTPConnection(address, port, timeout=20)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    print(json.dumps({"status": status, "open": asyncio.run(open_ports(address))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
