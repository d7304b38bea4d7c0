"""A list on paper: title, day, whose places, what it was narrowed to, and all rows, or so many as it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.platform.spreadsheets import Cell
from core.staff import audit
from core.staff.acts import Act
from core.staff.row_security import seen_by
from core.text.formats import number_phrase, short_date
from desk.site.pages import DeskPage, actor, now

MOST_PRINTED: Final = 1000
"""Rows on paper; more are a file, or a list that is narrowed first."""


@dataclass(frozen=True, slots=True)
class PrintedList:
    """A list as it is printed; `rows` may be one more than are printed, which says that there are more.

    `narrowed` are the filters in words, and `back` is where the list is, below the desk.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    back: str
    narrowed: Sequence[str] = ()


async def show_printed(page: DeskPage, request: Request, printed: PrintedList) -> Response:
    """Show a list as it is printed, and write down that it was."""
    me, rows = actor(request), printed.rows[:MOST_PRINTED]
    async with seen_by(me):
        await audit.record(me.id, Act.LIST_PRINTED, None, now(), {"list": printed.title, "rows": len(rows)})
    context = {
        "printed": printed,
        "rows": [[_text(cell) for cell in row] for row in rows],
        "more": len(printed.rows) > MOST_PRINTED,
    }
    return page.show(request, "site/printed.html", context)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date | datetime):
        return short_date(cell)
    return number_phrase(cell) if isinstance(cell, int) else str(cell)
