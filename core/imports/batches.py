"""Batches of other systems: taken once for each idempotency key, confirmed as a file is, abandoned, and read back.

A batch goes by the rules of a file brought to the desk (`core.imports.uploads`): who pushed it may say that it shall
come in, and where it takes much away somebody of the desk does, who imports files too. With `apply` asked for, one that
is no such thing comes in without being asked about.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.imports.batch import PENDING, TO_WORK_ON, BatchKind, PushState, RowOutcome
from core.imports.pushed import Value
from core.imports.upload import WAITS
from core.imports.uploads import may_import
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.errors import JigiError
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import NotAllowed, Permission, must
from core.systems.holders import KeyHolder, enter

MOST_PENDING: Final = 200
"""Batches of a system that are not at their end."""


class KeyReused(JigiError, ValueError):
    """This idempotency key was used for something else."""


class TooManyPending(JigiError, RuntimeError):
    """So many batches of this system are not at their end that no more are taken."""


class NoSuchBatch(JigiError, LookupError):
    """There is no such batch, or it is not where this could be done to it."""


class SecondPersonNeeded(JigiError):
    """It takes so much away that somebody of the desk confirms it."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """On what terms rows come in: `apply` without being seen first; the rest as with a file."""

    apply: bool = False
    keep_good: bool = False
    spare_rows: bool = False
    complete: tuple[str, ...] = ()
    list_day: str | None = None

    def kept(self) -> dict[str, Any]:
        """As they are kept beside the batch."""
        return {
            "apply": self.apply,
            "keep_good": self.keep_good,
            "spare_rows": self.spare_rows,
            "complete": list(self.complete),
            "list_day": self.list_day,
        }


@dataclass(frozen=True, slots=True)
class BatchCard:
    """A batch and how far it is."""

    id: int
    system: str
    kind: BatchKind
    idempotency_key: str
    digest: str
    options: dict[str, Any]
    state: PushState
    rows: int
    created: int
    changed: int
    unchanged: int
    bad: int
    lost: int
    heavy: bool
    losses: list[dict[str, Any]]
    remarks: list[str]
    unknown_columns: list[str]
    fault: str | None
    received_at: datetime
    checked_at: datetime | None
    ended_at: datetime | None
    confirmed_by: int | None


@dataclass(frozen=True, slots=True)
class BatchRowCard:
    """What became of a row, and why it was refused: columns and reasons, in French."""

    row: int
    outcome: RowOutcome
    problems: list[dict[str, Any]]


COLUMNS: Final = ", ".join(BatchCard.__dataclass_fields__)
ADD: Final = f"""
INSERT INTO import_batch (system, key_id, kind, idempotency_key, digest, options, state, rows, created, changed,
    unchanged, bad, lost, heavy, losses, remarks, unknown_columns, received_at)
VALUES (%(system)s, %(key_id)s, %(kind)s, %(key)s, %(digest)s, CAST(%(options)s AS jsonb), '{PushState.RECEIVED}',
    %(rows)s, 0, 0, 0, 0, 0, false, '[]', '[]', '[]', %(now)s)
ON CONFLICT (system, idempotency_key) DO NOTHING RETURNING id
"""  # noqa: S608 - our own words
KEEP: Final = "INSERT INTO import_batch_content (batch_id, content) VALUES (%(id)s, %(content)s)"
BY_KEY: Final = f"""
SELECT {COLUMNS} FROM import_batch WHERE system = %(system)s AND idempotency_key = %(key)s
"""  # noqa: S608 - our own words
ONE: Final = f"SELECT {COLUMNS} FROM import_batch WHERE id = %(id)s"  # noqa: S608
PAGE: Final = f"""
SELECT {COLUMNS} FROM import_batch WHERE id < %(after)s ORDER BY id DESC LIMIT %(most)s
"""  # noqa: S608
COUNT_PENDING: Final = f"""
SELECT count(*) FROM import_batch WHERE system = %(system)s AND state IN {listed(PENDING)}
"""  # noqa: S608
MOVE: Final = f"""
UPDATE import_batch SET state = %(to)s, ended_at = %(ended_at)s
WHERE id = %(id)s AND state = '{PushState.WAITING}' AND received_at > %(since)s RETURNING id
"""  # noqa: S608
CONFIRM: Final = f"""
UPDATE import_batch SET state = '{PushState.CONFIRMED}', confirmed_by = %(agent_id)s
WHERE id = %(id)s AND state = '{PushState.WAITING}' AND received_at > %(since)s RETURNING system
"""  # noqa: S608
FORGET: Final = "DELETE FROM import_batch_content WHERE batch_id = %(id)s"
ROWS: Final = """
SELECT row, outcome, problems FROM import_batch_row
WHERE batch_id = %(id)s AND row > %(after)s AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
ORDER BY row LIMIT %(most)s
"""
IS_WORK: Final = f"SELECT EXISTS (SELECT FROM import_batch WHERE state IN {listed(TO_WORK_ON)})"  # noqa: S608


async def take(
    holder: KeyHolder,
    kind: BatchKind,
    key: str,
    rows: Sequence[Mapping[str, Value]],
    options: BatchOptions,
    now: datetime,
) -> tuple[BatchCard, bool]:
    """Take a batch, and tell whether it is new: one that came before by this key is given as it is now.

    Inside the holder's own transaction. Raises KeyReused and TooManyPending.
    """  # fmt: skip
    content = json.dumps(list(rows), ensure_ascii=True)
    digest = hashlib.sha256(json.dumps([kind.value, content, options.kept()]).encode()).hexdigest()
    values = {
        "system": holder.system,
        "key_id": holder.key_id,
        "kind": kind.value,
        "key": key,
        "digest": digest,
        "options": json.dumps(options.kept()),
        "rows": len(rows),
        "now": now,
    }
    known = await sql.row(BatchCard, BY_KEY, values)
    if known is None:
        if await sql.scalar(COUNT_PENDING, values) >= MOST_PENDING:
            raise TooManyPending(f"{MOST_PENDING} batches of {holder.system} are not at their end")
        batch_id = await sql.scalar(ADD, values)
        if batch_id is not None:
            await sql.execute(KEEP, {"id": batch_id, "content": content})
            await enter(holder, Act.BATCH_TAKEN, now, of=f"batch {batch_id}", kind=kind.value, rows=len(rows))
            return await one(batch_id), True
        known = await sql.row(BatchCard, BY_KEY, values)
    if known is None or known.digest != digest:
        raise KeyReused(f"{key} was used for another batch")
    return known, False


async def one(batch_id: int) -> BatchCard:
    """A batch; raises NoSuchBatch, also for one that whoever asks does not see."""
    card = await sql.row(BatchCard, ONE, {"id": batch_id})
    if card is None:
        raise NoSuchBatch(str(batch_id))
    return card


async def page(after: int | None, most: int) -> list[BatchCard]:
    """Batches, the newest first, older than the one `after`."""
    return await sql.rows(BatchCard, PAGE, {"after": 2**62 if after is None else after, "most": most})


async def rows(batch_id: int, outcome: RowOutcome | None, after: int, most: int) -> list[BatchRowCard]:
    """What became of the rows behind one, or of those of them with this outcome."""
    values = {"id": batch_id, "outcome": outcome and outcome.value, "after": after, "most": most}
    return await sql.rows(BatchRowCard, ROWS, values)


async def confirm(holder: KeyHolder, batch_id: int, now: datetime) -> BatchCard:
    """Let a checked batch come in as it was seen; raises NoSuchBatch, and SecondPersonNeeded for a heavy one."""
    if (await one(batch_id)).heavy:
        raise SecondPersonNeeded(str(batch_id))
    return await _moved(holder, batch_id, PushState.CONFIRMED, Act.BATCH_CONFIRMED, now)


async def discard(holder: KeyHolder, batch_id: int, now: datetime) -> BatchCard:
    """Abandon a checked batch; raises NoSuchBatch."""
    card = await _moved(holder, batch_id, PushState.DISCARDED, Act.BATCH_DISCARDED, now)
    await sql.execute(FORGET, {"id": batch_id})
    return card


async def _moved(holder: KeyHolder, batch_id: int, to: PushState, act: Act, now: datetime) -> BatchCard:
    ended_at = None if to in PENDING else now
    values = {"id": batch_id, "to": to.value, "ended_at": ended_at, "since": now - WAITS}
    if await sql.scalar(MOVE, values) is None:
        raise NoSuchBatch(str(batch_id))
    await enter(holder, act, now, of=f"batch {batch_id}")
    return await one(batch_id)


@goes_by(DatabaseTask.WORKER)
async def confirm_as(actor: Actor, batch_id: int, now: datetime) -> None:
    """Let a checked batch come in, as somebody who imports files at the desk; raises NotAllowed and NoSuchBatch."""
    _must_import(actor)
    async with writing():
        values = {"id": batch_id, "agent_id": actor.id, "since": now - WAITS}
        system = await sql.scalar(CONFIRM, values)
        if system is None:
            raise NoSuchBatch(f"no batch {batch_id} waits to be confirmed")
        await audit.record(actor.id, Act.BATCH_CONFIRMED, f"batch {batch_id}", now, {"of": f"system {system}"})


@goes_by(DatabaseTask.WORKER)
async def discard_as(actor: Actor, batch_id: int, now: datetime) -> None:
    """Abandon a checked batch, as somebody who imports files at the desk; raises NotAllowed and NoSuchBatch."""
    _must_import(actor)
    values = {"id": batch_id, "to": PushState.DISCARDED.value, "ended_at": now, "since": now - WAITS}
    async with writing():
        if await sql.scalar(MOVE, values) is None:
            raise NoSuchBatch(f"no batch {batch_id} waits to be confirmed")
        await sql.execute(FORGET, values)
        await audit.record(actor.id, Act.BATCH_DISCARDED, f"batch {batch_id}", now)


@goes_by(DatabaseTask.WORKER)
async def page_as(actor: Actor, after: int | None, most: int) -> list[BatchCard]:
    """Batches of every system, the newest first; raises NotAllowed."""
    must(actor, Permission.SEE_BATCHES)
    return await page(after, most)


@goes_by(DatabaseTask.WORKER)
async def one_as(actor: Actor, batch_id: int) -> BatchCard:
    """A batch of any system; raises NotAllowed and NoSuchBatch."""
    must(actor, Permission.SEE_BATCHES)
    return await one(batch_id)


@goes_by(DatabaseTask.WORKER)
async def rows_as(actor: Actor, batch_id: int, outcome: RowOutcome | None, after: int, most: int) -> list[BatchRowCard]:
    """What became of rows of any system, for somebody who imports files at the desk; raises NotAllowed."""
    _must_import(actor)
    return await rows(batch_id, outcome, after, most)


CONTENT: Final = "SELECT content FROM import_batch_content WHERE batch_id = %(id)s"


@goes_by(DatabaseTask.WORKER)
async def content_as(actor: Actor, batch_id: int) -> list[dict[str, Value]]:
    """The rows of a batch as they were pushed, while they are kept: nothing else then. Raises NotAllowed."""
    _must_import(actor)
    content = await sql.scalar(CONTENT, {"id": batch_id})
    kept: list[dict[str, Value]] = json.loads(content) if content else []
    return kept


def _must_import(actor: Actor) -> None:
    if not may_import(actor):
        raise NotAllowed("to import is for supervisors of the whole country")


async def is_work() -> bool:
    """Whether a batch is to be worked on."""
    return bool(await sql.scalar(IS_WORK))


EXPIRED_AFTER: Final[timedelta] = WAITS
EXPIRE: Final = f"""
WITH gone AS (
    UPDATE import_batch SET state = '{PushState.EXPIRED}', ended_at = %(now)s
    WHERE state = '{PushState.WAITING}' AND received_at <= %(since)s RETURNING id
)
DELETE FROM import_batch_content USING gone WHERE batch_id = gone.id
"""  # noqa: S608


async def expire(now: datetime) -> int:
    """End the batches that nobody confirmed within a day, and let go of their rows."""
    return await sql.execute(EXPIRE, {"now": now, "since": now - EXPIRED_AFTER})
