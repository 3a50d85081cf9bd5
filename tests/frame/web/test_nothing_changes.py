"""Looking changes nothing: every GET, by whoever may look, leaves the library and the settings as they
were; and forms of other sites have no effect."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from frame.web.guard import HARMLESS
from frame.web.visitor import GUEST_COOKIE, Who
from tests.frame.web.conftest import HOST, House
from tests.frame.web.test_access import HERE, routes, visitors


def state_of(house: House, folder: Path) -> str:
    """A hash over every file but those in memory, and over every row of the catalogue."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and house.live not in path.parents and "sqlite3" not in path.name:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    with house.catalogue() as catalogue:
        for line in catalogue._db.iterdump():
            digest.update(line.encode())
    return digest.hexdigest()


@pytest.mark.parametrize("who", [Who.NOBODY, Who.GUEST, Who.OWNER, Who.SCREEN])
def test_no_get_changes_anything(house, tmp_path, who):
    browser = visitors(house)[who]
    before = state_of(house, tmp_path)
    for _, path, method in routes(house):
        if method in HARMLESS:
            answer = browser.open(path, method=method, **(HERE if who is Who.SCREEN else {}))
            assert answer.status_code < 500 or path == "/screen.jpg", path
            answer.close()
    assert state_of(house, tmp_path) == before


ELSEWHERE = [
    {"origin": origin, "csrf": csrf, "headers": headers}
    for origin in (
        "http://evil.example",
        "null",
        None,
        f"http://{HOST}.evil.example",
        f"https://{HOST}",
    )
    for csrf, headers in (
        (None, {"Content-Type": "application/x-www-form-urlencoded"}),
        (None, {"Content-Type": "text/plain"}),
        (None, {"Content-Type": "multipart/form-data; boundary=x"}),
        ("0" * 64, {"Content-Type": "application/x-www-form-urlencoded"}),
        (None, {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}),
    )
]


def test_twenty_five_forms_of_other_sites_have_no_effect(house, tmp_path):
    """Sent with the owner's and a guest's cookies, as a browser would send them for `SameSite=None`."""
    assert len(ELSEWHERE) == 25
    guest, _ = house.guest()
    browser = house.owner()
    browser.set_cookie(GUEST_COOKIE, guest.key, domain=HOST.partition(":")[0])
    before = state_of(house, tmp_path)
    refused = 0
    for how in ELSEWHERE:
        for _, path, method in routes(house):
            if method in HARMLESS:
                continue
            answer = browser.open(path, method=method, data=b"csrf=x&code=1&password=2", **how)
            assert answer.status_code in (400, 403, 415), (path, how)
            refused += 1
    assert refused >= 25
    assert state_of(house, tmp_path) == before
