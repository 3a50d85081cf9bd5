"""Names, headers, refusals: what holds for every page."""

from __future__ import annotations

import json

import pytest

from bench.doors_forms import FOREIGN_HOSTS
from frame.core.passes import Terms
from frame.web.guard import HEADERS
from sync.passes import issue
from tests.frame.web.conftest import House

FOREIGN = [host.replace("{port}", "8080") for host in FOREIGN_HOSTS] + [
    *("192.168.1.20", "192.168.1.20:80", "192.168.1.20.:8080", "192.168.1.21:8080"),
    *("192.168.20:8080", "3232235796:8080", "0xc0a80114:8080", "0300.0250.1.024:8080"),
    *("wakeframe.local:8080 ", " wakeframe.local:8080", "wakeframe.local:8080\tx"),
    *("wakeframe.locaL\u0307:8080", "\uff4cocalhost:8080"),
]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_name_is_refused_before_anything_is_routed(house, host):
    house.app.before_request_funcs.setdefault(None, []).insert(0, lambda: pytest.fail("routed"))
    answer = house.nobody().get("/", headers={"Host": host.encode().decode("latin-1")})
    assert answer.status_code == 403
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host",
    ["192.168.1.20:8080", "wakeframe.local:8080", "WakeFrame.Local:8080", "localhost:8080",
     "127.0.0.1:8080", "[::1]:8080"],
)  # fmt: skip
def test_our_own_names_are_known(house, host):
    assert house.nobody().get("/nothing", headers={"Host": host}).status_code == 404


def test_the_headers_of_every_answer(house):
    """A snapshot: whoever changes it has thought about it."""
    answer = house.nobody().get("/nothing")
    assert dict(answer.headers) == {
        "Content-Type": "application/json",
        "Content-Length": str(len(answer.data)),
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
            " media-src 'self' blob:; connect-src 'self'; font-src 'none'; manifest-src 'self';"
            " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def test_a_mishap_says_nothing_about_us(house, caplog):
    def broken() -> str:
        raise RuntimeError("/home/oma/secret.py line 3")

    house.app.view_functions["entry.scan"] = lambda **_: broken()
    house.app.testing = False
    house.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = house.nobody().get("/p/x", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    for word in (b"secret", b"Traceback", b"RuntimeError", b"flask", b"Werkzeug", b"/home", b".py"):
        assert word not in answer.data
    assert "Server" not in answer.headers
    assert b"<h1>" in answer.data


def test_a_refusal_is_a_page_for_people_and_a_code_for_programs(house):
    browser = house.nobody()
    page = browser.get("/nothing", headers={"Accept": "text/html", "Accept-Language": "de"})
    assert b'<html lang="de">' in page.data
    assert b"Hier ist nichts" in page.data
    answer = json.loads(browser.get("/nothing").data)
    assert answer["error"] == "not_found"


def test_a_scanned_link_is_kept_as_a_cookie_that_no_script_can_read(house: House):
    with house.catalogue() as catalogue:
        token, _ = issue(catalogue, "Opa", Terms(), int(house.now))
    answer = house.nobody().get(f"/p/{token}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert token in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert house.nobody().get("/p/" + "x" * 22).status_code == 401
    assert house.nobody().get("/p/x").status_code == 401
