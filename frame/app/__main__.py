"""One process of the frame: ``python -m frame.app NAME``, started by the supervisor alone."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator

from frame import logs
from frame.app.lifeline import Lifeline
from frame.app.mishaps import remember_mishaps
from frame.app.order import Order
from frame.app.rooms import ROOMS
from frame.app.signals import ENDINGS, as_bytes
from frame.errors import WakeframeError

_log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
LONGEST_ORDER = 1 << 20


def main(arguments: list[str]) -> int:
    """Be the process of that name until told to end; its exit code."""
    (name,) = arguments
    _die_with_the_supervisor()
    room = ROOMS[name]()
    line = sys.stdin.buffer.readline(LONGEST_ORDER)
    if not line:
        return 0  # the supervisor is gone
    order = Order.from_line(line)
    logs.set_up(name, is_verbose=order.is_verbose)
    remember_mishaps(order.live, name)
    lifeline = Lifeline(order.live, name)
    lifeline.beat()
    try:
        with _told_to_end(lifeline):
            return room(order, lifeline)
    except WakeframeError as error:
        _log.error("%s", error)
        return error.exit_code
    except Exception:  # noqa: BLE001 - the edge of the process: one line, and the supervisor goes on from there
        _log.exception("it cannot go on")
        return 1


def _die_with_the_supervisor() -> None:
    """However it ends, no process of its family stays behind. Where that cannot be had (not Linux), the
    next one ends of its own: the library is locked by the supervisor, not by us."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def _told_to_end(lifeline: Lifeline) -> Iterator[None]:
    """SIGTERM and the like set the lifeline, from a thread: an event must not be set in a handler."""
    done_reader, done_writer = os.pipe2(os.O_CLOEXEC)

    def listen(signals: int) -> None:
        while True:
            ready, _, _ = select.select([signals, done_reader], [], [])
            if done_reader in ready:
                return
            with contextlib.suppress(BlockingIOError):
                if set(os.read(signals, 64)) & set(ENDINGS):
                    lifeline.set()

    with as_bytes(*ENDINGS) as signals:
        thread = threading.Thread(target=listen, args=(signals,), name="signals", daemon=True)
        thread.start()
        try:
            yield
        finally:
            os.write(done_writer, b"x")
            thread.join()
            os.close(done_reader)
            os.close(done_writer)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    # Threads that hang on a dead server or a dead screen must not keep the process.
    sys.stdout.flush()
    os._exit(code)
