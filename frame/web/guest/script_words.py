"""What the page's script says by itself, before the frame knows of a photo or when it cannot be asked.

``{name}`` is filled in by the script.
"""

from __future__ import annotations

from frame.web.words import gettext as _


def script_words() -> dict[str, str]:
    return {
        "waiting": _("Waits for its turn"),
        "reading": _("Your device is reading it"),
        "sending": _("Being sent, {percent}"),
        "sent": _("It is here and is being stored"),
        "no_connection": _("Waits for the connection"),
        "slow": _("The frame has much to do. It goes on by itself."),
        "unreadable": _("Your device does not hand this photo over. Please pick it once more."),
        "empty": _("This file is empty."),
        "too_large": _("This file is too large to be a photo."),
        "no_photo": _("This is a video. The frame shows photos only."),
        "twice": _("{name} was picked twice; once is enough."),
        "progress": _("{done} of {total} photos are on the frame."),
        "all_there": _("Everything is on the frame. You may close this page."),
        "cannot_keep": _(
            "Please keep this page open until everything is on the frame: this browser cannot keep"
            " the photos."
        ),
        "resumed": _("Welcome back. What was not sent yet goes on now."),
        "lost_connection": _("The connection to the frame is gone. It goes on by itself."),
        "back": _("The frame is there again."),
        "watch": _("Watch it wake"),
        "pause": _("Pause"),
        "repeat": _("Again and again"),
        "save": _("Save the clip"),
        "share": _("Share"),
        "subtler": _("A little subtler"),
        "livelier": _("A little livelier"),
        "move": _("How it moves"),
        "more": _("More"),
        "delete": _("Delete"),
        "undo": _("Bring it back"),
        "dismiss": _("Remove from this list"),
        "cancel": _("Do not send"),
        "asked": _("Will be animated anew"),
        "no_further": _("There is nothing further that way for this photo."),
        "failed": _("That did not work. Please try again."),
        "photo": _("Photo {name}"),
        "clip": _("{name} wakes: a silent clip of five seconds"),
    }
