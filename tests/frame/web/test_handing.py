"""Parts of files go to the server as parts of files; streams end with the right to have them; and the
log says nothing about anybody."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import Response, send_file

from frame.core.passes import Terms
from frame.web.password import hashed
from frame.web.serving.answer import FileBody, Stream
from frame.web.visitor import OWNER_COOKIE
from sync.passes import hash_of
from tests.frame.web.conftest import OWNER_TOKEN, House


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [(None, 0, 1000), ("bytes=0-1", 0, 2), ("bytes=100-", 100, 1000), ("bytes=-10", 990, 1000)],
)
def test_a_part_of_a_file_needs_no_thread(house: House, tmp_path: Path, asked, start, stop):
    path = tmp_path / "clip"
    path.write_bytes(bytes(range(250)) * 4)
    house.app.view_functions["entry.login_page"] = lambda: send_file(
        path, mimetype="video/mp4", conditional=True
    )
    headers = {"Host": "192.168.1.20:8080", **({"Range": asked} if asked else {})}
    with house.app.test_request_context(
        "/login", headers=headers, environ_overrides={"wsgi.file_wrapper": FileBody}
    ):
        response = house.app.full_dispatch_request()
        assert response.status_code == (206 if asked else 200)
        body = response.response
        assert isinstance(body, FileBody)
        assert (body.start, body.stop) == (start, stop)
        assert b"".join(body) == path.read_bytes()[start:stop]
        body.close()


def test_a_stream_of_the_owners_ends_once_they_are_logged_out(house: House):
    answer = Response(direct_passthrough=True)
    answer.response = Stream(lambda: b"tick", 5.0)
    browser = house.owner()
    house.app.view_functions["entry.password_page"] = lambda: answer
    with house.app.test_request_context(
        "/password",
        headers={"Host": "192.168.1.20:8080", "Cookie": f"{OWNER_COOKIE}={browser.key}"},
    ):
        stream = house.app.full_dispatch_request().response
    assert isinstance(stream, Stream)
    assert stream.every <= 1.0
    house.clock += 2
    assert stream.read() == b"tick"
    with house.catalogue() as catalogue:
        catalogue.ownership.end(hash_of(OWNER_TOKEN))
    house.clock += 0.5
    assert stream.read() == b"tick"
    house.clock += 0.5
    assert stream.read() is None


def test_the_log_says_nothing_about_anybody(house: House, caplog, capsys):
    """Whatever goes wrong, and however chatty the log is."""
    caplog.set_level(logging.DEBUG)
    secret_name, place = "Oma Erna", "48.137154"
    with house.catalogue() as catalogue:
        catalogue.ownership.set_password(hashed("a horse and a half"), 1)
    guest, _ = house.guest(secret_name, Terms())
    owner = house.owner()

    def broken(**_: object) -> str:
        raise RuntimeError(f"{secret_name} at {place} with {guest.key}")

    house.app.testing = False
    for endpoint in ("entry.login_page", "screen.page"):
        house.app.view_functions[endpoint] = broken
    for browser in (guest, owner, house.nobody()):
        for path in (f"/p/{guest.key}", "/login", f"/nothing/{guest.key}?t={guest.key}", "/screen"):
            browser.get(path)
        browser.post("/login", data={"password": "my secret word"})
        browser.post("/pair", data={"code": "135 246"})
    said = caplog.text + "".join(repr(vars(each)) for each in caplog.records)
    said += "".join(capsys.readouterr())
    assert "a page failed" in said
    for secret in (
        *(secret_name, "Erna", place, guest.key, owner.key, "my secret word", "135 246"),
        hash_of(guest.key),
    ):
        assert secret not in said
