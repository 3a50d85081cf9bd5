"""Titles and sentences of the settings in every language of the pages, by key.

The schema's own sentences are made for a file and a terminal; here stands the same for a page. A key
that is missing here is shown by its name and the schema's sentence, and a test fails.
"""

from __future__ import annotations

from frame.settings import Key
from frame.settings.read import kind
from frame.web.owner.forms import Mistake
from frame.words import Language

GROUPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "wall": (
        "On the wall",
        "An der Wand",
        (
            *("still_seconds", "wake_minutes", "fade_seconds", "surround"),
            *("two_up", "captions", "ken_burns", "driver", "restore"),
        ),
    ),
    "light": ("Night and light", "Nacht und Licht", ("night", "dim", "panel")),
    "sources": ("Where photos come from", "Woher Fotos kommen", ("watched", "usb", "invites")),
    "frame": (
        "This frame",
        "Dieser Rahmen",
        ("name", "findable", "language", "port", "clip_percent", "library"),
    ),
}
"""English and German title, and the keys, in the order in which people look for them."""

TEXTS: dict[str, dict[Language, tuple[str, str]]] = {
    "library": {
        "en": (
            "Folder of the library",
            (
                "Where the photos live. Empty: the usual folder. Another one is opened when the frame is"
                " started again."
            ),
        ),
        "de": (
            "Ordner der Bibliothek",
            (
                "Wo die Fotos liegen. Leer: der übliche Ordner. Ein anderer wird beim nächsten Start des"
                " Rahmens geöffnet."
            ),
        ),
    },
    "watched": {
        "en": (
            "Watched folders",
            (
                "Folders whose photos are shown as well: shares, synced folders. One in each line."
                " They are read, never written."
            ),
        ),
        "de": (
            "Beobachtete Ordner",
            (
                "Ordner, deren Fotos mit gezeigt werden: Freigaben, abgeglichene Ordner. In jeder Zeile"
                " einer. Sie werden gelesen, nie beschrieben."
            ),
        ),
    },
    "usb": {
        "en": ("USB sticks", "Offer to take in the photos of a USB stick that is plugged in."),
        "de": ("USB-Sticks", "Anbieten, die Fotos eines eingesteckten USB-Sticks aufzunehmen."),
    },
    "still_seconds": {
        "en": ("How long a photo hangs", "Then the next one comes, by a slow fade."),
        "de": ("Wie lange ein Foto hängt", "Dann kommt das nächste, langsam überblendet."),
    },
    "wake_minutes": {
        "en": ("How often a photo wakes", "Roughly; nobody should learn to wait for it. 0: never."),
        "de": (
            "Wie oft ein Foto aufwacht",
            "Ungefähr; niemand soll darauf warten lernen. 0: nie.",
        ),
    },
    "fade_seconds": {
        "en": ("How long a fade takes", "From one photo into the next. 0: no fade."),
        "de": ("Wie lange überblendet wird", "Von einem Foto ins nächste. 0: gar nicht."),
    },
    "surround": {
        "en": ("Around the photo", "What surrounds a photo that does not fill the panel."),
        "de": ("Um das Foto herum", "Was ein Foto umgibt, das den Bildschirm nicht füllt."),
    },
    "two_up": {
        "en": ("Pairs", "Hang two upright photos that belong together side by side."),
        "de": ("Paare", "Zwei Hochformate, die zusammengehören, nebeneinander hängen."),
    },
    "ken_burns": {
        "en": (
            "Slow drift",
            "Let a photo drift very slowly while it hangs. Costs power all the time.",
        ),
        "de": (
            "Langsames Treiben",
            "Ein Foto sehr langsam treiben lassen, während es hängt. Kostet ständig Strom.",
        ),
    },
    "captions": {
        "en": ("Captions", "Show the date and the sender of a photo."),
        "de": ("Bildunterschriften", "Datum und Absender eines Fotos zeigen."),
    },
    "driver": {
        "en": (
            "How photos move",
            (
                "“As suits the photo” looks at each one and is restrained. A photo of your choice can"
                " have its own way."
            ),
        ),
        "de": (
            "Wie Fotos sich bewegen",
            (
                "„Wie es zum Foto passt“ sieht jedes an und hält sich zurück. Ein einzelnes Foto kann"
                " seine eigene Art haben."
            ),
        ),
    },
    "restore": {
        "en": (
            "Restoring old photos",
            (
                "Scratches, fading and noise are taken away before a photo hangs. The original is never"
                " touched, and each photo can have its own way."
            ),
        ),
        "de": (
            "Alte Fotos auffrischen",
            (
                "Kratzer, Verblasstes und Rauschen werden entfernt, bevor ein Foto hängt. Das Original"
                " bleibt unberührt, und jedes Foto kann seine eigene Art haben."
            ),
        ),
    },
    "language": {
        "en": ("Language of the screen", "Of the words on the frame itself."),
        "de": ("Sprache des Bildschirms", "Der Wörter auf dem Rahmen selbst."),
    },
    "night": {
        "en": (
            "Night",
            (
                "When the panel is off and nothing wakes. No day chosen: every day. An end before the"
                " beginning is on the next day."
            ),
        ),
        "de": (
            "Nacht",
            (
                "Wann der Bildschirm aus ist und nichts aufwacht. Kein Tag gewählt: jeden Tag. Ein Ende"
                " vor dem Anfang liegt am nächsten Tag."
            ),
        ),
    },
    "dim": {
        "en": ("Dimming", "When the panel is darker, and how bright it is then."),
        "de": ("Gedimmt", "Wann der Bildschirm dunkler ist, und wie hell er dann noch ist."),
    },
    "panel": {
        "en": ("Switching the panel", "What happens to the panel at night."),
        "de": ("Bildschirm schalten", "Was nachts mit dem Bildschirm geschieht."),
    },
    "name": {
        "en": ("Name of the frame", "In the home network: names the page, not a person."),
        "de": ("Name des Rahmens", "Im Heimnetz: benennt die Seite, keinen Menschen."),
    },
    "findable": {
        "en": ("To be found", "Let phones and programs in the home network find it by its name."),
        "de": ("Auffindbar", "Handys und Programme im Heimnetz finden ihn unter seinem Namen."),
    },
    "invites": {
        "en": (
            "Invitations at the frame",
            (
                "Let whoever stands at the frame ask it for a code to send photos with. It is good for a"
                " day, and each photo waits for your yes."
            ),
        ),
        "de": (
            "Einladungen am Rahmen",
            (
                "Wer vor dem Rahmen steht, darf sich einen Code zum Senden zeigen lassen. Er gilt einen"
                " Tag, und jedes Foto wartet auf Ihr Ja."
            ),
        ),
    },
    "port": {
        "en": (
            "Port of these pages",
            "The number behind the colon in the address. After a change the pages are at the new one.",
        ),
        "de": (
            "Port dieser Seiten",
            "Die Zahl hinter dem Doppelpunkt in der Adresse. Nach einer Änderung gilt die neue.",
        ),
    },
    "clip_percent": {
        "en": (
            "Room for clips",
            "How much of the disk clips may take; the oldest go first, and can be made again.",
        ),
        "de": (
            "Platz für Clips",
            (
                "Wie viel der Platte Clips belegen dürfen; die ältesten gehen zuerst und entstehen bei"
                " Bedarf neu."
            ),
        ),
    },
}

CHOICES: dict[tuple[str, str], dict[Language, str]] = {
    ("surround", "blur"): {"en": "the photo itself, blurred", "de": "das Foto selbst, unscharf"},
    ("surround", "matte"): {"en": "a dark matte", "de": "ein dunkles Passepartout"},
    ("surround", "light-matte"): {"en": "a light matte", "de": "ein helles Passepartout"},
    ("surround", "black"): {"en": "black", "de": "Schwarz"},
    ("panel", "auto"): {
        "en": "switch it off, however that works",
        "de": "ausschalten, wie es geht",
    },
    ("panel", "none"): {"en": "show black instead", "de": "stattdessen Schwarz zeigen"},
    ("restore", "auto"): {
        "en": "by itself, where every face stays itself",
        "de": "von selbst, wo jedes Gesicht es selbst bleibt",
    },
    ("restore", "ask"): {"en": "ask me for each", "de": "bei jedem fragen"},
    ("restore", "never"): {"en": "never", "de": "nie"},
    ("language", "auto"): {"en": "like the system", "de": "wie das System"},
    ("language", "en"): {"en": "English", "de": "English"},
    ("language", "de"): {"en": "Deutsch", "de": "Deutsch"},
    ("driver", "auto"): {"en": "as suits the photo", "de": "wie es zum Foto passt"},
    ("driver", "nostalgia"): {
        "en": "Nostalgia: a slow, gentle smile",
        "de": "Nostalgia: ein langsames, sanftes Lächeln",
    },
    ("driver", "joy"): {"en": "Joy: a livelier smile", "de": "Joy: ein lebhafteres Lächeln"},
    ("driver", "reunion"): {
        "en": "Reunion: looks around, recognises, smiles",
        "de": "Reunion: schaut sich um, erkennt, lächelt",
    },
    ("driver", "blink-and-nod"): {
        "en": "Blink and nod: hardly anything",
        "de": "Blink and nod: fast nichts",
    },
}
"""What the choices of a key are called."""


def mistake_in(mistake: Mistake, key: Key, language: Language) -> str:
    """What is wrong with what was typed, and what would be right."""
    limits = key.about.limits
    least, most = (f"{limits.least:g}", f"{limits.most:g}") if limits else ("", "")
    zero = bool(limits and limits.or_zero)
    sentences = {
        "empty": ("Please fill in a number.", "Bitte eine Zahl eintragen."),
        "number": ("This must be a number.", "Das muss eine Zahl sein."),
        "whole": ("This must be a whole number.", "Das muss eine ganze Zahl sein."),
        "range": (
            f"From {least} to {most} is possible{', or 0' if zero else ''}.",
            f"Möglich ist {least} bis {most}{' oder 0' if zero else ''}.",
        ),
        "many": (f"At most {most} are possible.", f"Höchstens {most} sind möglich."),
        "hours": (
            "Each line needs a beginning and an end, like 22:30 and 07:00.",
            "Jede Zeile braucht Anfang und Ende, wie 22:30 und 07:00.",
        ),
        "equal": (
            "Beginning and end must not be the same minute.",
            "Anfang und Ende dürfen nicht dieselbe Minute sein.",
        ),
        "percent": ("From 1 to 100 percent is possible.", "Möglich sind 1 bis 100 Prozent."),
        "other": (
            f"This {mistake.text or f'must be {kind(key)}'}.",
            "So kann das nicht gespeichert werden.",
        ),
    }
    return sentences[mistake.code][0 if language == "en" else 1]
