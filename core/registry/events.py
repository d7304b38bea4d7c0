"""Events of components: for which households they are, and until when they are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from core.platform.settings.in_force import in_force


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event of a component: its day and hours (None: not said), its place, and what it is in each language.

    `wage_xof` is what a day of it pays, in F CFA; None where no file says.
    """

    date: date
    begin: time | None
    end: time | None
    place: str
    what: Mapping[str, str]
    wage_xof: int | None


MEANT_FOR: Final = """event.commune_pcode = household.commune_pcode
    AND (event.village IS NULL OR event.village_search = household.village_search)"""
"""SQL that tells whether a row of `component_event`, as `event`, is for a row of `household`, however both spell it."""

NOT_OVER: Final = """event.date >= CAST(CAST(%(now)s AS timestamptz) AT TIME ZONE 'UTC' AS date) AND coalesce(
        event.date + event.end_time, event.date + event.time + make_interval(hours => %(event_hours)s), event.date + 1
    ) > CAST(%(now)s AS timestamptz) AT TIME ZONE 'UTC'"""
"""SQL that tells whether a row of `component_event`, as `event`, is not over; its parameters are `not_over_values`.

It is over at its end; without one, so many hours after it began; without an hour, when its day is. Bamako keeps UTC.
"""


def not_over_values(now: datetime) -> dict[str, Any]:
    """The parameters of `NOT_OVER` at a moment."""
    return {"now": now, "event_hours": in_force().event_hours}
