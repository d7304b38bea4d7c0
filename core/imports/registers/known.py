"""Submissions that were filed once: known ever after, so that a longer export files only what is new.

What is kept is a hash and a moment, apart from the grievance. It stays when the grievance has had its time or its
person had it erased: the next export still has the submission, and must not bring it back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.platform import sql
from core.platform.database import DatabaseTask, goes_by


@dataclass(frozen=True, slots=True)
class _Reference:
    filing_key: str
    reference: str


KNOWN: Final = "SELECT key FROM register_submission WHERE key = ANY(%(keys)s)"
REMEMBER: Final = """
INSERT INTO register_submission (key, filed_at) VALUES (%(key)s, %(now)s) ON CONFLICT DO NOTHING
"""
REFERENCES: Final = "SELECT filing_key, reference FROM grievance WHERE filing_key = ANY(%(keys)s)"


@goes_by(DatabaseTask.LINE)
async def known_among(keys: Collection[str]) -> frozenset[str]:
    """Those that were filed before."""
    return frozenset(await sql.scalars(KNOWN, {"keys": list(keys)}))


@goes_by(DatabaseTask.LINE)
async def remember(key: str, now: datetime) -> bool:
    """Know a submission from now on; whether it was new."""
    return await sql.execute(REMEMBER, {"key": key, "now": now}) > 0


@goes_by(DatabaseTask.LINE)
async def references(filing_keys: Collection[str]) -> Mapping[str, str]:
    """The references of what was filed under these keys, where they are kept."""
    rows = await sql.rows(_Reference, REFERENCES, {"keys": list(filing_keys)})
    return {row.filing_key: row.reference for row in rows}
