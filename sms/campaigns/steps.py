"""The life of a campaign: who plans, who approves, when it starts, stops and ends; each change on record.

draft → planned → approved → scheduled → running ⇄ paused → finished | cancelled. The one who approves is not the one
who planned; a dear campaign takes a second approval by somebody else again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.campaigns.models import CampaignState
from core.platform.database import reading, writing
from core.platform.jobs import wake
from core.staff.agents import Actor
from sms.campaigns.scope import CampaignError, UnknownCampaign, must_cover, must_supervise
from sms.outbox import ledger, rate_limit

S = CampaignState
ENDED: Final = (S.FINISHED, S.CANCELLED)


class WrongState(CampaignError):
    """The campaign is not in a state in which this can be done."""


class FourEyes(CampaignError):
    """The same person may not do both."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval did: whether the campaign may start, or waits for a second one."""

    complete: bool


LOCKED = text(
    "SELECT state, planned_by, approved_by, second_approved_by, needs_second, starts_at, subject ->> 'place' AS place "
    "FROM campaign "
    "WHERE id = :id FOR UPDATE"
)
CHANGE = text(
    "INSERT INTO campaign_change (campaign_id, at, agent_id, from_state, to_state, note) "
    "VALUES (:id, :at, :agent_id, :from_state, :to_state, :note)"
)


class NotAsSeen(CampaignError):
    """Something was decided on the campaign since whoever asks looked at it."""


LAST_CHANGE = text("SELECT max(id) FROM campaign_change WHERE campaign_id = :id")


async def last_change(campaign_id: int) -> int:
    """The number of what was decided last on a campaign: who decides next says which they saw."""
    async with reading() as connection:
        return int(await connection.scalar(LAST_CHANGE, {"id": campaign_id}) or 0)


async def approve(campaign_id: int, actor: Actor, now: datetime, *, seen: int | None = None) -> Approved:
    """Approve a plan; raises CampaignError: four eyes, another scope, or a state other than planned.

    With `seen`, the last change that was looked at, it raises NotAsSeen when something was decided since.
    """
    async with writing() as session:
        found = await _in_state(session, campaign_id, (S.PLANNED,), actor)
        if seen is not None and seen != await last_change(campaign_id):
            raise NotAsSeen(f"campaign {campaign_id} was planned anew or approved meanwhile")
        if found.planned_by == actor.id:
            raise FourEyes("who planned a campaign cannot approve it")
        if actor.id in (found.approved_by, found.second_approved_by):
            raise FourEyes("the second approval is somebody else's")
        column = "second_approved_by" if found.approved_by else "approved_by"
        complete = bool(found.approved_by) or not found.needs_second
        await session.execute(APPROVE[column], {"id": campaign_id, "agent_id": actor.id})
        to = S.APPROVED if complete else S.PLANNED
        note = "approved" if complete else "first approval; a second is needed"
        await _move(session, campaign_id, S.PLANNED, to, now, actor, note)
    return Approved(complete)


APPROVE = {
    column: text(f"UPDATE campaign SET {column} = :agent_id WHERE id = :id")  # noqa: S608 - our own words
    for column in ("approved_by", "second_approved_by")
}


async def approve_by_rule(campaign_id: int, at: datetime, now: datetime) -> None:
    """Let a campaign that arose from the schedule start at `at`, on the approval of its round's announcement."""
    async with writing() as session:
        await _in_state(session, campaign_id, (S.PLANNED,))
        await _move(session, campaign_id, S.PLANNED, S.APPROVED, now, None, "by the approval of the announcement")
        await _schedule(session, campaign_id, at, now, None)


async def start(campaign_id: int, actor: Actor, now: datetime, at: datetime | None = None) -> None:
    """Start an approved campaign, now or at a moment to come."""
    async with writing() as session:
        await _in_state(session, campaign_id, (S.APPROVED, S.SCHEDULED), actor)
        await _schedule(session, campaign_id, at or now, now, actor)
    if at is None:
        await begin_due(now)


STARTS_AT = text("UPDATE campaign SET starts_at = :at WHERE id = :id")


async def _schedule(session: AsyncSession, campaign_id: int, at: datetime, now: datetime, actor: Actor | None) -> None:
    found = await _in_state(session, campaign_id, (S.APPROVED, S.SCHEDULED))
    await session.execute(STARTS_AT, {"id": campaign_id, "at": at})
    await _move(session, campaign_id, S(found.state), S.SCHEDULED, now, actor, f"for {at:%Y-%m-%d %H:%M}")


DUE = text("SELECT id FROM campaign WHERE state = 'scheduled' AND starts_at <= :now ORDER BY id FOR UPDATE SKIP LOCKED")
STARTED = text("UPDATE campaign SET started_at = coalesce(started_at, :now) WHERE id = :id")
FREE_WORDS_UNTIL = text("UPDATE sms_batch SET not_after = :until WHERE campaign_id = :id AND not_after IS NULL")
FREE_WORDS_DAYS: Final = 2
"""Words that speak of no day go on the day a campaign starts and the next; later they are not sent any more."""


async def begin_due(now: datetime) -> list[int]:
    """Let every campaign run whose time has come, and wake a worker."""
    async with writing() as session:
        due = list(await session.scalars(DUE, {"now": now}))
        for campaign_id in due:
            await _begin(session, campaign_id, S.SCHEDULED, now, None)
        if due:
            await wake(session)
    return due


async def _begin(
    session: AsyncSession, campaign_id: int, state: CampaignState, now: datetime, actor: Actor | None
) -> None:
    """Let a campaign run; one that had started before keeps its start, and the end of its free words."""
    until = datetime.combine(now.date() + timedelta(days=FREE_WORDS_DAYS), time(0), UTC)
    await session.execute(STARTED, {"id": campaign_id, "now": now})
    await session.execute(FREE_WORDS_UNTIL, {"id": campaign_id, "until": until})
    await _move(session, campaign_id, state, S.RUNNING, now, actor, None)


WHY = text("UPDATE campaign SET why = :why WHERE id = :id")


async def pause(campaign_id: int, why: str, now: datetime, actor: Actor | None = None) -> None:
    """Let nothing more of a campaign leave; what left already is recorded as it is answered."""
    async with writing() as session:
        found = await _in_state(session, campaign_id, (S.RUNNING, S.SCHEDULED), actor)
        await session.execute(WHY, {"id": campaign_id, "why": why})
        await _move(session, campaign_id, S(found.state), S.PAUSED, now, actor, why)


async def stop_for_gateway(campaign_id: int, why: str, now: datetime) -> bool:
    """Pause a running campaign because the gateway takes nothing; False if it does not run any more."""
    try:
        await pause(campaign_id, why, now)
    except WrongState:
        return False
    return True


async def resume(campaign_id: int, actor: Actor, now: datetime) -> None:
    """Let a paused campaign go on from where it stopped."""
    async with writing() as session:
        found = await _in_state(session, campaign_id, (S.PAUSED,), actor)
        await session.execute(WHY, {"id": campaign_id, "why": None})
        if found.starts_at > now:
            await _move(session, campaign_id, S.PAUSED, S.SCHEDULED, now, actor, None)
            return
        await _begin(session, campaign_id, S.PAUSED, now, actor)
        await rate_limit.go_on()
        await wake(session)


DROP_PLANNED = text("""
UPDATE message SET state = 'dropped', reason = 'cancelled', final_at = :now
WHERE campaign_id = :id AND state = 'planned'
  AND NOT EXISTS (SELECT FROM sms_batch WHERE sms_batch.id = message.batch_id AND sms_batch.state = 'left')
""")
CLOSE_READY = text(
    "UPDATE sms_batch SET state = 'closed', answered_at = :now "
    "WHERE campaign_id = :id AND state IN ('ready', 'claimed')"
)
ENDED_AT = text("UPDATE campaign SET ended_at = :now WHERE id = :id")


async def cancel(campaign_id: int, why: str, actor: Actor, now: datetime) -> None:
    """End a campaign: nobody who was not told yet is told; what is under way is recorded."""
    async with writing() as session:
        found = await _in_state(session, campaign_id, [state for state in S if state not in ENDED], actor)
        # Closed first: a request that is given back in between is then either closed with its messages or swept.
        await session.execute(CLOSE_READY, {"id": campaign_id, "now": now})
        await session.execute(DROP_PLANNED, {"id": campaign_id, "now": now})
        await session.execute(WHY, {"id": campaign_id, "why": why})
        await session.execute(ENDED_AT, {"id": campaign_id, "now": now})
        await _move(session, campaign_id, S(found.state), S.CANCELLED, now, actor, why)


async def discard(campaign_id: int, now: datetime) -> None:
    """End a plan that has nobody to tell."""
    async with writing() as session:
        await _in_state(session, campaign_id, (S.PLANNED,))
        await session.execute(ENDED_AT, {"id": campaign_id, "now": now})
        await _move(session, campaign_id, S.PLANNED, S.CANCELLED, now, None, "nobody to tell")


NOTHING_LEFT = text("""
SELECT id FROM campaign WHERE state = 'running' AND NOT EXISTS (
    SELECT FROM sms_batch WHERE sms_batch.campaign_id = campaign.id AND sms_batch.state IN ('ready', 'claimed', 'left'))
FOR UPDATE SKIP LOCKED
""")


async def finish_done(now: datetime) -> list[int]:
    """End every running campaign of which nothing is left to send or under way."""
    async with writing() as session:
        done = list(await session.scalars(NOTHING_LEFT))
        for campaign_id in done:
            await session.execute(ENDED_AT, {"id": campaign_id, "now": now})
            await _move(session, campaign_id, S.RUNNING, S.FINISHED, now, None, None)
    return done


UNCERTAIN = text("""
SELECT batch_id, array_agg(id ORDER BY id) AS ids FROM message
WHERE state = 'uncertain' AND campaign_id IS NOT DISTINCT FROM :id GROUP BY batch_id ORDER BY batch_id
""")
LEAVE_THEM = text("""
WITH left_alone AS (
    UPDATE message SET state = 'silent', reason = 'not_sent_again'
    WHERE state = 'uncertain' AND campaign_id IS NOT DISTINCT FROM :id RETURNING id
)
SELECT count(*) FROM left_alone
""")


async def settle(campaign_id: int | None, actor: Actor, now: datetime, *, again: bool) -> int:
    """Decide on the uncertain messages of a campaign (None: on single notices): send them again or leave them.

    Sent again, somebody may get the message twice, and stays marked so. A report that still comes settles either.
    Gives how many they were.
    """
    must_supervise(actor)
    async with writing() as session:
        allowed = [state for state in S if not again or state is not S.CANCELLED]
        if campaign_id is None:
            await must_cover(actor, None)
        found = None if campaign_id is None else await _in_state(session, campaign_id, allowed, actor)
        groups = (await session.execute(UNCERTAIN, {"id": campaign_id})).all() if again else []
        count = sum(len(ids) for _, ids in groups)
        if not again:
            count = int(await session.scalar(LEAVE_THEM, {"id": campaign_id}) or 0)
        if found is not None and campaign_id is not None and count:
            to = S.RUNNING if again and found.state == S.FINISHED else S(found.state)
            note = f"{count} uncertain: {'sent again' if again else 'left'}"
            await _move(session, campaign_id, S(found.state), to, now, actor, note)
        for batch_id, ids in groups:
            await ledger.put_off(session, batch_id, ids, now)
        if again and count:
            await wake(session)
    return count


async def _in_state(
    session: AsyncSession, campaign_id: int, states: Collection[CampaignState], actor: Actor | None = None
) -> Any:
    """The campaign, locked; raises UnknownCampaign, and WrongState when it is in none of these states.

    `actor` decides on it: NotASupervisor for another role, OutOfScope for somebody of another place; None: by itself.
    """
    if actor is not None:
        must_supervise(actor)
    found = (await session.execute(LOCKED, {"id": campaign_id})).one_or_none()
    if found is None:
        raise UnknownCampaign(f"there is no campaign {campaign_id}")
    if actor is not None:
        await must_cover(actor, found.place)
    if found.state not in states:
        raise WrongState(f"campaign {campaign_id} is {found.state}, not {' or '.join(states)}")
    return found


MOVE = text("UPDATE campaign SET state = :to_state WHERE id = :id")


async def _move(
    session: AsyncSession,
    campaign_id: int,
    state: CampaignState,
    to: CampaignState,
    now: datetime,
    actor: Actor | None,
    note: str | None,
) -> None:
    values = {"id": campaign_id, "from_state": state.value, "to_state": to.value}
    await session.execute(MOVE, values)
    await session.execute(CHANGE, values | {"at": now, "agent_id": actor.id if actor else None, "note": note})


CHANGES = text(
    "SELECT campaign_change.at, agent.name, campaign_change.from_state, campaign_change.to_state, campaign_change.note "
    "FROM campaign_change LEFT JOIN agent ON agent.id = campaign_change.agent_id "
    "WHERE campaign_id = :id ORDER BY campaign_change.at, campaign_change.id"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a campaign; `actor` is None when it came by itself."""

    at: datetime
    actor: str | None
    from_state: str | None
    to_state: str
    note: str | None


async def changes(campaign_id: int) -> tuple[Change, ...]:
    """Everything that was decided on a campaign, oldest first."""
    async with reading() as connection:
        rows = await connection.execute(CHANGES, {"id": campaign_id})
    return tuple(Change(*row) for row in rows)
