"""Filing a sensitive complaint: with the least that is asked, and a last page that says nothing of its subject.

Only of money that was asked for may somebody say how much, and a few words, if they want. Neither is shown again.
Where a call is no danger, its hour can be chosen, and another number.
"""

import re
from typing import Final

from core.call_requests.vocabulary import Period
from core.calls.daily_uses import Use
from core.grievances.filing import file
from core.grievances.subjects import Subcategory
from core.numbers.msisdn import local
from core.text.translator import Amount
from core.text.words import LINE, label
from menus.bounds import bounded
from menus.filing import filing_of, name_option
from menus.line import line
from menus.numbers import number_to_call
from menus.words import MOST_WORDS, kept
from ussd.call import Call
from ussd.values import Value, ask, choose, option, retry, say

LIKE: Final = Amount(5_000)
"""An example with its unit: a bare number in words is counted in fives."""

SUM: Final = re.compile(r"([1-9]\d{0,8})\s*(?:f|f\s?cfa|cfa)?", re.IGNORECASE)


@line.screen("secret_hour", "secret_filed", "secret_confirm", "secret_more", private=True)
async def secret_confirm(call: Call) -> Value:
    """Whether a call is safe; what it is about is not written here."""
    if call.word("sum") and _sum(call) is None:
        return retry(call.t("There is an error in this number. Look at it again."))
    bribe = Subcategory(call.word("subcategory")) is Subcategory.BRIBE
    more = (option(call.t("Say more"), "secret_more"),) if bribe else ()
    return choose(
        f"{_noted(call)}\n{call.t('If we call you, is there danger?')}",
        option(call.t("No danger, call me"), "secret_hour"),
        option(call.t("Send. Do not call"), "secret_filed", call_safe=False),
        name_option(call, "secret_confirm"),
        *more,
    )


def _noted(call: Call) -> str:
    """What was noted last, in one line: more of them would push a key off the page."""
    if call.word("words"):
        return kept(call)
    return call.t("Your name is hidden.") if call.flag("anonymous") else call.t("Your secret is kept.")


@line.screen("secret_sum", "secret_words", private=True)
async def secret_more(call: Call) -> Value:
    """How much was asked, and a few words; of nothing but money is more asked on a phone that others read."""
    return choose(
        call.t("Say more"),
        option(call.t("Say how much"), "secret_sum"),
        option(call.t("Change my words") if call.word("words") else call.t("Add a few words"), "secret_words"),
    )


@line.screen("secret_confirm", private=True)
async def secret_sum(call: Call) -> Value:
    """How much was asked, in figures: a bare number in words is counted in fives."""
    return ask(
        call.t("How much was asked? Write figures, like {amount}.", amount=LIKE), "secret_confirm", "sum", most=20
    )


@line.screen("secret_confirm", private=True)
async def secret_words(call: Call) -> Value:
    """A few words, in any language."""
    return ask(call.t("Explain in a few words."), "secret_confirm", "words", most=MOST_WORDS, words=True)


@line.screen("secret_filed", "secret_number", private=True)
async def secret_hour(call: Call) -> Value:
    """When a call is no danger; another number, once typed, is shown, since a call to a wrong one tells a stranger."""
    number = number_to_call(call)
    if number is None:
        return retry(call.t("There is an error in this number. Look at it again."))
    caller = (
        call.t("We will call {phone}", phone=local(number))
        if call.word("number")
        else call.t("A trained person will call you.")
    )
    return choose(
        f"{caller}\n{call.t('Send. When is a call no danger?')}",
        *(
            option(call.t(label(period, LINE)), "secret_filed", call_safe=True, period=period.value)
            for period in Period
        ),
        option(call.t("At any time"), "secret_filed", call_safe=True),
        option(call.t("Another number"), "secret_number"),
    )


@line.screen("secret_hour", private=True)
async def secret_number(call: Call) -> Value:
    """The other number."""
    return ask(call.t("Write the phone number."), "secret_hour", "number")


@line.act()
async def secret_filed(call: Call) -> Value:
    """Recorded once; nothing of it is written back but the reference and what opens it, as of any other matter."""
    if too_often := await bounded(call, Use.SECRET):
        return too_often
    safe = call.flag("call_safe")
    filing = filing_of(
        call,
        call_back=safe,
        call_safe=safe,
        call_at=number_to_call(call) if safe else None,
        safe_period=Period(call.word("period")) if call.word("period") else None,
        asked_xof=_sum(call),
    )
    filed = await file(filing, call.now)
    lines = [call.t("It is sent. Number: {ref}", ref=filed.reference)]
    if filed.secret:
        lines.append(call.t("Secret code: {code}", code=filed.secret))
    if safe:
        lines.append(call.t("We will call you."))
    return say("\n".join(lines))


def _sum(call: Call) -> int | None:
    """The F CFA that were typed, spaces and dots left out; None for what is no sum."""
    sum_typed = SUM.fullmatch(re.sub(r"[\s.]", "", call.word("sum")))
    return int(sum_typed[1]) if sum_typed else None
