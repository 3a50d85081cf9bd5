"""Senders that are no browser: `curl`, as docs/sending.md shows it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess

import pytest

from tests.browser.photos import padded
from tests.browser.test_sending import taken


@pytest.fixture
def curl() -> str:
    found = shutil.which("curl")
    if found is None:
        pytest.skip("curl is not installed")
    return found


def send(curl: str, at_home, token: str, path) -> tuple[int, dict]:
    command = [curl, "--silent", "--noproxy", "*", "--max-time", "60"]
    command += ["--request", "POST", "--upload-file", str(path)]
    command += ["--header", f"Authorization: Bearer {token}", "--header", "X-Name: beach.jpg"]
    command += ["--write-out", "\n%{http_code}", f"{at_home.url}/send"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_curl_sends_a_photo_and_hears_when_it_is_safe(curl, at_home, tmp_path):
    path = tmp_path / "beach.jpg"
    path.write_bytes(padded(1, 3_000_000))
    token = at_home.invite()[0].rpartition("/")[2]
    status, told = send(curl, at_home, token, path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (status, told["sha256"], told["message"]) == (201, sha256, "Stored.")
    assert taken(at_home).keys() == {sha256}
    assert send(curl, at_home, token, path)[0] == 201
    assert len(taken(at_home)) == 1


def test_curl_is_refused_before_its_photo_is_read(curl, at_home, tmp_path):
    path = tmp_path / "beach.jpg"
    path.write_bytes(padded(1, 3_000_000))
    status, told = send(curl, at_home, "x" * 22, path)
    assert (status, told["error"]) == (401, "unknown")
    assert at_home.line.carried < 1_000_000, "curl asks first, and is told at once"
