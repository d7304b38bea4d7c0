"""How fast: recipients a second, for each operator and for all together, over all workers.

A request reserves its place in time and waits for it; the next free moment stands in the database. When the gateway
asks for patience, everybody waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core.platform.database import writing

ALL = "all"

RESERVE = text("""
INSERT INTO sms_pace AS pace (name, next_free)
SELECT name, CAST(:now AS timestamptz) + make_interval(secs => seconds)
FROM unnest(CAST(:names AS text[]), CAST(:seconds AS double precision[])) AS asked (name, seconds) ORDER BY name
ON CONFLICT (name) DO UPDATE
SET next_free = greatest(pace.next_free, :now) + (EXCLUDED.next_free - CAST(:now AS timestamptz))
RETURNING name, extract(epoch FROM next_free - CAST(:now AS timestamptz)) AS until
""")
HOLD = text("""
INSERT INTO sms_pace AS pace (name, next_free, hold_until, why) VALUES (:name, :now, :until, :why)
ON CONFLICT (name) DO UPDATE SET hold_until = greatest(pace.hold_until, EXCLUDED.hold_until), why = EXCLUDED.why
""")
GO_ON = text("UPDATE sms_pace SET hold_until = NULL, why = NULL WHERE hold_until IS NOT NULL")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Most recipients a second: `overall` (0: no limit) and by operator."""

    overall: float
    operators: Mapping[str, float]

    async def reserve(self, operator: str | None, recipients: int, now: datetime) -> float:
        """Reserve the time of so many recipients; give the seconds to wait before they may go (0 or more)."""
        rates = {ALL: self.overall, operator: self.operators.get(operator or "", 0.0)}
        seconds = {name: recipients / rate for name, rate in rates.items() if name and rate}
        if not seconds or not recipients:
            return 0.0
        values = {"names": list(seconds), "seconds": list(seconds.values()), "now": now}
        async with writing() as session:
            rows = (await session.execute(RESERVE, values)).all()
        return max(0.0, *(float(row.until) - seconds[row.name] for row in rows))


async def hold(until: datetime, why: str, now: datetime, name: str = ALL) -> None:
    """Let nobody send before `until`, for a reason that is shown."""
    async with writing() as session:
        await session.execute(HOLD, {"name": name, "until": until, "why": why[:200], "now": now})


async def go_on() -> None:
    """End every wait that the gateway's trouble caused."""
    async with writing() as session:
        await session.execute(GO_ON)
