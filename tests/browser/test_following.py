"""Somebody watches what becomes of their photo, by hand, by ear and by keyboard."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from frame.core.passes import Terms
from frame.core.photos import Approval, Look, View
from frame.library.clips import NewClip
from frame.live import say
from renderer.clip import ClipWriter
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.frames import Frame
from tests.browser.test_sending import wait_until, write

SIZE = (96, 64)


def add_clip(frame: Frame, driver: str = "joy", approval: Approval = Approval.WAITING) -> None:
    """What the studio does when it has rendered the only photo."""
    with frame.catalogue() as catalogue:
        (photo,) = catalogue.photos.page()
        catalogue.photos.remember_look(photo.id, Look("animated", (), (), "m"))
        path = frame.places.clip(f"{photo.id:016x}-{len(catalogue.clips.files()):08x}.mp4")
        with ClipWriter(path, *SIZE, "x") as clip:
            for level in range(25):
                clip.write_rgb(np.full((SIZE[1], SIZE[0], 3), 5 * level, np.uint8))
            clip.publish()
        view = View((0, 0, 4, 4), 4, 4)
        facts = (path.name, driver, "auto", "m", "", view, path.stat().st_size, 1, 25, "{}")
        catalogue.clips.approve(catalogue.clips.add(NewClip(photo.id, *facts)), approval)


@pytest.fixture
def sent(phone: Any, at_home: Frame, tmp_path) -> Any:
    phone.goto(at_home.invite(terms=Terms(waits=True))[0])
    phone.set_input_files("#files", write(tmp_path / "roll", 1))
    phone.get_by_text("Now it is being looked at").first.wait_for()
    return phone


def test_from_looked_at_to_awake_and_its_clip_plays_before_anybody_said_yes(sent, at_home):
    with at_home.catalogue() as catalogue:
        catalogue.photos.remember_look(1, Look("animated", (), (), "m"))
    sent.get_by_text("Its turn to wake comes soon").wait_for()
    say(at_home.live, "studio", {"photo": 1, "share": 0.43})
    sent.get_by_text("Being animated, 43%").wait_for()
    assert sent.locator(".photo progress").evaluate("bar => bar.value") == pytest.approx(0.43)
    say(at_home.live, "studio", {"photo": None})
    add_clip(at_home)
    sent.get_by_text("It waits for the owner’s yes").wait_for()
    sent.get_by_role("button", name="Watch it wake").click()
    video = sent.locator("video")
    wait_until(lambda: video.evaluate("v => v.currentTime") > 0, "for it to play", sent)
    assert video.evaluate("v => v.muted && v.playsInline && !v.loop")
    with at_home.catalogue() as catalogue:
        assert catalogue.photos.cards() == [], "the wall does not have it yet"


def test_again_and_again_pause_and_keep(sent, at_home, tmp_path):
    add_clip(at_home)
    sent.get_by_role("button", name="Watch it wake").click()
    sent.get_by_role("button", name="Again and again").click()
    assert sent.locator("video").evaluate("v => v.loop")
    sent.get_by_role("button", name="Pause").click()
    sent.get_by_role("button", name="Watch it wake").wait_for()
    with sent.expect_download() as download:
        sent.get_by_role("link", name="Save the clip").click()
    assert download.value.suggested_filename == "IMG_0000.mp4"
    kept = tmp_path / "kept.mp4"
    download.value.save_as(kept)
    (clip,) = at_home.places.clips.glob("*.mp4")
    assert kept.read_bytes() == clip.read_bytes()


def test_a_clip_that_plays_is_not_disturbed_by_news(sent, at_home):
    add_clip(at_home)
    sent.get_by_role("button", name="Watch it wake").click()
    sent.evaluate("self.before = document.querySelector('video')")
    with at_home.catalogue() as catalogue:
        catalogue.photos.approve(1, Approval.APPROVED)
    sent.get_by_text("its movement waits").wait_for()
    assert sent.evaluate("self.before === document.querySelector('video')")


def test_a_step_subtler_by_keyboard(sent, at_home):
    add_clip(at_home)
    sent.get_by_role("button", name="Watch it wake").wait_for()
    summary = sent.locator("summary")
    summary.focus()
    summary.press("Enter")
    sent.get_by_role("button", name="A little subtler").press("Enter")
    sent.get_by_text("Will be animated anew").first.wait_for()
    with at_home.catalogue() as catalogue:
        wish = catalogue.photos.wish(1)
    assert (wish.driver, wish.intensity) == ("joy", 0.75)


def test_a_driver_of_its_own(sent, at_home):
    sent.locator("summary").click()
    sent.get_by_label("How it moves").select_option("reunion")
    sent.wait_for_timeout(300)
    with at_home.catalogue() as catalogue:
        assert catalogue.photos.wish(1).driver == "reunion"


def test_what_is_said_aloud_is_little(sent):
    """One polite region, and no word in it for every percent."""
    assert sent.locator("[role=status]").count() == 1
    assert sent.locator("[aria-live=assertive], [role=alert]").count() == 0
    assert sent.locator("[role=status]").inner_text() == (
        "Everything is on the frame. You may close this page."
    )


@pytest.mark.parametrize("viewport", [PHONE, {"width": 360, "height": 640}, LAPTOP])
def test_targets_are_large_and_nothing_sticks_out(browser, at_home, tmp_path, viewport):
    context = browser.new_context(viewport=viewport)
    page = context.new_page()
    page.goto(at_home.invite("Tante Ottilie-Wilhelmine von und zu Hohenlangenburgstein")[0])
    page.set_input_files("#files", write(tmp_path / "roll", 1))
    page.get_by_text("Now it is being looked at").first.wait_for()
    add_clip(at_home)
    page.get_by_role("button", name="Watch it wake").wait_for()
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        """[...document.querySelectorAll('button, select, summary, a.button, .pick label.button')]
            .map((each) => [each.textContent.trim().slice(0, 30), each.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 43.9 || box.width < 43.9))
            .map(([text, box]) => `${text} ${box.width} x ${box.height}`)"""
    )
    assert small == []
    context.close()


def test_without_a_script_the_page_says_what_it_needs(browser, at_home):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(at_home.invite()[0])
    assert page.get_by_text("This page needs JavaScript").is_visible()
    assert page.locator("#files").is_hidden()
    context.close()


def test_heic_is_sent_as_it_is_and_shown_by_the_frames_own_picture(phone, at_home, tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    picture = Image.fromarray(np.tile(np.arange(64, dtype=np.uint8) * 4, (64, 1))).convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, "HEIF")
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(stream.getvalue())
    phone.goto(at_home.invite()[0])
    phone.set_input_files("#files", path)
    image = phone.locator(".photo img")
    image.wait_for()
    wait_until(lambda: image.evaluate("i => i.naturalWidth") > 0, "for the picture", phone)
    with at_home.catalogue() as catalogue:
        (photo,) = catalogue.photos.page()
    assert (photo.suffix, photo.name) == (".heic", "IMG_0001.HEIC")
