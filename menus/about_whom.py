"""Of whom a complaint about enrolment speaks: commune, village and name, so that the right desk can look for them.

A household that was forgotten is another than that of the phone. Who was enrolled wrongly is looked for where the
caller's household lives, if one is known. What somebody does not know is left out with a key.
"""

from typing import Final

from core.grievances.subjects import Subcategory
from core.registry.households import standing
from menus.communes import ONWARD
from menus.line import line
from menus.words import is_shown
from ussd.call import Call
from ussd.values import Option, Value, ask, option

SOUGHT: Final = frozenset({Subcategory.LEFT_OUT, Subcategory.WRONG_IN})
"""Subjects that are of somebody who has to be looked for."""

NOT_KNOWN: Final = "1"
"""What is typed instead of a name that somebody does not know."""

MOST_OF_A_VILLAGE: Final = 30
MOST_OF_A_NAME: Final = 40


def way_to_whom(call: Call, name: str, **memory: str) -> Option:
    """The subject as an option that leads to what is asked first: the commune, or where that is known the name."""
    if memory["subcategory"] == Subcategory.WRONG_IN and call.number("household") is not None:
        return option(name, "complaint_name", **memory)
    return option(name, "commune_by", **memory, **{ONWARD: "complaint_village"})


@line.screen("complaint_name")
async def complaint_village(call: Call) -> Value:
    """The village, as one writes it; many have no list that one could choose from."""
    question = call.t("Write the name of the village.")
    return ask(_or_not_known(call, question), "complaint_name", "village", most=MOST_OF_A_VILLAGE, words=True)


@line.screen("complaint_confirm")
async def complaint_name(call: Call) -> Value:
    """The name of the head of the forgotten household, or of who should not be written."""
    wrongly = Subcategory(call.word("subcategory")) is Subcategory.WRONG_IN
    question = (
        call.t("Write the name of who should not be written.")
        if wrongly
        else call.t("Write the name of the household head.")
    )
    home = await _home(call) if wrongly else {}
    return ask(_or_not_known(call, question), "complaint_confirm", "person", most=MOST_OF_A_NAME, words=True, **home)


async def _home(call: Call) -> dict[str, str]:
    """Where the caller's household lives, under the names that the search and the question remember it by."""
    household = await standing(call.number("household") or 0, call.now)
    if household is None:
        return {}
    return {"commune": household.commune_pcode, "name": household.commune, "village": household.village or ""}


def _or_not_known(call: Call, question: str) -> str:
    return f"{question}\n{NOT_KNOWN} {call.t('I do not know')}"


def typed(call: Call, name: str) -> str | None:
    """What was typed of a place or person; None for what is not known."""
    return None if call.word(name) in ("", NOT_KNOWN) else call.word(name)


def place(call: Call) -> str:
    """The village, if a phone can show it, and the commune; '' for neither."""
    village = typed(call, "village")
    commune = call.word("name") if call.word("commune") else ""
    return ", ".join(part for part in (village, commune) if part and is_shown(part))
