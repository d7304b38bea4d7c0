"""What the audit trail holds of what was done at the desk."""

from collections.abc import Sequence

from sqlmodel import col, select

from core.platform.database import reading
from core.staff.audit import AuditEntry


async def trail(acts: str = "%", *, about: str | None = None) -> Sequence[AuditEntry]:
    """The entries, oldest first, of the acts that are LIKE this and, if it is given, of what they were done to."""
    entries = select(AuditEntry).where(col(AuditEntry.act).like(acts)).order_by(col(AuditEntry.id))
    if about is not None:
        entries = entries.where(col(AuditEntry.about) == about)
    async with reading() as session:
        return (await session.exec(entries)).all()
