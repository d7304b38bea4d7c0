"""Telling somebody on call: by SMS past the ledger, over a gateway that works, and by mail; once, and its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog

from core.alarms import book
from core.alarms.book import OpenAlarm
from core.alarms.models import AlarmKind
from core.numbers.msisdn import BadNumber, operator, parse_any
from core.platform.settings import Settings
from core.text.alphabet import alphabet
from core.text.words import DESK, label
from sms.alarms import mail
from sms.outbox import rate_limit
from sms.outbox.composing import as_it_is
from sms.outbox.gateway import Gateway, GatewayTrouble, Policy
from sms.outbox.routes import Routes, pace_of

log = structlog.get_logger(__name__)

LONGEST_WHY: Final = 70


async def tell(gateways: Mapping[str, Gateway], settings: Settings, now: datetime) -> int:
    """Tell what is not told yet; give how many alarms, or ends of them, somebody was told.

    What reached nobody is tried again some minutes later. Where nobody is named, nothing is told.
    """
    if not has_somebody(settings):
        return 0
    count = 0
    held = await rate_limit.held(now)
    while (alarm := await book.take(now)) is not None:
        sent = [await _by_sms(alarm, gateways, settings, held), await _by_mail(alarm, settings)]
        if any(sent):
            count += 1
        else:
            await book.not_told(alarm, now)
            log.error("alarm_not_told", kind=alarm.kind.value, about=alarm.about)
    return count


def has_somebody(settings: Settings) -> bool:
    """Whether anybody is named who is to be told."""
    return bool(settings.alarm_phones or (settings.alarm_smtp_host and settings.alarm_mail_to))


def heading(alarm: OpenAlarm) -> str:
    """The heading of its mail."""
    state = "alarme" if alarm.over_at is None else "fini"
    return f"Jigi, {state} : {label(alarm.kind, DESK)} ({alarm.about})"


def words(alarm: OpenAlarm) -> str:
    """What an alarm, or its end, says: short enough for one SMS."""
    if alarm.over_at is not None:
        return f"Jigi : c'est fini ({label(alarm.kind, DESK)} : {alarm.about}), {alarm.over_at:%d/%m à %H:%M}."
    detail = alarm.detail
    match alarm.kind:
        case AlarmKind.PAUSED:
            why = str(detail["why"])[:LONGEST_WHY]
            return f"Jigi : la campagne {alarm.about} s'est arrêtée à {alarm.since:%H:%M} : {why}. Voyez sa page."
        case AlarmKind.BALANCE:
            return f"Jigi : le solde est bas chez {alarm.about} : {detail['balance']}. Rechargez."
        case AlarmKind.WORKER:
            seen = datetime.fromisoformat(str(detail["seen"]))
            return f"Jigi : le processus d'envoi {alarm.about} ne dit plus rien depuis {seen:%d/%m à %H:%M}."
        case AlarmKind.REPORTS:
            return f"Jigi : {alarm.about} ne donne plus d'accusés ({detail['waiting']} SMS attendent)."
        case AlarmKind.RECEIVER:
            return f"Jigi : le système {alarm.about} ne prend plus les événements ; l'envoi est arrêté."


async def _by_mail(alarm: OpenAlarm, settings: Settings) -> bool:
    return await mail.sent(heading(alarm), words(alarm), settings, settings.alarm_mail_to)


async def _by_sms(
    alarm: OpenAlarm, gateways: Mapping[str, Gateway], settings: Settings, held: Mapping[str, object]
) -> bool:
    """Whether some phone was sent it; past the ledger, which may be what stands still."""
    body = as_it_is(words(alarm), alphabet(settings.alphabet)).body
    return any([await sent_to(phone, body, gateways, held, settings, alarm.about) for phone in settings.alarm_phones])


async def sent_to(
    phone: str,
    body: str,
    gateways: Mapping[str, Gateway],
    held: Mapping[str, object],
    settings: Settings,
    last: str = "",
) -> bool:
    """Whether a gateway took it for a phone, or may have: those that work first, `last` and who is held last."""
    try:
        msisdn = parse_any(phone)
    except BadNumber:
        log.error("alarm_phone_is_none")
        return False
    way = Routes.read(settings.sms_routes)
    names = [*way.way_of(operator(msisdn)), *way.gateways]
    able = [name for name in dict.fromkeys(names) if name in gateways and not gateways[name].missing()]
    for name in sorted(able, key=lambda name: (name == last, pace_of(name) in held)):
        try:
            (result,) = await gateways[name].send(body, [msisdn])
        except GatewayTrouble as trouble:
            if trouble.policy is Policy.UNCERTAIN:
                return True
            continue
        except Exception as error:
            log.warning("alarm_gateway_failed", gateway=name, error=type(error).__name__)
            continue
        if result.policy in (Policy.ACCEPTED, Policy.UNCERTAIN):
            return True
    return False
