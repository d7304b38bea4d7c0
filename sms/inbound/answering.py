"""Answers what people write to the short code: each message once, and no machine for ever."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.numbers.msisdn import BadNumber, parse_any
from core.outbox.notices import Notice, NoticeKind, queue_notice
from core.platform.database import writing
from core.registry.callers import restart_sms, spoken_by, stop_sms
from core.text.languages import Language
from sms.inbound.words import Intent, Words, is_machine, read
from sms.outbox import metrics

AGAIN: Final = timedelta(seconds=60)
"""Who asks the same twice so soon is answered once: it is how two machines begin to talk."""

LATE: Final = timedelta(hours=1)
"""An answer later than this is no answer."""

ANSWERS: Final = {
    Intent.PAYMENT: NoticeKind.PAYMENT,
    Intent.HELP: NoticeKind.HELP,
    Intent.STOP: NoticeKind.SMS_STOPPED,
    Intent.START: NoticeKind.SMS_STARTED,
    Intent.UNKNOWN: NoticeKind.NOT_UNDERSTOOD,
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as the gateway gives it: its own id, who sent it and the words."""

    gateway_id: str
    sender: str
    words: str


MISTYPED: Final = "mistyped"
"""What is kept of a complaint's number with an error in it: to write it right is another question."""

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('writes ' || CAST(:msisdn AS text), 0))")
KEEP = text("""
INSERT INTO inbound_sms (gateway_id, msisdn, intent, at, answered) VALUES (:gateway_id, :msisdn, :intent, :now, false)
ON CONFLICT (gateway_id) DO NOTHING RETURNING gateway_id
""")
MAY_ANSWER = text("""
SELECT count(*) FILTER (WHERE at >= :today) < :most AND count(*) FILTER (
    WHERE at > :again AND intent = :intent AND coalesce(message.filling, '{}') = CAST(:filling AS jsonb)) = 0
FROM inbound_sms LEFT JOIN message ON message.key = 'answer ' || inbound_sms.gateway_id
WHERE inbound_sms.msisdn = :msisdn AND answered AND at >= least(:today, :again)
""")
ANSWERED = text("UPDATE inbound_sms SET answered = true WHERE gateway_id = :gateway_id")


async def take(incoming: Incoming, now: datetime, *, most_a_day: int) -> bool:
    """Do and answer what a message asks; False when nothing is answered: it was here before, or is a machine's.

    A stop and a start are done even when they are not answered any more.
    """
    try:
        msisdn = parse_any(incoming.sender)
    except BadNumber:
        msisdn = ""
    words = Words(Intent.MACHINE) if is_machine(incoming.sender, incoming.words) else read(incoming.words)
    metrics.INCOMING.labels(words.intent.value).inc()
    intent = MISTYPED if words.mistyped else words.intent.value
    values = {"gateway_id": incoming.gateway_id, "msisdn": msisdn, "intent": intent, "now": now}
    async with writing() as session:
        await session.execute(ONE_AT_A_TIME, {"msisdn": msisdn})
        if await session.scalar(KEEP, values) is None or words.intent is Intent.MACHINE:
            return False
        await _switch(words.intent, msisdn)
        kind, filling = _answer(words)
        if not await _may_answer(session, msisdn, intent, filling, now, most_a_day):
            return False
        language = await spoken_by(msisdn) or words.language or Language.default()
        notice = Notice(
            key=f"answer {incoming.gateway_id}",
            kind=kind,
            msisdn=msisdn,
            language=language,
            filling=filling,
            prompt=True,
            not_after=now + LATE,
        )
        await queue_notice(notice, now)
        await session.execute(ANSWERED, {"gateway_id": incoming.gateway_id})
    return True


async def _switch(intent: Intent, msisdn: str) -> None:
    if intent is Intent.STOP:
        await stop_sms(msisdn)
    elif intent is Intent.START:
        await restart_sms(msisdn)


async def _may_answer(
    session: AsyncSession, msisdn: str, intent: str, filling: Mapping[str, str], now: datetime, most_a_day: int
) -> bool:
    values = {
        "msisdn": msisdn,
        "intent": intent,
        "filling": json.dumps(dict(filling)),
        "today": datetime.combine(now.date(), time(0), UTC),
        "again": now - AGAIN,
        "most": most_a_day,
    }
    return bool(await session.scalar(MAY_ANSWER, values))


def _answer(words: Words) -> tuple[NoticeKind, dict[str, str]]:
    if words.intent is not Intent.STATUS:
        return ANSWERS[words.intent], {}
    if words.reference:
        return NoticeKind.STATUS, {"ref": words.reference}
    return (NoticeKind.NUMBER_MISTYPED if words.mistyped else NoticeKind.HELP), {}
