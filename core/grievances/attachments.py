"""What is attached to a grievance: a photo of a card, the minutes of a committee. Seen by who sees the grievance.

A file is named in `attachment_left` before it is put into the store, and no longer once its row is there; a row that
goes, for whatever reason, names it again (a trigger, migration 0038). What is named there for an hour is let go of.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import col, select

from core.grievances.attached import AttachedFile, AttachedKind, attachable
from core.grievances.changes import write_event
from core.grievances.locked import lock_now
from core.grievances.models import Attachment
from core.grievances.rules import StepNotPossible
from core.grievances.steps import DeskVisit, by, taking
from core.grievances.vocabulary import GrievanceStep
from core.platform import sql
from core.platform.database import reading
from core.platform.encryption import sealed, unsealed
from core.platform.objects import ObjectStore, StoreDown
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.row_security import seen_by

log = structlog.get_logger(__name__)

MOST: Final = 10
"""Files of one grievance."""

LEFT_FOR: Final = timedelta(hours=1)
AT_ONCE: Final = 500


class TooMany(StepNotPossible):
    """It has as many files as it may have."""


@dataclass(frozen=True, slots=True)
class AttachmentCard:
    """A file of a grievance, and who attached it when, None for a form of the field; `octets` is its size."""

    id: int
    kind: AttachedKind
    octets: int
    added_at: datetime
    added_by: str | None


OF_CASE: Final = """
SELECT attachment.id, kind, octets, added_at, agent.name AS added_by
FROM attachment LEFT JOIN agent ON agent.id = added_by
WHERE grievance_id = %(id)s ORDER BY attachment.id
"""
LEAVE: Final = "INSERT INTO attachment_left (place, at) VALUES (%(place)s, %(now)s)"
HAVE: Final = "DELETE FROM attachment_left WHERE place = %(place)s"
OLD: Final = f"SELECT place FROM attachment_left WHERE at < %(before)s ORDER BY at LIMIT {AT_ONCE}"  # noqa: S608


async def of_case(grievance_id: int) -> Sequence[AttachmentCard]:
    """What is attached to a grievance that the transaction sees, oldest first."""
    return await sql.rows(AttachmentCard, OF_CASE, {"id": grievance_id})


async def attach(visit: DeskVisit, content: bytes, store: ObjectStore) -> None:
    """Attach a file to the grievance of the page, sealed.

    Raises NotAttachable for what is no picture and no PDF, TooMany, StoreDown, and what a step raises.
    """
    file = await asyncio.to_thread(attachable, content)
    place = secrets.token_hex(16)
    async with seen_by(visit.actor):
        await sql.execute(LEAVE, {"place": place, "now": visit.now})
    await store.put(place, await asyncio.to_thread(sealed, file.content, place))
    async with seen_by(visit.actor):
        await keep(visit, file, place)


async def keep(visit: DeskVisit, file: AttachedFile, place: str) -> None:
    """What `attach` does once the file stands in the store; raises TooMany, and what a step raises."""
    async with taking(visit, GrievanceStep.ATTACH, lock_it=lock_now) as (session, case):
        if len(await of_case(case.id)) >= MOST:
            raise TooMany(visit.reference)
        session.add(
            Attachment(
                grievance_id=case.id,
                kind=file.kind,
                octets=len(file.content),
                place=place,
                added_by=visit.actor.id,
                added_at=visit.now,
            )
        )
        await session.flush()
        await sql.execute(HAVE, {"place": place})
        await write_event(session, case, GrievanceStep.ATTACH, case.state, **by(visit))


async def opened(actor: Actor, attachment_id: int, store: ObjectStore, now: datetime) -> AttachedFile | None:
    """A file that `actor` may see, entered in the trail; None where there is none, or it is not for them.

    Raises Undecryptable, NoObject and StoreDown.
    """
    async with seen_by(actor):
        attachment = await _row(attachment_id)
        if attachment is None:
            return None
        await audit.record(actor.id, Act.FILE_OPENED, f"attachment {attachment_id}", now)
    content = await store.get(attachment.place)
    return AttachedFile(attachment.kind, await asyncio.to_thread(unsealed, content, attachment.place))


async def detach(visit: DeskVisit, attachment_id: int) -> None:
    """Take a file away from the grievance of the page; it is let go of within a day."""
    async with taking(visit, GrievanceStep.DETACH, lock_it=lock_now) as (session, case):
        attachment = await _row(attachment_id)
        if attachment is None or attachment.grievance_id != case.id:
            raise StepNotPossible(str(attachment_id))
        await session.delete(attachment)
        await session.flush()
        await write_event(session, case, GrievanceStep.DETACH, case.state, **by(visit))


async def _row(attachment_id: int) -> Attachment | None:
    async with reading() as session:
        return (await session.exec(select(Attachment).where(col(Attachment.id) == attachment_id))).one_or_none()


async def let_go_of_old(store: ObjectStore, now: datetime) -> int:
    """Let go of files that no grievance has any more, or never came to have; how many.

    A store that does not answer is asked again the next time.
    """
    gone = 0
    for place in await sql.scalars(OLD, {"before": now - LEFT_FOR}):
        try:
            await store.delete(place)
        except StoreDown as error:
            log.warning("attachments_not_reached", why=str(error))
            break
        gone += await sql.execute(HAVE, {"place": place})
    return gone
