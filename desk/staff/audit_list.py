"""The audit trail: who did what, when, to what, from where. It is looked at and exported, no more.

Administrators read all of it, supervisors what those did who work for their places.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import DateTime, Text, cast, or_, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from starlette.requests import Request
from starlette_admin import DateTimeField, EnumField, StringField

from core.numbers.identifiers import digits, number_key
from core.registry.numbers import NUMBERED
from core.staff.acts import ACTS
from core.staff.agents import Agent
from core.staff.audit import AuditEntry
from core.staff.permissions import Permission
from desk.site.keys import NumberKey
from desk.site.lists import Kept
from desk.staff.trail_words import TrailNames, about_words, cases_noted, kept_about, noted_words

CASES: Final = f"""
SELECT 'grievance ' || reference FROM grievance JOIN household ON household.id = household_id
WHERE {NUMBERED.replace("%(number)s", ":number")}
"""  # noqa: S608 - our own words


class ActField(EnumField):
    """An act in French words, or as it is kept when it has none."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """The words."""
        return ACTS.get(value, value)


class AboutField(StringField):
    """What an entry is about, in French."""

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """The words."""
        return about_words(value, TrailNames(await _persons(request)))


class NotedField(StringField):
    """What was noted of an act, in French; complaints are named as far as whoever reads sees them."""

    async def parse_obj(self, request: Request, obj: Any) -> Any:
        """The words."""
        row: TrailRow = obj
        session: AsyncSession = request.state.session
        ids = cases_noted(row.detail)
        found = await session.execute(REFERENCES, {"ids": list(ids)}) if ids else ()
        names = TrailNames(await _persons(request), {each.id: each.reference for each in found})
        return noted_words(row.detail, names, row.about)


REFERENCES: Final = text("SELECT id, reference FROM grievance WHERE id = ANY(:ids)")


async def _persons(request: Request) -> Mapping[int, str]:
    """Everybody's name by their id, read once for a request."""
    if not hasattr(request.state, "trail_persons"):
        session: AsyncSession = request.state.session
        request.state.trail_persons = {row.id: row.name for row in await session.execute(PERSONS)}
    persons: Mapping[int, str] = request.state.trail_persons
    return persons


PERSONS: Final = text("SELECT id, name FROM agent")


class TrailRow:
    """An entry of the trail with the login of whoever did it, None for the programme itself or the shell."""

    id: int
    at: datetime
    login: str | None
    act: str
    about: str | None
    detail: str | None
    source: str | None


_entry: Final = AuditEntry.__table__  # type: ignore[attr-defined]
_agent: Final = Agent.__table__  # type: ignore[attr-defined]
_named: Final = (
    select(
        _entry.c.id,
        type_coerce(_entry.c.at, DateTime(timezone=True)).label("at"),
        _agent.c.login,
        _entry.c.act,
        _entry.c.about,
        cast(_entry.c.detail, Text).label("detail"),
        _entry.c.source,
    )
    .select_from(_entry.outerjoin(_agent, _agent.c.id == _entry.c.agent_id))
    .subquery("named")
)
registry().map_imperatively(TrailRow, _named, primary_key=[_named.c.id])


class AuditTrail(Kept):
    """Everything that was done, newest first."""

    key = "audit-entry"
    display_name = "Acte"
    menu_label = "Journal"
    may_look = Permission.READ_AUDIT
    key_kind = NumberKey
    fields: Sequence[Any] = (
        StringField("id", "Nº", searchable=False),
        DateTimeField("at", "Quand"),
        StringField("login", "Qui"),
        ActField("act", "Acte", choices=tuple((act.value, words) for act, words in ACTS.items())),
        AboutField("about", "Sur"),
        NotedField("detail", "Détail", orderable=False),
        StringField("source", "Depuis"),
    )
    fields_default_sort: Sequence[Any] = (("id", True),)

    def __init__(self) -> None:
        super().__init__(TrailRow)

    def get_search_query(self, request: Request, term: str) -> Any:
        """What is looked for, by either number of a household too, with its cases as far as they are seen.

        A number of a case is found however it is written.
        """
        about = _named.c.about
        of_household = text("SELECT trail_names(:wanted)").bindparams(wanted=number_key(term))
        of_cases = text(CASES).bindparams(number=number_key(term))
        return or_(
            super().get_search_query(request, term),
            about.ilike(f"%{kept_about(term)}%"),
            _named.c.detail.ilike(f"%{term}%"),
            about == f"grievance {digits(term)}",
            about.in_(of_household),
            about.in_(of_cases),
        )
