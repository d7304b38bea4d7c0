"""A phone that says it is the household's, after number and year; and the household's phone that says yes or no.

Until somebody of the household said yes, nothing of it is remembered on the phone that asks.
"""

from core.calls.daily_uses import Use
from core.numbers.msisdn import local
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.phrases.telling import contact_phone
from core.registry.households import phones_of
from core.registry.phone_claims import ClaimState, answer_claim, claim, state_of, waiting_for
from core.text.languages import Language
from menus.bounds import bounded
from menus.line import line
from menus.viewer import IDENTIFIED
from menus.whose import MEMORY as WHOSE
from ussd.call import Call
from ussd.values import Option, Value, choose, go, option, say


def own_phone_option(call: Call) -> list[Option]:
    """The way to it, for who gave number and year on a phone that is not the household's."""
    return [option(call.t("This phone is mine"), "phone_mine")] if call.flag(IDENTIFIED) else []


@line.screen("phone_claimed", private=True)
async def phone_mine(call: Call) -> Value:
    """What it means, before it is asked for; or what became of it."""
    state = await state_of(call.number("household") or 0, call.msisdn)
    if state is ClaimState.REFUSED:
        return choose(call.t("The household said no."))
    if state is ClaimState.ASKED:
        return choose(call.t("The household has not said yes yet."))
    return choose(
        call.t("Remember this phone for the household? The household is asked first."),
        option(call.t("Yes"), "phone_claimed"),
    )


@line.act()
async def phone_claimed(call: Call) -> Value:
    """Asked for once; the phones that the register has for the household are told, and the desk sees it."""
    household_id = call.number("household") or 0
    if too_often := await bounded(call, Use.CHANGE):
        return too_often
    if not await claim(household_id, call.msisdn, call.now):
        return say(call.t("The household has not said yes yet."))
    phones = await phones_of(household_id)
    for phone in phones:
        notice = Notice(
            key=f"phone asks {household_id} {call.msisdn} {phone.msisdn}",
            kind=NoticeKind.PHONE_ASKS,
            msisdn=phone.msisdn,
            language=phone.language or Language.staff(),
            filling={"phone": call.msisdn},
            household_id=household_id,
        )
        await queue_notice(notice, call.now)
    if not phones:
        return say(call.t("Call {phone}.", phone=contact_phone()))
    return say(call.t("We will ask the household."))


@line.screen("phone_answered", "home")
async def phone_asks(call: Call) -> Value:
    """Before the main menu, until somebody answers: a phone that knows number and year wants to be theirs."""
    waiting = await waiting_for(call.number("household") or 0)
    if not waiting:
        return go("home", household=call.number("household"), whose=call.word(WHOSE))
    phone = waiting[0].msisdn
    return choose(
        call.t("Is {phone} a phone of your household?", phone=local(phone)),
        option(call.t("Yes"), "phone_answered", phone=phone, yes=True),
        option(call.t("No"), "phone_answered", phone=phone, yes=False),
        option(call.t("I do not know"), "home"),
    )


@line.act("phone_asks")
async def phone_answered(call: Call) -> Value:
    """Written once, by a phone that the register has for the household."""
    household_id = call.number("household") or 0
    await answer_claim(household_id, call.word("phone"), call.msisdn, call.now, yes=call.flag("yes"))
    return go("phone_asks", household=household_id, whose=call.word(WHOSE))
