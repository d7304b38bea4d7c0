"""Words of the library's lists and forms, where the desk says them otherwise."""

from collections.abc import Mapping
from typing import Final

from starlette_admin.i18n import gettext

OURS: Final[Mapping[str, str]] = {
    "Admin": "Guichet",
    "New %(name)s": "Ajouter : %(name)s",
    "Edit %(name)s": "Changer : %(name)s",
    "Showing %(start)s to %(end)s of %(total)s entries": "%(start)s à %(end)s sur %(total)s",
    "entries": "lignes",
}
"""What its French gets wrong (« Nouveau Réponse préparée »), or says as an office does, by its English words."""


def of_the_library(message: str) -> str:
    """What the desk says for a text of the library."""
    return OURS.get(message) or gettext(message)
