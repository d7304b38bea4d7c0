"""Help and settings: being called, contacts, what the programme is, SMS, language, another household."""

from core.call_requests.requests import ask_call
from core.calls.daily_uses import Use
from core.numbers.msisdn import local
from core.phrases.contacts import contacts_told
from core.places.contacts import NOBODY, near_contacts
from core.registry.callers import recognise, restart_sms, stop_sms
from core.registry.households import standing
from core.text.languages import Language
from core.text.translator import translator
from menus.bounds import bounded
from menus.languages import language_options
from menus.line import line
from menus.numbers import number_to_call
from menus.own_phone import own_phone_option
from menus.viewer import may_tell_again
from ussd.call import Call
from ussd.values import Value, ask, choose, option, retry, say


@line.screen(
    "call_me",
    "contacts",
    "about",
    "sms_stop",
    "sms_restarted",
    "other_language",
    "commune_by",
    "household_number",
    "phone_mine",
)
async def more(call: Call) -> Value:
    """Everything that is asked for less often; the most wanted on the first page."""
    caller = await recognise(call.msisdn)
    registered = call.number("household") is not None
    switch = (
        option(call.t("Get SMS"), "sms_restarted") if caller.sms_stopped else option(call.t("Stop SMS"), "sms_stop")
    )
    others = (
        option(call.t("Payment days of a commune"), "commune_by"),
        option(call.t("Another household"), "household_number"),
    )
    return choose(
        call.t("Help and settings"),
        option(call.t("Call me back"), "call_me"),
        option(call.t("Contacts"), "contacts"),
        option(call.t("What is Jigisèmèjiri?"), "about"),
        switch,
        option(_change_language(call), "other_language"),
        *(others if registered else ()),
        *own_phone_option(call),
    )


@line.screen("call_asked", "call_number")
async def call_me(call: Call) -> Value:
    """On this phone or on another."""
    return choose(
        call.t("We will call {phone}", phone=local(call.msisdn)),
        option(call.t("Yes"), "call_asked"),
        option(call.t("Another number"), "call_number"),
    )


@line.screen("call_asked")
async def call_number(call: Call) -> Value:
    """The other number."""
    return ask(call.t("Write the phone number."), "call_asked", "number")


@line.act()
async def call_asked(call: Call) -> Value:
    """The desk is asked to call."""
    number = number_to_call(call)
    if number is None:
        return retry(call.t("There is an error in this number. Look at it again."))
    if too_often := await bounded(call, Use.CALL_REQUEST):
        return too_often
    await ask_call(call.key, call.msisdn, call.translator.language, call.number("household"), call.now, number=number)
    return say(call.t("We will call {phone}", phone=local(number)), again=may_tell_again(call))


@line.screen()
async def contacts(call: Call) -> Value:
    """Whom to call, those near the household first; the last text of the call, so that it stays to be copied."""
    household = await standing(call.number("household") or 0, call.now)
    near = NOBODY if household is None else await near_contacts(household.commune_pcode)
    return say("\n".join(contacts_told(call.translator, near)))


@line.screen()
async def about(call: Call) -> Value:
    """What the programme is, in a few short sentences."""
    return choose(
        "\n".join(
            [
                call.t("Jigisèmèjiri helps poor households. It is a programme of the Ministry of Economy and Finance."),
                call.t("It gives money, food, training, work and health care."),
                call.t("Households are chosen in the villages, after checking."),
                call.t("You pay nothing. No one must ask money of you."),
            ]
        )
    )


def _change_language(call: Call) -> str:
    """In the other languages: whoever cannot read this one looks for it."""
    others = (language for language in Language if language is not call.translator.language)
    return " / ".join(translator(language).t("Change language") for language in others)


@line.screen("sms_stopped")
async def sms_stop(call: Call) -> Value:
    """Asked once: a stop is for good, and a slip of a key is not."""
    return choose(call.t("No more SMS, not of payments either?"), option(call.t("Yes"), "sms_stopped"))


@line.act()
async def sms_stopped(call: Call) -> Value:
    """No SMS to this phone from now on."""
    if too_often := await bounded(call, Use.CHANGE):
        return too_often
    await stop_sms(call.msisdn)
    return say(call.t("You will get no more SMS."))


@line.act()
async def sms_restarted(call: Call) -> Value:
    """SMS to this phone again."""
    if too_often := await bounded(call, Use.CHANGE):
        return too_often
    await restart_sms(call.msisdn)
    return say(call.t("You will get the SMS again."))


@line.screen("language_chosen")
async def other_language(call: Call) -> Value:
    """Each language in its own name."""
    return choose(
        call.t("Choose the language"),
        *language_options(),
    )
