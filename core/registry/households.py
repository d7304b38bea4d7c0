"""Households of the registry: where one stands, what it is enrolled in, and at which numbers it is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Final

from core.platform import sql
from core.registry.components import ComponentCode
from core.registry.events import MEANT_FOR, NOT_OVER, EventCard, not_over_values
from core.registry.numbers import PROGRAMME_NO
from core.registry.statuses import PhonePosition, Status
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class EnrolmentCard:
    """A component of a household: from when to when, what it gives (F CFA a time, how often), and what comes next.

    `events` are those of the next day that has any, the earliest first, without what is over.
    """

    component: ComponentCode
    since: date | None
    ended: date | None
    amount_xof: int | None
    times: int | None
    events: tuple[EventCard, ...]

    def runs(self, today: date) -> bool:
        """Whether it goes on after `today`."""
        return self.ended is None or self.ended > today


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a household stands; `status_reason` is one of the known codes or free French text."""

    household_no: str
    programme_no: str
    head_name: str
    status: Status
    status_reason: str | None
    commune: str
    commune_pcode: str
    village: str | None
    enrolments: tuple[EnrolmentCard, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A household with one of its enrolments, if any, and one of the next events of that."""

    household_no: str
    programme_no: str
    head_name: str
    status: Status
    status_reason: str | None
    commune: str
    commune_pcode: str
    village: str | None
    component: ComponentCode | None
    since: date | None
    ended: date | None
    amount_xof: int | None
    times: int | None
    event_date: date | None
    event_time: time | None
    end_time: time | None
    place: str
    what: Mapping[str, str]
    wage_xof: int | None

    def event(self, day: date) -> EventCard:
        """The event of this row, on its day."""
        return EventCard(day, self.event_time, self.end_time, self.place, self.what, self.wage_xof)


STANDING: Final = f"""
SELECT household.household_no, {PROGRAMME_NO}, household.head_name, household.status, household.status_reason,
       commune.name AS commune, household.commune_pcode, household.village,
       enrolment.component, enrolment.since, enrolment.ended, component.amount_xof, component.times,
       event.date AS event_date, event.time AS event_time, event.end_time, event.place, event.what, event.wage_xof
FROM household
JOIN commune ON commune.pcode = household.commune_pcode
LEFT JOIN enrolment ON enrolment.household_id = household.id
LEFT JOIN component ON component.code = enrolment.component
LEFT JOIN LATERAL (
    SELECT DISTINCT event.date, event.time, event.end_time, event.place, event.what, event.wage_xof
    FROM component_event AS event
    WHERE event.component = enrolment.component AND {MEANT_FOR}
      AND (enrolment.ended IS NULL OR event.date <= enrolment.ended) AND {NOT_OVER}
    ORDER BY event.date FETCH FIRST ROW WITH TIES
) AS event ON true
WHERE household.id = %(household_id)s
ORDER BY enrolment.ended DESC NULLS FIRST, enrolment.component, event.time NULLS LAST, event.place
"""  # noqa: S608 - our own words


async def standing(household_id: int, now: datetime) -> Standing | None:
    """Where a household stands at a moment, its running components first, in one query; None if there is none."""
    rows = await sql.rows(_Row, STANDING, {"household_id": household_id} | not_over_values(now))
    if not rows:
        return None
    first = rows[0]
    return Standing(
        first.household_no,
        first.programme_no,
        first.head_name,
        first.status,
        first.status_reason,
        first.commune,
        first.commune_pcode,
        first.village,
        tuple(
            _enrolment(component, list(group))
            for component, group in groupby(rows, key=lambda row: row.component)
            if component
        ),
    )


def _enrolment(component: ComponentCode, rows: Sequence[_Row]) -> EnrolmentCard:
    """An enrolment, of its rows: one for each of its next events."""
    first = rows[0]
    events = tuple(row.event(row.event_date) for row in rows if row.event_date is not None)
    return EnrolmentCard(component, first.since, first.ended, first.amount_xof, first.times, events)


@dataclass(frozen=True, slots=True)
class PhoneCard:
    """A number of a household, its position, and what that phone chose; `others` are reached at it too."""

    position: PhonePosition
    msisdn: str
    language: Language | None
    sms_stopped_at: datetime | None
    others: int


PHONES: Final = """
SELECT CAST(position AS text) AS position, msisdn, phone.language, phone.sms_stopped_at,
    (SELECT count(*) FROM household_phone AS other WHERE other.msisdn = own.msisdn
        AND other.household_id <> own.household_id) AS others
FROM household_phone AS own LEFT JOIN phone USING (msisdn)
WHERE household_id = %(household_id)s ORDER BY own.position
"""


async def phones_of(household_id: int) -> tuple[PhoneCard, ...]:
    """The phones of a household, the first one first."""
    return tuple(await sql.rows(PhoneCard, PHONES, {"household_id": household_id}))
