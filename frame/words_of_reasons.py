"""Why a photo moves less, stays still or was not taken in, in every language: by the code of the reason.

The English is the renderer's and the decoder's own, letter for letter (`tests/frame/test_words.py`
compares them); `frame.words.finding_in` chooses and fills in the number.
"""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    # A face stays still, or a photo is refused.
    "no_face": (
        "No face was found in this picture. A photo with a clearly visible face works best.",
        (
            "Auf diesem Bild wurde kein Gesicht gefunden. Am besten geht ein Foto mit einem gut"
            " sichtbaren Gesicht."
        ),
    ),
    "face_too_small": (
        (
            "This face is only {number} pixels between the eyes, too few to bring it to life. Scan the"
            " photo again at 600 DPI or more."
        ),
        (
            "Dieses Gesicht misst zwischen den Augen nur {number} Pixel, zu wenig, um es zu beleben."
            " Scannen Sie das Foto noch einmal mit 600 DPI oder mehr."
        ),
    ),
    "profile_view": (
        (
            "This face looks too far to the side to be moved without distorting it. A photo from the"
            " front works best."
        ),
        (
            "Dieses Gesicht schaut zu weit zur Seite, um es unverzerrt zu bewegen. Am besten geht ein"
            " Foto von vorn."
        ),
    ),
    "tilted_too_far": (
        (
            "This head lies too far on its side to be moved. Turn the photo upright first, if it was"
            " taken that way."
        ),
        (
            "Dieser Kopf liegt zu sehr auf der Seite, um ihn zu bewegen. Drehen Sie das Foto zuerst"
            " richtig herum, falls es so aufgenommen wurde."
        ),
    ),
    "drawing": (
        "This looks like a drawing. Only photographs of people can be brought to life.",
        "Das sieht nach einer Zeichnung aus. Nur Fotos von Menschen lassen sich beleben.",
    ),
    "cut_off": (
        "The edge of what is shown cuts through this face, so it stays as it is.",
        "Der Rand des gezeigten Ausschnitts geht durch dieses Gesicht, darum bleibt es, wie es ist.",
    ),
    "out_of_view": (
        "This face is outside the part of the photo that is shown.",
        "Dieses Gesicht liegt außerhalb des gezeigten Ausschnitts.",
    ),
    "rests": (
        "No movement looked right on this face, so it stays as it is in the photo.",
        "Keine Bewegung sah auf diesem Gesicht richtig aus, darum bleibt es wie auf dem Foto.",
    ),
    "rests_unlike": (
        (
            "However gently this face was moved, it looked less like this person than it should, so it"
            " stays as it is in the photo."
        ),
        (
            "Wie sanft dieses Gesicht auch bewegt wurde, es sah diesem Menschen weniger ähnlich, als es"
            " sollte, darum bleibt es wie auf dem Foto."
        ),
    ),
    # A face moves less.
    "small_face": (
        (
            "This face is only {number} pixels between the eyes, so its eyes stay as they are. Scan the"
            " photo again at 600 DPI or more to see it blink."
        ),
        (
            "Dieses Gesicht misst zwischen den Augen nur {number} Pixel, darum bleiben die Augen, wie"
            " sie sind. Mit 600 DPI oder mehr neu gescannt kann es blinzeln."
        ),
    ),
    "few_pixels": (
        (
            "This face is only {number} pixels between the eyes. Scanned again at 600 DPI or more"
            " it would look sharper and move more finely."
        ),
        (
            "Dieses Gesicht misst zwischen den Augen nur {number} Pixel. Mit 600 DPI oder mehr"
            " neu gescannt wäre es schärfer und bewegte sich feiner."
        ),
    ),
    "turned_aside": (
        "This face is turned to the side, so it only blinks and breathes a little.",
        "Dieses Gesicht ist zur Seite gedreht, darum blinzelt und atmet es nur ein wenig.",
    ),
    "three_quarter": (
        "This face looks to one side, so the head turns only a little.",
        "Dieses Gesicht schaut zu einer Seite, darum dreht sich der Kopf nur wenig.",
    ),
    "looks_up": (
        "This face looks up, so the head moves only a little.",
        "Dieses Gesicht schaut nach oben, darum bewegt sich der Kopf nur wenig.",
    ),
    "looks_down": (
        "This face looks down, so the head moves only a little.",
        "Dieses Gesicht schaut nach unten, darum bewegt sich der Kopf nur wenig.",
    ),
    "tilted": (
        "This head is tilted already, so it moves only a little.",
        "Dieser Kopf ist schon geneigt, darum bewegt er sich nur wenig.",
    ),
    "eyes_closed": (
        "The eyes are closed in the photo, so they stay closed.",
        "Die Augen sind auf dem Foto geschlossen, darum bleiben sie zu.",
    ),
    "glasses": (
        "The glasses keep their shape; only the face behind them moves.",
        "Die Brille behält ihre Form; nur das Gesicht dahinter bewegt sich.",
    ),
    "dark_glasses": (
        "The eyes are hidden behind dark glasses, so they are left alone.",
        "Die Augen sind hinter einer dunklen Brille verborgen, darum bleiben sie, wie sie sind.",
    ),
    "mouth_covered": (
        "The mouth is covered, so it does not smile.",
        "Der Mund ist verdeckt, darum lächelt er nicht.",
    ),
    "mouth_uneven": (
        "Something beside the mouth, perhaps a hand or a hard shadow, keeps the smile small.",
        "Etwas neben dem Mund, vielleicht eine Hand oder ein harter Schatten, hält das Lächeln klein.",
    ),
    "mouth_open": (
        "The mouth is wide open, so it hardly changes.",
        "Der Mund ist weit offen, darum verändert er sich kaum.",
    ),
    "teeth_show": (
        "The person is smiling already; the smile only grows a little.",
        "Hier lächelt schon jemand; das Lächeln wird nur ein wenig größer.",
    ),
    "touches_border": (
        (
            "The head touches the edge of the picture, so it moves only a little. A scan with more room"
            " around the head would help."
        ),
        (
            "Der Kopf berührt den Bildrand, darum bewegt er sich nur wenig. Ein Scan mit mehr Platz um"
            " den Kopf würde helfen."
        ),
    ),
    "blurry": (
        "This face is blurred, so it moves gently. A sharper scan would look better.",
        "Dieses Gesicht ist unscharf, darum bewegt es sich sacht. Ein schärferer Scan sähe besser aus.",
    ),
    "edge_unsure": (
        "Hair and background are hard to tell apart here, so the head moves less.",
        "Haar und Hintergrund sind hier schwer zu trennen, darum bewegt sich der Kopf weniger.",
    ),
    "people_close": (
        "People touch each other here, so this head moves less.",
        "Die Menschen berühren sich hier, darum bewegt sich dieser Kopf weniger.",
    ),
    "no_blink": (
        "These eyes cannot be closed without harming the picture, so they stay open.",
        "Diese Augen lassen sich nicht schließen, ohne das Bild zu beschädigen; sie bleiben offen.",
    ),
    "no_gaze": (
        "These eyes cannot be moved without harming the picture, so they look straight on.",
        "Diese Augen lassen sich nicht bewegen, ohne das Bild zu beschädigen; sie schauen geradeaus.",
    ),
    "subtler": (
        "The movement that was planned was too strong for this face, so it moves more gently.",
        "Die geplante Bewegung war für dieses Gesicht zu stark, darum bewegt es sich sanfter.",
    ),
    "subtler_unlike": (
        (
            "With the movement that was planned this person looked less like themselves, so the face"
            " moves more gently."
        ),
        (
            "Mit der geplanten Bewegung sah dieser Mensch sich selbst weniger ähnlich, darum bewegt sich"
            " das Gesicht sanfter."
        ),
    ),
    # Why `auto` chose a driver.
    "chose_joy": (
        "The people in the photo are smiling, so they may smile a little more.",
        "Die Menschen auf dem Foto lächeln; sie dürfen ein wenig mehr lächeln.",
    ),
    "chose_quiet_group": (
        "There are several people in the photo, so everyone moves just a little.",
        "Auf dem Foto sind mehrere Menschen, darum bewegt sich jeder nur ein wenig.",
    ),
    "chose_old": (
        "This is an old photo, so it wakes up slowly and gently.",
        "Das ist ein altes Foto, darum wacht es langsam und sanft auf.",
    ),
    "chose_damaged": (
        "The photo is damaged, so only small movements are used.",
        "Das Foto ist beschädigt, darum sind die Bewegungen klein.",
    ),
    "chose_closed_eyes": (
        "The eyes are closed in the photo, so only the head moves and the smile, gently.",
        "Die Augen sind auf dem Foto geschlossen, darum bewegen sich nur Kopf und Lächeln, sanft.",
    ),
    "chose_serious": (
        "Somebody looks sad in this photo, so nobody is made to smile.",
        "Auf diesem Foto sieht jemand traurig aus, darum wird niemand zum Lächeln gebracht.",
    ),
    "chose_open_mouth": (
        "The mouth is open in the photo, so only small movements are used.",
        "Der Mund ist auf dem Foto offen, darum sind die Bewegungen klein.",
    ),
    "chose_gentle": (
        "A slow, gentle smile suits most portraits.",
        "Ein langsames, sanftes Lächeln passt zu den meisten Porträts.",
    ),
    # What the coach sees in the photo as it came.
    "one_person": ("One person is in this photo.", "Auf diesem Foto ist ein Mensch."),
    "people": ("{number} people are in this photo.", "Auf diesem Foto sind {number} Menschen."),
    "well_lit": ("The light is good.", "Das Licht ist gut."),
    "too_dark": (
        "This photo is very dark. Scan it again with more brightness, or brighten it.",
        "Dieses Foto ist sehr dunkel. Scannen Sie es heller, oder hellen Sie es auf.",
    ),
    "dark_face": (
        "This face lies in the dark. A brighter scan would show more of it.",
        "Dieses Gesicht liegt im Dunkeln. Ein hellerer Scan würde mehr davon zeigen.",
    ),
    "burnt_out": (
        (
            "{number} % of this face is pure white, so its skin is lost. A darker scan of the"
            " print may still show it."
        ),
        (
            "{number} % dieses Gesichts sind reines Weiß, die Haut ist dort verloren. Ein"
            " dunklerer Scan des Abzugs zeigt sie vielleicht noch."
        ),
    ),
    "full_tones": (
        "Blacks are black and whites are white.",
        "Schwarz ist schwarz und Weiß ist weiß.",
    ),
    "faded": (
        "This photo is faded: it uses only {number} % of the tones between black and white.",
        ("Dieses Foto ist verblasst: Es nutzt nur {number} % der Töne zwischen Schwarz und Weiß."),
    ),
    "colours_true": ("The colours are balanced.", "Die Farben sind ausgewogen."),
    "one_hue": (
        "This is a photo in one tone, black and white or sepia, and it stays so.",
        "Dieses Foto hat nur einen Ton, schwarzweiß oder sepia, und das bleibt so.",
    ),
    "colour_cast": (
        (
            "The colours of this photo lean to one side, as in a faded print or under coloured"
            " light."
        ),
        (
            "Die Farben dieses Fotos neigen zu einer Seite, wie bei einem verblassten Abzug oder"
            " in farbigem Licht."
        ),
    ),
    "little_noise": ("There is hardly any noise.", "Es rauscht kaum."),
    "noisy": (
        (
            "This face is noisy or grainy. A scan with less sharpening, from the print itself,"
            " would look better."
        ),
        (
            "Dieses Gesicht rauscht oder ist körnig. Ein Scan vom Abzug selbst, mit weniger"
            " Schärfung, sähe besser aus."
        ),
    ),
    "clean_file": ("The file is hardly compressed.", "Die Datei ist kaum komprimiert."),
    "jpeg_blocks": (
        (
            "This file was compressed so much that little squares show. Look for the original"
            " file, or scan the print again."
        ),
        (
            "Diese Datei ist so stark komprimiert, dass man kleine Quadrate sieht. Suchen Sie die"
            " ursprüngliche Datei, oder scannen Sie den Abzug neu."
        ),
    ),
    "scanned_at": (
        "The print was scanned at {number} DPI.",
        "Der Abzug wurde mit {number} DPI gescannt.",
    ),
    "scan_again": (
        (
            "If you have the print, scan it again at {number} DPI or more: the faces are short of"
            " pixels."
        ),
        (
            "Wenn Sie den Abzug haben, scannen Sie ihn neu mit {number} DPI oder mehr: Den"
            " Gesichtern fehlen Pixel."
        ),
    ),
    "print_size_unknown": (
        (
            "The file does not say how it was scanned. If the print is at hand: 600 DPI suit a print as"
            " large as a hand, 1200 a smaller one."
        ),
        (
            "Die Datei verrät nicht, wie sie gescannt wurde. Ist der Abzug zur Hand: 600 DPI passen zu"
            " einem handgroßen Abzug, 1200 zu einem kleineren."
        ),
    ),
    "fills_panel": (
        "The photo has enough pixels for this panel.",
        "Das Foto hat genug Pixel für diesen Bildschirm.",
    ),
    "enlarged": (
        "The photo has to be enlarged {number} times for this panel, so it will look soft.",
        (
            "Das Foto muss für diesen Bildschirm {number}-fach vergrößert werden und wird darum"
            " weich aussehen."
        ),
    ),
    "near_enough": (
        "The face is large enough in the picture: {number} % of its height.",
        "Das Gesicht ist groß genug im Bild: {number} % der Höhe.",
    ),
    "far_away": (
        (
            "The face fills only {number} % of the picture's height. Cropped closer, one would see"
            " it better."
        ),
        "Das Gesicht füllt nur {number} % der Bildhöhe. Näher beschnitten sähe man es besser.",
    ),
    "eyes_apart": (
        "This face is {number} pixels between the eyes, enough to move it finely.",
        "Dieses Gesicht misst zwischen den Augen {number} Pixel, genug, um es fein zu bewegen.",
    ),
    "sharp": ("This face is sharp.", "Dieses Gesicht ist scharf."),
    "soft_eyes": ("The eyes are a little soft.", "Die Augen sind ein wenig weich."),
    "faces_us": ("This face looks at us.", "Dieses Gesicht schaut uns an."),
    "leans_a_little": (
        "This head leans a little already, so it is tilted no further.",
        "Dieser Kopf neigt sich schon ein wenig, darum wird er nicht weiter geneigt.",
    ),
    "eyes_open": ("The eyes are open.", "Die Augen sind offen."),
    "mouth_closed": (
        "The mouth is closed; it can smile.",
        "Der Mund ist geschlossen; er kann lächeln.",
    ),
    "smiles_already": (
        "The person is smiling with closed lips; the smile only grows a little.",
        "Hier lächelt jemand mit geschlossenen Lippen; das Lächeln wird nur ein wenig größer.",
    ),
    "mouth_parted": (
        "The lips are parted, so the smile stays small.",
        "Die Lippen sind geöffnet, darum bleibt das Lächeln klein.",
    ),
    "no_glasses": ("No glasses are worn.", "Es wird keine Brille getragen."),
    "hat": (
        "A hat or a scarf is worn; it moves with the head.",
        "Es wird ein Hut oder ein Tuch getragen; es bewegt sich mit dem Kopf.",
    ),
    "something_over": (
        "Something lies over this face, perhaps a hand, hair or a hard shadow.",
        "Etwas liegt über diesem Gesicht, vielleicht eine Hand, Haar oder ein harter Schatten.",
    ),
    "busy_background": (
        "The background close to the hair is busy, so the head may move less.",
        ("Der Hintergrund nah am Haar ist unruhig, darum bewegt sich der Kopf vielleicht weniger."),
    ),
    "plain_background": (
        "The background close to the hair is calm.",
        "Der Hintergrund nah am Haar ist ruhig.",
    ),
    "room_around": ("There is room around the head.", "Um den Kopf ist Platz."),
    "scratched_face": (
        "{number} % of this face is scratched or cracked. Restoring the photo first will help.",
        (
            "{number} % dieses Gesichts sind zerkratzt oder gebrochen. Zuerst das Foto"
            " auszubessern hilft."
        ),
    ),
    "scratched_photo": (
        "{number} % of this photo is scratched or cracked.",
        "{number} % dieses Fotos sind zerkratzt oder gebrochen.",
    ),
    "few_scratches": (
        "Hardly any scratches or cracks were found.",
        "Es wurden kaum Kratzer oder Risse gefunden.",
    ),
    # A file did not become a photo, or a photo not a clip.
    "empty": (
        "This file is empty; send the photo again.",
        "Diese Datei ist leer; schicken Sie das Foto noch einmal.",
    ),
    "not_a_photo": (
        "This is not a photo that we can open. Save it as JPEG or PNG and try again.",
        (
            "Das ist kein Foto, das sich öffnen lässt. Speichern Sie es als JPEG oder PNG und"
            " versuchen Sie es noch einmal."
        ),
    ),
    "camera_raw": (
        (
            "This is a camera raw file; export it as JPEG from the camera or the photo program and send"
            " that."
        ),
        (
            "Das ist eine Rohdatei der Kamera; speichern Sie sie in der Kamera oder im Fotoprogramm als"
            " JPEG und schicken Sie dieses."
        ),
    ),
    "damaged": (
        "This photo is damaged or only half of it arrived; copy it again from where it came.",
        "Dieses Foto ist beschädigt oder nur halb angekommen; kopieren Sie es noch einmal.",
    ),
    "too_large": (
        (
            "This picture is too large for the frame; save it with at most 64 megapixels (JPEG: 250) and"
            " try again."
        ),
        (
            "Dieses Bild ist zu groß für den Rahmen; speichern Sie es mit höchstens 64 Megapixeln (JPEG:"
            " 250) und versuchen Sie es noch einmal."
        ),
    ),
    "too_slow": (
        "This picture takes too long to open; save it as JPEG and try again.",
        (
            "Dieses Bild braucht zu lange zum Öffnen; speichern Sie es als JPEG und versuchen Sie es"
            " noch einmal."
        ),
    ),
    "too_hard": (
        (
            "Opening this picture takes more work than any photo needs; save it anew as JPEG and try"
            " again."
        ),
        (
            "Dieses Bild zu öffnen ist mehr Arbeit als bei irgendeinem Foto; speichern Sie es neu als"
            " JPEG und versuchen Sie es noch einmal."
        ),
    ),
    "unsupported_pixels": (
        "This picture stores its colours in an unusual way; save it as JPEG.",
        "Dieses Bild speichert seine Farben auf ungewöhnliche Weise; speichern Sie es als JPEG.",
    ),
    "decoder_unsafe": (
        (
            "The installed HEIC decoder has a known security hole: install pillow-heif 1.8.1 or newer,"
            " or save the photo as JPEG."
        ),
        (
            "Der installierte HEIC-Decoder hat eine bekannte Sicherheitslücke: Installieren Sie"
            " pillow-heif 1.8.1 oder neuer, oder speichern Sie das Foto als JPEG."
        ),
    ),
    "decoder_died": (
        "This photo made the decoder stop; it may be damaged. Copy it again.",
        (
            "Dieses Foto hat den Decoder angehalten; vielleicht ist es beschädigt. Kopieren Sie es noch"
            " einmal."
        ),
    ),
    "link": (
        "This is a link to a file; put the photo itself there.",
        "Das ist ein Verweis auf eine Datei; legen Sie das Foto selbst dorthin.",
    ),
    "no_file": ("This is not an ordinary file.", "Das ist keine gewöhnliche Datei."),
    "incomplete": (
        "Only part of this photo arrived; send it again.",
        "Nur ein Teil dieses Fotos ist angekommen; schicken Sie es noch einmal.",
    ),
    "live_photo": (
        "This is the moving part of a Live Photo; its photo is kept, and the frame moves it itself.",
        (
            "Das ist der bewegte Teil eines Live Photos; sein Foto ist aufgenommen, und der Rahmen"
            " bewegt es selbst."
        ),
    ),
    "video": (
        "This is a video; the frame shows photos only.",
        "Das ist ein Video; der Rahmen zeigt nur Fotos.",
    ),
    "too_narrow": (
        "This photo is too narrow on the screen to move.",
        "Dieses Foto ist auf dem Bildschirm zu schmal, um sich zu bewegen.",
    ),
    "failed": (
        "Working on this photo failed twice; it hangs as a still.",
        "Die Arbeit an diesem Foto ist zweimal misslungen; es hängt als stilles Bild.",
    ),
    "still": (
        "This photo had better stay still.",
        "Dieses Foto bleibt besser still.",
    ),
    "missing": (
        "The original is not on the disk now.",
        "Das Original ist gerade nicht auf der Platte.",
    ),
}
"""Code to the sentence in each of `frame.words.LANGUAGES`, in their order."""

CONSEQUENCES: dict[str, tuple[str, str]] = {
    "none": ("changes nothing in the movement", "ändert nichts an der Bewegung"),
    "gentler": ("moves more gently", "bewegt sich sanfter"),
    "small_smile": ("smiles only a little", "lächelt nur wenig"),
    "no_smile": ("does not smile", "lächelt nicht"),
    "maybe_less_head": ("may move the head less", "bewegt den Kopf vielleicht weniger"),
    "less_head": ("moves the head less", "bewegt den Kopf weniger"),
    "eyes_rest": ("does not blink", "blinzelt nicht"),
    "blink_only": ("only blinks and breathes", "blinzelt und atmet nur"),
    "gentle_driver": ("only small movements", "nur kleine Bewegungen"),
    "still": ("stays still", "bleibt still"),
}
"""What a finding costs the animation: `frame.core.photos.Finding.consequence` in words."""
