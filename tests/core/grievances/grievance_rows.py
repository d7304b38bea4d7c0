"""Grievances planted as they stand, for tests of figures and lists."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.grievances import search
from core.grievances.models import Grievance
from core.grievances.search import Wanted
from core.grievances.subjects import CATEGORIES, Category
from core.grievances.vocabulary import Channel, GrievanceState, Level
from core.numbers.identifiers import check_digit
from core.platform.database import writing
from core.staff.agents import Actor, Role
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core.seed import SAFO, TODAY

SUPERVISOR = Actor(1, "Awa", Role.SUPERVISOR)
FOCAL = Actor(2, "Oumou", Role.FOCAL)
ELSEWHERE = "ML010101"
SERIALS = iter(range(200_000, 1_000_000))


def ago(days: int) -> date:
    """A day so long ago."""
    return TODAY - timedelta(days=days)


def at(day: date) -> datetime:
    """Ten o'clock of a day."""
    return datetime.combine(day, time(10), UTC)


async def plant(received: date, **given: Any) -> str:
    """Plant a grievance received on a day, its first answer due two days later and its decision seven; give its number.

    `answered`, `decided` and `reopened` are the days of it, if any.
    """
    serial = str(next(SERIALS))
    reference = serial + check_digit(serial)
    days = {name: at(day) if (day := given.pop(name, None)) else None for name in ("answered", "decided", "reopened")}
    category = Category(given.pop("category", Category.PAYMENT))
    values = {
        "channel": Channel.USSD,
        "level": Level.VILLAGE,
        "subcategory": CATEGORIES[category].subcategories[0],
        "commune_pcode": SAFO,
        "state": GrievanceState.RESOLVED if days["decided"] else GrievanceState.RECEIVED,
        "first_answer_due": date.fromordinal(received.toordinal() + 2),
        "decision_due": date.fromordinal(received.toordinal() + 7),
    }
    async with writing() as session:
        row = Grievance(
            reference=reference,
            filing_key=reference,
            category=category,
            sensitivity=CATEGORIES[category].sensitivity,
            anonymous=False,
            beneficiary=True,
            language=Language("bm"),
            call_back=False,
            received_at=at(received),
            first_answered_at=days["answered"],
            decided_at=days["decided"],
            reopened_at=days["reopened"],
            reopen_count=1 if days["reopened"] else 0,
            **{**values, **given},
        )
        session.add(row)
    return reference


async def listed(wanted: Wanted, actor: Actor = SUPERVISOR) -> list[str]:
    """The references that the list gives somebody, in its order; the count is held against them."""
    async with seen_by(actor):
        page = await search.listed_page(wanted, TODAY, 1)
        assert await search.count(wanted, TODAY) == page.count == len(page.rows)
    return [row.reference for row in page.rows]
