"""A phone sends photos through a Wi-Fi that fails: all arrive, each exactly once, whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from frame.core.passes import Terms
from frame.core.photos import Approval
from frame.library.catalogue import Catalogue
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PHONE
from tests.browser.frames import Frame
from tests.browser.photos import padded

PATIENCE = 90.0


def write(folder: Path, count: int, size: int = 300_000) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"IMG_{number:04}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(padded(number, size))
    return paths


def wait_until(is_so: Any, what: str, page: Any = None) -> None:
    """While the browser goes on: Playwright's own loop turns in `wait_for_timeout`."""
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until, f"waited in vain: {what}"
        if page is None:
            time.sleep(0.05)
        else:
            page.wait_for_timeout(50)


def taken(frame: Frame) -> dict[str, bytes]:
    """Photos in the library by their hash, with the bytes that are there."""
    with frame.catalogue() as catalogue:
        photos = catalogue.photos.page(limit=1000)
        return {each.sha256: frame.places.original_of(each).read_bytes() for each in photos}


def assert_all_there_once(frame: Frame, paths: list[Path]) -> None:
    found = taken(frame)
    assert found.keys() == {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    for sha256, data in found.items():
        assert hashlib.sha256(data).hexdigest() == sha256
    with frame.catalogue() as catalogue:
        assert catalogue.photos.counts()["photos"] == len(paths)
        assert list(frame.places.uploads.iterdir()) == []


def kill_tabs(profile: Path) -> None:
    """As a phone does that needs the memory: SIGKILL for every tab of the browser with that profile."""
    parents, commands = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, IndexError):
            pid = int(status.parent.name)
            parents[pid] = int(status.read_text().split("PPid:")[1].split()[0])
            commands[pid] = status.with_name("cmdline").read_bytes().decode(errors="replace")
    ours = {
        pid
        for pid, command in commands.items()
        if f"--user-data-dir={profile}" in command and "--type=" not in command
    }
    assert ours
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    tabs = [pid for pid in ours if "--type=renderer" in commands.get(pid, "")]
    assert tabs
    for pid in tabs:
        os.kill(pid, signal.SIGKILL)


def test_twenty_photos_and_the_network_is_cut_in_the_middle_of_one(phone, at_home, tmp_path):
    paths = write(tmp_path / "roll", 20)
    link, _ = at_home.invite()
    at_home.line.slow = 3_000_000
    phone.goto(link)
    assert phone.url == f"{at_home.url}/", "the pass is not left in the address"
    phone.set_input_files("#files", paths)
    total = sum(path.stat().st_size for path in paths)
    wait_until(lambda: at_home.line.carried > 0.4 * total, "to be in the middle", phone)
    at_home.line.cut()
    phone.get_by_text("The connection to the frame is gone").first.wait_for()
    phone.get_by_text("Waits for the connection").first.wait_for()
    phone.wait_for_timeout(1500)
    at_home.line.mend()
    wait_until(lambda: len(taken(at_home)) == 20, "for all of them", phone)
    assert_all_there_once(at_home, paths)
    phone.get_by_text("Everything is on the frame").first.wait_for()
    assert at_home.line.carried < 1.5 * total, "it goes on where it was, not from the beginning"


def test_the_phone_goes_offline_and_says_so_itself(phone, at_home, tmp_path):
    paths = write(tmp_path / "roll", 4, 1_500_000)
    link, _ = at_home.invite()
    at_home.line.slow = 1_500_000
    phone.goto(link)
    phone.set_input_files("#files", paths)
    wait_until(lambda: at_home.line.carried > 1_000_000, "to be in the middle", phone)
    phone.context.set_offline(True)
    phone.get_by_text("The connection to the frame is gone").first.wait_for()
    phone.context.set_offline(False)
    wait_until(lambda: len(taken(at_home)) == 4, "for all of them", phone)
    assert_all_there_once(at_home, paths)


def test_picked_while_the_network_is_away_before_the_page_has_all_its_scripts(
    phone, at_home, tmp_path
):
    """The photo can be read; what reads it comes when the network does."""
    paths = write(tmp_path / "roll", 2)
    scripts = ("**/hash-worker.js", "**/sha256.js*")
    for script in scripts:
        phone.route(script, lambda route: route.abort())
    phone.goto(at_home.invite()[0])
    phone.context.set_offline(True)
    phone.set_input_files("#files", paths)
    phone.get_by_text("Your device is reading it").wait_for()
    for script in scripts:
        phone.unroute(script)
    phone.context.set_offline(False)
    wait_until(lambda: len(taken(at_home)) == 2, "for both", phone)
    assert_all_there_once(at_home, paths)


def test_the_tab_is_killed_and_the_next_one_goes_on(chromium, at_home, tmp_path):
    """With what the browser keeps: nobody has to pick anything again."""
    paths = write(tmp_path / "roll", 3, 2_500_000)
    link, _ = at_home.invite()
    at_home.line.slow = 1_500_000
    profile = tmp_path / "profile"
    kept = chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=ARGUMENTS, viewport=PHONE
    )
    page = kept.new_page()
    page.goto(link)
    page.set_input_files("#files", paths)
    wait_until(lambda: at_home.line.carried > 2_000_000, "to be in the middle", page)
    at_home.line.cut()
    with page.expect_event("crash"):
        kill_tabs(profile)
    page.close()
    at_home.line.mend()
    for path in paths:
        path.rename(path.with_suffix(".gone"))
    carried = at_home.line.carried
    page = kept.new_page()
    page.goto(at_home.url)
    page.get_by_text("Welcome back").first.wait_for()
    wait_until(lambda: len(taken(at_home)) == 3, "for all of them", page)
    paths = [path.with_suffix(".gone") for path in paths]
    assert_all_there_once(at_home, paths)
    total = sum(path.stat().st_size for path in paths)
    assert at_home.line.carried < total + 1_500_000, f"of {total}, {carried} had been carried"
    kept.close()


def test_where_the_browser_keeps_nothing_picking_once_more_goes_on(browser, at_home, tmp_path):
    (path,) = write(tmp_path / "roll", 1, 12_000_000)
    link, _ = at_home.invite()
    at_home.line.slow = 4_000_000
    context = browser.new_context(viewport=PHONE)
    context.add_init_script("Object.defineProperty(self, 'indexedDB', { value: undefined })")
    page = context.new_page()
    page.goto(link)
    page.set_input_files("#files", path)
    page.get_by_text("keep this page open").first.wait_for()
    wait_until(lambda: at_home.line.carried > 5_000_000, "to be in the middle", page)
    at_home.line.cut()
    page.close()
    at_home.line.mend()
    page = context.new_page()
    page.goto(at_home.url)
    page.get_by_text("Pick the same photo once more").first.wait_for()
    page.set_input_files("#files", path)
    wait_until(lambda: len(taken(at_home)) == 1, "for it", page)
    assert_all_there_once(at_home, [path])
    assert at_home.line.carried < 12_000_000 + 3_000_000
    context.close()


def test_photos_shared_from_another_app(browser, at_home, tmp_path):
    """Where the origin counts as secure, as `localhost` does: a script on the phone reads the form."""
    paths = write(tmp_path / "roll", 2)
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(at_home.invite()[0])
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.evaluate(
        """() => {
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action: "/share", enctype: "multipart/form-data" });
            form.innerHTML = '<input type="file" name="photos" id="shared" multiple>';
            document.body.append(form);
        }"""
    )
    page.set_input_files("#shared", paths)
    page.evaluate("document.querySelector('#shared').form.submit()")
    wait_until(lambda: len(taken(at_home)) == 2, "for both", page)
    assert_all_there_once(at_home, paths)
    context.close()


def test_the_same_photo_twice_is_one(phone, at_home, tmp_path):
    (path,) = write(tmp_path / "roll", 1)
    copy = path.with_name("copy.jpg")
    copy.write_bytes(path.read_bytes())
    phone.goto(at_home.invite()[0])
    phone.set_input_files("#files", [path, copy])
    wait_until(lambda: len(taken(at_home)) == 1, "for it", phone)
    phone.get_by_text("was picked twice").first.wait_for()
    phone.get_by_text("Stored").first.wait_for()
    phone.set_input_files("#files", [path])
    phone.wait_for_timeout(500)
    assert phone.locator(".photo").count() == 1
    with at_home.catalogue() as catalogue:
        catalogue.photos.approve(1, Approval.HIDDEN)
    phone.get_by_text("not on the wall").first.wait_for()
    assert_all_there_once(at_home, [path])


def test_what_is_no_photo_is_said_to_be_none(phone, at_home, tmp_path):
    letter, film, empty = (tmp_path / name for name in ("letter.jpg", "film.mov", "empty.jpg"))
    letter.write_bytes(b"Dear grandmother, " * 100)
    film.write_bytes(b"moov" * 100)
    empty.write_bytes(b"")
    phone.goto(at_home.invite()[0])
    phone.set_input_files("#files", [letter, film, empty])
    phone.get_by_text("This is a video").first.wait_for()
    phone.get_by_text("This file is empty").first.wait_for()
    phone.get_by_text("This one could not be taken in").first.wait_for()
    phone.get_by_role("button", name="Remove from this list").click()
    phone.get_by_text("This one could not be taken in").first.wait_for(state="detached")
    assert taken(at_home) == {}


def test_a_pass_that_is_taken_back_stops_the_page(phone, at_home, tmp_path):
    paths = write(tmp_path / "roll", 3, 3_000_000)
    link, pass_ = at_home.invite()
    at_home.line.slow = 1_000_000
    phone.goto(link)
    phone.set_input_files("#files", paths)
    wait_until(lambda: at_home.line.carried > 1_000_000, "to be in the middle", phone)
    with at_home.catalogue() as catalogue:
        catalogue.passes.revoke(pass_.id, 1_790_000_001)
    phone.get_by_text("This pass was taken back").first.wait_for()
    phone.locator("#files").wait_for(state="hidden")
    assert taken(at_home) == {}


def test_a_pass_that_is_used_up_says_so(phone, at_home, tmp_path):
    paths = write(tmp_path / "roll", 3)
    phone.goto(at_home.invite(terms=Terms(None, 2, 1 << 40, 100, waits=False))[0])
    phone.set_input_files("#files", paths)
    phone.get_by_text("no more photos fit").first.wait_for()
    wait_until(lambda: len(taken(at_home)) == 2, "for two", phone)


@pytest.mark.parametrize("has_worker", [True, False])
def test_its_sha256_is_the_standards(phone, at_home, has_worker):
    """Against Python's own, for every length around a block and for long ones."""
    if not has_worker:
        phone.add_init_script("self.Worker = class { constructor() { throw new Error('none') } }")
    phone.goto(at_home.invite()[0])
    lengths = [*range(130), 1 << 20, (1 << 20) + 1, 3_333_333]
    found = phone.evaluate(
        """async (lengths) => {
            const { digestOf, hex } = await import('/static/guest/hashing.js');
            const bytes = new Uint8Array(Math.max(...lengths));
            for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 8)) & 255;
            const all = [];
            for (const n of lengths) all.push(hex(await digestOf(new Blob([bytes.subarray(0, n)]))));
            return all;
        }""",
        lengths,
    )
    data = bytes((i * 31 + (i >> 8)) & 255 for i in range(max(lengths)))
    assert found == [hashlib.sha256(data[:length]).hexdigest() for length in lengths]


def test_deleted_and_brought_back(phone, at_home, tmp_path):
    (path,) = write(tmp_path / "roll", 1)
    phone.goto(at_home.invite()[0])
    phone.set_input_files("#files", path)
    phone.get_by_text("Stored").first.wait_for()
    phone.get_by_text("More", exact=True).click()
    phone.get_by_role("button", name="Delete").click()
    phone.get_by_text("You deleted this photo").first.wait_for()
    with Catalogue(at_home.places.catalogue) as catalogue:
        assert catalogue.photos.page()[0].is_deleted
    phone.get_by_role("button", name="Bring it back").click()
    phone.get_by_text("Stored").first.wait_for()
    with Catalogue(at_home.places.catalogue) as catalogue:
        assert not catalogue.photos.page()[0].is_deleted
