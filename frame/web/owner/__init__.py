"""The owner's pages, under `/frame`: one blueprint, one module for each page.

Importing a module puts its routes on the blueprint; who may have them is in `frame.web.access`.
"""

from frame.web.owner import (
    approval,
    backup,
    explained,
    gallery,
    health,
    media,
    overview,
    passes,
    photo,
    preferences,
    stream,
)
from frame.web.owner.pages import pages

__all__ = [
    "approval",
    "backup",
    "explained",
    "gallery",
    "health",
    "media",
    "overview",
    "pages",
    "passes",
    "photo",
    "preferences",
    "stream",
]
