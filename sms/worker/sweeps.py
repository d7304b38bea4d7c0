"""What should have happened and did not: looked for every minute, put right, and counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import TextClause, text

from core.platform.database import reading, writing
from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox import delivery, ledger, metrics
from sms.outbox.ranks import is_final, rank

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
        settled=await adopt_left_over() + await settle_by_reports(now, settings),
        missed=await drop_missed(now),
        sent_anew=await send_anew(now),
        silent=await make_silent(now, settings),
        finished=len(await steps.finish_done(now)),
    )
    metrics.UNCERTAIN.set(await waiting_for_a_decision(now, settings))
    return swept


GIVE_BACK = text("""
WITH back AS (
    UPDATE sms_batch AS batch SET state = 'ready', worker = NULL, claimed_at = NULL
    WHERE batch.state = 'claimed' AND (batch.claimed_at < :long_ago OR NOT EXISTS (
        SELECT FROM sms_worker WHERE sms_worker.name = batch.worker AND sms_worker.seen_at > :seen))
    RETURNING batch.id
)
SELECT count(*) FROM back
""")


async def give_back(now: datetime, settings: Settings) -> int:
    """Requests claimed by a worker that died, or long ago: nothing of them left, so they are ready again."""
    return await _count(
        GIVE_BACK,
        seen=now - timedelta(seconds=settings.sms_worker_seconds),
        long_ago=now - timedelta(seconds=CLAIMED_SECONDS),
    )


MAKE_UNCERTAIN = text("""
WITH lost AS (
    UPDATE sms_batch AS batch SET state = 'done', answered_at = :now, uncertain = true
    WHERE batch.state = 'left' AND (batch.left_at < :long_ago OR NOT EXISTS (
        SELECT FROM sms_worker WHERE sms_worker.name = batch.worker AND sms_worker.seen_at > :seen))
    RETURNING batch.id
), uncertain AS (
    UPDATE message SET state = 'uncertain', was_uncertain = true, reason = 'worker died'
    FROM lost WHERE message.batch_id = lost.id AND message.state = 'planned' RETURNING message.id
)
SELECT count(*) FROM uncertain
""")


async def make_uncertain(now: datetime, settings: Settings) -> int:
    """Messages that left with a worker that died before it wrote the answer down: they may have been taken."""
    answered_by = settings.sms_answer_seconds + settings.sms_connect_seconds + RECORDING_SECONDS
    return await _count(
        MAKE_UNCERTAIN,
        now=now,
        seen=now - timedelta(seconds=settings.sms_worker_seconds),
        long_ago=now - timedelta(seconds=answered_by),
    )


LEFT_OVER = text("SELECT provider_id FROM early_report JOIN message USING (provider_id)")


async def adopt_left_over() -> int:
    """Reports that waited for a message whose worker died between writing down its id and looking for them."""
    async with reading() as connection:
        provider_ids = list(await connection.scalars(LEFT_OVER))
    if provider_ids:
        await delivery.adopt(provider_ids)
    return len(provider_ids)


SETTLE = text(f"""
WITH nameless AS (
    SELECT message.id, message.msisdn, sms_batch.left_at,
        row_number() OVER (
            PARTITION BY message.msisdn ORDER BY message.state = 'silent', sms_batch.left_at, message.id) AS place
    FROM (SELECT DISTINCT msisdn FROM early_report WHERE received_at < :answered_by) AS number
    JOIN message ON message.msisdn = number.msisdn JOIN sms_batch ON sms_batch.id = message.batch_id
    WHERE message.provider_id IS NULL AND message.state IN ('uncertain', 'accepted', 'silent')
      AND sms_batch.left_at > :long_ago
), strange AS (
    SELECT early_report.*, row_number() OVER (PARTITION BY msisdn ORDER BY received_at, provider_id) AS place
    FROM early_report
    JOIN (SELECT msisdn, min(left_at) AS since FROM nameless GROUP BY msisdn) AS waiting USING (msisdn)
    WHERE received_at < :answered_by AND received_at >= since
), matched AS (
    SELECT nameless.id, strange.provider_id, strange.msisdn, strange.state, strange.reason, strange.received_at
    FROM strange JOIN nameless USING (msisdn, place)
    WHERE nameless.left_at <= strange.received_at AND NOT EXISTS (
        SELECT FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
        WHERE message.msisdn = strange.msisdn AND sms_batch.state = 'left')
), settled AS (
    UPDATE message SET state = matched.state, reason = matched.reason, provider_id = matched.provider_id,
        final_at = CASE WHEN {is_final("matched.state")} THEN matched.received_at END
    FROM matched WHERE message.id = matched.id AND {rank("matched.state")} > {rank("message.state")}
    RETURNING message.provider_id
), gone AS (
    DELETE FROM early_report USING settled WHERE early_report.provider_id = settled.provider_id
)
SELECT count(*) FROM settled
""")  # noqa: S608 - our own words


async def settle_by_reports(now: datetime, settings: Settings) -> int:
    """Messages without an id, whose number has a report with an id that nobody knows: it is theirs.

    Only reports older than any answer that is still to come are looked at, and only for numbers with nothing under way.
    """
    waited = settings.sms_answer_seconds + settings.sms_connect_seconds + settings.sms_worker_seconds
    return await _count(SETTLE, answered_by=now - timedelta(seconds=waited), long_ago=now - REPORTED_WITHIN)


REPORTED_WITHIN: Final = timedelta(days=7)
"""No report comes later than so long after its message left."""


DROP_MISSED = text("""
WITH missed AS (
    UPDATE sms_batch SET state = 'closed', answered_at = :now
    WHERE state = 'ready' AND not_after < :now RETURNING id
), dropped AS (
    UPDATE message SET state = 'dropped', reason = 'missed_its_day', final_at = :now
    FROM missed WHERE message.batch_id = missed.id AND message.state = 'planned' RETURNING message.id
)
SELECT count(*) FROM dropped
""")


async def drop_missed(now: datetime) -> int:
    """Messages whose day has passed: they are dropped, not sent late."""
    return await _count(DROP_MISSED, now=now)


NEVER_SENT = text("""
SELECT message.batch_id, campaign.state = 'cancelled' AS cancelled, array_agg(message.id ORDER BY message.id) AS ids
FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
LEFT JOIN campaign ON campaign.id = sms_batch.campaign_id
WHERE sms_batch.state IN ('done', 'closed') AND sms_batch.answered_at BETWEEN :since AND :until
  AND message.state = 'planned'
GROUP BY message.batch_id, campaign.state ORDER BY message.batch_id
""")
CANCELLED = text("""
WITH gone AS (
    UPDATE sms_batch SET state = 'closed', answered_at = :now FROM campaign
    WHERE campaign.id = sms_batch.campaign_id AND campaign.state = 'cancelled' AND sms_batch.state = 'ready'
    RETURNING sms_batch.id
), dropped AS (
    UPDATE message SET state = 'dropped', reason = 'cancelled', final_at = :now
    FROM gone WHERE message.batch_id = gone.id AND message.state = 'planned' RETURNING message.id
)
SELECT count(*) FROM dropped
""")
DROP_CANCELLED = text(
    "UPDATE message SET state = 'dropped', reason = 'cancelled', final_at = :now "
    "WHERE id = ANY (CAST(:ids AS bigint[])) AND state = 'planned'"
)
AFTER: Final = timedelta(minutes=1)
WITHIN: Final = timedelta(minutes=20)


async def send_anew(now: datetime) -> int:
    """Messages planned in a request that is over go into a new one; of a cancelled campaign, they are dropped."""
    await _count(CANCELLED, now=now)
    async with writing() as session:
        groups = (await session.execute(NEVER_SENT, {"since": now - WITHIN, "until": now - AFTER})).all()
        for batch_id, cancelled, ids in groups:
            if cancelled:
                await session.execute(DROP_CANCELLED, {"ids": ids, "now": now})
            else:
                await ledger.put_off(session, batch_id, ids, now)
    return sum(len(ids) for _, cancelled, ids in groups if not cancelled)


MAKE_SILENT = text("""
WITH old AS (
    UPDATE sms_batch SET state = 'closed' WHERE state = 'done' AND answered_at < :before RETURNING id
), silent AS (
    UPDATE message SET state = 'silent' FROM old
    WHERE message.batch_id = old.id AND message.state IN ('accepted', 'on_its_way') RETURNING message.id
)
SELECT count(*) FROM silent
""")


async def make_silent(now: datetime, settings: Settings) -> int:
    """Messages of which no final report came: they are told as silent, and a late report still counts."""
    return await _count(MAKE_SILENT, before=now - timedelta(hours=settings.sms_silent_hours))


WAITING = text("""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.uncertain AND sms_batch.answered_at < :before
  AND message.state = 'uncertain'
""")


async def waiting_for_a_decision(now: datetime, settings: Settings) -> int:
    """How many uncertain messages a supervisor is asked about."""
    values = {"before": now - timedelta(minutes=settings.sms_uncertain_minutes)}
    async with reading() as connection:
        return int(await connection.scalar(WAITING, values) or 0)


async def _count(statement: TextClause, **values: object) -> int:
    async with writing() as session:
        return int(await session.scalar(statement, values) or 0)
