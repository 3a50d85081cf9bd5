"""How the frame is used: keys, fingers, and the ways in for photos."""

from __future__ import annotations

from flask import request

from frame.core.placard import HOME
from frame.live import heard
from frame.web.catalogue import context
from frame.web.owner.pages import page, pages


@pages.get("/help")
def explained() -> str:
    here = context()
    told = heard(here.live, HOME).get("spoken")
    return page(
        "help.html",
        address=told if isinstance(told, str) and told else request.host,
        inbox=str(here.places.inbox),
        watched=here.settings.watched,
        usb=here.settings.usb,
    )
