"""How fast: SMS a second, for each operator, for each route and for all together, over all workers.

An SMS to one number is one, or as many as the gateway counts it for (`Gateway.weight`: by SMPP, its parts). A request
reserves its place in time and waits for it; the next free moment stands in the database. What a gateway that is down or
refuses holds up are its own routes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import col, update

from core.numbers.msisdn import Operator
from core.outbox.workers import SmsPace
from core.platform import sql
from core.platform.database import writing
from sms.outbox.routes import NOTICES, pace_of

ALL: Final = "all"
"""The name of the pace that all operators keep together."""

RESERVE: Final = """
INSERT INTO sms_pace AS pace (name, next_free)
SELECT name, CAST(%(now)s AS timestamptz) + make_interval(secs => seconds)
FROM unnest(CAST(%(names)s AS text[]), CAST(%(seconds)s AS double precision[])) AS asked (name, seconds) ORDER BY name
ON CONFLICT (name) DO UPDATE
SET next_free = greatest(pace.next_free, %(now)s) + (EXCLUDED.next_free - CAST(%(now)s AS timestamptz))
RETURNING name, CAST(extract(epoch FROM next_free - CAST(%(now)s AS timestamptz)) AS double precision) AS until
"""
HOLD: Final = """
INSERT INTO sms_pace AS pace (name, next_free, hold_until, why)
VALUES (%(name)s, %(now)s, %(until)s, %(why)s)
ON CONFLICT (name) DO UPDATE SET hold_until = greatest(pace.hold_until, EXCLUDED.hold_until), why = EXCLUDED.why
"""


@dataclass(frozen=True, slots=True)
class _Reserved:
    """Until when the SMS of an operator, or of all, take its time: seconds from now."""

    name: str
    until: float


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Most SMS a second: `overall` (0: no limit), by operator, and by route (`*>orange`, `malitel>smpp`)."""

    overall: float
    operators: Mapping[str, float]
    routes: Mapping[str, float] = field(default_factory=dict)

    async def reserve(
        self, operator: Operator | None, size: int, now: datetime, gateway: str = "", *, is_notice: bool = False
    ) -> float:
        """Reserve the time of so many SMS; give the seconds to wait before they may go (0 or more).

        A single notice takes its time from the campaigns, and waits only for the notices before it.
        """
        rates = {ALL: self.overall, operator: self.operators.get(operator or "", 0.0)}
        rates |= {name: self.routes.get(name, 0.0) for name in (pace_of(gateway), pace_of(gateway, operator))}
        seconds = {name: size / rate for name, rate in rates.items() if name and rate}
        if not seconds or not size:
            return 0.0
        asked = dict(seconds)
        if is_notice:
            asked |= {f"{name}{NOTICES}": seconds[name] for name in seconds}
        values = {"names": list(asked), "seconds": list(asked.values()), "now": now}
        async with writing():
            reserved = await sql.rows(_Reserved, RESERVE, values)
        waited_for = [each for each in reserved if each.name.endswith(NOTICES) == is_notice]
        return max(0.0, *(each.until - asked[each.name] for each in waited_for))


async def hold(until: datetime, why: str, now: datetime, name: str = ALL) -> None:
    """Let nobody send before `until`, for a reason that is shown."""
    async with writing():
        await sql.execute(HOLD, {"name": name, "until": until, "why": why[:200], "now": now})


SLOW_DOWN: Final = f"""
INSERT INTO sms_pace AS pace (name, next_free)
VALUES (CAST(%(name)s AS text), %(until)s), (CAST(%(name)s AS text) || '{NOTICES}', %(until)s)
ON CONFLICT (name) DO UPDATE SET next_free = greatest(pace.next_free, EXCLUDED.next_free)
"""  # noqa: S608 - a word of ours


async def slow_down(until: datetime, name: str) -> None:
    """Let the next one at this pace go no sooner than `until`: the gateway said that we are too fast."""
    async with writing():
        await sql.execute(SLOW_DOWN, {"name": name, "until": until})


@dataclass(frozen=True, slots=True)
class Standstill:
    """Nobody is sent to at a pace before `until`, and why."""

    name: str
    until: datetime
    why: str


HELD: Final = "SELECT name, hold_until AS until, coalesce(why, '') AS why FROM sms_pace WHERE hold_until > %(now)s"


async def held(now: datetime) -> dict[str, Standstill]:
    """What is held now, by the name of its pace."""
    return {hold.name: hold for hold in await sql.rows(Standstill, HELD, {"now": now})}


async def go_on() -> None:
    """End every wait that the gateway's trouble caused."""
    async with writing() as session:
        held = update(SmsPace).where(col(SmsPace.hold_until).is_not(None))
        await session.exec(held.values(hold_until=None, why=None))
