"""The catalogue of the request that is being answered: opened when first asked for, closed with it."""

from __future__ import annotations

from flask import Flask, current_app, g, request

from frame.library.catalogue import Catalogue
from frame.web.context import Context

_READS_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})


def context() -> Context:
    """What the application stands on."""
    found: Context = current_app.extensions["wakeframe"]
    return found


def catalogue() -> Catalogue:
    """Read-only where the method changes nothing, so that no page can by mistake."""
    found: Catalogue | None = g.get("catalogue")
    if found is None:
        read_only = request.method in _READS_ONLY
        found = g.catalogue = Catalogue(context().places.catalogue, read_only=read_only)
    return found


def close_after_requests(app: Flask) -> None:
    @app.teardown_request
    def close(_: BaseException | None) -> None:
        found: Catalogue | None = g.pop("catalogue", None)
        if found is not None:
            found.close()
