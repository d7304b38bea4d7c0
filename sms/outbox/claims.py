"""Which request goes next, and by which gateway: the first of its operator's routes that is not held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.campaigns.models import CampaignKind, CampaignState
from core.numbers.msisdn import Operator
from core.outbox.messages import BatchState, MessageState
from core.outbox.restoring import OPEN
from core.platform import sql
from core.platform.database import writing
from sms.outbox.routes import NOTICES, OTHERS, OVER, Route

AHEAD: Final = timedelta(seconds=2)
"""How far ahead of its pace an operator may be claimed for, so that a slow one does not hold up the others."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that a worker has, and for which gateway; `body` is None for a notice that is still to be written.

    `round_id` and `event` are of its campaign: the round it tells of, and the component whose event it tells.
    `departed` is the highest number of a departure when it was claimed: those from there on were perhaps not seen yet.
    """

    id: int
    worker: str
    claimed_at: datetime
    campaign_id: int | None
    operator: Operator | None
    size: int
    prompt: bool
    gateway: str
    text_id: int | None
    not_after: datetime | None
    round_id: int | None
    event: str | None
    departed: int
    body: str | None

    @property
    def mine(self) -> dict[str, object]:
        """What a statement finds it by as long as it is this worker's."""
        return {"batch": self.id, "worker": self.worker, "claimed_at": self.claimed_at}


_B, _M = BatchState, MessageState

CLAIM: Final = f"""
WITH route AS (
    SELECT * FROM unnest(CAST(%(operators)s AS text[]), CAST(%(gateways)s AS text[]), CAST(%(turns)s AS integer[]),
        CAST(%(opens)s AS boolean[])) AS t (operator, gateway, turn, is_open)
), able AS (
    SELECT DISTINCT ON (operator) operator, gateway, is_open FROM route
    WHERE NOT EXISTS (
        SELECT FROM sms_pace WHERE name = '{OTHERS}{OVER}' || route.gateway AND hold_until > %(now)s)
    ORDER BY operator, turn
), way AS MATERIALIZED (
    SELECT operator, gateway, is_open, is_notice
    FROM able CROSS JOIN (VALUES (true), (false)) AS lane (is_notice)
    CROSS JOIN LATERAL (
        SELECT ARRAY['all', nullif(operator, '{OTHERS}'), nullif(operator, '{OTHERS}') || '{OVER}' || gateway] AS own
    ) AS named
    WHERE (is_notice OR NOT %(notices)s)
      AND NOT EXISTS (SELECT FROM sms_pace WHERE name = ANY (own) AND hold_until > %(now)s)
      AND NOT EXISTS (
          SELECT FROM unnest(own || ('{OTHERS}{OVER}' || gateway)) AS pace (name) JOIN sms_pace
              ON sms_pace.name = pace.name || CASE WHEN is_notice THEN '{NOTICES}' ELSE '' END
          WHERE next_free > %(soon)s)
), next AS (
    SELECT batch.id, its.gateway FROM sms_batch AS batch CROSS JOIN LATERAL (
        SELECT way.gateway FROM way
        WHERE operator = coalesce(batch.operator, '{OTHERS}') AND is_notice = (batch.campaign_id IS NULL)
          AND (batch.prompt OR is_open) OFFSET 0
    ) AS its
    WHERE batch.state = '{_B.READY}' AND batch.not_before <= %(now)s AND NOT EXISTS ({OPEN})
      AND (batch.campaign_id IS NULL
          OR batch.campaign_id = ANY (ARRAY(SELECT id FROM campaign WHERE state = '{CampaignState.RUNNING}')))
    ORDER BY batch.priority, batch.id LIMIT 1 FOR UPDATE OF batch SKIP LOCKED
)
UPDATE sms_batch AS batch
SET state = '{_B.CLAIMED}', worker = %(worker)s, claimed_at = %(now)s, gateway = next.gateway
FROM next WHERE batch.id = next.id
RETURNING batch.id, batch.worker, batch.claimed_at, batch.campaign_id, batch.operator, batch.prompt, batch.gateway,
    batch.text_id, batch.not_after, (SELECT last_value FROM sms_departure) AS departed,
    (SELECT round_id FROM campaign WHERE campaign.id = batch.campaign_id) AS round_id,
    (SELECT subject -> 'event' ->> 'component' FROM campaign
     WHERE campaign.id = batch.campaign_id AND campaign.kind <> '{CampaignKind.CANCELLED}') AS event,
    (SELECT count(*) FROM message WHERE message.batch_id = batch.id AND message.state = '{_M.PLANNED}') AS size,
    (SELECT body FROM message_text WHERE message_text.id = batch.text_id) AS body
"""  # noqa: S608 - our own words
"""The ways that may be gone now are found first; then requests are walked in the order in which they are to go, from
the index of those that are ready, up to the first that has a way: what it costs does not grow with those behind it.
"""


async def claim(worker: str, now: datetime, routes: Sequence[Route], *, notices_only: bool = False) -> Claim | None:
    """Take the next request that may go now, single notices first; None when there is none.

    What a campaign takes of the pace holds up no single notice: those keep a pace of their own.

    It is for the first gateway of its operator's routes that is not held; where that one is closed at this hour, or
    has no room at its pace, the request waits: only what is down, refuses or has no balance is gone over.
    """
    values = {
        "worker": worker,
        "now": now,
        "soon": now + AHEAD,
        "notices": notices_only,
        "operators": [route.operator or OTHERS for route in routes],
        "gateways": [route.gateway for route in routes],
        "turns": [route.turn for route in routes],
        "opens": [route.window.is_open(now) for route in routes],
    }
    return await sql.row(Claim, CLAIM, values)


STILL_MINE: Final = f"""
SELECT id FROM sms_batch
WHERE id = %(batch)s AND worker = %(worker)s AND claimed_at = %(claimed_at)s AND state = '{_B.CLAIMED}' FOR UPDATE
"""  # noqa: S608
SPLIT: Final = f"""
WITH mine AS ({{mine}}), many AS (
    SELECT message.id, least((row_number() OVER (ORDER BY message.id) - 1) / %(most)s, %(places)s) AS place
    FROM mine JOIN message ON message.batch_id = mine.id WHERE message.state = '{_M.PLANNED}'
), fresh AS (
    SELECT place, nextval('sms_batch_id_seq') AS id FROM (SELECT DISTINCT place FROM many WHERE place > 0) AS each
), made AS (
    INSERT INTO sms_batch
        (id, campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT fresh.id, campaign_id, text_id, operator, priority, prompt, not_before, not_after, '{_B.READY}', false
    FROM fresh, sms_batch WHERE sms_batch.id = %(batch)s
), moved AS (
    UPDATE message SET batch_id = fresh.id FROM many JOIN fresh USING (place) WHERE message.id = many.id
)
SELECT count(*) FROM many WHERE place = 0
"""  # noqa: S608


async def split(claim: Claim, most: int) -> Claim:
    """Leave so many messages in a claimed request; the others go into requests of as many, which are ready."""
    return await _split(claim, most, claim.size)


async def alone(claim: Claim) -> Claim:
    """Leave one message in a claimed request; the others go into another, which is ready."""
    return await _split(claim, 1, 1)


async def _split(claim: Claim, most: int, places: int) -> Claim:
    async with writing():
        statement = SPLIT.format(mine=STILL_MINE)
        size = int(await sql.scalar(statement, claim.mine | {"most": most, "places": places}) or 0)
    return replace(claim, size=size)
