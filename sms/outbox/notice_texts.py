"""The texts of single notices, from what they were filled with or from what is true when they are sent."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.call_requests.vocabulary import Period
from core.grievances.following import Viewer, by_reference
from core.numbers.msisdn import local
from core.outbox.notice_kinds import NoticeKind
from core.outbox.restoring import restored_lately
from core.payments.account import account
from core.phrases.lasting import lasting
from core.phrases.telling import contact_phone, grievance_told, money_told, perhaps_lost
from core.platform.settings import settings
from core.registry.callers import recognise
from core.text.formats import short_date
from core.text.translator import Translator
from core.text.words import LINE, label


@dataclass(frozen=True, slots=True)
class Occasion:
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


async def notice_text(kind: NoticeKind, occasion: Occasion, translator: Translator) -> str:
    """Say a notice. Raises KeyError or ValueError when it was not filled with what it needs."""
    return await TEXTS[kind](occasion, translator)


async def _received(occasion: Occasion, translator: Translator) -> str:
    if occasion.flag("discreet"):
        return translator.t("Jigisèmèjiri: it is sent. Number: {ref}.", ref=occasion.text("ref"))
    return translator.t(
        "Jigisèmèjiri: we got complaint {ref}. Answer at the latest: {date}.",
        ref=occasion.text("ref"),
        date=occasion.day("due"),
    )


async def _information(occasion: Occasion, translator: Translator) -> str:
    if occasion.flag("discreet"):
        return _discreet(occasion, translator)
    return translator.t(
        "Jigisèmèjiri: complaint {ref}: we need some information. Call {code}.", ref=occasion.text("ref"), code=_code()
    )


async def _decided(occasion: Occasion, translator: Translator) -> str:
    if occasion.flag("discreet"):
        return _discreet(occasion, translator)
    if occasion.flag("corrects"):
        return _corrected(occasion, translator)
    if occasion.flag("rejected"):
        return translator.t(
            "Jigisèmèjiri: complaint {ref}. It was not taken: {text}",
            ref=occasion.text("ref"),
            text=occasion.text("text"),
        )
    return translator.t(
        "Jigisèmèjiri: complaint {ref}. Answer: {text}", ref=occasion.text("ref"), text=occasion.text("text")
    )


def _corrected(occasion: Occasion, translator: Translator) -> str:
    ref, text = occasion.text("ref"), occasion.text("text")
    if occasion.flag("rejected"):
        return translator.t("Jigisèmèjiri: correction. Complaint {ref}. It was not taken: {text}", ref=ref, text=text)
    return translator.t("Jigisèmèjiri: correction. Complaint {ref}. Answer: {text}", ref=ref, text=text)


async def _reminded(occasion: Occasion, translator: Translator) -> str:
    return translator.t(
        "Jigisèmèjiri: complaint {ref}: we are waiting for your answer. Call {code}.",
        ref=occasion.text("ref"),
        code=_code(),
    )


async def _lapsed(occasion: Occasion, translator: Translator) -> str:
    return translator.t(
        "Jigisèmèjiri: complaint {ref} is concluded, we got no answer. To go on, call {code}.",
        ref=occasion.text("ref"),
        code=_code(),
    )


async def _escalated(occasion: Occasion, translator: Translator) -> str:
    if occasion.flag("discreet"):
        return _discreet(occasion, translator)
    return translator.t(
        "Jigisèmèjiri: complaint {ref} was given to the leaders. Answer at the latest: {date}.",
        ref=occasion.text("ref"),
        date=occasion.day("due"),
    )


def _discreet(occasion: Occasion, translator: Translator) -> str:
    """Nothing that says what it is about: whoever holds the phone may read it."""
    return translator.t("Jigisèmèjiri: {ref}. Call {code}.", ref=occasion.text("ref"), code=_code())


async def _phone_asks(occasion: Occasion, translator: Translator) -> str:
    return translator.t(
        "Jigisèmèjiri: is {phone} a phone of your household? Call {code}.",
        phone=local(occasion.text("phone")),
        code=_code(),
    )


async def _call_agreed(occasion: Occasion, translator: Translator) -> str:
    period = translator.t(label(Period(occasion.text("period")), LINE))
    return translator.t("Jigisèmèjiri: we will call you {date}, {period}.", date=occasion.day("day"), period=period)


async def _call_dropped(occasion: Occasion, translator: Translator) -> str:
    text = lasting(occasion.text("text"), translator, occasion.now.date())
    return translator.t("Jigisèmèjiri: the call was cut. {text}", text=text)


async def _sms_stopped(occasion: Occasion, translator: Translator) -> str:
    return translator.t("Jigisèmèjiri: you will get no more SMS. To start again: {code}.", code=_code())


async def _sms_started(occasion: Occasion, translator: Translator) -> str:
    return translator.t("Jigisèmèjiri: you will get the SMS. To stop: {code}.", code=_code())


async def _how_to_stop(occasion: Occasion, translator: Translator) -> str:
    return translator.t("Jigisèmèjiri: to stop the SMS, write STOP, or call {code}.", code=_code())


async def _payment(occasion: Occasion, translator: Translator) -> str:
    """The payment of each household of the phone, by name where there are several."""
    households = (await recognise(occasion.msisdn)).households
    today = occasion.now.date()
    texts = []
    for household in households:
        money = await account(household.id, today)
        text = lasting("\n".join(money_told(translator, money)), translator, today) if money else ""
        texts.append(
            translator.t("{name}: {text}", name=household.head_name, text=text) if len(households) > 1 else text
        )
    if not texts:
        return translator.t("Jigisèmèjiri: this phone is not written. Call {code}.", code=_code())
    return translator.t("Jigisèmèjiri: {text}", text="\n".join(texts))


async def _status(occasion: Occasion, translator: Translator) -> str:
    """Where a grievance stands; of a sensitive one no more than that the line answers."""
    case = None if occasion.flag("foreign") else await by_reference(occasion.text("ref"), Viewer(occasion.msisdn))
    if case is None or (case.asks_secret and not case.asks):
        restored = await restored_lately(occasion.now)
        parts = [translator.t("This number was not seen.")]
        parts += [] if restored is None else [perhaps_lost(translator, restored.date())]
        return translator.t("Jigisèmèjiri: {text}", text=" ".join(parts))
    if case.sensitive:
        return _discreet(occasion, translator)
    lines = [translator.t("Complaint {ref}, {day}", ref=case.reference, day=short_date(case.received_on))]
    lines += grievance_told(translator, case, occasion.now.date())
    text = lasting("\n".join(lines), translator, occasion.now.date())
    return translator.t("Jigisèmèjiri: {text}", text=text)


async def _number_mistyped(occasion: Occasion, translator: Translator) -> str:
    return translator.t(
        "Jigisèmèjiri: {text}", text=translator.t("There is an error in this number. Look at it again.")
    )


async def _help(occasion: Occasion, translator: Translator) -> str:
    lines = [translator.t("Call {phone}.", phone=_code()), translator.t("Phone: {phone}", phone=contact_phone())]
    return translator.t("Jigisèmèjiri: {text}", text="\n".join(lines))


async def _not_understood(occasion: Occasion, translator: Translator) -> str:
    return translator.t("Jigisèmèjiri: we did not understand. Call {code}.", code=_code())


async def _test(occasion: Occasion, translator: Translator) -> str:
    return occasion.text("body")


def _code() -> str:
    return settings().service_code


TEXTS: Mapping[NoticeKind, Callable[[Occasion, Translator], Awaitable[str]]] = {
    NoticeKind.RECEIVED: _received,
    NoticeKind.INFORMATION: _information,
    NoticeKind.DECIDED: _decided,
    NoticeKind.ESCALATED: _escalated,
    NoticeKind.REMINDED: _reminded,
    NoticeKind.LAPSED: _lapsed,
    NoticeKind.PHONE_ASKS: _phone_asks,
    NoticeKind.CALL_AGREED: _call_agreed,
    NoticeKind.CALL_DROPPED: _call_dropped,
    NoticeKind.SMS_STOPPED: _sms_stopped,
    NoticeKind.SMS_STARTED: _sms_started,
    NoticeKind.HOW_TO_STOP: _how_to_stop,
    NoticeKind.PAYMENT: _payment,
    NoticeKind.STATUS: _status,
    NoticeKind.NUMBER_MISTYPED: _number_mistyped,
    NoticeKind.HELP: _help,
    NoticeKind.NOT_UNDERSTOOD: _not_understood,
    NoticeKind.TEST: _test,
}
