"""The place that something is for, as it is typed: a kind of place, and its name or code."""

from typing import Any

from core.places import communes
from core.staff import administration
from core.staff.agents import SCOPES, Scope
from desk.site.refusals import Mistake


async def place_typed(kind: Scope, written: str) -> str:
    """The P-code of the place that was written, by code or by name; raises Mistake."""
    if not written:
        raise Mistake("Écrivez le nom ou le code du lieu.")
    places = await administration.places_named(kind, written.split(" ")[0], written)
    if not places:
        raise Mistake(f"Aucun lieu de ce genre ne s'appelle « {written} » ({SCOPES[kind]}).")
    if len(places) > 1:
        these = ", ".join(f"{place.pcode} {place.name}" for place in places)
        raise Mistake(f"Plusieurs lieux s'appellent ainsi, écrivez le code : {these}.")
    return places[0].pcode


async def place_choices() -> dict[str, Any]:
    """What the lists of a form hold; communes are too many and are written by name."""
    regions = await communes.regions()
    cercles = [cercle for region in regions for cercle in await communes.cercles(region.pcode)]
    return {"scopes": SCOPES.items(), "places": [*regions, *cercles]}
