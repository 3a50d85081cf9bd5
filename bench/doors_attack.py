"""Attacks on the pages' doors, each as a table with counts; 1 if one of them got anywhere.

``python -m bench.doors_attack [--guesses N] [--dribble SECONDS] [--only NAME]`` starts the pages in a
process of their own and sends: every route as every kind of visitor, foreign names in `Host`, forms of
other sites, guesses at passes, passwords and codes from 250 addresses, and 500 connections that dribble
while the owner opens a page. Nothing but loopback addresses of this machine is ever asked.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import socket
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

from bench.doors_dribble import dribble
from bench.doors_forms import FOREIGN_HEADS, FOREIGN_HOSTS, cross_site
from bench.doors_guesses import guess
from bench.speed import machine
from bench.web_house import (
    ANNOUNCED,
    HERE,
    REACHED,
    Caller,
    WebHouse,
    calling,
    context_of,
    routes,
)
from frame.core.passes import Terms
from frame.library.catalogue import Catalogue
from frame.web import access
from frame.web.app import create_app
from frame.web.guard import HARMLESS
from frame.web.visitor import GUEST_COOKIE, Who

GUESSES, DRIBBLE_SECONDS = 100_000, 60.0


def main() -> int:
    """Attack, print; 1 if anything got anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=GUESSES)
    parser.add_argument("--dribble", type=float, default=DRIBBLE_SECONDS, metavar="SECONDS")
    parser.add_argument("--only", choices=("access", "hosts", "sites", "guesses", "dribble"))
    options = parser.parse_args()
    attacks: dict[str, Callable[[], bool]] = {
        "access": matrix,
        "hosts": hosts,
        "sites": sites,
        "guesses": lambda: guess(options.guesses),
        "dribble": lambda: dribble(options.dribble),
    }
    print(machine())
    wanted = [options.only] if options.only else list(attacks)
    failed = [name for name in wanted if not attacks[name]()]
    print("\n" + (f"got somewhere: {', '.join(failed)}" if failed else "nothing got anywhere"))
    return 1 if failed else 0


def matrix() -> bool:
    """Every route and method as every kind of visitor, over real connections."""
    print("\n## Every route and method, as each kind of visitor\n")
    print("| who | asked | let in | 401 | 403 | against the table |")
    print("|---|---|---|---|---|---|")
    is_fine = True
    with WebHouse(is_hollow=True) as house:
        asked = routes(create_app(context_of(house.root, house.port)))
        for who, caller in visitors(house).items():
            kinds = {who} | ({Who.NOBODY} if who is Who.SCREEN else set())
            seen: Counter[str] = Counter()
            with calling(caller):
                for endpoint, path, method in asked:
                    status = caller.ask(method, path).status
                    may = not kinds.isdisjoint(access.TABLE.get(endpoint, frozenset()))
                    seen["in" if status == REACHED else str(status)] += 1
                    seen["wrong"] += (status == REACHED) != may or status not in (REACHED, 401, 403)
            is_fine &= not seen["wrong"]
            cells = (len(asked), seen["in"], seen["401"], seen["403"], seen["wrong"])
            print(f"| {who} | " + " | ".join(map(str, cells)) + " |")
    return is_fine


def visitors(house: WebHouse) -> dict[Who, Caller]:
    """One of each kind. All come from loopback; the mirrored screen is for whoever also calls us so."""
    expired, _ = house.give_pass("expired", Terms(seconds=-1))
    revoked, pass_ = house.give_pass("revoked")
    with Catalogue(house.places.catalogue) as catalogue:
        catalogue.passes.revoke(pass_.id, int(time.time()))
    good, _ = house.give_pass("good")
    found = {
        Who.NOBODY: Caller(house),
        Who.GUEST: Caller.guest(house, good),
        Who.EXPIRED: Caller.guest(house, expired),
        Who.REVOKED: Caller.guest(house, revoked),
        Who.OWNER: Caller.owner(house),
    }
    for each in found.values():
        each.name = ANNOUNCED
    return {**found, Who.SCREEN: Caller(house)}


def hosts() -> bool:
    """Foreign names, and heads that say two things at once."""
    print("\n## Foreign names in `Host`\n")
    seen: Counter[str] = Counter()
    with WebHouse() as house:
        ours = house.host
        port = str(house.port)
        heads = [
            f"GET /login HTTP/1.1\nHost: {host}".replace("{port}", port) for host in FOREIGN_HOSTS
        ]
        heads += [head.replace("{ours}", ours) for head in FOREIGN_HEADS]
        for head in heads:
            status = _raw(house, head.replace("\n", "\r\n").encode() + b"\r\n\r\n")
            seen[str(status)] += 1
            if status not in (400, 403, 405):
                print(f"got somewhere: {head!r}")
        good = _raw(house, f"GET /login HTTP/1.1\r\nHost: {ours}\r\n\r\n".encode())
    refused = sum(seen[each] for each in ("400", "403", "405"))
    print("| forms | refused | 400 | 403 | 405 | ours |")
    print("|---|---|---|---|---|---|")
    print(f"| {len(heads)} | {refused} | {seen['400']} | {seen['403']} | {seen['405']} | {good} |")
    return refused == len(heads) >= 40 and good == 200


def sites() -> bool:
    """Forms and fetches of other sites at every route that changes something, with the owner's and a
    guest's cookies."""
    print("\n## Forms of other sites\n")
    with WebHouse() as house:
        app = create_app(context_of(house.root, house.port))
        changing = [each for each in routes(app) if each[2] not in HARMLESS]
        token, _ = house.give_pass("Oma")
        caller = Caller.owner(house)
        caller.cookies[GUEST_COOKIE] = token
        before, seen = _state(house), Counter[str]()
        forms = cross_site(house.host)
        with calling(caller):
            for form in forms:
                for _, path, method in changing:
                    seen[str(caller.ask(method, path, form.body, form.headers).status)] += 1
        effects = _state(house) != before
    refused = sum(seen[each] for each in ("400", "403", "415"))
    sent = len(forms) * len(changing)
    print("| forms | routes | sent | refused | 400 | 403 | 415 | effects |")
    print("|---|---|---|---|---|---|---|---|")
    cells = (len(forms), len(changing), sent, refused, seen["400"], seen["403"], seen["415"])
    print("| " + " | ".join(map(str, cells)) + f" | {int(effects)} |")
    return refused == sent and not effects


def _raw(house: WebHouse, data: bytes) -> int:
    """The status of the answer to these very bytes; 0 for none."""
    with socket.create_connection((HERE, house.port), timeout=10) as link:
        link.sendall(data)
        answer = http.client.HTTPResponse(link)
        try:
            answer.begin()
        except (OSError, http.client.HTTPException):
            return 0
        return answer.status


def _state(house: WebHouse) -> str:
    """A hash over every row of the catalogue and every file of the library."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(house.places.catalogue)) as db:
        for line in db.iterdump():
            digest.update(line.encode())
    for path in sorted(house.root.rglob("*")):
        if path.is_file() and house.live not in path.parents and ".sqlite3" not in path.name:
            digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
