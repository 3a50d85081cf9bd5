"""Everything the frame says on its screen and in its status, in every language it speaks.

One table, keyed by a code, so that programs read codes and people read sentences. Nothing here knows
who asks. Facts that are put into a sentence may be hostile text: `say` takes their control characters
away, and with them terminal codes and tricks with the direction of writing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Literal, Protocol, get_args

from frame.words_of_reasons import CONSEQUENCES, REASONS

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

LONGEST_FACT = 200
"""Characters of one fact in a sentence; a name of 1 MB is somebody's joke."""

TABLE: dict[str, tuple[str, str]] = {
    # The first run, on the screen.
    "first_run.title": (
        "Ready for your photos",
        "Bereit für Ihre Fotos",
    ),
    "first_run.inbox": (
        "Copy photos into this folder: {inbox}",
        "Kopieren Sie Fotos in diesen Ordner: {inbox}",
    ),
    "first_run.usb": (
        "Or plug in a USB stick with photos on it.",
        "Oder stecken Sie einen USB-Stick mit Fotos ein.",
    ),
    "first_run.address": (
        "This frame is {host}, at {address} in your network.",
        "Dieser Rahmen heißt {host} und ist im Netz unter {address}.",
    ),
    "first_run.no_network": (
        "There is no network here, and none is needed.",
        "Hier ist kein Netz, und es wird keines gebraucht.",
    ),
    "first_run.scan": (
        "Or scan this with a phone and send photos from there.",
        "Oder scannen Sie dies mit einem Telefon und schicken Sie Fotos von dort.",
    ),
    "first_run.own": (
        "Or scan this with your phone: set the frame up and send photos from there.",
        "Oder scannen Sie dies mit Ihrem Telefon: Rahmen einrichten und Fotos von dort schicken.",
    ),
    "first_run.spoken": (
        "Or type {spoken} into a browser.",
        "Oder geben Sie {spoken} in einen Browser ein.",
    ),
    "first_run.arriving": (
        "Photos are arriving. The first will hang in a moment.",
        "Fotos kommen an. Das erste hängt gleich.",
    ),
    "nothing_hangs.waiting.one": (
        "One photo is waiting for your yes.",
        "Ein Foto wartet auf Ihr Ja.",
    ),
    "nothing_hangs.waiting": (
        "{count} photos are waiting for your yes.",
        "{count} Fotos warten auf Ihr Ja.",
    ),
    "nothing_hangs.hidden": (
        "Every photo is hidden. `wakeframe photo ID show` brings one back.",
        "Alle Fotos sind ausgeblendet. `wakeframe photo ID show` holt eines zurück.",
    ),
    "nothing_hangs.unreadable": (
        "The photos cannot be shown right now. `wakeframe doctor` on this machine says why.",
        "Die Fotos lassen sich gerade nicht zeigen. `wakeframe doctor` auf diesem Gerät sagt, warum.",
    ),
    # Somebody at the frame did something.
    "done.hidden": (
        "Hidden. U, or a swipe up, brings it back.",
        "Ausgeblendet. U oder Wischen nach oben holt es zurück.",
    ),
    "done.shown_again": ("It hangs again.", "Es hängt wieder."),
    "done.no_clip": (
        "This photo has nothing to wake to yet.",
        "Dieses Foto kann noch nicht aufwachen.",
    ),
    "keys": (
        "→ next   ← previous   W wake   H hide   U undo   A add photos   I info   Q quit",
        "→ weiter   ← zurück   W wecken   H ausblenden   U rückgängig   A Fotos   I Info   Q Ende",
    ),
    # Held up for whoever stands before the frame.
    "placard.send.title": ("Send photos to this frame", "Fotos an diesen Rahmen schicken"),
    "placard.send.title.named": (
        "{name}, send photos to this frame",
        "{name}, schicken Sie Fotos an diesen Rahmen",
    ),
    "placard.send.how": (
        "Point a phone’s camera at this code. No app, no account.",
        "Richten Sie die Kamera eines Telefons auf diesen Code. Keine App, kein Konto.",
    ),
    "placard.pair.title": ("The code for your phone", "Der Code für Ihr Telefon"),
    "placard.pair.how": (
        "Type this code on the phone to send photos to this frame.",
        "Geben Sie diesen Code am Telefon ein, um Fotos an diesen Rahmen zu schicken.",
    ),
    "placard.owner.title": ("The code for the owner", "Der Code für den Besitzer"),
    "placard.owner.how": (
        "Whoever types this code on the frame’s page may look after this frame.",
        "Wer diesen Code auf der Seite des Rahmens eingibt, darf sich um ihn kümmern.",
    ),
    "placard.visit.title": ("This frame’s page", "Die Seite dieses Rahmens"),
    "placard.visit.how": (
        "Point a phone’s camera at this code.",
        "Richten Sie die Kamera eines Telefons auf diesen Code.",
    ),
    "placard.fallback": (
        "If it does not open, take this one.",
        "Falls er sich nicht öffnet, nehmen Sie diesen.",
    ),
    "placard.spoken": (
        "The page is {spoken}",
        "Die Seite ist {spoken}",
    ),
    "placard.away": (
        "Any key or a touch takes this away.",
        "Jede Taste und jede Berührung nimmt das weg.",
    ),
    "touches": (
        "Tap: right next, left previous, middle wake. Swipe: down hide, up undo.",
        "Tippen: rechts weiter, links zurück, Mitte wecken. Wischen: runter weg, hoch zurück.",
    ),
    "touches.long": (
        "Touch for long: this; once more: how to send photos; for three seconds: quit.",
        "Lange berühren: dies; noch einmal: Fotos schicken; drei Sekunden lang: Ende.",
    ),
    # About the photo that hangs.
    "info.taken": ("Taken {day}", "Aufgenommen am {day}"),
    "info.from": ("From {sender}", "Von {sender}"),
    "info.name": ("File {name}", "Datei {name}"),
    "info.arrived": ("Arrived {day}", "Angekommen am {day}"),
    "info.wakes": ("Wakes: {driver}", "Wacht auf: {driver}"),
    "info.still": ("Stays still: {reason}", "Bleibt still: {reason}"),
    "info.not_yet": ("Its clip is being made", "Sein Clip entsteht noch"),
    "info.invite": (
        "To send photos from a phone: press A, or hold once more",
        "Fotos vom Telefon schicken: A drücken oder noch einmal halten",
    ),
    "info.photos.one": ("1 photo in this frame", "1 Foto in diesem Rahmen"),
    "info.photos": ("{count} photos in this frame", "{count} Fotos in diesem Rahmen"),
    "caption.day_and_sender": ("{day} · {sender}", "{day} · {sender}"),
    # What only a person can decide.
    "which.title": ("Which of the two?", "Welches von beiden?"),
    "which.answer": (
        "←  left      →  right      H or swipe down: both",
        "←  links      →  rechts      H oder runter wischen: beide",
    ),
    "question.usb.one": (
        "Take in the photo on the stick “{name}”?",
        "Das Foto vom Stick „{name}“ aufnehmen?",
    ),
    "question.usb": (
        "Take in the {count} photos on the stick “{name}”?",
        "Die {count} Fotos vom Stick „{name}“ aufnehmen?",
    ),
    "question.drop": (
        "{missing} of {known} photos are gone from {folder}. Take them off the wall?",
        "{missing} von {known} Fotos sind aus {folder} verschwunden. Von der Wand nehmen?",
    ),
    "question.answer_here": (
        "Y or tap right: yes      N or tap left: no",
        "J oder rechts tippen: ja      N oder links tippen: nein",
    ),
    "question.answer_elsewhere": (
        "wakeframe answer {id} yes (or no)",
        "wakeframe answer {id} yes (oder no)",
    ),
    "answer.yes": ("Answered: yes.", "Beantwortet: ja."),
    "answer.no": ("Answered: no.", "Beantwortet: nein."),
    # What the owner reads in the status and while it runs.
    "status.running": ("Running since {time}.", "Läuft seit {time}."),
    "status.not_running": (
        "Not running: `wakeframe run` starts it.",
        "Läuft nicht: `wakeframe run` startet es.",
    ),
    "status.safe_mode": (
        "Safe mode: it kept ending at the start, so it shows stills only.",
        "Abgesicherter Betrieb: Der Start brach immer wieder ab, darum nur stille Bilder.",
    ),
    "status.wall.nothing": ("Nothing hangs yet.", "Noch hängt nichts."),
    "status.wall.hangs": ("On the wall: {names}", "An der Wand: {names}"),
    "status.wall.wakes": ("Waking now: {names}", "Wacht gerade auf: {names}"),
    "status.wall.night": (
        "It is night; the panel is off.",
        "Es ist Nacht; der Bildschirm ist aus.",
    ),
    "status.queue.empty": (
        "Every photo that can wake has its clip.",
        "Jedes Foto, das aufwachen kann, hat seinen Clip.",
    ),
    "status.queue.one": (
        "1 photo is still to be woken, about {time}.",
        "1 Foto ist noch zu wecken, etwa {time}.",
    ),
    "status.queue": (
        "{count} photos are still to be woken, about {time}.",
        "{count} Fotos sind noch zu wecken, etwa {time}.",
    ),
    "status.queue.unknown.one": ("1 photo is still to be woken.", "1 Foto ist noch zu wecken."),
    "status.queue.unknown": (
        "{count} photos are still to be woken.",
        "{count} Fotos sind noch zu wecken.",
    ),
    "status.disk": ("{free} free", "{free} frei"),
    "state.looking": ("being looked at", "wird angesehen"),
    "state.still": ("stays a still", "bleibt still"),
    "state.queued": ("waits to be animated", "wartet auf seinen Clip"),
    "state.rendering": ("being animated, {share}", "wird animiert, {share}"),
    "state.awake": ("wakes", "wacht auf"),
    "state.clip_waiting": (
        "its clip waits for your yes",
        "sein Clip wartet auf Ihr Ja",
    ),
    "state.missing": ("its original is missing", "sein Original fehlt"),
    "state.set_aside": ("set aside", "zurückgestellt"),
    "state.waiting": ("waits for your yes", "wartet auf Ihr Ja"),
    "state.hidden": ("hidden", "ausgeblendet"),
    "state.deleted": ("deleted", "gelöscht"),
    # Restoration.
    "restored.hangs": ("Hangs restored: {what}.", "Hängt restauriert: {what}."),
    "restored.rests": (
        "Hangs as it came. Restored, it would be: {what}.",
        "Hängt, wie es kam. Restauriert wäre: {what}.",
    ),
    "restored.waits": (
        "Restored, and waits for your yes: {what}.",
        "Restauriert und wartet auf Ihr Ja: {what}.",
    ),
    "mended.scratches": ("scratches and spots filled", "Kratzer und Flecken ausgebessert"),
    "mended.fading": ("fading undone", "Verblasstes aufgefrischt"),
    "mended.cast": ("colour cast removed", "Farbstich entfernt"),
    "mended.noise": ("grain lessened", "Korn gemildert"),
    "mended.jpeg": ("JPEG blocks softened", "JPEG-Klötzchen geglättet"),
    "mended.soft_eyes": ("eyes sharpened", "Augen geschärft"),
    # What the coach says of a photo.
    "check.can_wake": ("This photo can be woken.", "Dieses Foto kann aufwachen."),
    "check.stays_still": (
        "This photo stays still.",
        "Dieses Foto bleibt still.",
    ),
    "check.bad": (
        "What could be better, and what to do",
        "Was besser sein könnte, und was zu tun ist",
    ),
    "check.note": ("Worth knowing", "Gut zu wissen"),
    "check.good": ("What is good", "Was gut ist"),
    "check.nothing": ("Nothing is wrong with it.", "Daran ist nichts auszusetzen."),
    "check.face": ("Face {number}", "Gesicht {number}"),
    "check.faces": ("Faces {number}", "Gesichter {number}"),
    "check.from_left": (
        "Faces are counted from the left.",
        "Gesichter werden von links gezählt.",
    ),
    "check.crop": (
        "Shown closer it would be {width} x {height} pixels from ({left}, {top}).",
        "Näher gezeigt wären es {width} x {height} Pixel ab ({left}, {top}).",
    ),
    # The page that mirrors the screen.
    "mirror.title": ("Wakeframe: the screen", "Wakeframe: der Bildschirm"),
    "mirror.alt": (
        "What hangs on the frame right now",
        "Was gerade im Rahmen hängt",
    ),
    "mirror.about": (
        "This is what hangs on the frame right now. Only this computer can see this page.",
        "Das hängt gerade im Rahmen. Nur dieser Rechner kann diese Seite sehen.",
    ),
    # While `wakeframe run` is watched from a terminal.
    "run.library": ("The library is {library}.", "Die Bibliothek ist {library}."),
    "run.inbox": ("Photos put into {inbox} are taken in.", "Fotos aus {inbox} werden aufgenommen."),
    "run.mirror": ("The picture is mirrored at {address}", "Das Bild ist zu sehen unter {address}"),
    "run.end": ("Ctrl-C ends it.", "Strg-C beendet."),
    "run.ended": ("Ended.", "Beendet."),
    "run.first_picture": ("The first picture hangs.", "Das erste Bild hängt."),
    "run.taken_in.one": (
        "1 photo taken in ({total} in all).",
        "1 Foto aufgenommen (insgesamt {total}).",
    ),
    "run.taken_in": (
        "{count} photos taken in ({total} in all).",
        "{count} Fotos aufgenommen (insgesamt {total}).",
    ),
    "run.looked": ("{name}: {what}.", "{name}: {what}."),
    "run.can_wake": ("can wake", "kann aufwachen"),
    "run.stays_still": ("stays a still ({reason})", "bleibt still ({reason})"),
    "run.clip_ready": ("{name} has its clip ({driver}).", "{name} hat seinen Clip ({driver})."),
    "run.wakes": ("{name} is awake ...", "{name} ist wach ..."),
    "run.refused": (
        "{name} was not taken in: {reason}",
        "{name} wurde nicht aufgenommen: {reason}",
    ),
    "run.asks": ("A question: {question}", "Eine Frage: {question}"),
    "run.came_back": (
        "The {process} process ended and was started again.",
        "Der Prozess {process} endete und wurde neu gestartet.",
    ),
    "time.seconds": ("{count} seconds", "{count} Sekunden"),
    "time.minutes.one": ("a minute", "eine Minute"),
    "time.minutes": ("{count} minutes", "{count} Minuten"),
    "time.hours.one": ("an hour", "eine Stunde"),
    "time.hours": ("{count} hours", "{count} Stunden"),
    "time.days.one": ("a day", "einen Tag"),
    "time.days": ("{count} days", "{count} Tage"),
    **{f"reason.{code}": sentences for code, sentences in REASONS.items()},
    **{f"consequence.{code}": sentences for code, sentences in CONSEQUENCES.items()},
}

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}

_LARGER_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60))


def say(code: str, language: Language = "en", **facts: str | int) -> str:
    """The sentence of `code` with these facts in it. A fact `count` of 1 takes the form ``.one``.

    Raises KeyError for a code that is not in the table, or a fact that its sentence needs.
    """
    if facts.get("count") == 1 and f"{code}.one" in TABLE:
        code = f"{code}.one"
    sentence = TABLE[code][LANGUAGES.index(language)]
    return sentence.format_map({name: harmless(str(fact)) for name, fact in facts.items()})


class Told(Protocol):
    """Anything with a code for programs and an English sentence for people: a finding, a refusal."""

    @property
    def code(self) -> str: ...

    @property
    def message(self) -> str: ...


def finding_in(finding: Told, language: Language) -> str:
    """A finding's sentence in `language`, with its number in it where it has one.

    In English that is its own message, and in every language for a code that this version has no
    words for: an older row, another engine.
    """
    message = harmless(finding.message)
    if language == "en" or f"reason.{finding.code}" not in TABLE:
        return message
    number = getattr(finding, "number", None)
    try:
        facts = {} if number is None else {"number": in_digits(number, language)}
        return say(f"reason.{finding.code}", language, **facts)
    except KeyError:
        return message


def consequence_in(consequence: str, language: Language) -> str:
    """What a finding costs the animation, in a few words; nothing for one that we do not know."""
    code = f"consequence.{consequence}"
    return say(code, language) if code in TABLE else ""


def in_digits(number: float, language: Language) -> str:
    """A number as a sentence names it: whole from 10 on, else with the one decimal it needs."""
    text = f"{number:.0f}" if abs(number) >= 10 else f"{round(number, 1):g}"
    return text.replace(".", ",") if language == "de" else text


def harmless(text: str) -> str:
    """Hostile text as one line that only says something: no control, no change of direction.

    What is taken away is shown as ``�``; what is too long ends in an ellipsis.
    """
    shown = text[:LONGEST_FACT] + ("…" if len(text) > LONGEST_FACT else "")
    return "".join("�" if unicodedata.category(each) in _MUTE else each for each in shown)


_MUTE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's classes of what is not seen but does something."""


def language_from(wanted: str, environment: Mapping[str, str]) -> Language:
    """The language of the setting, where that is ``auto`` the system's, where we lack that English."""
    if wanted == "auto":
        named = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        wanted = next((name for name in named if name), "")[:2].lower()
    return next((each for each in LANGUAGES if each == wanted), "en")


def day(date: str, language: Language = "en") -> str:
    """``2019-07-12...`` as people write it: 12 July 2019; empty for what is no date."""
    year, _, rest = date[:10].partition("-")
    month, _, number = rest.partition("-")
    if not (year.isdecimal() and month.isdecimal() and number.isdecimal()):
        return ""
    if not 1 <= int(month) <= 12:
        return ""
    dot = "." if language == "de" else ""
    return f"{int(number)}{dot} {MONTHS[language].split()[int(month) - 1]} {int(year)}"


def duration(seconds: float, language: Language = "en") -> str:
    """A time as an honest estimate: only its largest unit, rounded."""
    for unit, size in _LARGER_UNITS:
        if seconds >= 0.95 * size:
            return say(f"time.{unit}", language, count=max(1, round(seconds / size)))
    return say("time.seconds", language, count=max(1, round(seconds)))
