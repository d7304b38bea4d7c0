"""The audit trail: who did what at the desk. It is only added to, and each entry seals the one before it.

What is older than the settings keep is cut off at the beginning (`cut_audit`, migration 0018). The trail says so
itself: the entry of the cut names the last entry that went, its seal, and how often each act was done up to there. The
first entry that is left seals that same one, so that nothing else can go unnoticed.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, select

from core.platform import sql
from core.platform.columns import TableRow
from core.platform.database import reading
from core.staff.acts import Act


class AuditEntry(TableRow, table=True):
    """One act; never a text of a grievance or a password. `about` names what it was done to: `grievance 1234567`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_about", "about"),
        Index("ix_audit_entry_cut", "id", postgresql_where=text(f"act = '{Act.TRAIL_CUT}'")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    at: datetime
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    act: str = Field(max_length=40)
    about: str | None = None
    detail: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    source: str | None = None
    """The address that whoever did it came from, where it came over the network."""
    before: bytes = Field(default=b"", sa_type=LargeBinary)
    seal: bytes = Field(default=b"", sa_type=LargeBinary)


SOURCE: Final[ContextVar[str | None]] = ContextVar("source", default=None)
"""Where what is being answered came from."""

RECORD: Final = """
INSERT INTO audit_entry (at, agent_id, act, about, detail, source)
VALUES (%(at)s, %(agent_id)s, %(act)s, %(about)s, CAST(%(detail)s AS jsonb), %(source)s)
"""
LAST_CUT: Final = f"FROM audit_entry WHERE act = '{Act.TRAIL_CUT}' ORDER BY id DESC LIMIT 1"
BROKEN: Final = f"""
SELECT id FROM (
    SELECT audit_entry.*, lag(seal, 1, coalesce((SELECT decode(detail ->> 'seal', 'hex') {LAST_CUT}), ''::bytea))
        OVER (ORDER BY id) AS last FROM audit_entry
) AS entry
WHERE before <> last OR seal <> sha256(before || convert_to(concat_ws('|', id, extract(epoch FROM at), agent_id,
    act, about, detail, source), 'UTF8'))
ORDER BY id LIMIT 1
"""  # noqa: S608 - our own words
CUT: Final = "SELECT cut_audit(%(before)s, %(now)s)"
LAST: Final = """
SELECT count(*) OVER () AS entries, id AS last_id, at AS last_at, encode(seal, 'hex') AS seal
FROM audit_entry ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Trail:
    """How far the trail goes: its entries, and the last one's number, time and seal (hexadecimal)."""

    entries: int
    last_id: int
    last_at: datetime
    seal: str


async def record(
    agent_id: int | None, act: Act, about: str | None, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Add an act to the trail, in the transaction of the act itself."""
    await sql.execute(RECORD, entry(agent_id, act, about, now, detail))


def entry(
    agent_id: int | None, act: Act, about: str | None, now: datetime, detail: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The parameters of RECORD for an act, for a transaction that is not one of `writing`."""
    kept = json.dumps(dict(detail), ensure_ascii=False, default=str) if detail is not None else None
    return {"at": now, "agent_id": agent_id, "act": act, "about": about, "detail": kept, "source": SOURCE.get()}


async def cut_before(before: datetime, now: datetime) -> int:
    """Cut off the entries before a moment, which is a year ago or more, and enter that; how many they were."""
    return int(await sql.scalar(CUT, {"before": before, "now": now}))


async def first_broken() -> int | None:
    """The first entry that was changed, or follows one that was taken away; None when the trail is whole."""
    number: int | None = await sql.scalar(BROKEN)
    return number


async def trail() -> Trail | None:
    """How far the trail goes; None while nothing was done. Who writes this down elsewhere sees if its end is cut."""
    return await sql.row(Trail, LAST)


async def has_seal(entry_id: int, seal: str) -> bool:
    """Whether an entry is there with the seal that was written down of it, whole or its first digits."""
    async with reading() as session:
        kept = (await session.exec(select(AuditEntry.seal).where(AuditEntry.id == entry_id))).one_or_none()
    return kept is not None and bool(seal) and kept.hex().startswith(seal.lower())
