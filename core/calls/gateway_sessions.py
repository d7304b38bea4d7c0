"""What the gateway reports at the end of a session, for statistics: no number, nothing that was typed or shown."""

import re
from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from sqlalchemy import Index
from sqlmodel import Field

from core.calls.session_end import SessionEnd, SessionOutcome
from core.platform import sql
from core.platform.columns import TableRow, coded, stamped


class GatewaySession(TableRow, table=True):
    """One ended session; `cost` is the gateway's own text, currency and amount."""

    __tablename__ = "gateway_session"
    __table_args__ = (Index("ix_gateway_session_date", "date"),)

    session_id: str = Field(primary_key=True)
    date: datetime = stamped()
    network: str | None = None
    status: SessionOutcome = Field(sa_type=coded(SessionOutcome))
    duration_ms: int | None = None
    hops: int | None = None
    cost: str | None = None
    error: str | None = None


RECORD: Final = """
INSERT INTO gateway_session (session_id, date, network, status, duration_ms, hops, cost, error)
VALUES (%(session_id)s, coalesce(%(date)s, now()), %(network)s, %(status)s, %(duration_ms)s, %(hops)s, %(cost)s,
    %(error)s)
ON CONFLICT (session_id) DO UPDATE SET date = EXCLUDED.date, network = EXCLUDED.network, status = EXCLUDED.status,
    duration_ms = EXCLUDED.duration_ms, hops = EXCLUDED.hops, cost = EXCLUDED.cost, error = EXCLUDED.error
"""
COUNT: Final = "SELECT count(*) FROM gateway_session WHERE date >= %(since)s AND date < %(until)s"
NUMBERS = re.compile(r"[+*#]?[0-9][0-9*#]*")
SPACES = re.compile(r"\s+")
SHORT_FORM = re.compile(r"[A-Za-z][A-Za-z ,.:;'()_/-]{0,79}")
OTHER_ERROR = "other"


def short_form(error: str | None) -> str | None:
    """An error without its numbers, or `other` when what is left is not a few plain words; None when there is none."""
    if not error or not error.strip():
        return None
    words = SPACES.sub(" ", NUMBERS.sub("", error)).strip()
    return words if SHORT_FORM.fullmatch(words) else OTHER_ERROR


async def record(end: SessionEnd) -> None:
    """Keep the end of a session; reported again, the last report counts."""
    await sql.execute(RECORD, {**asdict(end), "error": short_form(end.error)})


async def count(since: date, until: date) -> int:
    """The calls that ended from a day to another, that one not counted."""
    return int(await sql.scalar(COUNT, {"since": since, "until": until}) or 0)
