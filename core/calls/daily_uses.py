"""How often a phone or a household did something on a day: one phone filed hundreds of complaints once."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlmodel import Field

from core.platform import sql
from core.platform.columns import TableRow, coded
from core.text.words import Code


class Use(Code):
    """What is bounded on the line."""

    FILING = "filing"
    SECRET = "secret"  # noqa: S105 - what is filed in secret
    CALL_REQUEST = "call_request"
    CHANGE = "change"
    """Of the language, or of whether SMS are sent."""


class DailyUse(TableRow, table=True):
    """How often `who`, a number (E.164) or `household` and its id, did something on a day; kept as the journal is."""

    __tablename__ = "daily_use"

    day: date = Field(primary_key=True)
    who: str = Field(primary_key=True)
    use: Use = Field(primary_key=True, sa_type=coded(Use))
    times: int


COUNT: Final = """
INSERT INTO daily_use AS earlier (day, who, use, times)
SELECT %(day)s, who, %(use)s, 1 FROM unnest(CAST(%(who)s AS text[])) AS who ORDER BY who
ON CONFLICT (day, who, use) DO UPDATE SET times = earlier.times + 1 RETURNING times
"""


async def is_within(use: Use, msisdn: str, household_id: int | None, day: date, most: int) -> bool:
    """Count a use of a phone, and of a household if there is one; False once either did it more than `most` times."""
    who: Sequence[str] = [msisdn] if household_id is None else [msisdn, f"household {household_id}"]
    times: list[int] = await sql.scalars(COUNT, {"day": day, "use": use.value, "who": list(who)})
    return max(times) <= most
