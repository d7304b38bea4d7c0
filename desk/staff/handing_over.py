"""Whose the cases are that somebody leaves, as forms ask it and pages tell it."""

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from core.grievances import handing_over
from desk.site.pages import actor, now, number, typed
from desk.site.refusals import Mistake

NOBODY: Final = "0"
"""In the list of who takes over: whoever takes them."""

ANYBODY: Final = (NOBODY, "À personne : chacun peut les prendre")


async def must_say_heir(agent_id: int, form: FormData) -> None:
    """Raise Mistake where they hold cases and nobody said whose those are next."""
    held = await handing_over.held_by(agent_id)
    if held and number(typed(form, "to")) is None:
        raise Mistake(f"Dites à qui vont les {held} plaintes qu'elle tient.")


async def handed_over(request: Request, agent_id: int, form: FormData) -> str:
    """Hand over what they hold, and say what became of it; raises Mistake."""
    await must_say_heir(agent_id, form)
    to = number(typed(form, "to")) or None
    done = await handing_over.hand_over(actor(request), agent_id, to, now())
    if not done.every:
        return ""
    left = done.every - done.taken
    return f"Plaintes passées : {done.taken} à la personne choisie, {left} à qui les prend."
