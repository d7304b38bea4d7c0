"""What should have happened and did not: looked for every minute, put right, and counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, func, select, update

from core.campaigns.models import CampaignState
from core.outbox.messages import AWAITED, OVER, BatchState, Message, MessageState, Reason, SmsBatch
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import reading, writing
from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox import ledger, metrics
from sms.outbox.delivery import id_of
from sms.outbox.left_over import adopt_left_over
from sms.outbox.ranks import is_final, rank
from sms.outbox.routes import Routes

CLAIMED_SECONDS: Final = 300
"""A request is claimed for so long at the most, even by a worker that lives."""

RECORDING_SECONDS: Final = 600
"""How long after its time limit a worker that lives may still be writing an answer down."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each were found: requests, messages or campaigns."""

    given_back: int
    made_uncertain: int
    settled: int
    missed: int
    sent_anew: int
    silent: int
    finished: int

    @property
    def anything(self) -> bool:
        """Whether there was something to put right."""
        return any((self.given_back, self.made_uncertain, self.settled, self.missed, self.sent_anew, self.silent))


async def sweep(now: datetime, settings: Settings) -> Swept:
    """Look for everything that is looked for."""
    swept = Swept(
        given_back=await give_back(now, settings),
        made_uncertain=await make_uncertain(now, settings),
        settled=await adopt_left_over(settings) + await settle_by_reports(now, settings),
        missed=await drop_missed(now),
        sent_anew=await send_anew(now),
        silent=await make_silent(now, settings),
        finished=len(await steps.finish_done(now)),
    )
    waiting = await waiting_for_a_decision(now, settings)
    for name in {*Routes.read(settings.sms_routes).gateways, *waiting}:
        metrics.UNCERTAIN.labels(name).set(waiting.get(name, 0))
    return swept


_B, _M = BatchState, MessageState

GIVE_BACK: Final = f"""
WITH back AS (
    UPDATE sms_batch AS batch SET state = '{_B.READY}', worker = NULL, claimed_at = NULL, gateway = DEFAULT
    WHERE batch.state = '{_B.CLAIMED}' AND (batch.claimed_at < %(long_ago)s OR NOT EXISTS (
        SELECT FROM sms_worker WHERE sms_worker.name = batch.worker AND sms_worker.seen_at > %(seen)s))
    RETURNING batch.id
)
SELECT count(*) FROM back
"""  # noqa: S608


async def give_back(now: datetime, settings: Settings) -> int:
    """Requests claimed by a worker that died, or long ago: nothing of them left, so they are ready again."""
    return await _count(
        GIVE_BACK,
        seen=now - timedelta(seconds=settings.sms_worker_seconds),
        long_ago=now - timedelta(seconds=CLAIMED_SECONDS),
    )


MAKE_UNCERTAIN: Final = f"""
WITH lost AS (
    UPDATE sms_batch AS batch SET state = '{_B.DONE}', answered_at = %(now)s, uncertain = true
    WHERE batch.state = '{_B.LEFT}' AND (batch.left_at < %(long_ago)s OR NOT EXISTS (
        SELECT FROM sms_worker WHERE sms_worker.name = batch.worker AND sms_worker.seen_at > %(seen)s))
    RETURNING batch.id, batch.gateway
), uncertain AS (
    UPDATE message SET state = '{_M.UNCERTAIN}', was_uncertain = true, reason = '{Reason.WORKER_DIED}',
        gateway = lost.gateway
    FROM lost WHERE message.batch_id = lost.id AND message.state = '{_M.PLANNED}' RETURNING message.id
)
SELECT count(*) FROM uncertain
"""  # noqa: S608


async def make_uncertain(now: datetime, settings: Settings) -> int:
    """Messages that left with a worker that died before it wrote the answer down: they may have been taken."""
    answered_by = settings.sms_answer_seconds + settings.sms_connect_seconds + RECORDING_SECONDS
    return await _count(
        MAKE_UNCERTAIN,
        now=now,
        seen=now - timedelta(seconds=settings.sms_worker_seconds),
        long_ago=now - timedelta(seconds=answered_by),
    )


_NAMELESS: Final = frozenset({_M.UNCERTAIN, _M.ACCEPTED, _M.SILENT})
"""In these a message without an id may be the one that a report without a message speaks of."""

SETTLE: Final = f"""
WITH nameless AS (
    SELECT message.id, message.msisdn, message.gateway, sms_batch.left_at,
        row_number() OVER (
            PARTITION BY message.msisdn, message.gateway
            ORDER BY sms_batch.left_at, message.id) AS rank,
        count(*) OVER (PARTITION BY message.msisdn, message.gateway) AS messages
    FROM (SELECT DISTINCT msisdn FROM early_report WHERE received_at < %(answered_by)s) AS number
    JOIN message ON message.msisdn = number.msisdn JOIN sms_batch ON sms_batch.id = message.batch_id
    WHERE message.provider_id IS NULL AND message.state IN {listed(_NAMELESS)}
      AND sms_batch.left_at > %(long_ago)s
), strange AS (
    SELECT early_report.*, {id_of("early_report")} AS given,
        row_number() OVER (PARTITION BY msisdn, gateway ORDER BY received_at, provider_id) AS rank,
        count(*) OVER (PARTITION BY msisdn, gateway) AS reports,
        {is_final("state")} AND min(state) OVER (PARTITION BY msisdn, gateway)
            = max(state) OVER (PARTITION BY msisdn, gateway) AS alike
    FROM early_report
    JOIN (SELECT msisdn, gateway, min(left_at) AS since FROM nameless GROUP BY msisdn, gateway) AS waiting
        USING (msisdn, gateway)
    WHERE received_at < %(answered_by)s AND received_at >= since - %(apart)s
), matched AS (
    SELECT nameless.id, strange.provider_id AS key, given, strange.state, strange.reason, strange.received_at
    FROM strange JOIN nameless USING (msisdn, gateway, rank)
    WHERE (messages = 1 OR messages <= reports AND alike) AND nameless.left_at - %(apart)s <= strange.received_at
      AND NOT EXISTS (
        SELECT FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
        WHERE message.msisdn = strange.msisdn AND sms_batch.state = '{_B.LEFT}')
), settled AS (
    UPDATE message SET state = matched.state, reason = matched.reason, provider_id = matched.given,
        final_at = CASE WHEN {is_final("matched.state")} THEN matched.received_at END
    FROM matched WHERE message.id = matched.id AND {rank("matched.state")} > {rank("message.state")}
    RETURNING matched.key, message.state
), gone AS (
    DELETE FROM early_report USING settled
    WHERE early_report.provider_id = settled.key AND early_report.state = settled.state
)
SELECT count(*) FROM settled
"""  # noqa: S608


async def settle_by_reports(now: datetime, settings: Settings) -> int:
    """Messages without an id, whose number has a report with an id that nobody knows: it is theirs.

    Only reports older than any answer that is still to come are looked at, and only for numbers with nothing under way.
    Of several messages that wait at a number nobody knows which report is whose: they are settled when there is one for
    each and all say the same in the end, and else a person is asked.
    """
    waited = settings.sms_answer_seconds + settings.sms_connect_seconds + settings.sms_worker_seconds
    answered_by = now - timedelta(seconds=waited)
    return await _count(SETTLE, answered_by=answered_by, long_ago=now - REPORTED_WITHIN, apart=CLOCKS_APART)


CLOCKS_APART: Final = timedelta(seconds=30)
"""By so much the process that sent a message and the one that its report comes to may differ over the time."""

REPORTED_WITHIN: Final = timedelta(days=7)
"""No report comes later than so long after its message left."""


DROP_MISSED: Final = f"""
WITH missed AS (
    UPDATE sms_batch SET state = '{_B.CLOSED}', answered_at = %(now)s
    WHERE state = '{_B.READY}' AND not_after < %(now)s RETURNING id
), dropped AS (
    UPDATE message SET state = '{_M.DROPPED}', reason = '{Reason.MISSED_ITS_DAY}', final_at = %(now)s
    FROM missed WHERE message.batch_id = missed.id AND message.state = '{_M.PLANNED}' RETURNING message.id
)
SELECT count(*) FROM dropped
"""  # noqa: S608


async def drop_missed(now: datetime) -> int:
    """Messages whose day has passed: they are dropped, not sent late."""
    return await _count(DROP_MISSED, now=now)


NEVER_SENT: Final = f"""
SELECT message.batch_id, campaign.state = '{CampaignState.CANCELLED}' AS cancelled,
    array_agg(message.id ORDER BY message.id) AS ids
FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
LEFT JOIN campaign ON campaign.id = sms_batch.campaign_id
WHERE sms_batch.state IN {listed(OVER)} AND sms_batch.answered_at BETWEEN %(since)s AND %(until)s
  AND message.state = '{_M.PLANNED}'
GROUP BY message.batch_id, campaign.state ORDER BY message.batch_id
"""  # noqa: S608
CANCELLED: Final = f"""
WITH gone AS (
    UPDATE sms_batch SET state = '{_B.CLOSED}', answered_at = %(now)s FROM campaign
    WHERE campaign.id = sms_batch.campaign_id AND campaign.state = '{CampaignState.CANCELLED}'
      AND sms_batch.state = '{_B.READY}'
    RETURNING sms_batch.id
), dropped AS (
    UPDATE message SET state = '{_M.DROPPED}', reason = '{Reason.CAMPAIGN_CANCELLED}', final_at = %(now)s
    FROM gone WHERE message.batch_id = gone.id AND message.state = '{_M.PLANNED}' RETURNING message.id
)
SELECT count(*) FROM dropped
"""  # noqa: S608
AFTER: Final = timedelta(minutes=1)
WITHIN: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class _NeverSent:
    """Messages of a request that is over and did not send them; `cancelled`: with their campaign, if they have one."""

    batch_id: int
    cancelled: bool | None
    ids: tuple[int, ...]


async def send_anew(now: datetime) -> int:
    """Messages planned in a request that is over go into a new one; of a cancelled campaign, they are dropped."""
    await _count(CANCELLED, now=now)
    async with writing() as session:
        groups = await sql.rows(_NeverSent, NEVER_SENT, {"since": now - WITHIN, "until": now - AFTER})
        for group in groups:
            if group.cancelled:
                drop = update(Message).where(col(Message.id).in_(group.ids), col(Message.state) == _M.PLANNED)
                await session.exec(drop.values(state=_M.DROPPED, reason=Reason.CAMPAIGN_CANCELLED, final_at=now))
            else:
                await ledger.put_off(group.batch_id, group.ids, now)
    return sum(len(group.ids) for group in groups if not group.cancelled)


MAKE_SILENT: Final = f"""
WITH old AS (
    UPDATE sms_batch SET state = '{_B.CLOSED}' WHERE state = '{_B.DONE}' AND answered_at < %(before)s RETURNING id
), silent AS (
    UPDATE message SET state = '{_M.SILENT}' FROM old
    WHERE message.batch_id = old.id AND message.state IN {listed(AWAITED)} RETURNING message.id
)
SELECT count(*) FROM silent
"""  # noqa: S608


async def make_silent(now: datetime, settings: Settings) -> int:
    """Messages of which no final report came: they are told as silent, and a late report still counts."""
    return await _count(MAKE_SILENT, before=now - timedelta(hours=settings.sms_silent_hours))


async def waiting_for_a_decision(now: datetime, settings: Settings) -> dict[str, int]:
    """How many uncertain messages a supervisor is asked about, by gateway; one with none is not there."""
    waiting = (
        select(SmsBatch.gateway, func.count())
        .join(Message, col(Message.batch_id) == col(SmsBatch.id))
        .where(
            col(SmsBatch.uncertain),
            col(SmsBatch.answered_at) < now - timedelta(minutes=settings.sms_uncertain_minutes),
            col(Message.state) == _M.UNCERTAIN,
        )
        .group_by(col(SmsBatch.gateway))
    )
    async with reading() as session:
        return {gateway or "": messages for gateway, messages in await session.exec(waiting)}


async def _count(statement: str, **values: object) -> int:
    async with writing():
        return int(await sql.scalar(statement, values) or 0)
