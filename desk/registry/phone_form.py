"""The form that corrects a phone of a household, on whatever page it stands: what was typed, what is wrong with it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import FormData

from core.registry.edits import OF_THE_REASON, CannotCorrect, ChangedMeanwhile, NoSuchHousehold, correct_phone
from core.registry.identity_checks import TooManyYears, Unchecked, must_be_known
from core.registry.statuses import PhonePosition
from core.staff.agents import Actor
from core.staff.row_security import seen_by
from core.text.words import DESK, label
from desk.site.pages import now, typed

CORRECTED: Final = "Le téléphone est corrigé."
WAITS: Final = "La correction attend une deuxième personne."
NOT_CORRECTED: Final = (Unchecked, CannotCorrect, ChangedMeanwhile, NoSuchHousehold)

NOT_KNOWN: Final[Mapping[type[Exception], str]] = {
    Unchecked: "Vérifiez d'abord qui demande : voyez « Qui demande ? ».",
    TooManyYears: "Trop d'années fausses pour ce ménage : vérifiez sur place, avec sa carte ou le comité.",
}


async def corrected(me: Actor, household_no: str, form: FormData) -> str:
    """Correct the phone of a form, once it is known who asks; gives what is said of it, raises NOT_CORRECTED."""
    async with seen_by(me):
        await must_be_known(household_no, now())
        stands = await correct_phone(
            me, household_no, position(form), typed(form, "value"), typed(form, "was"), typed(form, "reason"), now()
        )
    return CORRECTED if stands else WAITS


def position(form: FormData) -> PhonePosition:
    """Which number of the household a form is about."""
    second = typed(form, "position") == PhonePosition.SECOND
    return PhonePosition.SECOND if second else PhonePosition.FIRST


def wrong_with(error: Exception, where: str) -> Mapping[str, str]:
    """What the page says beside the field of the form `where`."""
    if isinstance(error, CannotCorrect):
        field = "reason" if error.fault in OF_THE_REASON else "value"
        return {"where": where, "field": field, "words": label(error.fault, DESK)}
    words = NOT_KNOWN.get(type(error), "Changé entre-temps : regardez la nouvelle valeur.")
    return {"where": where, "field": "value", "words": words}


def given_in(form: FormData) -> Mapping[str, str]:
    """What was typed, to be shown again."""
    return {"value": typed(form, "value"), "reason": typed(form, "reason")}


def status_of(error: Exception) -> HTTPStatus:
    """The status of a page that says so."""
    return HTTPStatus.CONFLICT if isinstance(error, ChangedMeanwhile) else HTTPStatus.UNPROCESSABLE_ENTITY
