"""What the person does with their own grievance on the line: reply, add, withdraw, say if it is solved, reopen.

No page stands behind it: what a phone shows may be out of date, so each says whether it could be done. Whose a
grievance is, `following` decides.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Final

from core.grievances.changes import Values, change, go_on, open_again, write_event
from core.grievances.following import GrievanceView, Viewer, by_reference
from core.grievances.locked import Locked, lock
from core.grievances.vocabulary import GrievanceState, GrievanceStep, QuestionReply
from core.platform import sql
from core.platform.database import Session, writing
from core.text.words import DESK, label

LAST_WORDS: Final = f"""
SELECT CASE WHEN kind = '{GrievanceStep.ADD}' THEN note END FROM grievance_event WHERE grievance_id = %(id)s
ORDER BY id DESC LIMIT 1
"""  # noqa: S608 - our own words


async def reopen(reference: str, viewer: Viewer, key: str, now: datetime, secret: str = "") -> date | None:
    """Reopen a decided grievance, and give the day by which its decision is due.

    None when there is none that is theirs, it is not decided, it was withdrawn, or it was reopened before; the same
    `key` again gets the same answer. One that was closed because they said nothing goes on, which is no appeal.
    """
    async with _own(reference, viewer) as (session, case, view):
        if case is None or view is None or not view.opens_with(secret):
            return None
        if case.reopen_key == key:
            return case.decision_due
        if case.lapsed:
            return await go_on(session, case, key, now)
        if case.appealed:
            return None
        return await open_again(session, case, key, now) if view.may_reopen else None


async def add_words(reference: str, viewer: Viewer, words: str, now: datetime) -> bool:
    """Add words to an open grievance; one that waited for them goes on.

    False when there is none that is theirs, it is sensitive, or it is decided. The same words again, one after the
    other, are written once.
    """
    return await _add(reference, viewer, words, now, {})


async def reply(reference: str, viewer: Viewer, reply: QuestionReply, now: datetime) -> bool:
    """Reply with a key to what it waits for, as `add_words` does; who wants to be called is called today."""
    wishes: Values = {"call_back": True, "call_again_on": now.date()} if reply is QuestionReply.CALL else {}
    return await _add(reference, viewer, label(reply, DESK), now, wishes)


async def withdraw(reference: str, viewer: Viewer, now: datetime) -> bool:
    """Take back an open grievance: it is closed undecided. Withdrawn once, it stays so.

    False when there is none that is theirs, it is sensitive (whoever holds the phone may not be who complained), or it
    is decided.
    """
    async with _own(reference, viewer) as (session, case, view):
        if case is None or view is None:
            return False
        if view.withdrawn:
            return True
        if not view.may_add:
            return False
        ended = {"withdrawn_at": now, "waiting_since": None, "call_again_on": None}
        await change(session, case, GrievanceState.CLOSED, **ended)
        await write_event(session, case, GrievanceStep.WITHDRAW, GrievanceState.CLOSED, at=now, told=True)
        return True


async def say_solved(reference: str, viewer: Viewer, now: datetime, *, solved: bool) -> bool:
    """Say whether the decision settled it, once; False when nothing is asked of them, or they said otherwise before."""
    async with _own(reference, viewer) as (session, case, view):
        if case is None or view is None:
            return False
        if not view.asks_solved:
            return view.solved is solved
        step = GrievanceStep.SOLVED if solved else GrievanceStep.UNSOLVED
        await change(session, case, case.state, solved=solved)
        await write_event(session, case, step, case.state, at=now, told=True)
        return True


async def _add(reference: str, viewer: Viewer, words: str, now: datetime, wishes: Values) -> bool:
    async with _own(reference, viewer) as (session, case, view):
        if case is None or view is None or not view.may_add:
            return False
        if await sql.scalar(LAST_WORDS, {"id": case.id}) == words:
            return True
        waited = case.state is GrievanceState.WAITING
        state = GrievanceState.IN_PROGRESS if waited else case.state
        await change(session, case, state, **({"waiting_since": None} if waited else {}), **wishes)
        await write_event(session, case, GrievanceStep.ADD, state, at=now, note=words, told=True)
        return True


@asynccontextmanager
async def _own(reference: str, viewer: Viewer) -> AsyncIterator[tuple[Session, Locked | None, GrievanceView | None]]:
    """The transaction of an act; the grievance locked and as it is theirs to see, None where it is not."""
    async with writing() as session:
        case = await lock(reference)
        yield session, case, await by_reference(reference, viewer)
