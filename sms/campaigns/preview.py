"""A campaign to look at: what was planned and for whom, who is left out and why, how far it is, what it cost."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from core.campaigns.models import CampaignKind, CampaignState
from core.outbox.messages import MessageState
from core.platform.database import reading
from core.platform.settings import Settings
from sms.campaigns.audience import Subject
from sms.campaigns.scope import WITHIN, UnknownCampaign


@dataclass(frozen=True, slots=True)
class Summary:
    """A campaign in a list."""

    id: int
    kind: CampaignKind
    title: str
    state: CampaignState
    recipients: int
    parts: int
    cost_xof: int | None
    planned_by: str | None
    approved_by: str | None
    second_approved_by: str | None
    needs_second: bool
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the longest texts of a campaign, and how many get it."""

    language: str
    body: str
    parts: int
    size: int
    recipients: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan holds: recipients by language, operator and region, who is left out and why, and the longest texts.

    `put_off_today` are recipients that got their SMS of today already: they would be told tomorrow.
    """

    by_language: dict[str, int]
    by_operator: dict[str, int]
    by_place: dict[str, int]
    left_out: dict[str, int]
    put_off_today: int
    texts: int
    requests: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many recipients are where; `waiting` of a decision are the uncertain ones a supervisor is asked about."""

    states: dict[MessageState, int]
    under_way: int
    cost: dict[str, Decimal]
    waiting: int

    @property
    def to_send(self) -> int:
        """Recipients that are to be told: all but those left out."""
        return sum(count for state, count in self.states.items() if state is not MessageState.LEFT_OUT)

    @property
    def sent(self) -> int:
        """Recipients of whom the gateway was asked and answered, or may have been."""
        unsent = (MessageState.LEFT_OUT, MessageState.PLANNED, MessageState.DROPPED)
        return sum(count for state, count in self.states.items() if state not in unsent)

    @property
    def done(self) -> int:
        """Recipients of whom nothing more is to be sent."""
        return self.to_send - self.states.get(MessageState.PLANNED, 0)


SUMMARY = """
SELECT campaign.id, campaign.kind, campaign.title, campaign.state, campaign.recipients, campaign.parts,
    campaign.cost_xof, planner.name AS planned_by, approver.name AS approved_by, second.name AS second_approved_by,
    campaign.needs_second, campaign.starts_at, campaign.started_at, campaign.ended_at, campaign.why
FROM campaign LEFT JOIN agent AS planner ON planner.id = campaign.planned_by
LEFT JOIN agent AS approver ON approver.id = campaign.approved_by
LEFT JOIN agent AS second ON second.id = campaign.second_approved_by
"""
ONE = text(f"{SUMMARY} WHERE campaign.id = :id")
LIST = text(
    f"{SUMMARY} WHERE (campaign.recipients > 0 OR campaign.state <> 'cancelled') "
    f"AND ({WITHIN.format(place='(campaign.subject ->> $$place$$)')}) ORDER BY campaign.id DESC LIMIT :most"
)


async def summary(campaign_id: int) -> Summary:
    """One campaign; raises UnknownCampaign."""
    async with reading() as connection:
        row = (await connection.execute(ONE, {"id": campaign_id})).one_or_none()
    if row is None:
        raise UnknownCampaign(f"there is no campaign {campaign_id}")
    return _summary(row)


async def summaries(most: int = 30, scope: str | None = None) -> tuple[Summary, ...]:
    """The campaigns within a scope (a P-code, or None), newest first, but for those that found nobody to tell."""
    async with reading() as connection:
        rows = await connection.execute(LIST, {"most": most, "scope": scope})
    return tuple(map(_summary, rows))


def _summary(row: Any) -> Summary:
    return Summary(row[0], CampaignKind(row[1]), row[2], CampaignState(row[3]), *row[4:])


@dataclass(frozen=True, slots=True)
class About:
    """What a campaign was asked to be: its subject, with the names of its round and place, and its free words."""

    subject: Subject
    round: str | None
    place: str | None
    text_fr: str | None
    text_bm: str | None
    planned_by: int | None
    created_at: datetime


ABOUT = text("""
SELECT campaign.subject, payment_round.component || ' ' || payment_round.name AS round, coalesce(
        (SELECT name FROM commune WHERE pcode = subject ->> 'place'),
        (SELECT 'cercle ' || name FROM cercle WHERE pcode = subject ->> 'place'),
        (SELECT 'région ' || name FROM region WHERE pcode = subject ->> 'place'), subject ->> 'place') AS place,
    campaign.text_fr, campaign.text_bm, campaign.planned_by, campaign.created_at
FROM campaign LEFT JOIN payment_round ON payment_round.id = campaign.round_id WHERE campaign.id = :id
""")


async def about(campaign_id: int) -> About:
    """What a campaign is about; raises UnknownCampaign."""
    async with reading() as connection:
        row = (await connection.execute(ABOUT, {"id": campaign_id})).one_or_none()
    if row is None:
        raise UnknownCampaign(f"there is no campaign {campaign_id}")
    return About(Subject.from_json(row.subject), *row[1:])


COUNTS = text("""
SELECT message.language, message.operator, region.name AS region, message.state, message.reason, count(*) AS recipients
FROM message LEFT JOIN commune ON commune.pcode = message.commune_pcode
LEFT JOIN cercle ON cercle.pcode = commune.cercle_pcode LEFT JOIN region ON region.pcode = cercle.region_pcode
WHERE message.campaign_id = :id GROUP BY GROUPING SETS (
    (message.state, message.language), (message.state, message.operator), (message.state, region.name),
    (message.state, message.reason))
ORDER BY recipients DESC
""")
SAMPLES = text("""
SELECT language, body, parts, size, recipients FROM (
    SELECT message_text.*, row_number() OVER (PARTITION BY language ORDER BY size DESC, message_text.id) AS place,
        (SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
         WHERE sms_batch.text_id = message_text.id) AS recipients
    FROM message_text WHERE campaign_id = :id
) AS ranked WHERE place <= :most ORDER BY language, place
""")
REQUESTS = text("SELECT count(DISTINCT text_id), count(*) FROM sms_batch WHERE campaign_id = :id")
PUT_OFF = text("""
SELECT count(*) FROM message WHERE campaign_id = :id AND state = 'planned' AND :most <= (
    SELECT count(*) FROM message AS other JOIN sms_batch ON sms_batch.id = other.batch_id
    WHERE other.msisdn = message.msisdn AND other.id <> message.id AND NOT sms_batch.prompt
      AND other.state NOT IN ('left_out', 'dropped', 'failed') AND sms_batch.left_at >= :today)
""")


async def preview(campaign_id: int, settings: Settings, now: datetime, samples: int = 2) -> Preview:
    """What the plan of a campaign holds, with so many of the longest texts of each language."""
    today = datetime.combine(now.date(), time(0), UTC)
    async with reading() as connection:
        counts = (await connection.execute(COUNTS, {"id": campaign_id})).all()
        longest = (await connection.execute(SAMPLES, {"id": campaign_id, "most": samples})).all()
        texts, requests = (await connection.execute(REQUESTS, {"id": campaign_id})).one()
        values = {"id": campaign_id, "most": settings.sms_most_a_day, "today": today}
        put_off = int(await connection.scalar(PUT_OFF, values) or 0)

    def told(column: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        for row in counts:
            name = getattr(row, column)
            if name and row.state != "left_out":
                found[name] += row.recipients
        return dict(found.most_common())

    return Preview(
        by_language=told("language"),
        by_operator=told("operator"),
        by_place=told("region"),
        left_out={row.reason: row.recipients for row in counts if row.state == "left_out" and row.reason},
        put_off_today=put_off,
        texts=texts,
        requests=requests,
        samples=tuple(Sample(*row) for row in longest),
    )


STATES = text("SELECT state, count(*) FROM message WHERE campaign_id = :id GROUP BY state")
UNDER_WAY = text("""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.campaign_id = :id AND sms_batch.state = 'left' AND message.state = 'planned'
""")
COST = text(
    "SELECT currency, sum(cost) AS amount FROM message "
    "WHERE campaign_id = :id AND currency IS NOT NULL GROUP BY currency ORDER BY currency"
)
WAITING = text("""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.campaign_id = :id AND sms_batch.uncertain AND message.state = 'uncertain'
""")


async def progress(campaign_id: int) -> Progress:
    """How far a campaign is."""
    values = {"id": campaign_id}
    async with reading() as connection:
        states = {MessageState(state): count for state, count in await connection.execute(STATES, values)}
        under_way = int(await connection.scalar(UNDER_WAY, values) or 0)
        cost = {row.currency: row.amount for row in await connection.execute(COST, values)}
        waiting = int(await connection.scalar(WAITING, values) or 0)
    return Progress(states, under_way, cost, waiting)


SPEED = text("""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.campaign_id = :id AND sms_batch.left_at > :since AND message.state <> 'planned'
""")
SPEED_SECONDS = 60


async def speed(campaign_id: int, now: datetime) -> float:
    """Recipients a second that a campaign told in the last minute, or since it began if that is less long ago."""
    async with reading() as connection:
        started: datetime | None = await connection.scalar(STARTED, {"id": campaign_id})
        if started is None:
            return 0.0
        seconds = min(float(SPEED_SECONDS), max(1.0, (now - started).total_seconds()))
        since = now - timedelta(seconds=seconds)
        told = int(await connection.scalar(SPEED, {"id": campaign_id, "since": since}) or 0)
    return told / seconds


STARTED = text("SELECT started_at FROM campaign WHERE id = :id")
