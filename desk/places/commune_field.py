"""The field in which a commune is typed in any spelling, and chosen where several fit."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData, QueryParams

from core.places.communes import CommuneHit, commune, loose
from core.places.search import search_communes
from core.staff.agents import Actor, Scope

MOST: Final = 20


@dataclass(frozen=True, slots=True)
class CommuneField:
    """What was typed, the commune it is (None: none, or not known which), and those to choose from."""

    typed: str = ""
    pcode: str | None = None
    error: str = ""
    choices: tuple[CommuneHit, ...] = ()


async def read_commune(form: FormData | QueryParams) -> CommuneField:
    """The commune of a form: its name, or the one that was chosen among namesakes (`commune_pcode`)."""
    typed, chosen = str(form.get("commune") or "").strip(), str(form.get("commune_pcode") or "")
    if not typed:
        return CommuneField()
    by_code = await commune(typed.upper())
    if by_code:
        return CommuneField(by_code.name, by_code.pcode)
    hits = await search_communes(typed, MOST)
    exact = tuple(hit for hit in hits if loose(hit.name) == loose(typed)) or hits
    one = next((hit for hit in exact if hit.pcode == chosen), exact[0] if len(exact) == 1 else None)
    if one:
        return CommuneField(one.name, one.pcode, choices=exact if len(exact) > 1 else ())
    if exact:
        return CommuneField(typed, error="Plusieurs communes : choisissez.", choices=exact)
    return CommuneField(typed, error="Aucune commune de ce nom. Essayez une autre orthographe.")


async def own_commune(actor: Actor) -> CommuneField:
    """The commune that somebody works for, to begin with; empty for a wider scope."""
    own = await commune(actor.scope_code) if actor.scope_kind is Scope.COMMUNE and actor.scope_code else None
    return CommuneField(own.name, own.pcode) if own else CommuneField()
