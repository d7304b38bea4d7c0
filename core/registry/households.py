"""Households of the registry: where one stands, what it is enrolled in, and at which numbers it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from core.platform import sql
from core.registry.components import ComponentCode
from core.registry.statuses import PhonePosition, Status
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class EventCard:
    """The next event of a component for a household; `time` is None when no hour was given."""

    date: date
    time: time | None
    place: str
    what: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EnrolmentCard:
    """A component of a household: from when to when, what it gives (F CFA a time, how often), and what comes next."""

    component: ComponentCode
    since: date | None
    ended: date | None
    amount_xof: int | None
    times: int | None
    next_event: EventCard | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a household stands; `status_reason` is one of the known codes or free French text."""

    household_no: str
    head_name: str
    status: Status
    status_reason: str | None
    commune: str
    commune_pcode: str
    village: str | None
    enrolments: tuple[EnrolmentCard, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A household with one of its enrolments, if any, and the next event of that."""

    household_no: str
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
    place: str
    what: Mapping[str, str]

    def enrolment(self, component: ComponentCode) -> EnrolmentCard:
        """The enrolment of this row."""
        event = None
        if self.event_date is not None:
            event = EventCard(self.event_date, self.event_time, self.place, self.what)
        return EnrolmentCard(component, self.since, self.ended, self.amount_xof, self.times, event)


STANDING: Final = """
SELECT household.household_no, household.head_name, household.status, household.status_reason,
       commune.name AS commune, household.commune_pcode, household.village,
       enrolment.component, enrolment.since, enrolment.ended, component.amount_xof, component.times,
       event.date AS event_date, event.time AS event_time, event.place, event.what
FROM household
JOIN commune ON commune.pcode = household.commune_pcode
LEFT JOIN enrolment ON enrolment.household_id = household.id
LEFT JOIN component ON component.code = enrolment.component
LEFT JOIN LATERAL (
    SELECT date, time, place, what FROM component_event
    WHERE component_event.component = enrolment.component AND component_event.commune_pcode = household.commune_pcode
      AND component_event.date >= %(today)s AND (enrolment.ended IS NULL OR component_event.date <= enrolment.ended)
      AND (component_event.village IS NULL OR lower(component_event.village) = lower(household.village))
    ORDER BY component_event.date, component_event.village NULLS LAST, component_event.time NULLS LAST LIMIT 1
) AS event ON true
WHERE household.id = %(household_id)s
ORDER BY enrolment.ended DESC NULLS FIRST, enrolment.component
"""


async def standing(household_id: int, today: date) -> Standing | None:
    """Where a household stands on `today`, its running components first, in one query; None if there is none."""
    rows = await sql.rows(_Row, STANDING, {"household_id": household_id, "today": today})
    if not rows:
        return None
    first = rows[0]
    return Standing(
        first.household_no,
        first.head_name,
        first.status,
        first.status_reason,
        first.commune,
        first.commune_pcode,
        first.village,
        tuple(row.enrolment(row.component) for row in rows if row.component),
    )


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
