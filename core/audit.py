"""The audit trail: who did what at the desk. It is only added to, and each entry seals the one before it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.columns import Row
from core.database import reading, writing


class AuditEntry(Row, table=True):
    """One act; never a text of a grievance or a password. `about` names what it was done to: `grievance 1234567`."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_at", "at"), Index("ix_audit_entry_about", "about"))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    at: datetime
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    act: str = Field(max_length=40)
    about: str | None = None
    detail: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    before: bytes = Field(default=b"", sa_type=LargeBinary)
    seal: bytes = Field(default=b"", sa_type=LargeBinary)


NOTE = text(
    "INSERT INTO audit_entry (at, agent_id, act, about, detail) "
    "VALUES (:at, :agent_id, :act, :about, CAST(:detail AS jsonb))"
)
BROKEN = text("""
SELECT id FROM (
    SELECT audit_entry.*, lag(seal, 1, ''::bytea) OVER (ORDER BY id) AS last FROM audit_entry
) AS entry
WHERE before <> last OR seal <> sha256(before || convert_to(concat_ws('|', id, extract(epoch FROM at), agent_id,
    act, about, detail), 'UTF8'))
ORDER BY id LIMIT 1
""")


async def note(
    agent_id: int | None, act: str, about: str | None, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Add an act to the trail, in the transaction of the act itself."""
    values = {"at": now, "agent_id": agent_id, "act": act, "about": about}
    async with writing() as session:
        kept = json.dumps(dict(detail), ensure_ascii=False, default=str) if detail is not None else None
        await session.execute(NOTE, values | {"detail": kept})


async def first_broken() -> int | None:
    """The first entry that was changed, or follows one that was taken away; None when the trail is whole."""
    async with reading() as connection:
        found: int | None = await connection.scalar(BROKEN)
    return found
