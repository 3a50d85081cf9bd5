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
TRIES = 5


async def open_ports(address: str) -> list[int]:
    """Every TCP port there that takes a connection. A busy machine may be slow to answer: whichever port
    did not in time is asked again, alone."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def is_open(port: int) -> bool | None:
        async with gate:
            try:
                opened = asyncio.open_connection(address, port)
                _, writer = await asyncio.wait_for(opened, PATIENCE_SECONDS)
            except TimeoutError:
                return None
            except OSError:
                return False
            writer.close()
            return True

    answers = dict(zip(PORTS, await asyncio.gather(*map(is_open, PORTS)), strict=True))
    for _ in range(TRIES):
        for port in [port for port, answer in answers.items() if answer is None]:
            answers[port] = await is_open(port)
    return [port for port, answer in answers.items() if answer]


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
