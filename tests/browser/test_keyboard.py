"""Without a mouse and without a finger: everything is reached by Tab, is seen to be, and works."""

from __future__ import annotations

from typing import Any

import pytest

from bench.album_house import PASSWORD, AlbumHouse, Kind
from bench.chromium import LAPTOP
from bench.sights import SIGHTS, Sight, seen
from frame.core.photos import Approval
from frame.remote import Wish, Wishes
from tests.browser.frames import Frame
from tests.browser.test_following import add_clip
from tests.browser.test_sending import wait_until, write

pytestmark = pytest.mark.slow

MARK = """() => {
    const stops = 'a[href], button, input, select, textarea, summary, video[controls], [tabindex]';
    const found = [...document.querySelectorAll(stops)].filter((each) =>
        each.tabIndex >= 0 && !each.disabled && each.type !== 'hidden' && each.checkVisibility());
    found.forEach((each, number) => each.dataset.stop = number);
    return found.map((each) => each.outerHTML.replace(/\\s+/g, ' ').slice(0, 90));
}"""
"""Numbers what a keyboard should come to, in the page's order; what each is."""

SETTLED = """() => Promise.race([
    Promise.all([...document.images].filter((each) => !each.complete && each.loading !== 'lazy')
        .map((each) => new Promise((done) => { each.onload = each.onerror = done; }))),
    new Promise((done) => setTimeout(done, 10000)),
])"""
"""What comes late moves what is below it; the wall's own picture never stops coming."""

FROM_THE_BEGINNING = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
}"""

STANDS = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const ringed = (each) => {
        const style = getComputedStyle(each);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    };
    const shows = [at, ...(at.labels || []), at.nextElementSibling].filter(Boolean);
    const box = at.getBoundingClientRect();
    const points = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]];
    const covered = (each) => points.every(([x, y]) => {
        const box = each.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
        return !top || !(each.contains(top) || top.contains(each));
    });
    return {
        stop: Number(at.dataset.stop ?? -1),
        isRinged: at.tagName === 'VIDEO' || shows.some(ringed),
        isHidden: shows.every(covered),
    };
}"""
"""Where the focus is, whether it is seen (a film's own buttons draw their own), and whether something
else covers it (WCAG 2.4.11)."""

NAMES = (
    *("welcome", "hello", "login", "first-code", "not-found", "send", "send-more", "overview"),
    *("photos-chosen", "photos-search", "photo-waiting", "photo-compared", "waiting"),
    *("passes-opened", "pass-made", "settings-wrong", "backup-sent", "health", "password", "undo"),
)
"""Pages of every kind; what the others have on them is on one of these."""

WALKS = [each for each in SIGHTS if each.name in NAMES]


def walk(page: Any) -> list[str]:
    """Tab through the page from its beginning to its end; what is wrong with the way."""
    for pick in page.locator("form[data-pick]").all():
        pick.wait_for()  # shown by the page's script, once it can send
    page.evaluate(SETTLED)
    stops = page.evaluate(MARK)
    wrong, way = [], []
    page.evaluate(FROM_THE_BEGINNING)
    for _ in range(4 * len(stops) + 40):
        page.keyboard.press("Tab")
        found = page.evaluate(STANDS)
        if found is not None and found["isHidden"]:
            page.wait_for_timeout(500)  # it is on its way into view
            found = page.evaluate(STANDS)
        if found is not None and way and way[-1] == found["stop"]:
            continue  # within one thing: the parts of a date, the buttons of a film
        if found is None or found["stop"] in way:
            break
        way.append(found["stop"])
        what = stops[found["stop"]]
        wrong += [f"not seen: {what}"] * (not found["isRinged"])
        wrong += [f"covered: {what}"] * found["isHidden"]
    missed = sorted(set(range(len(stops))) - set(way))
    wrong += [f"never reached: {stops[each]}" for each in missed]
    wrong += [f"not in the page's order: {way}"] * (way != sorted(way))
    return wrong


def test_every_control_is_reached_in_order_and_seen(
    browser: Any, album: dict[Kind, AlbumHouse]
) -> None:
    assert len(WALKS) == len(NAMES)
    bad = {}
    for sight in WALKS:
        with seen(browser, sight, album[sight.kind], LAPTOP, "en") as page:
            if wrong := walk(page):
                bad[sight.name] = wrong
    assert bad == {}


def test_a_control_that_is_not_reached_or_not_seen_is_found(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        "<style>#plain:focus { outline: none }</style><button id=plain>plain</button>"
        "<a href='#x'>link</a><button tabindex=2>first</button>"
    )
    wrong = "\n".join(walk(page))
    assert "not seen: <button id" in wrong
    assert "never reached: <button tabindex" in wrong, "it is out of the page's order"
    page.close()


def test_the_first_stop_leads_past_the_navigation(
    browser: Any, album: dict[Kind, AlbumHouse]
) -> None:
    with seen(browser, Sight("x", "/frame", "owner"), album[Kind.ALBUM], LAPTOP, "en") as page:
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        assert skip.evaluate("link => link === document.activeElement")
        assert skip.bounding_box()["y"] >= 0, "it is seen while it has the focus"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_photo_is_sent_watched_deleted_and_brought_back(
    phone: Any, at_home: Frame, tmp_path
) -> None:
    """A relative with a keyboard."""
    choosers: list[Any] = []
    # From the first page on: when asked for just before the key, a busy browser may take the key
    # first, and show its own chooser to nobody.
    phone.on("filechooser", lambda chooser: choosers.append(chooser))
    phone.goto(at_home.invite()[0])
    phone.get_by_text("Choose photos").wait_for()  # the page shows it once it can send
    files = phone.locator("#files")
    files.focus()
    assert files.evaluate("each => each === document.activeElement")
    phone.keyboard.press("Space")
    wait_until(lambda: choosers, "for the photos to be picked", phone)
    phone.get_by_label("How shall they move?").focus()
    phone.keyboard.press("ArrowDown")
    phone.get_by_text("A slow, gentle smile").wait_for()
    choosers[0].set_files(write(tmp_path / "roll", 1))
    phone.get_by_text("Now it is being looked at").first.wait_for()
    with at_home.catalogue() as catalogue:
        assert catalogue.photos.wish(1).driver == "nostalgia"
    add_clip(at_home)
    watch = phone.get_by_role("button", name="Watch it wake")
    watch.wait_for()
    watch.press("Space")
    pause = phone.get_by_role("button", name="Pause")
    pause.wait_for()
    assert pause.evaluate("each => each === document.activeElement"), "it stands on what is next"
    pause.press("Enter")
    watch.wait_for()
    assert watch.evaluate("each => each === document.activeElement")
    more = phone.locator("summary")
    more.press("Enter")
    phone.get_by_role("button", name="Delete").press("Enter")
    back = phone.get_by_role("button", name="Bring it back")
    back.wait_for()
    back.press("Space")
    watch.wait_for()
    with at_home.catalogue() as catalogue:
        assert not catalogue.photos.page()[0].is_deleted


def test_the_owner_comes_in_answers_and_decides(
    browser: Any, album: dict[Kind, AlbumHouse]
) -> None:
    house = album[Kind.ALBUM]
    with seen(browser, Sight("login", "/login"), house, LAPTOP, "en") as page:
        page.get_by_label("Password").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/frame")
        page.wait_for_load_state("load")
        page.get_by_role("button", name="Next").press("Enter")
        wait_until(lambda: wished(house) == [Wish.NEXT], "for the wish to be there", page)

        page.goto(f"{house.url}/frame/waiting")
        first, second = page.locator("form .cards > li").all()[:2]
        yes, no = (int(each.get_attribute("data-id")) for each in (first, second))
        page.locator("h1").wait_for()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert second.evaluate("card => card === document.activeElement")
        page.keyboard.press("Space")
        assert second.get_by_role("checkbox").is_checked()
        page.keyboard.press("n")
        page.get_by_role("status").wait_for()
        page.locator(f".cards > li[data-id='{yes}']").focus()
        page.keyboard.press("y")
        page.get_by_role("status").wait_for()
        wait_until(lambda: approval(house, yes) is Approval.APPROVED, "for the yes", page)
        assert approval(house, no) is Approval.HIDDEN
        page.get_by_role("button", name="Undo").press("Enter")
        wait_until(lambda: approval(house, yes) is Approval.WAITING, "for it to be undone", page)


def test_the_owner_gives_a_pass_and_changes_a_setting(
    browser: Any, album: dict[Kind, AlbumHouse]
) -> None:
    house = album[Kind.EMPTY]
    with seen(
        browser, Sight("x", "/frame/passes", "owner", Kind.EMPTY), house, LAPTOP, "en"
    ) as page:
        page.get_by_label("Whose pass is it?").first.focus()
        page.keyboard.type("Oma")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="For Oma").wait_for()
        page.get_by_role("button", name="Copy the link").press("Enter")
        page.get_by_role("button", name="Copied").wait_for()

        page.goto(f"{house.url}/frame/settings")
        switch = page.get_by_role("switch", name="Captions")
        switch.press("Space")
        assert switch.is_checked()
        page.get_by_role("button", name="Add a line").first.press("Enter")
        assert page.evaluate("document.activeElement.type") == "checkbox", (
            "it stands in the new line"
        )
        page.get_by_role("button", name="Save the settings").press("Enter")
        page.get_by_role("status").wait_for()
        assert page.get_by_role("switch", name="Captions").is_checked()


def wished(house: AlbumHouse) -> list[Wish]:
    return [each.wish for each in Wishes(house.context.live).taken()]


def approval(house: AlbumHouse, photo_id: int) -> Approval:
    with house.catalogue() as catalogue:
        photo = catalogue.photos.get(photo_id)
    assert photo is not None
    return photo.approval
