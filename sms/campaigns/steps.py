"""The life of a campaign: what each step of `core.campaigns.steps` does, with each change on record.

draft → planned → approved → scheduled → running ⇄ paused → finished | cancelled. A dear campaign takes a second
approval.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlmodel import col, func, select, update

from core.campaigns.models import Campaign, CampaignChange, CampaignState
from core.campaigns.notes import NOTHING, Note, NoteCode
from core.campaigns.steps import RULES, CampaignError, CampaignStep, WrongState, must
from core.outbox import restoring
from core.outbox.messages import UNFINISHED, BatchState, Message, MessageState, Reason, SmsBatch
from core.platform import sql
from core.platform.database import Session, reading, writing
from core.platform.jobs import wake
from core.platform.locks import Lock
from core.staff.agents import Actor, Agent
from sms.campaigns.scope import campaign_of, must_cover, must_run
from sms.outbox import ledger, rate_limit

S = CampaignState
AS_IT_IS: Final = {"synchronize_session": False}
"""No message or request that changes here is held in the session."""


class NotAsSeen(CampaignError):
    """Something was decided on the campaign since whoever asks looked at it."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval did: whether the campaign may start, or waits for a second one."""

    complete: bool


UNDER_WAY: Final = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %(lock)s AND objid = %(id)s AND objsubid = 2
      AND granted)
"""


async def being_planned(campaign_id: int) -> bool:
    """Whether the plan of a campaign is being made now, apart from whoever asked, here or in another process."""
    return bool(await sql.scalar(UNDER_WAY, {"lock": int(Lock.PLAN_OF_ONE), "id": campaign_id}))


async def last_change(campaign_id: int) -> int:
    """The number of what was decided last on a campaign: who decides next says which they saw."""
    statement = select(func.max(CampaignChange.id)).where(col(CampaignChange.campaign_id) == campaign_id)
    async with reading() as session:
        return (await session.exec(statement)).one() or 0


async def approve(campaign_id: int, actor: Actor, now: datetime, *, seen: int | None = None) -> Approved:
    """Approve a plan; raises CampaignError: four eyes, another scope, or a state other than planned.

    With `seen`, the last change that was looked at, it raises NotAsSeen when something was decided since.
    """
    async with writing() as session:
        campaign = await taken(CampaignStep.APPROVE, campaign_id, actor, seen=seen)
        first = campaign.approved_by is None
        if first:
            campaign.approved_by = actor.id
        else:
            campaign.second_approved_by = actor.id
        complete = not first or not campaign.needs_second
        to, code = (S.APPROVED, NoteCode.APPROVED) if complete else (S.PLANNED, NoteCode.FIRST_APPROVAL)
        await move(session, CampaignStep.APPROVE, campaign, to, now, actor, Note.of(code))
    return Approved(complete)


async def approve_by_rule(campaign_id: int, at: datetime, now: datetime) -> None:
    """Let a campaign that arose from the schedule start at `at`, on the approval of its round's announcement."""
    async with writing() as session:
        campaign = await taken(CampaignStep.APPROVE, campaign_id)
        await move(session, CampaignStep.APPROVE, campaign, S.APPROVED, now, None, Note.of(NoteCode.BY_ANNOUNCEMENT))
        await _schedule(session, campaign, at, now, None)


async def start(campaign_id: int, actor: Actor, now: datetime, at: datetime | None = None) -> None:
    """Start an approved campaign, now or at a moment to come."""
    async with writing() as session:
        campaign = await taken(CampaignStep.START, campaign_id, actor)
        await _schedule(session, campaign, at or now, now, actor)
    if at is None:
        await begin_due(now)


async def _schedule(session: Session, campaign: Campaign, at: datetime, now: datetime, actor: Actor | None) -> None:
    campaign.starts_at = at
    await move(session, CampaignStep.START, campaign, S.SCHEDULED, now, actor, Note.of(NoteCode.SCHEDULED, at=at))


FREE_WORDS_DAYS: Final = 2
"""Words that speak of no day go on the day a campaign starts and the next; later they are not sent any more."""


async def begin_due(now: datetime) -> list[int]:
    """Let every campaign run whose time has come, and wake a worker."""
    due = (
        select(Campaign)
        .where(col(Campaign.state).in_(RULES[CampaignStep.BEGIN].moves), col(Campaign.starts_at) <= now)
        .order_by(col(Campaign.id))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    async with writing() as session:
        campaigns = () if await restoring.is_waiting() else (await session.exec(due)).all()
        for campaign in campaigns:
            await _begin(session, CampaignStep.BEGIN, campaign, now, None)
        if campaigns:
            await wake(session)
    return [campaign.id for campaign in campaigns if campaign.id is not None]


async def _begin(session: Session, step: CampaignStep, campaign: Campaign, now: datetime, actor: Actor | None) -> None:
    """Let a campaign run; one that had started before keeps its start, and the end of its free words."""
    campaign.started_at = campaign.started_at or now
    until = datetime.combine(now.date() + timedelta(days=FREE_WORDS_DAYS), time(0), UTC)
    own = (col(SmsBatch.campaign_id) == campaign.id, col(SmsBatch.not_after).is_(None))
    await session.execute(update(SmsBatch).where(*own).values(not_after=until), execution_options=AS_IT_IS)
    await move(session, step, campaign, S.RUNNING, now, actor)


async def pause(campaign_id: int, why: str, now: datetime, actor: Actor | None = None) -> None:
    """Let nothing more of a campaign leave; what left already is recorded as it is answered. `why` may be ''."""
    await _pause(campaign_id, Note(words=why) if why else Note.of(NoteCode.BY_HAND), now, actor)


async def stop_for_gateway(campaign_id: int, reason: str, now: datetime) -> bool:
    """Pause a running campaign because the gateway takes nothing; False if it does not run any more."""
    try:
        await _pause(campaign_id, Note.of(NoteCode.GATEWAY, reason=reason), now, None)
    except WrongState:
        return False
    return True


async def _pause(campaign_id: int, note: Note, now: datetime, actor: Actor | None) -> None:
    async with writing() as session:
        campaign = await taken(CampaignStep.PAUSE, campaign_id, actor)
        campaign.reason = note
        await move(session, CampaignStep.PAUSE, campaign, S.PAUSED, now, actor, note)


async def resume(campaign_id: int, actor: Actor, now: datetime) -> None:
    """Let a paused campaign go on from where it stopped."""
    async with writing() as session:
        campaign = await taken(CampaignStep.RESUME, campaign_id, actor)
        campaign.reason = NOTHING
        if campaign.starts_at is not None and campaign.starts_at > now:
            await move(session, CampaignStep.RESUME, campaign, S.SCHEDULED, now, actor)
            return
        await _begin(session, CampaignStep.RESUME, campaign, now, actor)
        await rate_limit.go_on()
        await wake(session)


DROP_PLANNED: Final = f"""
UPDATE message SET state = '{MessageState.DROPPED}', reason = '{Reason.CAMPAIGN_CANCELLED}', final_at = %(now)s
WHERE campaign_id = %(id)s AND state = '{MessageState.PLANNED}' AND NOT EXISTS (
    SELECT FROM sms_batch WHERE sms_batch.id = message.batch_id AND sms_batch.state = '{BatchState.LEFT}')
"""  # noqa: S608 - our own words
NOT_LEFT: Final = frozenset({BatchState.READY, BatchState.CLAIMED})


async def cancel(campaign_id: int, why: str, actor: Actor, now: datetime) -> None:
    """End a campaign: nobody who was not told yet is told; what is under way is recorded."""
    note = Note(words=why)
    async with writing() as session:
        campaign = await taken(CampaignStep.CANCEL, campaign_id, actor)
        # Closed first: a request that is given back in between is then either closed with its messages or swept.
        own = (col(SmsBatch.campaign_id) == campaign_id, col(SmsBatch.state).in_(NOT_LEFT))
        closed = update(SmsBatch).where(*own).values(state=BatchState.CLOSED, answered_at=now)
        await session.execute(closed, execution_options=AS_IT_IS)
        await sql.execute(DROP_PLANNED, {"id": campaign_id, "now": now})
        campaign.reason, campaign.ended_at = note, now
        await move(session, CampaignStep.CANCEL, campaign, S.CANCELLED, now, actor, note)


async def discard(campaign_id: int) -> None:
    """Take away a plan that arose by itself and has nobody to tell: it is as if it had not arisen."""
    async with writing() as session:
        await session.delete(await taken(CampaignStep.DISCARD, campaign_id))


async def finish_done(now: datetime) -> list[int]:
    """End every campaign of which nothing is left to send or under way: a paused one has nothing to go on with."""
    left = select(SmsBatch.id).where(col(SmsBatch.campaign_id) == col(Campaign.id), col(SmsBatch.state).in_(UNFINISHED))
    done = (
        select(Campaign)
        .where(col(Campaign.state).in_(RULES[CampaignStep.FINISH].moves), ~left.exists())
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    async with writing() as session:
        campaigns = (await session.exec(done)).all()
        for campaign in campaigns:
            campaign.ended_at = now
            await move(session, CampaignStep.FINISH, campaign, S.FINISHED, now, None)
    return [campaign.id for campaign in campaigns if campaign.id is not None]


UNCERTAIN: Final = f"""
SELECT id FROM message
WHERE was_uncertain AND state = '{MessageState.UNCERTAIN}' AND campaign_id IS NOT DISTINCT FROM %(id)s ORDER BY id
"""  # noqa: S608 - our own words


async def settle(campaign_id: int | None, actor: Actor, now: datetime, *, again: bool) -> int:
    """Decide on the uncertain messages of a campaign (None: on single notices): send them again or leave them.

    Sent again, one number a request, somebody may get the message twice, and stays marked so. A report that still comes
    settles either. Gives how many they were.
    """
    step = CampaignStep.SEND_AGAIN if again else CampaignStep.LEAVE
    async with writing() as session:
        if campaign_id is None:
            await must_cover(actor, None)
        campaign = None if campaign_id is None else await taken(step, campaign_id, actor)
        ids = await sql.scalars(UNCERTAIN, {"id": campaign_id}) if again else []
        count = len(ids) if again else await _leave(session, campaign_id)
        if campaign is not None and count:
            to = S.RUNNING if again and campaign.state is S.FINISHED else campaign.state
            note = Note.of(NoteCode.SENT_AGAIN if again else NoteCode.LEFT, count=count)
            await move(session, step, campaign, to, now, actor, note)
        await ledger.put_off_alone(ids, now)
        if again and count:
            await wake(session)
    return count


async def _leave(session: Session, campaign_id: int | None) -> int:
    uncertain = (
        col(Message.was_uncertain),
        col(Message.state) == MessageState.UNCERTAIN,
        col(Message.campaign_id).is_not_distinct_from(campaign_id),
    )
    left = update(Message).where(*uncertain).values(state=MessageState.SILENT, reason=Reason.NOT_SENT_AGAIN)
    return int((await session.exec(left, execution_options=AS_IT_IS)).rowcount)


async def taken(
    step: CampaignStep, campaign_id: int, actor: Actor | None = None, *, seen: int | None = None
) -> Campaign:
    """The campaign, locked, for a step that may be taken.

    `actor` decides on it; None: by itself. Raises UnknownCampaign, OutOfScope, NotAsSeen, and what `must` raises.
    """
    if actor is not None:
        await must_run(actor, campaign_id)
        if RULES[step].settled and await being_planned(campaign_id):
            must(step, await campaign_of(campaign_id), actor, being_planned=True)
    campaign = await campaign_of(campaign_id, locked=True)
    must(step, campaign, actor)
    if seen is not None and seen != await last_change(campaign_id):
        raise NotAsSeen(f"campaign {campaign_id} was planned anew or approved meanwhile")
    return campaign


async def move(
    session: Session,
    step: CampaignStep,
    campaign: Campaign,
    to: CampaignState,
    now: datetime,
    actor: Actor | None,
    note: Note = NOTHING,
) -> None:
    """Bring a campaign to a state that the step leads to, and put it on record."""
    if to not in RULES[step].moves[campaign.state]:
        raise WrongState(f"{step} does not lead from {campaign.state} to {to}")
    session.add(change_of(campaign, to, now, actor.id if actor else None, note))
    campaign.state = to
    await session.flush()


def change_of(campaign: Campaign, to: CampaignState, now: datetime, agent_id: int | None, note: Note) -> CampaignChange:
    """What is put on record when a campaign comes to a state."""
    if campaign.id is None:
        raise ValueError("a campaign is on record before its changes")
    return CampaignChange(
        campaign_id=campaign.id,
        at=now,
        agent_id=agent_id,
        from_state=campaign.state,
        to_state=to,
        note=note.words,
        note_code=note.code,
        note_data=dict(note.data) if note.data else None,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a campaign; `actor` is None when it came by itself."""

    at: datetime
    actor: str | None
    from_state: CampaignState | None
    to_state: CampaignState
    note: Note


async def changes(campaign_id: int) -> tuple[Change, ...]:
    """Everything that was decided on a campaign, oldest first."""
    statement = (
        select(CampaignChange, Agent)
        .join(Agent, col(Agent.id) == col(CampaignChange.agent_id), isouter=True)
        .where(col(CampaignChange.campaign_id) == campaign_id)
        .order_by(col(CampaignChange.at), col(CampaignChange.id))
    )
    async with reading() as session:
        rows = (await session.exec(statement)).all()
    return tuple(
        Change(change.at, agent.name if agent else None, change.from_state, change.to_state, change.remark)
        for change, agent in rows
    )
