"""The texts of single notices, from what they were filled with or from what is true when they are sent."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.call_requests.requests import Period
from core.grievances.filing import by_reference
from core.outbox.notices import NoticeKind
from core.payments.history import current_payment
from core.phrases.telling import contact_phone, grievance_told, payment_told
from core.platform.settings import settings
from core.registry.callers import recognise
from core.text.formats import short_date
from core.text.translator import N_, Voice

PERIODS = {
    Period.MORNING: N_("in the morning"),
    Period.NOON: N_("at noon"),
    Period.AFTERNOON: N_("in the afternoon"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice is written from: whom it goes to, what it was filled with, and the time."""

    msisdn: str
    filling: Mapping[str, Any]
    now: datetime

    def text(self, name: str) -> str:
        """A text it was filled with; '' when there is none."""
        return str(self.filling.get(name, ""))

    def day(self, name: str) -> date:
        """A day it was filled with."""
        return date.fromisoformat(self.filling[name])

    def flag(self, name: str) -> bool:
        """Whether something was said yes to."""
        return bool(self.filling.get(name))


async def notice_text(kind: NoticeKind, told: Told, voice: Voice) -> str:
    """Say a notice. Raises KeyError or ValueError when it was not filled with what it needs."""
    return await TEXTS[kind](told, voice)


async def _received(told: Told, voice: Voice) -> str:
    if told.flag("discreet"):
        return voice.t("Jigisèmèjiri: it is sent. Number: {ref}.", ref=told.text("ref"))
    return voice.t(
        "Jigisèmèjiri: we got complaint {ref}. Answer at the latest: {date}.",
        ref=told.text("ref"),
        date=told.day("due"),
    )


async def _information(told: Told, voice: Voice) -> str:
    if told.flag("discreet"):
        return _discreet(told, voice)
    return voice.t(
        "Jigisèmèjiri: complaint {ref}: we need some information. Call {code}.", ref=told.text("ref"), code=_code()
    )


async def _decided(told: Told, voice: Voice) -> str:
    if told.flag("discreet"):
        return _discreet(told, voice)
    if told.flag("rejected"):
        return voice.t(
            "Jigisèmèjiri: complaint {ref}. It was not taken: {text}", ref=told.text("ref"), text=told.text("text")
        )
    return voice.t("Jigisèmèjiri: complaint {ref}. Answer: {text}", ref=told.text("ref"), text=told.text("text"))


async def _escalated(told: Told, voice: Voice) -> str:
    if told.flag("discreet"):
        return _discreet(told, voice)
    return voice.t(
        "Jigisèmèjiri: complaint {ref} was given to the leaders. Answer at the latest: {date}.",
        ref=told.text("ref"),
        date=told.day("due"),
    )


def _discreet(told: Told, voice: Voice) -> str:
    """Nothing that says what it is about: whoever holds the phone may read it."""
    return voice.t("Jigisèmèjiri: {ref}. Call {code}.", ref=told.text("ref"), code=_code())


async def _call_agreed(told: Told, voice: Voice) -> str:
    period = voice.t(PERIODS[Period(told.text("period"))])
    return voice.t("Jigisèmèjiri: we will call you {date}, {period}.", date=told.day("day"), period=period)


async def _call_cut(told: Told, voice: Voice) -> str:
    return voice.t("Jigisèmèjiri: the call was cut. {text}", text=told.text("text"))


async def _sms_stopped(told: Told, voice: Voice) -> str:
    return voice.t("Jigisèmèjiri: you will get no more SMS. To start again: {code}.", code=_code())


async def _sms_started(told: Told, voice: Voice) -> str:
    return voice.t("Jigisèmèjiri: you will get the SMS. To stop: {code}.", code=_code())


async def _payment(told: Told, voice: Voice) -> str:
    """The payment of each household of the phone, by name where there are several."""
    households = (await recognise(told.msisdn)).households
    today = told.now.date()
    said = []
    for household in households:
        card = await current_payment(household.id, today)
        text = voice.t("No date fixed yet.") if card is None else payment_told(voice, card, today)
        said.append(voice.t("{name}: {text}", name=household.head_name, text=text) if len(households) > 1 else text)
    if not said:
        return voice.t("Jigisèmèjiri: this phone is not written. Call {code}.", code=_code())
    return voice.t("Jigisèmèjiri: {text}", text="\n".join(said))


async def _status(told: Told, voice: Voice) -> str:
    """Where a grievance stands; of a sensitive one no more than that the line answers."""
    found = await by_reference(told.text("ref"))
    if found is None:
        return voice.t("Jigisèmèjiri: {text}", text=voice.t("This number was not seen."))
    if found.sensitive:
        return _discreet(told, voice)
    lines = [voice.t("Complaint {ref}, {day}", ref=found.reference, day=short_date(found.received_on))]
    return voice.t("Jigisèmèjiri: {text}", text="\n".join([*lines, *grievance_told(voice, found)]))


async def _number_mistyped(told: Told, voice: Voice) -> str:
    return voice.t("Jigisèmèjiri: {text}", text=voice.t("There is an error in this number. Look at it again."))


async def _help(told: Told, voice: Voice) -> str:
    lines = [voice.t("Call {phone}.", phone=_code()), voice.t("Phone: {phone}", phone=contact_phone())]
    return voice.t("Jigisèmèjiri: {text}", text="\n".join(lines))


async def _not_understood(told: Told, voice: Voice) -> str:
    return voice.t("Jigisèmèjiri: we did not understand. Call {code}.", code=_code())


async def _test(told: Told, voice: Voice) -> str:
    return told.text("body")


def _code() -> str:
    return settings().service_code


TEXTS: Mapping[NoticeKind, Callable[[Told, Voice], Awaitable[str]]] = {
    NoticeKind.RECEIVED: _received,
    NoticeKind.INFORMATION: _information,
    NoticeKind.DECIDED: _decided,
    NoticeKind.ESCALATED: _escalated,
    NoticeKind.CALL_AGREED: _call_agreed,
    NoticeKind.CALL_CUT: _call_cut,
    NoticeKind.SMS_STOPPED: _sms_stopped,
    NoticeKind.SMS_STARTED: _sms_started,
    NoticeKind.PAYMENT: _payment,
    NoticeKind.STATUS: _status,
    NoticeKind.NUMBER_MISTYPED: _number_mistyped,
    NoticeKind.HELP: _help,
    NoticeKind.NOT_UNDERSTOOD: _not_understood,
    NoticeKind.TEST: _test,
}
