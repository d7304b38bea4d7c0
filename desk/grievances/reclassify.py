"""What a case is about, set right from its page: another subject or household, to the focal persons or back."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import FormData

from core.grievances import reclassifying
from core.grievances.cases import CaseRow
from core.grievances.reclassifying import SafeWays
from core.grievances.steps import DeskVisit
from core.grievances.subjects import CATEGORIES, Category, Subcategory, is_sensitive, keeps_least
from core.numbers.identifiers import digits
from core.platform.errors import JigiError
from desk.site.pages import typed
from desk.site.refusals import Refused
from desk.site.words import word

Choices = list[tuple[str, str]]
"""The values of a list and what is read of each."""


class SafetyUnasked(JigiError, ValueError):
    """Nobody said whether the person can be called or written to without danger."""


class NoHousehold(JigiError, LookupError):
    """There is no household of this number, or it is of another place."""


def choices(*, sensitive: bool) -> Choices:
    """The subjects on one side of the wall."""
    return [
        (subcategory.value, _named(category, subcategory))
        for category, handling in CATEGORIES.items()
        if is_sensitive(category) is sensitive
        for subcategory in handling.subcategories
    ]


def _named(category: Category, subcategory: Subcategory) -> str:
    least = " (ses mots, son nom et son lieu s'effacent)" if keeps_least(category) else ""
    return f"{word(category)} · {word(subcategory)}{least}"


def forms(case: CaseRow) -> Mapping[str, Choices]:
    """What the forms of a case offer: subjects like its own, and those of the other side of the wall."""
    return {"same": choices(sensitive=case.sensitive), "other": choices(sensitive=not case.sensitive)}


async def change_subject(visit: DeskVisit, words: str, form: FormData) -> None:
    """Another subject, with why."""
    await reclassifying.change_subject(visit, _chosen(form), words)


async def change_household(visit: DeskVisit, words: str, form: FormData) -> None:
    """Another household, or none, with why; raises NoHousehold."""
    number = digits(typed(form, "household"))
    if typed(form, "household") and not number:
        raise NoHousehold
    try:
        await reclassifying.change_household(visit, number, words)
    except reclassifying.NoSuchNumber as error:
        raise NoHousehold from error


async def entrust(visit: DeskVisit, words: str, form: FormData) -> None:
    """To the focal persons; raises SafetyUnasked."""
    call, sms = typed(form, "call_safe"), typed(form, "sms_safe")
    if not {call, sms} <= {"yes", "no"}:
        raise SafetyUnasked
    await reclassifying.entrust(visit, _chosen(form), SafeWays(call == "yes", sms == "yes"), words)


async def release(visit: DeskVisit, words: str, form: FormData) -> None:
    """Back to everybody."""
    await reclassifying.release(visit, _chosen(form), words)


def _chosen(form: FormData) -> Subcategory:
    try:
        return Subcategory(typed(form, "subject"))
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None


THROUGH_THE_WALL: Final[Mapping[str, Callable[[DeskVisit, str, FormData], Awaitable[None]]]] = {
    "entrust": entrust,
    "release": release,
}
"""What is done in a transaction of its own: whoever acts does not see the row afterwards."""
