"""A family's library in every state that a page can show: what pages are looked at with.

Photos are really taken in, clips really encoded; what a studio or a person would have done meanwhile is
written into the catalogue as they write it.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.album_prints import Cut, Pixels, faded, jpeg, on_a_wall, picture, portraits
from frame.core.passes import Pass, Terms
from frame.core.photos import Approval, Door, Finding, Head, Look, Photo, Region, View
from frame.core.preparation import Outcome, Preparation, Rule
from frame.core.sending import Stage
from frame.library import deletion
from frame.library.catalogue import Catalogue
from frame.library.clips import NewClip
from frame.library.ingest import Ingest
from frame.library.places import Places
from frame.library.prepared import PreparedShelf
from frame.library.talk import Refusal
from frame.library.uploads import NewUpload
from frame.live import say
from frame.words import say as sentence
from renderer.clip import ClipWriter
from sync.passes import issue

GRANDMOTHER, AUNT, LONG = "Oma Ilse", "Ben", "Tante Ottilie-Wilhelmine von und zu Hohenlangenburg"
MODELS = "album"
FRAMES, TOLD_FRAMES = 25, 125
"""A second of each clip is enough to look at; its row says that it is as long as all are."""

DAY = 86400


@dataclass(frozen=True)
class Print:
    """A photo of the album: its file's name, how it looks, who sent it and when it was taken, and what
    has become of it (see `Album._live_through`)."""

    name: str
    cut: Cut
    fate: str
    sender: str = ""
    taken: str | None = None


PRINTS = (
    Print("Scan 1974-08, Garten.jpg", Cut(0, print="sepia"), "compared", GRANDMOTHER, "1974-08-03"),
    Print("Onkel Karl.jpg", Cut(1, (0.5, 0.3), 0.8, 1.0, "grey"), "set_aside"),
    Print("IMG_1187.jpg", Cut(2, (0.5, 0.2), 1.0, 1.4), "hidden", "Ben", "2019-06-22"),
    Print("IMG_1190.jpg", Cut(0, (0.5, 0.35), 0.75, 0.8, mirrored=True), "deleted", "Ben"),
    Print("Passbild 1961.jpg", Cut(1, (0.5, 0.28), 0.55, 0.8, "sepia"), "still", GRANDMOTHER),
    Print("DSC_0042.jpg", Cut(2, (0.5, 0.18), 0.9, 1.0), "missing"),
    Print("IMG_2038.jpg", Cut(2, (0.5, 0.3), 1.0, 0.75), "awake", "Ben", "2023-12-24"),
    Print("Hochzeit Ada und Ben.jpg", Cut(1), "favourite", LONG, "2021-09-11"),
    Print("PXL_20240317_101502731.PORTRAIT.jpg", Cut(2, (0.5, 0.17), 0.7, 0.8, "grey"), "queued"),
    Print("IMG_2039.jpg", Cut(0, (0.5, 0.4), 0.9, 1.3, mirrored=True), "rendering", "Ben"),
    Print("IMG_2040.jpg", Cut(1, (0.5, 0.3), 0.9, 1.2, mirrored=True), "clip_waits", GRANDMOTHER),
    Print("Sommerfest.jpg", Cut(2, (0.5, 0.15), 0.95, 1.5, "sepia", True), "waits", LONG),
    Print("IMG_2042.jpg", Cut(1, (0.5, 0.3), 0.7, 1.0), "waits_awake", GRANDMOTHER, "2024-04-01"),
    Print("IMG_2041.jpg", Cut(0), "awake", GRANDMOTHER, "2024-03-31"),
)
"""In the order in which they came; the last one is the newest."""


def reason(code: str, **facts: int) -> str:
    """As the frame says it in English, the language of its rows."""
    return sentence(f"reason.{code}", "en", **facts)


TURNED = Finding("profile_view", reason("profile_view"), consequence="still")
GLASSES = Finding("glasses", reason("glasses"), consequence="gentler", grade="note")
FEW_PIXELS = Finding(
    "few_pixels", reason("few_pixels", number=61), 61.0, "px", "gentler", 0.7, face=0
)
HEAD = Head(Region(0.3, 0.1, 0.6, 0.45), Region(0.2, 0.0, 0.75, 0.6), 83.5, 1.5, -2.0, 0.2, True)

REPORT = {
    "driver": "nostalgia",
    "fps": 25.0,
    "faces": [{"moved": True}],
    "identity": {"min": 0.81, "p05": 0.86, "threshold": 0.55},
    "ladder": [
        {"driver": "joy", "intensity": 1.0, "passed": False},
        {"driver": "nostalgia", "intensity": 1.0, "passed": True},
    ],
    "stages": [{"name": "frames", "seconds": 5.4}],
}


class Album:
    """Fills a library once. `now` is unix seconds, `seen` the photos by the name of their file."""

    def __init__(self, places: Places, live: Path, catalogue: Catalogue, now: int) -> None:
        self._places, self._live, self._now = places, live, now
        self._catalogue = catalogue
        self.seen: dict[str, Photo] = {}
        self._pictures: dict[str, Pixels] = {}

    def fill(self, folder: Path) -> None:
        """With the portraits of `folder`. Everything that hangs, waits and works."""
        made = portraits(folder)
        for number, each in enumerate(PRINTS):
            self._take(each, picture(each.cut, made), self._now - (len(PRINTS) - number) * 3 * DAY)
        for each in PRINTS:
            self._live_through(each)
        self._talk()
        hanging = self._photo("IMG_2041.jpg")
        (self._live / "screen.jpg").write_bytes(
            jpeg(on_a_wall(self._pictures["IMG_2041.jpg"], 1280, 720))
        )
        say(self._live, "display", {"state": "hanging", "photos": [hanging.id], "wakes": None})
        rendering = self._photo("IMG_2039.jpg")
        facts = {"state": "rendering", "photo": rendering.id, "share": 0.43, "waiting": 1}
        say(self._live, "studio", {**facts, "estimate_seconds": 150.0})
        processes = {
            name: {"pid": os.getpid(), "starts": 1, "since": time.monotonic() - 3 * DAY}
            for name in ("display", "doors", "looker", "studio", "web")
        }
        say(self._live, "app", {"began": self._now - 3 * DAY, "processes": processes})

    def send(self, pass_: Pass) -> None:
        """What a relative's page shows: one photo in every state that it has a word for."""
        for number, (name, fate) in enumerate(
            (
                ("IMG_2041.jpg", "taken"),
                ("IMG_2042.jpg", "taken"),
                ("IMG_2040.jpg", "taken"),
                ("IMG_2039.jpg", "taken"),
                ("PXL_20240317_101502731.PORTRAIT.jpg", "taken"),
                ("Passbild 1961.jpg", "there"),
                ("IMG_1187.jpg", "taken"),
                ("IMG_1190.jpg", "withdrawn"),
                ("IMG_2049.jpg", "refused"),
                ("IMG_2050.jpg", "received"),
                ("IMG_2051.jpg", "receiving"),
            )
        ):
            self._send(pass_, name, fate, self._now - 600 - number)

    def _take(self, each: Print, made: Pixels, arrived: int) -> None:
        self._pictures[each.name] = made
        source = self._places.root / "album.jpg"
        source.write_bytes(jpeg(faded(made) if each.fate == "compared" else made, each.taken))
        ingest = Ingest(self._places, self._catalogue, now=lambda: arrived, reserve=lambda _: 0)
        door = Door.PHONE if each.sender else Door.INBOX
        photo = ingest.take(source, door, name=each.name, sender=each.sender).photo
        source.unlink()
        self._catalogue.photos.approve(photo.id, Approval.APPROVED)
        self.seen[each.name] = photo

    def _photo(self, name: str) -> Photo:
        return self.seen[name]

    def _live_through(self, each: Print) -> None:
        """What happens to a photo in a frame until it is as `each.fate` says."""
        photo, photos = self._photo(each.name), self._catalogue.photos
        findings = {"still": (TURNED,), "waits_awake": (FEW_PIXELS, GLASSES)}.get(each.fate, ())
        verdict = "still" if each.fate == "still" else "animated"
        photos.remember_look(photo.id, Look(verdict, findings, (HEAD,), MODELS))
        match each.fate:
            case "awake" | "hidden":
                self._clip(each, Approval.APPROVED)
            case "favourite":
                self._clip(each, Approval.APPROVED)
                photos.favour(photo.id, is_favourite=True)
            case "waits_awake" | "clip_waits":
                self._clip(each, Approval.WAITING)
            case "set_aside":
                self._catalogue.work.set_aside(photo.id, "render", "t", "failed", reason("failed"))
            case "missing":
                photos.miss(photo.id, self._now)
            case "compared":
                self._restore(each)
        if each.fate == "hidden":
            photos.approve(photo.id, Approval.HIDDEN)
        if each.fate in ("waits", "waits_awake"):
            photos.approve(photo.id, Approval.WAITING)
        if each.fate == "deleted":
            deletion.delete(self._catalogue, photo.id, self._now - DAY)

    def _clip(self, each: Print, approval: Approval) -> None:
        photo, shown = self._photo(each.name), self._pictures[each.name]
        height, width = (side // 2 * 2 for side in shown.shape[:2])
        path = self._places.clip(f"{photo.id}.mp4")
        with ClipWriter(path, width, height, "Wakeframe") as clip:
            for _ in range(FRAMES):
                clip.write_rgb(shown[:height, :width])
            clip.publish()
        view = View((0, 0, width, height), width, height)
        facts = (photo.id, path.name, "nostalgia", "auto", MODELS, "", view, path.stat().st_size)
        new = NewClip(*facts, self._now - DAY, TOLD_FRAMES, json.dumps(REPORT))
        self._catalogue.clips.approve(self._catalogue.clips.add(new), approval)

    def _restore(self, each: Print) -> None:
        """Its fading undone; a face may look less like itself, so that it waits for somebody."""
        photo = self._photo(each.name)
        made = Preparation(
            *(photo.id, "album", Outcome.MADE, False, 0.0),
            *(("fading", "cast", "noise"), ("faded",), 0, self._now - DAY),
        )
        shelf = PreparedShelf(self._places, self._catalogue, reserve=lambda _: 0)
        shelf.publish(photo, self._pictures[each.name], made, "{}", Rule.AUTO)

    def _talk(self) -> None:
        """What the frame asks and tells."""
        found, now = self._catalogue, self._now
        found.questions.ask("usb", "stick", {"name": "URLAUB", "photos": 214}, now, on_screen=True)
        found.notices.add(
            "doors",
            "folder_gone",
            "photos",
            "The folder “Fotos” is not there at the moment; its photos stay on the wall.",
            now - 7200,
        )
        for place, code in (("IMG_2012.MOV", "video"), ("Scan 1969-02.jpg", "incomplete")):
            refusal = Refusal("inbox", place, 1, now, code, reason(code), now - DAY)
            found.refusals.add(refusal)

    def _send(self, pass_: Pass, name: str, fate: str, at: int) -> None:
        uploads, photo = self._catalogue.uploads, self.seen.get(name)
        sha256 = photo.sha256 if photo else secrets.token_hex(32)
        new = NewUpload(secrets.token_hex(16), pass_.id, sha256, 1_000_000, name, "auto", True)
        uploads.add(new, at)
        if fate == "receiving":
            (self._places.uploads / new.id).write_bytes(bytes(620_000))
        elif fate == "received":
            uploads.move(new.id, Stage.RECEIVING, Stage.RECEIVED, at)
        elif fate == "refused":
            uploads.refuse(new.id, "incomplete", reason("incomplete"), at)
        elif photo is not None:
            uploads.take(new.id, photo.id, at, was_there=fate == "there")
        if fate == "withdrawn":
            uploads.withdraw(new.id, at, took_down=True)


def give_passes(catalogue: Catalogue, now: int) -> dict[str, tuple[str, Pass]]:
    """One of each standing, and one that has sent nothing yet: its token and itself, by a word."""
    given: Sequence[tuple[str, str, Terms]] = (
        ("expired", "Nachbarn", Terms(seconds=-DAY)),
        ("revoked", "Pub Quiz", Terms()),
        ("new", LONG, Terms(seconds=7 * DAY, most_photos=200)),
        ("sender", GRANDMOTHER, Terms()),
    )
    found = {word: issue(catalogue, name, terms, now - DAY) for word, name, terms in given}
    catalogue.passes.revoke(found["revoked"][1].id, now)
    return found
