"""Who calls from a phone that is not registered: the household number, then the recipient's year of birth."""

from core.numbers.identifiers import digits
from core.registry.callers import recognise
from core.registry.identification import Blocked, Identified, identify, may_be_right
from menus.line import line
from menus.viewer import IDENTIFIED
from menus.waiting import waiting
from menus.whose import first_name
from ussd.call import Call
from ussd.values import PRIVATE, Value, ask, go, retry, then

OLDEST = 120


@line.screen("birth_year")
async def household_number(call: Call) -> Value:
    """The number on the household's paper."""
    return ask(call.t("Write the household number (8 digits)."), "birth_year", "household_no")


@line.screen("identified")
async def birth_year(call: Call) -> Value:
    """The second thing asked; a mistyped number is told first, and costs no try."""
    if not await may_be_right(digits(call.word("household_no"))):
        return retry(call.t("There is an error in this number. Look at it again."))
    return ask(call.t("Write the birth year of the recipient (4 digits)."), "identified", "birth_year")


@line.act("home", "locked_out")
async def identified(call: Call) -> Value:
    """Three tries, then a day of waiting; what was typed is not kept."""
    year = digits(call.word("birth_year"))
    if not (year.isascii() and year.isdigit() and call.today.year - OLDEST <= int(year) <= call.today.year):
        return retry(call.t("Write 4 digits, like 1975."))
    outcome = await identify(call.msisdn, digits(call.word("household_no")), int(year), call.now)
    if isinstance(outcome, Identified):
        return await _home(call, outcome)
    if isinstance(outcome, Blocked):
        return then("locked_out")
    left = outcome.tries_left
    return retry(call.n("It did not match. {n} try left.", "It did not match. {n} tries left.", left, n=left))


@line.screen("call_me")
async def locked_out(call: Call) -> Value:
    """Whom to call, or be called by, while nothing can be tried."""
    return waiting(call)


async def _home(call: Call, household: Identified) -> Value:
    """The main menu of that household; nothing of it is offered to who calls next, unless the phone is its own."""
    name = first_name(household.head_name)
    own = household.household_id in {card.id for card in (await recognise(call.msisdn)).households}
    lent = {} if own else {IDENTIFIED: True, PRIVATE: True}
    return go("home", household=household.household_id, whose=name, **lent)
