"""A grievance as a step finds it: its row locked and read once, held against the page that showed it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.grievances.filing import may_be_told
from core.grievances.rules import StepNotPossible
from core.grievances.subjects import Category, Sensitivity
from core.grievances.vocabulary import DECIDED, GrievanceState, GrievanceStep, Level
from core.numbers.msisdn import can_get_sms
from core.platform import sql
from core.platform.columns import listed
from core.text.languages import Language


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """What a page showed of a grievance: its version, and the last of its steps."""

    version: int
    event: int


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A step that somebody else took meanwhile; `name` is None for the person themselves or the line."""

    at: datetime
    step: GrievanceStep
    to_state: GrievanceState
    name: str | None


class NotThere(StepNotPossible):
    """There is no such grievance, or it is not for this person to see."""


class Stale(StepNotPossible):
    """The page is out of date; `changes` are the steps since."""

    def __init__(self, changes: tuple[CaseChange, ...]) -> None:
        super().__init__("the page is out of date")
        self.changes = changes


@dataclass(frozen=True, slots=True)
class Locked:
    """A grievance whose row is locked to the end of the transaction."""

    id: int
    reference: str
    category: Category
    sensitivity: Sensitivity
    state: GrievanceState
    level: Level
    msisdn: str | None
    household_id: int | None
    language: Language
    anonymous: bool
    sms_safe: bool | None
    call_safe: bool | None
    assigned_to: int | None
    holder: str | None
    touched_at: datetime | None
    decided_at: datetime | None
    decided_by: int | None
    decision_due: date
    appealed: bool
    lapsed: bool
    solved: bool | None
    reopen_key: str | None
    follows: str | None
    followed_at: datetime | None
    version: int

    @property
    def sensitive(self) -> bool:
        """Whether it is for focal persons alone."""
        return self.sensitivity is Sensitivity.SENSITIVE

    @property
    def sms_goes(self) -> bool:
        """Whether the person is told of its steps by SMS."""
        return (
            self.msisdn is not None
            and can_get_sms(self.msisdn)
            and may_be_told(self.anonymous, sensitive=self.sensitive, sms_safe=self.sms_safe)
        )


FOLLOWS: Final = f"""(SELECT lead.reference FROM grievance AS lead
    WHERE lead.id = grievance.lead_id AND lead.state NOT IN {listed(DECIDED)}) AS follows"""  # noqa: S608 - our own words
"""SQL: the reference of the open grievance that this one follows; what is decided, or not seen, leads none."""

LOCK: Final = f"""
SELECT id, reference, category, sensitivity, state, level, msisdn, household_id, language, anonymous, sms_safe,
    call_safe, assigned_to, (SELECT name FROM agent WHERE agent.id = grievance.assigned_to) AS holder, touched_at,
    decided_at, decided_by, decision_due, reopen_count > 0 AS appealed,
    lapsed_at IS NOT NULL AND state = '{GrievanceState.CLOSED}' AS lapsed, solved, reopen_key, {FOLLOWS},
    followed_at, version
FROM grievance WHERE reference = %(reference)s FOR UPDATE OF grievance
"""  # noqa: S608
_NAMED: Final = "(led.reference = %(reference)s OR led.id = CAST(%(other)s AS integer))"
LOCK_ALL: Final = f"""
SELECT id FROM grievance WHERE id IN (
    SELECT id FROM grievance AS led WHERE {_NAMED}
    UNION SELECT follower.id FROM grievance AS led JOIN grievance AS follower ON follower.lead_id = led.id
    WHERE {_NAMED})
ORDER BY id FOR UPDATE
"""  # noqa: S608
"""Whatever a step writes, in the order of the rows: two people at once wait for one another, and never in a ring."""

SINCE: Final = """
SELECT at, kind AS step, to_state, agent.name FROM grievance_event LEFT JOIN agent ON agent.id = agent_id
WHERE grievance_id = %(id)s AND grievance_event.id > %(event)s ORDER BY grievance_event.id
"""


async def lock(reference: str) -> Locked | None:
    """The grievance with this reference, locked with all that follow it; None where there is none to see."""
    await lock_all(reference)
    return await sql.row(Locked, LOCK, {"reference": reference})


async def lock_all(reference: str, other_id: int | None = None) -> None:
    """Lock a grievance, another one, and all that follow either of them."""
    await sql.scalars(LOCK_ALL, {"reference": reference, "other": other_id})


async def lock_as_shown(reference: str, shown: ShownVersion) -> Locked:
    """The grievance of a page, locked; raises NotThere, and Stale when it has changed since it was shown."""
    case = await lock(reference)
    if case is None:
        raise NotThere(reference)
    if case.version != shown.version:
        raise Stale(tuple(await sql.rows(CaseChange, SINCE, {"id": case.id, "event": shown.event})))
    return case


async def lock_now(reference: str, _: ShownVersion) -> Locked:
    """The grievance as it is now, locked, whatever a page showed; raises NotThere."""
    case = await lock(reference)
    if case is None:
        raise NotThere(reference)
    return case
