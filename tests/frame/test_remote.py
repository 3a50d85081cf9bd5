"""Wishes from afar: they come in order, once, in time, and nothing that calls itself one does harm."""

from __future__ import annotations

import json
import os

import pytest

from frame import remote
from frame.remote import Wish, Wished, Wishes, ask

NOW = 5000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wishes(tmp_path, clock) -> Wishes:
    return Wishes(tmp_path, clock)


def put(folder, text: str | bytes, name: str = "wish.1.json") -> None:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


def wish(**changes: object) -> str:
    return json.dumps({"wish": "next", "photos": [], "at": NOW, **changes})


def test_wishes_come_once_and_in_the_order_of_asking(tmp_path, clock, wishes):
    asked = [Wished(Wish.NEXT), Wished(Wish.HANG, (7, 9)), Wished(Wish.SLEEP)]
    for each in asked:
        ask(tmp_path, each, clock)
    assert wishes.taken() == asked
    clock.now += 1
    assert wishes.taken() == []
    assert os.listdir(tmp_path) == []


def test_it_looks_ten_times_a_second_and_not_more_often(tmp_path, clock, wishes):
    assert wishes.taken() == []
    ask(tmp_path, Wished(Wish.NEXT), clock)
    clock.now += 0.05
    assert wishes.taken() == []
    clock.now += 0.06
    assert wishes.taken() == [Wished(Wish.NEXT)]


def test_a_wish_that_nobody_took_in_time_is_void(tmp_path, clock, wishes):
    ask(tmp_path, Wished(Wish.NEXT), clock)
    clock.now += remote.VOID_SECONDS + 0.1
    assert wishes.taken() == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "null", "7", '"next"', "{", "{}", "\ufeff{}", "[" * 500, '{"a":' * 80),
        *(
            wish(wish="quit"),
            wish(wish="hide"),
            wish(wish=""),
            wish(wish=None),
            wish(wish=["next"]),
        ),
        *(wish(at=NOW + 60), wish(at=-1e9), wish(at="now"), wish(at=None), wish(at=True)),
        *(wish(photos=None), wish(photos="7"), wish(photos=[7]), wish(wish="hang", photos=[])),
        *(wish(wish="hang", photos=[each]) for each in (0, -1, 1.5, True, "1", None, [1])),
        wish(wish="hang", photos=[1, 2, 3]),
        wish(more="x" * 1000),
        wish(at=float("nan")),
        wish(at=float("inf")),
        b"\xff\xfe\0\1",
        b"\0" * 100_000,
    ],
)
def test_what_is_no_wish_is_removed_unheard(tmp_path, wishes, text):
    put(tmp_path, text)
    assert wishes.taken() == []
    assert os.listdir(tmp_path) == []


def test_what_is_no_file_is_removed_unread(tmp_path, clock, wishes):
    secret = tmp_path / "secret"
    secret.write_text(wish())
    (tmp_path / "wish.a.json").symlink_to(secret)
    os.mkfifo(tmp_path / "wish.b.json")
    (tmp_path / "wish.c.json").mkdir()
    put(tmp_path, wish(), "wish.d.json")
    assert wishes.taken() == [Wished(Wish.NEXT)]
    assert os.listdir(tmp_path) == ["secret"]
    assert secret.read_text() == wish()
    clock.now += 1
    assert wishes.taken() == []


def test_a_flood_comes_in_pieces_and_other_files_are_none_of_ours(tmp_path, clock, wishes):
    for number in range(100):
        put(tmp_path, wish(), f"wish.{number:03d}.json")
    put(tmp_path, wish(), "display.json")
    assert len(wishes.taken()) == remote.MOST_AT_ONCE
    clock.now += 1
    assert len(wishes.taken()) == remote.MOST_AT_ONCE
    assert (tmp_path / "display.json").exists()


def test_without_a_folder_there_are_no_wishes_and_asking_says_so(tmp_path, clock):
    gone = tmp_path / "gone"
    assert Wishes(gone, clock).taken() == []
    with pytest.raises(OSError, match="gone"):
        ask(gone, Wished(Wish.NEXT), clock)


def test_what_was_asked_about_the_light_is_kept_for_the_next_display(tmp_path):
    assert remote.kept_rest(tmp_path) == {}
    remote.keep_rest(tmp_path, {"is_on": False, "until": 7.5, "was_on": True})
    kept = remote.kept_rest(tmp_path)
    assert (kept["is_on"], kept["until"], kept["was_on"]) == (False, 7.5, True)
