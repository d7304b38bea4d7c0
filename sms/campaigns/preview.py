"""A campaign to look at: what was planned and for whom, who is left out and why, how far it is, what it cost."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from core.campaigns.models import CampaignKind, CampaignState
from core.campaigns.notes import Note, NoteCode
from core.numbers.msisdn import Operator
from core.outbox.messages import UNSENT, BatchState, MessageState
from core.platform import sql
from core.platform.settings import Settings
from core.text.languages import Language
from sms.campaigns.audience import Audience
from sms.campaigns.no_room import no_room
from sms.campaigns.scope import TOUCHES, UnknownCampaign, campaign_of
from sms.campaigns.tally import Tally, count, put_off_today, sums
from sms.campaigns.tells_too import TellsToo, tells_too
from sms.outbox.composing import TextPiece


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
    why_code: NoteCode | None
    why_data: dict[str, Any] | None

    @property
    def reason(self) -> Note:
        """Why it is paused or was cancelled."""
        return Note(self.why_code, self.why_data, self.why)


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the longest texts of a campaign, and how many get it."""

    language: Language
    body: str
    parts: int
    size: int
    recipients: int


@dataclass(frozen=True, slots=True)
class CampaignPreview:
    """What a plan holds: recipients by language, operator and region, who is left out and why, and the longest texts.

    `put_off_today` are recipients that got their SMS of today already: they would be told tomorrow.
    """

    by_language: dict[Language, int]
    by_operator: dict[Operator, int]
    by_place: dict[str, int]
    left_out: dict[str, int]
    put_off_today: int
    texts: int
    requests: int
    samples: tuple[Sample, ...]
    no_room: dict[TextPiece, int]
    """What the texts had no room for, and for how many people."""
    tells_too: TellsToo
    """What its messages tell of other rounds, and which other campaigns tell of its own."""
    first: tuple[Sample, ...] = ()
    """The texts of the first rows of a file; none of other campaigns."""


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
        return sum(count for state, count in self.states.items() if state not in UNSENT)

    @property
    def done(self) -> int:
        """Recipients of whom nothing more is to be sent."""
        return self.to_send - self.states.get(MessageState.PLANNED, 0)


SUMMARY: Final = """
SELECT campaign.id, campaign.kind, campaign.title, campaign.state, campaign.recipients, campaign.parts,
    campaign.cost_xof, planner.name AS planned_by, approver.name AS approved_by, second.name AS second_approved_by,
    campaign.needs_second, campaign.starts_at, campaign.started_at, campaign.ended_at, campaign.why, campaign.why_code,
    campaign.why_data
FROM campaign LEFT JOIN agent AS planner ON planner.id = campaign.planned_by
LEFT JOIN agent AS approver ON approver.id = campaign.approved_by
LEFT JOIN agent AS second ON second.id = campaign.second_approved_by
"""
ONE: Final = f"{SUMMARY} WHERE campaign.id = %(id)s"
LIST: Final = (
    f"{SUMMARY} WHERE (campaign.recipients > 0 OR campaign.state <> '{CampaignState.CANCELLED}') "
    f"AND ({TOUCHES.format(place='(campaign.subject ->> $$place$$)')}) ORDER BY campaign.id DESC LIMIT %(most)s"
)


async def summary(campaign_id: int) -> Summary:
    """One campaign; raises UnknownCampaign."""
    campaign = await sql.row(Summary, ONE, {"id": campaign_id})
    if campaign is None:
        raise UnknownCampaign(campaign_id)
    return campaign


async def summaries(most: int = 30, scope: str | None = None) -> tuple[Summary, ...]:
    """The campaigns that touch a scope (a P-code, or None), newest first, but for those that found nobody to tell."""
    return tuple(await sql.rows(Summary, LIST, {"most": most, "scope": scope}))


@dataclass(frozen=True, slots=True)
class About:
    """What a campaign was asked to be: for whom, with the names of its round and place."""

    audience: Audience
    round: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class _Asked:
    audience: dict[str, Any]
    round: str | None
    place: str | None


ABOUT: Final = """
SELECT campaign.subject AS audience, payment_round.component || ' ' || payment_round.name AS round, coalesce(
        (SELECT name FROM commune WHERE pcode = subject ->> 'place'),
        (SELECT 'cercle ' || name FROM cercle WHERE pcode = subject ->> 'place'),
        (SELECT 'région ' || name FROM region WHERE pcode = subject ->> 'place'), subject ->> 'place') AS place
FROM campaign LEFT JOIN payment_round ON payment_round.id = campaign.round_id WHERE campaign.id = %(id)s
"""


async def about(campaign_id: int) -> About:
    """What a campaign is about; raises UnknownCampaign."""
    asked = await sql.row(_Asked, ABOUT, {"id": campaign_id})
    if asked is None:
        raise UnknownCampaign(campaign_id)
    return About(Audience.from_json(asked.audience), asked.round, asked.place)


@dataclass(frozen=True, slots=True)
class _Requests:
    texts: int
    requests: int


SAMPLES: Final = """
WITH longest AS MATERIALIZED (
    SELECT * FROM (
        SELECT id, language, body, parts, size, row_number() OVER (PARTITION BY language ORDER BY size DESC, id) AS rank
        FROM message_text WHERE campaign_id = %(id)s
    ) AS ranked WHERE rank <= %(most)s
), packed AS MATERIALIZED (
    SELECT sms_batch.id, sms_batch.text_id FROM longest JOIN sms_batch ON sms_batch.text_id = longest.id
)
SELECT language, body, parts, size, (
    SELECT count(*) FROM packed JOIN message ON message.batch_id = packed.id WHERE packed.text_id = longest.id
) AS recipients
FROM longest ORDER BY language, rank
"""
FIRST: Final = f"""
SELECT language, body, parts, size, (
    SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id WHERE sms_batch.text_id = first.id
) AS recipients
FROM (
    SELECT message_text.* FROM message_text JOIN campaign ON campaign.id = message_text.campaign_id
    WHERE campaign.id = %(id)s AND campaign.kind = '{CampaignKind.PERSONAL}' ORDER BY message_text.id LIMIT %(most)s
) AS first ORDER BY id
"""  # noqa: S608 - our own words
FIRST_ROWS: Final = 3
REQUESTS: Final = """
SELECT count(DISTINCT text_id) AS texts, count(*) AS requests FROM sms_batch WHERE campaign_id = %(id)s
"""


async def preview(
    campaign_id: int, settings: Settings, now: datetime, samples: int = 2, *, counted: Tally | None = None
) -> CampaignPreview:
    """What the plan of a campaign holds, with so many of the longest texts of each language.

    `counted` are its messages where they were counted already.
    """
    tally = counted or await count(campaign_id, now)
    packed = await sql.row(_Requests, REQUESTS, {"id": campaign_id}) or _Requests(0, 0)
    put_off = tally.put_off
    if put_off is None:
        put_off = await put_off_today(campaign_id, settings.sms_most_a_day, now)
    return CampaignPreview(
        by_language=sums((row.language, row.messages) for row in tally.reached),
        by_operator=sums((row.operator, row.messages) for row in tally.reached),
        by_place=sums((row.region, row.messages) for row in tally.reached),
        left_out=tally.left_out,
        put_off_today=put_off,
        texts=packed.texts,
        requests=packed.requests,
        samples=tuple(await sql.rows(Sample, SAMPLES, {"id": campaign_id, "most": samples})),
        first=tuple(await sql.rows(Sample, FIRST, {"id": campaign_id, "most": FIRST_ROWS})),
        no_room=await no_room(campaign_id),
        tells_too=await tells_too(campaign_id),
    )


UNDER_WAY: Final = f"""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.campaign_id = %(id)s AND sms_batch.state = '{BatchState.LEFT}'
  AND message.state = '{MessageState.PLANNED}'
"""  # noqa: S608
WAITING: Final = f"""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.campaign_id = %(id)s AND sms_batch.uncertain AND message.state = '{MessageState.UNCERTAIN}'
"""  # noqa: S608


async def progress(campaign_id: int, now: datetime | None = None, *, counted: Tally | None = None) -> Progress:
    """How far a campaign is; `counted` are its messages where they were counted already."""
    values = {"id": campaign_id}
    tally = counted or await count(campaign_id, now or datetime.now(UTC))
    return Progress(
        states=tally.states,
        under_way=int(await sql.scalar(UNDER_WAY, values)),
        cost=tally.cost,
        waiting=int(await sql.scalar(WAITING, values)),
    )


SPEED: Final = f"""
SELECT count(*) FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
WHERE sms_batch.campaign_id = %(id)s AND sms_batch.left_at > %(since)s AND message.state <> '{MessageState.PLANNED}'
"""  # noqa: S608
SPEED_SECONDS: Final = 60


async def speed(campaign_id: int, now: datetime) -> float:
    """Recipients a second that a campaign told in the last minute, or since it began if that is less long ago."""
    started = (await campaign_of(campaign_id)).started_at
    if started is None:
        return 0.0
    seconds = min(float(SPEED_SECONDS), max(1.0, (now - started).total_seconds()))
    since = now - timedelta(seconds=seconds)
    return int(await sql.scalar(SPEED, {"id": campaign_id, "since": since})) / seconds
