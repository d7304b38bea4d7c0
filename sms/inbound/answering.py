"""Answers what people write to the short code: each message once, and no machine for ever."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update

from core.grievances.following import LookUpBlocked, NotSeen, Viewer, look_up
from core.numbers.msisdn import BadNumber, calling
from core.outbox.messages import InboundSms, Intent
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import sql
from core.platform.database import Session, writing
from core.platform.locks import by_name
from core.registry.callers import restart_sms, spoken_by, stop_sms
from core.registry.identification import may_be_right
from core.text.languages import Language
from sms.inbound.words import Words, is_machine, read
from sms.outbox import metrics
from sms.outbox.gateway import Incoming

AGAIN: Final = timedelta(seconds=60)
"""Who asks the same twice so soon is answered once: it is how two machines begin to talk."""

LATE: Final = timedelta(hours=1)
"""An answer later than this is no answer."""

ANSWERS: Final = {
    Intent.PAYMENT: NoticeKind.PAYMENT,
    Intent.HELP: NoticeKind.HELP,
    Intent.STOP: NoticeKind.SMS_STOPPED,
    Intent.MAY_STOP: NoticeKind.HOW_TO_STOP,
    Intent.START: NoticeKind.SMS_STARTED,
    Intent.UNKNOWN: NoticeKind.NOT_UNDERSTOOD,
}


ONE_AT_A_TIME: Final = f"SELECT {by_name('writes', 'msisdn')}"
MAY_ANSWER: Final = """
SELECT count(*) FILTER (WHERE at >= %(today)s) < %(most)s AND count(*) FILTER (
    WHERE at > %(again)s AND intent = %(intent)s AND coalesce(message.filling, '{}') = CAST(%(filling)s AS jsonb)) = 0
FROM inbound_sms LEFT JOIN message ON message.key = 'answer ' || inbound_sms.gateway_id
WHERE inbound_sms.msisdn = %(msisdn)s AND answered AND at >= least(%(today)s, %(again)s)
"""


async def take(incoming: Incoming, now: datetime, *, most_a_day: int) -> bool:
    """Do and answer what a message asks; False when nothing is answered: it was here before, or is a machine's.

    A stop and a start are done even when they are not answered any more.
    """
    try:
        msisdn = calling(incoming.sender)
    except BadNumber:
        msisdn = ""
    words = Words(Intent.MACHINE) if is_machine(incoming.sender, incoming.words) else read(incoming.words)
    if words.mistyped and await may_be_right(words.mistyped):
        words = replace(words, mistyped="")
    metrics.INCOMING.labels(incoming.gateway, words.intent.value).inc()
    intent = Intent.MISTYPED if words.mistyped else words.intent
    async with writing() as session:
        await sql.execute(ONE_AT_A_TIME, {"msisdn": msisdn})
        is_new = await _keep(session, incoming.gateway_id, msisdn, intent, now)
        if not is_new or intent is Intent.MACHINE:
            return False
        await _switch(words.intent, msisdn)
        kind, filling = await _answer(words, msisdn, now)
        if not await _may_answer(msisdn, intent, filling, now, most_a_day):
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
        kept = update(InboundSms).where(col(InboundSms.gateway_id) == incoming.gateway_id)
        await session.exec(kept.values(answered=True))
    return True


async def _keep(session: Session, gateway_id: str, msisdn: str, intent: Intent, now: datetime) -> bool:
    """Write down that a message came and what it asked; False when it was here before."""
    row = insert(InboundSms).values(gateway_id=gateway_id, msisdn=msisdn, intent=intent, at=now, answered=False)
    fresh = row.on_conflict_do_nothing(index_elements=["gateway_id"]).returning(col(InboundSms.gateway_id))
    return await session.scalar(fresh) is not None


async def _switch(intent: Intent, msisdn: str) -> None:
    if intent is Intent.STOP:
        await stop_sms(msisdn)
    elif intent is Intent.START:
        await restart_sms(msisdn)


async def _may_answer(msisdn: str, intent: Intent, filling: Mapping[str, Any], now: datetime, most_a_day: int) -> bool:
    values = {
        "msisdn": msisdn,
        "intent": intent,
        "filling": json.dumps(dict(filling)),
        "today": datetime.combine(now.date(), time(0), UTC),
        "again": now - AGAIN,
        "most": most_a_day,
    }
    return bool(await sql.scalar(MAY_ANSWER, values))


async def _answer(words: Words, msisdn: str, now: datetime) -> tuple[NoticeKind, dict[str, Any]]:
    if words.intent is not Intent.STATUS:
        return ANSWERS[words.intent], {}
    if words.reference:
        seen = await look_up(words.reference, Viewer(msisdn), now)
        foreign = seen is NotSeen.ANOTHERS or isinstance(seen, LookUpBlocked)
        return NoticeKind.STATUS, {"ref": words.reference} | ({"foreign": True} if foreign else {})
    return (NoticeKind.NUMBER_MISTYPED if words.mistyped else NoticeKind.HELP), {}
