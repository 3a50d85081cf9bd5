"""Coming in: owners by password or by the code on the screen, guests by link or by pairing code."""

from __future__ import annotations

import itertools

import pytest

from frame.core.codes import LIFE_SECONDS
from frame.core.passes import Terms
from frame.core.placard import PLACARD
from frame.live import heard
from frame.web.doorstep import Doorstep
from frame.web.login import ADDRESS_TRIES, STRANGERS_TRIES, TRIES_SECONDS
from frame.web.password import hashed
from frame.web.visitor import DEVICE_COOKIE, GUEST_COOKIE, OWNER_COOKIE, csrf_of
from sync.passes import hash_of
from tests.frame.web.conftest import Browser, House

PASSWORD = "a horse and a half"  # noqa: S105 - of nobody
PAGE = {"headers": {"Accept": "text/html"}}


@pytest.fixture(scope="module")
def hash_() -> str:
    return hashed(PASSWORD)


@pytest.fixture
def owned(house, hash_) -> House:
    with house.catalogue() as catalogue:
        catalogue.ownership.set_password(hash_, int(house.now))
    return house


def shown(house: House) -> str:
    """The code on the screen."""
    return str(heard(house.live, PLACARD).get("code", ""))


def doorstep(house: House) -> Doorstep:
    found = house.app.extensions["wakeframe.doorstep"]
    assert isinstance(found, Doorstep)
    return found


def is_in(browser: Browser) -> bool:
    """Whether this browser is the owner's now."""
    return browser.get("/password").status_code == 200


def cookie(browser: Browser, name: str) -> str:
    found = browser.get_cookie(name, domain="192.168.1.20")
    return found.value if found else ""


def log_in(browser: Browser, password: str = PASSWORD, peer: str = "192.168.1.77") -> int:
    return browser.post("/login", data={"password": password}, peer=peer).status_code


def addresses():
    return (f"192.168.{a}.{b}" for a, b in itertools.product(range(2, 4), range(1, 126)))


class TestTheFirstVisit:
    def test_the_code_on_the_screen_makes_an_owner(self, house):
        browser = house.nobody()
        assert b"Make this frame yours" in browser.get("/login", **PAGE).data
        assert browser.post("/code/show").status_code == 303
        assert heard(house.live, PLACARD)["purpose"] == "owner"
        form = {"code": shown(house).lower(), "password": PASSWORD, "again": PASSWORD}
        answer = browser.post("/code", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/frame")
        assert is_in(browser)
        assert not shown(house), "it is taken down"
        assert log_in(house.nobody()) == 303

    def test_a_short_password_costs_no_code(self, house):
        browser = house.nobody()
        browser.post("/code/show")
        code = shown(house)
        for password, again in (
            ("", ""),
            ("short", "short"),
            (PASSWORD, "other"),
            ("x" * 300,) * 2,
        ):
            form = {"code": code, "password": password, "again": again}
            assert browser.post("/code", data=form).status_code == 400
        form = {"code": code, "password": PASSWORD, "again": PASSWORD}
        assert browser.post("/code", data=form).status_code == 303

    def test_without_the_code_nobody_comes_in(self, house):
        browser = house.nobody()
        form = {"code": "0000 0000", "password": PASSWORD, "again": PASSWORD}
        assert browser.post("/code", data=form).status_code == 401
        browser.post("/code/show")
        assert browser.post("/code", data=form).status_code == 401
        house.clock += LIFE_SECONDS
        form["code"] = shown(house)
        assert browser.post("/code", data=form).status_code == 401
        assert not is_in(browser)
        assert log_in(browser, PASSWORD) == 401

    def test_a_code_works_once_and_takes_ten_tries_of_who_can_see_it(self, owned):
        browser = owned.nobody()
        browser.post("/code/show")
        code = shown(owned)
        for number in range(10):
            wrong = f"{code[:4]}{number:04d}"
            assert browser.post("/code", data={"code": wrong}).status_code == 401
        assert browser.post("/code", data={"code": code}).status_code == 401
        browser.post("/code/show")
        assert shown(owned) != code
        code = shown(owned)
        assert browser.post("/code", data={"code": code}).status_code == 303
        assert owned.nobody().post("/code", data={"code": code}).status_code == 401


class TestThePassword:
    def test_it_opens_a_session_that_no_script_can_read(self, owned):
        browser = owned.nobody()
        answer = browser.post("/login", data={"password": PASSWORD})
        for line in answer.headers.getlist("Set-Cookie"):
            if line.startswith((OWNER_COOKIE, DEVICE_COOKIE)):
                assert "HttpOnly" in line
                assert "SameSite=Strict" in line
        assert is_in(browser)
        with owned.catalogue() as catalogue:
            assert catalogue.ownership.is_session(hash_of(cookie(browser, OWNER_COOKIE)), owned.now)

    def test_a_wrong_one_does_not(self, owned):
        browser = owned.nobody()
        for password in ("", "a horse", PASSWORD + " ", "x" * 10**4):
            assert log_in(browser, password) == 401
        assert not is_in(browser)

    def test_logging_out_ends_it_for_good(self, owned):
        browser = owned.nobody()
        log_in(browser)
        token = browser.key = cookie(browser, OWNER_COOKIE)
        assert browser.post("/logout").status_code == 303
        assert not is_in(browser)
        assert not is_in(owned.browser(**{OWNER_COOKIE: token}))

    def test_a_session_ends_by_itself(self, owned):
        browser = owned.nobody()
        log_in(browser)
        owned.now += 181 * 86400
        assert not is_in(browser)

    def test_another_password_ends_every_other_session(self, owned):
        one, other = owned.nobody(), owned.nobody()
        log_in(one)
        log_in(other)
        one.key = cookie(one, OWNER_COOKIE)
        form = {"old": "wrong", "password": "something else", "again": "something else"}
        assert one.post("/password", data=form).status_code == 401
        form["old"] = PASSWORD
        assert one.post("/password", data={**form, "again": "x"}).status_code == 400
        assert is_in(other)
        assert one.post("/password", data=form).status_code == 303
        assert is_in(one)
        assert not is_in(other)
        assert log_in(other) == 401
        assert log_in(other, "something else") == 303

    def test_of_password_and_tokens_nothing_is_in_the_catalogue(self, owned):
        browser = owned.nobody()
        log_in(browser)
        guest, _ = owned.guest()
        with owned.catalogue() as catalogue:
            catalogue.backup(owned.live / "copy")
        stored = (owned.live / "copy").read_bytes()
        secret = (
            PASSWORD,
            cookie(browser, OWNER_COOKIE),
            cookie(browser, DEVICE_COOKIE),
            guest.key,
        )
        for each in secret:
            assert each.encode() not in stored


class TestGuessing:
    def test_one_address_soon_waits_and_others_do_not(self, owned):
        browser = owned.nobody()
        codes = [log_in(browser, "wrong") for _ in range(ADDRESS_TRIES + 5)]
        assert codes == [401] * ADDRESS_TRIES + [429] * 5
        assert log_in(browser) == 429, "a password is not even looked at"
        assert log_in(owned.nobody(), peer="192.168.1.78") == 303
        owned.clock += TRIES_SECONDS
        assert log_in(browser) == 303

    def test_all_strangers_together_wait_but_a_known_browser_does_not(self, owned):
        known = owned.nobody()
        log_in(known)
        browser = owned.nobody()
        tried = [log_in(browser, "wrong", peer) for peer in addresses()]
        assert tried.count(401) == STRANGERS_TRIES
        assert tried.count(429) == len(tried) - STRANGERS_TRIES
        known.delete_cookie(OWNER_COOKIE, domain="192.168.1.20")
        assert log_in(known) == 303

    def test_the_code_on_the_screen_lets_the_owner_in_whatever_strangers_do(self, owned):
        """From the owner's own address too: a bridge makes one of many."""
        stranger, owner = owned.nobody(), owned.nobody()
        owner.post("/code/show")
        for number in range(300):
            log_in(stranger, "wrong")
            stranger.post("/code/show")
            stranger.post("/code", data={"code": f"{number:08d}"})
        assert not is_in(stranger)
        assert owner.post("/code", data={"code": shown(owned)}).status_code == 303
        assert is_in(owner)

    def test_memory_stays_flat(self):
        from frame.web.throttle import MOST_KEYS, Throttle

        throttle = Throttle(10, 600, lambda: 0.0)
        for number in range(3 * MOST_KEYS):
            throttle.take(str(number))
        assert len(throttle._free_at) == MOST_KEYS


class TestPairing:
    def test_the_code_on_the_screen_gives_a_pass_once(self, owned):
        doorstep(owned).open_pairing("Oma", Terms(most_photos=7))
        assert heard(owned.live, PLACARD)["purpose"] == "pair"
        browser, code = owned.nobody(), shown(owned)
        assert browser.post("/pair", data={"code": code}).status_code == 303
        with owned.catalogue() as catalogue:
            (pass_,) = catalogue.passes.all()
            assert (pass_.name, pass_.most_photos) == ("Oma", 7)
            found = catalogue.passes.find(hash_of(cookie(browser, GUEST_COOKIE)))
            assert found == pass_
        assert not shown(owned)
        assert owned.nobody().post("/pair", data={"code": code}).status_code == 401

    def test_ten_tries_in_total_by_anybody(self, owned):
        doorstep(owned).open_pairing("Oma", Terms())
        code = shown(owned)
        wrong = f"{(int(code.replace(' ', '')) + 1) % 10**6:06d}"
        for _, peer in zip(range(10), addresses(), strict=False):
            answer = owned.nobody().post("/pair", data={"code": wrong}, peer=peer)
            assert answer.status_code == 401
        assert owned.nobody().post("/pair", data={"code": code}).status_code == 401
        assert not shown(owned)

    def test_it_is_shut_unless_opened_and_after_five_minutes_or_when_closed(self, owned):
        assert owned.nobody().post("/pair", data={"code": "000000"}).status_code == 401
        doorstep(owned).open_pairing("Oma", Terms())
        code = shown(owned)
        doorstep(owned).close_pairing()
        assert owned.nobody().post("/pair", data={"code": code}).status_code == 401
        doorstep(owned).open_pairing("Oma", Terms())
        code = shown(owned)
        owned.clock += LIFE_SECONDS
        assert doorstep(owned).pairing() is None
        assert owned.nobody().post("/pair", data={"code": code}).status_code == 401
        with owned.catalogue() as catalogue:
            assert catalogue.passes.all() == []


class TestPasses:
    def test_a_pass_that_is_no_good_says_so_and_replaces_no_good_one(self, owned):
        guest, _ = owned.guest()
        old, _ = owned.guest("Opa", Terms(seconds=-1))
        answer = guest.get(f"/p/{old.key}", **PAGE)
        assert answer.status_code == 401
        assert b"run out" in answer.data
        assert cookie(guest, GUEST_COOKIE) == guest.key

    def test_revoking_is_at_once_and_for_ever(self, owned):
        guest, pass_ = owned.guest()
        with owned.catalogue() as catalogue:
            assert catalogue.passes.revoke(pass_.id, 1)
            assert not catalogue.passes.revoke(pass_.id, 2)
        answer = guest.get(f"/p/{guest.key}", **PAGE)
        assert answer.status_code == 401
        assert b"taken back" in answer.data

    def test_a_header_may_carry_the_pass_where_there_are_no_cookies(self, owned):
        guest, _ = owned.guest()
        program = owned.nobody()
        answer = program.get("/password", headers={"Authorization": f"Bearer {guest.key}"})
        assert answer.status_code == 403, "a guest is known, and may not"
        answer = program.get("/password", headers={"Authorization": "Bearer nonsense"})
        assert answer.status_code == 401


def test_a_token_of_a_form_belongs_to_one_key():
    assert csrf_of("a") != csrf_of("b")
    assert "a" * 22 not in csrf_of("a" * 22)
