"""Files that came with a submission: asked for with its case, fetched later, attached sealed as at the desk.

An address is asked only at a server that the settings name, by whoever fetches (`api.field_files`).
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from core.grievances.attached import NotAttachable, attachable
from core.grievances.attachments import MOST
from core.grievances.changes import write_event
from core.grievances.locked import lock
from core.grievances.models import Attachment
from core.grievances.vocabulary import GrievanceStep
from core.platform import sql
from core.platform.database import writing
from core.platform.encryption import sealed
from core.platform.objects import ObjectStore
from core.text.words import DESK, label

PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""After each try; a file that did not come by the last is given up, and its case says so."""

LEASE: Final = timedelta(minutes=5)
OTHER_SERVER: Final = "son adresse n'est pas celle d'un serveur de formulaires connu"
NOT_GIVEN: Final = "le serveur de formulaires ne l'a pas donnée"
FULL: Final = f"la plainte a déjà {MOST} pièces"


@dataclass(frozen=True, slots=True)
class DueFile:
    """A file that is to be fetched now."""

    id: int
    grievance_id: int
    reference: str
    url: str
    attempts: int


ASK: Final = """
INSERT INTO field_file (grievance_id, url, attempts, next_at)
SELECT id, unnest(CAST(%(urls)s AS varchar[])), 0, CAST(%(now)s AS timestamptz) FROM grievance
WHERE reference = %(reference)s
"""
CLAIM: Final = """
WITH due AS (
    SELECT id FROM field_file WHERE next_at <= %(now)s
    ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE field_file SET attempts = attempts + 1, next_at = %(until)s FROM due WHERE field_file.id = due.id
    RETURNING field_file.id, grievance_id, url, attempts
)
SELECT claimed.id, grievance_id, reference, url, attempts FROM claimed JOIN grievance ON grievance.id = grievance_id
"""
AGAIN: Final = "UPDATE field_file SET next_at = %(at)s WHERE id = %(id)s"
DONE: Final = "DELETE FROM field_file WHERE id = %(id)s"
LEAVE: Final = "INSERT INTO attachment_left (place, at) VALUES (%(place)s, %(now)s)"
HAVE: Final = "DELETE FROM attachment_left WHERE place = %(place)s"
COUNT: Final = "SELECT count(*) FROM attachment WHERE grievance_id = %(id)s"


async def ask_for(reference: str, urls: Sequence[str], now: datetime) -> None:
    """Have these files fetched for a case."""
    if urls:
        await sql.execute(ASK, {"reference": reference, "urls": list(urls), "now": now})


async def claim(now: datetime, most: int) -> Sequence[DueFile]:
    """What is to be fetched now, for this process alone for some minutes."""
    return await sql.rows(DueFile, CLAIM, {"now": now, "until": now + LEASE, "most": most})


async def came(file: DueFile, content: bytes, store: ObjectStore, now: datetime) -> None:
    """Attach what was fetched, held to the rules of the desk; raises StoreDown, with the file still due."""
    try:
        attached = await asyncio.to_thread(attachable, content)
    except NotAttachable as error:
        await given_up(file, label(error.fault, DESK), now)
        return
    place = secrets.token_hex(16)
    await sql.execute(LEAVE, {"place": place, "now": now})
    await store.put(place, await asyncio.to_thread(sealed, attached.content, place))
    async with writing() as session:
        case = await lock(file.reference)
        if case is None or await sql.scalar(COUNT, {"id": file.grievance_id}) >= MOST:
            await given_up(file, FULL, now)
            return
        row = Attachment(
            grievance_id=case.id, kind=attached.kind, octets=len(attached.content), place=place, added_at=now
        )
        session.add(row)
        await session.flush()
        await sql.execute(HAVE, {"place": place})
        await sql.execute(DONE, {"id": file.id})
        await write_event(session, case, GrievanceStep.ATTACH, case.state, at=now, told=False)


async def did_not_come(file: DueFile, now: datetime) -> None:
    """Fetch it again later, or give it up."""
    if file.attempts >= len(PAUSES):
        await given_up(file, NOT_GIVEN, now)
    else:
        await sql.execute(AGAIN, {"id": file.id, "at": now + PAUSES[file.attempts - 1]})


async def given_up(file: DueFile, why: str, now: datetime) -> None:
    """Fetch it no more, and say so in its case."""
    async with writing() as session:
        case = await lock(file.reference)
        await sql.execute(DONE, {"id": file.id})
        if case is not None:
            words = f"Une pièce du formulaire de terrain n'est pas jointe : {why.rstrip('.')}."
            await write_event(session, case, GrievanceStep.NOTE, case.state, words, at=now, told=False)


def is_of(url: str, servers: Sequence[str]) -> bool:
    """Whether an address is of one of these servers: the same scheme, name and port, and nobody's name before them."""
    try:
        parts = urlsplit(url)
        own = (parts.scheme, parts.hostname, parts.port)
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return False
    return any(own == (each.scheme, each.hostname, each.port) for each in map(urlsplit, servers))
