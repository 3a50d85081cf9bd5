"""What each process of the frame does: its packages are loaded first, then it waits for its order.

A room is two steps, so that a process that has nothing to do yet can load meanwhile: the function of
the table imports, what it gives back runs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from frame.app.lifeline import Lifeline
from frame.app.order import Order

_log = logging.getLogger(__name__)

Room = Callable[[Order, Lifeline], int]

USB_ROOTS = (Path("/media"), Path("/run/media"))
"""Where desktops and udisks mount what is plugged in."""


def display() -> Room:
    """The wall. In safe mode it shows stills only."""
    import os

    from frame.app.address import address, host
    from frame.app.renewals import Heard
    from frame.core.steps import Pace
    from frame.display.room import RoomOptions, show
    from frame.display.surround import Surround
    from frame.display.wall import WallOptions
    from frame.words import language_from

    def options_of(order: Order) -> RoomOptions:
        settings = order.settings
        pace = Pace(settings.still_seconds, 0.0 if order.is_safe else order.wake_seconds)
        wall = WallOptions(
            pace=pace,
            fade_seconds=settings.fade_seconds,
            night=settings.night,
            dims=settings.dim,
            drifts=settings.ken_burns and not order.is_safe,
            seed=int.from_bytes(os.urandom(4)),
        )
        return RoomOptions(
            library=order.library,
            live=order.live,
            wall=wall,
            style=Surround(settings.surround),
            language=language_from(settings.language, os.environ),
            pairs=settings.two_up,
            captions=settings.captions,
            switches_panel=settings.panel != "none" and not order.is_windowed,
            is_windowed=order.is_windowed,
            size=order.size,
            first_run={"host": host(), "address": address()},
        )

    def go(order: Order, lifeline: Lifeline) -> int:
        heard = Heard(order)

        def renewed() -> RoomOptions | None:
            after = heard.renewed()
            return None if after is None else options_of(after)

        show(options_of(order), lifeline.is_set, renewed)
        return 0

    return go


def doors() -> Room:
    """Watched folders and sticks."""
    from sync import doors as sync_doors

    def go(order: Order, lifeline: Lifeline) -> int:
        settings = order.settings
        folders = [Path(each).expanduser() for each in settings.watched]
        roots = USB_ROOTS if settings.usb else ()
        sync_doors.run(order.library, folders, roots, lifeline, order.live)
        return 0

    return go


def web() -> Room:
    """The pages of relatives and the owner, and the mirror of the screen."""
    import os

    from frame.app.whereabouts import found_by_name
    from frame.library.places import Places
    from frame.settings import owner_file
    from frame.web.app import create_app
    from frame.web.context import Context
    from frame.web.hosts import Names
    from frame.web.invitations import Invitations
    from frame.web.reception import Reception, attended
    from frame.web.server import bind, keep_memory_flat, serve
    from frame.words import language_from

    def go(order: Order, lifeline: Lifeline) -> int:
        keep_memory_flat()
        settings, places = order.settings, Places(order.library)
        language = language_from(settings.language, os.environ)
        with ExitStack() as stack:
            listener = stack.enter_context(bind(settings.port))
            port: int = listener.getsockname()[1]
            place = stack.enter_context(
                found_by_name(settings.name, port, is_findable=settings.findable)
            )
            invitations = Invitations()
            reception = Reception(
                places.catalogue,
                order.live,
                place.whereabouts,
                time.monotonic,
                invitations if settings.invites else None,
            )
            stack.enter_context(attended(reception))
            context = Context(
                places=places,
                live=order.live,
                settings_file=owner_file(),
                settings=settings,
                names=Names(port, place.names),
                language=language,
                invitations=invitations,
                environment=os.environ,
            )
            serve(listener, create_app(context), order.live, lifeline)
        return 0

    return go


def looker() -> Room:
    """The studio's fast lane."""
    from frame.studio import looker as lane

    def go(order: Order, lifeline: Lifeline) -> int:
        lane.run(order.library, order.live, lifeline)
        return 0

    return go


def studio() -> Room:
    """The studio's slow lane."""
    from frame.core.preparation import Rule
    from frame.studio import slow

    def go(order: Order, lifeline: Lifeline) -> int:
        share = order.settings.clip_percent / 100
        driver, rule = order.settings.driver, Rule(order.settings.restore)
        slow.run(
            order.library, order.live, lifeline, driver=driver, restore=rule, quota_share=share
        )
        return 0

    return go


def upkeep() -> Room:
    """One round: rows and originals held against each other, a second copy, and what was deleted a month
    ago."""
    import sqlite3

    from frame.errors import WakeframeError
    from frame.library.backup import Backups
    from frame.library.catalogue import Catalogue
    from frame.library.deletion import purge_due
    from frame.library.places import Places
    from frame.library.reconcile import reconcile, tell

    def go(order: Order, lifeline: Lifeline) -> int:
        places, now = Places(order.library), int(time.time())
        with Catalogue(places.catalogue) as catalogue:
            tell(catalogue, reconcile(places, catalogue, now), now)
            if not lifeline.is_set():
                purge_due(places, catalogue, now)
            if not lifeline.is_set() and has_changed(places.catalogue, places.backup):
                try:
                    Backups(places).if_due(catalogue, now)
                except (OSError, sqlite3.Error, WakeframeError) as error:
                    _log.warning("no second copy of the catalogue", extra={"why": str(error)})
        return 0

    return go


def has_changed(database: Path, copy: Path) -> bool:
    """Whether anything was written to the database, or its journal, since the copy was made."""
    try:
        made = copy.stat().st_mtime_ns
    except OSError:
        return True
    for path in (database, Path(f"{database}-wal")):
        try:
            if path.stat().st_mtime_ns > made:
                return True
        except OSError:
            continue
    return False


ROOMS: dict[str, Callable[[], Room]] = {
    "display": display,
    "doors": doors,
    "web": web,
    "looker": looker,
    "studio": studio,
    "upkeep": upkeep,
}
