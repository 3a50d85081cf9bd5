"""The application: every page the frame has, behind one guard."""

from __future__ import annotations

from flask import Flask

from frame.web import entry, owner, screen
from frame.web.access import LARGEST_FORM
from frame.web.catalogue import catalogue, close_after_requests
from frame.web.context import Context
from frame.web.doorstep import Doorstep
from frame.web.errors import answer_errors
from frame.web.guard import HostCheck, guard
from frame.web.guest import pages as guest
from frame.web.login import Login
from frame.web.words import speak

STATIC_SECONDS = 3600


def create_app(context: Context) -> Flask:
    """The pages of one frame. Nothing is opened before a request comes."""
    app = Flask("frame.web", static_folder=None)
    app.config.update(
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_SECONDS,
    )
    # Added by hand, after it is said that no route answers OPTIONS by itself.
    app.static_folder = "static"
    app.add_url_rule("/static/<path:filename>", "static", app.send_static_file)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    doorstep = Doorstep(context.live, context.clock)
    app.extensions["wakeframe"] = context
    app.extensions["wakeframe.doorstep"] = doorstep
    app.extensions["wakeframe.login"] = Login(doorstep, context.clock, context.now)
    app.jinja_env.globals.update(
        has_code=doorstep.has_owners_code,
        is_owned=lambda: catalogue().ownership.password is not None,
    )
    speak(app, context.language)
    guard(app, context)
    answer_errors(app)
    close_after_requests(app)
    app.register_blueprint(entry.pages)
    app.register_blueprint(screen.pages)
    app.register_blueprint(guest.pages)
    app.register_blueprint(owner.pages)
    app.wsgi_app = HostCheck(app.wsgi_app, context.names)  # type: ignore[method-assign]
    return app
