"""Whether a campaign moves, why not, until when, and what is asked of whom: decided here for page and command."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.campaigns.models import CampaignKind, CampaignState
from core.campaigns.notes import Note
from core.numbers.msisdn import Operator
from core.outbox import restoring
from core.outbox.messages import AT_A_WORKER, BatchState, Reason
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import Settings
from core.text.words import COMMAND, Readership, label
from sms.campaigns import preview, steps
from sms.campaigns.audience import DAYS_BEFORE
from sms.campaigns.motions import ASKS, AskedOf, Motion
from sms.campaigns.notes import note_text
from sms.campaigns.preview import Summary
from sms.outbox import rate_limit
from sms.outbox.rate_limit import ALL, Standstill
from sms.outbox.reasons import reason_label
from sms.outbox.routes import Route, every_route, pace_of
from sms.outbox.window import Window

S = CampaignState
AFTER_RESTORE: Final = frozenset({S.SCHEDULED, S.RUNNING})
"""What would move, and waits for somebody to look, once the database was restored."""

LATELY: Final = timedelta(minutes=1)
"""What left so lately is leaving now."""


@dataclass(frozen=True, slots=True)
class CampaignMotion:
    """What a campaign does or waits for, with what its words need of these; `until` is when it goes on by itself."""

    motion: Motion
    until: datetime | None = None
    gateway: str = ""
    why: str = ""
    note: Note | None = None
    actor: str = ""
    since: datetime | None = None
    count: int = 0

    @property
    def asked(self) -> AskedOf:
        """What is asked of whom."""
        if self.motion is Motion.STOPPED and Reason.NO_BALANCE in self.reasons:
            return AskedOf.TOP_UP
        return ASKS[self.motion]

    @property
    def reasons(self) -> Sequence[str]:
        """The codes of what holds it up."""
        noted = (self.note.data or {}).get("reason", "") if self.note else ""
        return [each for each in (*self.why.split(", "), *str(noted).split(", ")) if each]

    def words(self, audience: Readership) -> str:
        """Why it moves or does not, and until when."""
        why = note_text(self.note, audience) if self.note else reason_label(self.why, audience) if self.why else ""
        nobody = "the timetable" if audience is COMMAND else "le calendrier"
        return label(self.motion, audience).format(
            until=self.until, gateway=self.gateway, why=why, actor=self.actor or nobody, since=self.since,
            count=self.count,
        )  # fmt: skip

    def asks(self, audience: Readership) -> str:
        """What is asked of whom, '' for nothing."""
        return label(self.asked, audience)


@dataclass(frozen=True, slots=True)
class ReadyRequests:
    """Requests of a campaign to an operator (None: to others) that wait for a worker, from when the first may go."""

    operator: Operator | None
    later: bool
    first_at: datetime


@dataclass(frozen=True, slots=True)
class CampaignSending:
    """What a running campaign has: requests that wait, some at a worker, one that left lately, and a living worker."""

    ready: Sequence[ReadyRequests]
    under_way: bool
    has_worker: bool
    held: Mapping[str, Standstill]


READY: Final = f"""
SELECT operator, not_before > %(now)s AS later, min(not_before) AS first_at FROM sms_batch
WHERE campaign_id = %(id)s AND state = '{BatchState.READY}' GROUP BY 1, 2 ORDER BY 3, 1
"""  # noqa: S608 - our own words
UNDER_WAY: Final = f"""
SELECT EXISTS (SELECT FROM sms_batch WHERE campaign_id = %(id)s
    AND (state IN {listed(AT_A_WORKER)} OR left_at > %(lately)s))
"""  # noqa: S608
HAS_WORKER: Final = "SELECT EXISTS (SELECT FROM sms_worker WHERE seen_at > %(seen)s)"


async def motions_of(campaign_id: int, settings: Settings, now: datetime) -> Sequence[CampaignMotion]:
    """Everything that a campaign does or waits for, what moves first; never nothing. Raises UnknownCampaign."""
    campaign = await preview.summary(campaign_id)
    if campaign.state in AFTER_RESTORE and await restoring.is_waiting():
        return [CampaignMotion(Motion.RESTORED)]
    match campaign.state:
        case S.DRAFT | S.PLANNED | S.APPROVED | S.SCHEDULED:
            return [_before(campaign, being_planned=await steps.being_planned(campaign_id))]
        case S.RUNNING:
            return running(campaign.kind, await _sending(campaign_id, settings, now), every_route(settings), now)
        case S.PAUSED | S.CANCELLED:
            return [_stopped(campaign, (await steps.changes(campaign_id))[-1])]
        case S.FINISHED:
            return [await _finished(campaign, settings, now)]


def _before(campaign: Summary, *, being_planned: bool) -> CampaignMotion:
    if being_planned:
        return CampaignMotion(Motion.BEING_PLANNED)
    if campaign.state is S.DRAFT:
        return CampaignMotion(Motion.UNPLANNED)
    if campaign.state is S.APPROVED:
        return CampaignMotion(Motion.TO_START)
    if campaign.state is S.SCHEDULED:
        return CampaignMotion(Motion.SCHEDULED, campaign.starts_at)
    if not campaign.recipients:
        return CampaignMotion(Motion.NOBODY)
    return CampaignMotion(Motion.SECOND_APPROVAL if campaign.approved_by else Motion.FIRST_APPROVAL)


def running(
    kind: CampaignKind, sending: CampaignSending, routes: Sequence[Route], now: datetime
) -> Sequence[CampaignMotion]:
    """What a running campaign does or waits for, operator by operator; each reason once."""
    if not sending.has_worker:
        return [CampaignMotion(Motion.NO_WORKER)]
    each = [_ready(requests, kind, sending.held, routes, now) for requests in sending.ready]
    if sending.under_way or any(motion.motion is Motion.MOVING for motion in each):
        each.insert(0, CampaignMotion(Motion.MOVING))
    waiting = sorted((motion for motion in each if motion.until), key=lambda motion: motion.until or now)
    moving = [motion for motion in each if motion.until is None]
    return list(dict.fromkeys((*moving, *waiting))) or [CampaignMotion(Motion.ENDING)]


def _ready(
    requests: ReadyRequests, kind: CampaignKind, held: Mapping[str, Standstill], routes: Sequence[Route], now: datetime
) -> CampaignMotion:
    """What the requests to an operator wait for; as `claims` chooses who goes next."""
    own = sorted((route for route in routes if route.operator == requests.operator), key=lambda route: route.turn)
    able = [route for route in own if pace_of(route.gateway) not in held]
    general = next((held[name] for name in (ALL, str(requests.operator)) if name in held), None)
    if general is not None or not able:
        holds = [general] if general else [held[pace_of(route.gateway)] for route in own]
        first = min(holds, key=lambda hold: hold.until)
        gateway = first.name.rpartition(">")[2] if ">" in first.name else ""
        return CampaignMotion(Motion.HELD, first.until, gateway or own[0].gateway, first.why)
    if requests.later:
        return CampaignMotion(_why_later(requests.first_at, kind, now), requests.first_at)
    if not able[0].window.is_open(now):
        return CampaignMotion(Motion.WINDOW, opens(able[0].window, now))
    return CampaignMotion(Motion.MOVING)


def _why_later(first_at: datetime, kind: CampaignKind, now: datetime) -> Motion:
    if first_at.date() == now.date():
        return Motion.RETRY
    return Motion.ITS_DAY if kind in DAYS_BEFORE else Motion.TOMORROW


def opens(window: Window, now: datetime) -> datetime:
    """When a window that is closed opens next."""
    today = datetime.combine(now.date(), window.opens, now.tzinfo)
    return today if now < today else window.next_day(now)


def _stopped(campaign: Summary, last: steps.Change) -> CampaignMotion:
    """Who stopped it, when and why."""
    paused = Motion.PAUSED if last.actor else Motion.STOPPED
    motion = Motion.CANCELLED if campaign.state is S.CANCELLED else paused
    return CampaignMotion(motion, note=campaign.reason, actor=last.actor or "", since=last.at)


async def _finished(campaign: Summary, settings: Settings, now: datetime) -> CampaignMotion:
    uncertain = int(await sql.scalar(preview.WAITING, {"id": campaign.id}))
    if uncertain:
        return CampaignMotion(Motion.UNCERTAIN, count=uncertain)
    ended = campaign.ended_at or now
    awaited = ended + timedelta(hours=settings.sms_silent_hours)
    return CampaignMotion(Motion.REPORTS, awaited) if awaited > now else CampaignMotion(Motion.OVER, since=ended)


async def _sending(campaign_id: int, settings: Settings, now: datetime) -> CampaignSending:
    values = {"id": campaign_id, "now": now, "lately": now - LATELY}
    seen = now - timedelta(seconds=settings.sms_worker_seconds)
    return CampaignSending(
        ready=await sql.rows(ReadyRequests, READY, values),
        under_way=bool(await sql.scalar(UNDER_WAY, values)),
        has_worker=bool(await sql.scalar(HAS_WORKER, {"seen": seen})),
        held=await rate_limit.held(now),
    )


async def goes_on(campaign_id: int, settings: Settings, now: datetime, audience: Readership) -> tuple[bool, str]:
    """Whether something of a campaign leaves now, and what is said of that: for whoever just started or resumed it."""
    motions = await motions_of(campaign_id, settings, now)
    return motions[0].motion is Motion.MOVING, sentences(motions, audience)


def sentences(motions: Sequence[CampaignMotion], audience: Readership) -> str:
    """What an audience is told of all that a campaign does or waits for."""
    return " ".join(_sentences(motions, audience))


def _sentences(motions: Sequence[CampaignMotion], audience: Readership) -> Iterator[str]:
    for motion in motions:
        words = motion.words(audience)
        yield f"{words[:1].upper()}{words[1:]}."
        if motion.asks(audience):
            yield motion.asks(audience)
