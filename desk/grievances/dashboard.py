"""The dashboard: what came, what is open, what was answered in time. Every figure opens the list behind it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.calls import counts, gateway_sessions
from core.calls.events import Event
from core.grievances import figures
from core.grievances.figures import By, Figures, GrievanceCount, Timely
from core.grievances.search import GrievanceStanding, NotSaid, SearchOrder
from core.grievances.vocabulary import PersonSays
from core.platform.database import DatabaseTask, signed_in_for
from core.staff.permissions import Permission, may
from core.staff.row_security import figures_seen_by
from core.text.formats import number_phrase
from core.text.languages import Language
from core.text.words import Word
from desk.site.charts import Bar, bars, link
from desk.site.kept import KeptFigures, asked_anew
from desk.site.pages import DeskPage, actor, now
from desk.site.words import word
from menus.stats import funnels, losing_most
from menus.titles import TITLES
from sms.alarms.standing import notices
from sms.campaigns.delivered import Deliveries

PERIODS: Final[Mapping[int, str]] = {7: "7 jours", 30: "30 jours", 90: "90 jours", 365: "un an"}
USUAL_DAYS: Final = 30
KEPT_FROM_DAYS: Final = 90
"""Figures of so many days are kept for a while; by those of fewer people work, and they are of now."""

LIST: Final = "/desk/grievances"
SENSITIVE_SCREENS: Final = (
    "secret_confirm",
    "secret_sum",
    "secret_words",
    "secret_hour",
    "secret_number",
    "secret_filed",
)
"""The way to a sensitive grievance, of which nobody is shown a count here."""


class Dashboard(DeskPage):
    """Figures of what somebody may see; supervisors are shown the calls and the campaigns as well."""

    menu_label = "Tableau de bord"
    path = "/dashboard"
    permission = Permission.WORK_ON_GRIEVANCES

    def __init__(self) -> None:
        super().__init__()
        self._deliveries = Deliveries()
        self._figures: KeptFigures[Figures] = KeptFigures()

    @route("")
    async def index(self, request: Request) -> Response:
        """The figures of a period that ends today."""
        me, at = actor(request), now()
        asked = request.query_params.get("days", "")
        days = int(asked) if asked in map(str, PERIODS) else USUAL_DAYS
        today = at.date()
        since, until = today - timedelta(days=days - 1), today + timedelta(days=1)

        async def count() -> Figures:
            async with figures_seen_by(me):
                return await figures.over(me, since, until, today)

        counted = await self._figures.counted(me, days, at, count, anew=days < KEPT_FROM_DAYS or asked_anew(request))
        counts = counted.figures
        async with figures_seen_by(me):
            standing = await figures.open_now(today)
            names = await figures.place_names(counts.by[By.PLACE])
        context: dict[str, Any] = {
            "days": days,
            "counted_at": counted.at if days >= KEPT_FROM_DAYS else None,
            "periods": PERIODS,
            "since": since,
            "together": counts.together,
            "open": standing,
            "links": _links(since, today),
            "ages": bars(
                Bar(word(age), count, link(LIST, age=age, order=SearchOrder.OLDEST))
                for age, count in standing.ages.items()
            ),
            **_charts(counts, names, since, today),
        }
        if may(me, Permission.WATCH_LINE):
            context |= await _line(since, until)
            context["alarms"] = await notices(me.scope_code, at)
            with signed_in_for(DatabaseTask.WORKER):  # counted once for everybody
                context["campaigns"] = await self._deliveries.last(at, me.scope_code)
        return self.show(request, "grievances/dashboard.html", context)


def _links(since: date, until: date) -> dict[str, str]:
    period = {"since": since, "until": until}
    return {
        "received": link(LIST, **period),
        "open": link(LIST, state=GrievanceStanding.OPEN, order=SearchOrder.OLDEST),
        "overdue": link(LIST, state=GrievanceStanding.OVERDUE, order=SearchOrder.DUE),
        "nobodys": link(LIST, state=GrievanceStanding.OPEN, assigned=NotSaid.NOBODY, order=SearchOrder.DUE),
        "reopened": link(LIST, **period, reopened=1),
        **{timely.value: link(LIST, **period, timely=timely) for timely in Timely},
        **{says.value: link(LIST, **period, says=says) for says in PersonSays},
    }


def _charts(counts: Figures, names: Mapping[str, str], since: date, until: date) -> dict[str, tuple[Bar, ...]]:
    def row(by: By, value: str | None, counted: GrievanceCount) -> Bar:
        href = link(LIST, since=since, until=until, **{by.value: value or NotSaid.NOT_SAID})
        return Bar(value_words(value, names), counted.received, href, beside=in_a_hundred(counted.decided_share))

    return {
        by.value: bars(
            row(by, value, counted)
            for value, counted in sorted(
                counts.by[by].items(), key=lambda item: (-item[1].received, value_words(item[0], names))
            )
        )
        for by in By
    }


def value_words(value: str | None, places: Mapping[str, str]) -> str:
    """What a value that figures are split by is called: a word, a place by its P-code, or None."""
    if value is None:
        return word(NotSaid.NOT_SAID)
    return word(value) if isinstance(value, Word) else places.get(value, value)


def in_a_hundred(share: int | None) -> str:
    """A share as it is written; a dash of nothing."""
    return "–" if share is None else f"{share} %"


async def _line(since: date, until: date) -> dict[str, Any]:
    """What callers did on the USSD line: calls, tasks finished, where they were lost, in which language."""
    screens, tasks = await counts.since(since)
    finished = [each for each in funnels(screens, tasks) if each.task.screen not in SENSITIVE_SCREENS]
    lost = [step for step in losing_most(screens, 8) if step.screen not in SENSITIVE_SCREENS]
    homes = {
        language: sum(
            each.events[Event.ENTERED] for each in screens if each.screen == "home" and each.language == language
        )
        for language in Language
    }
    return {
        "calls": await gateway_sessions.count(since, until),
        "tasks": bars(
            Bar(
                each.task.title,
                each.finished,
                beside=f"{each.seconds:.0f} s" if each.finished else "",
            )
            for each in finished
        ),
        "lost": bars(
            Bar(TITLES.get(step.screen, step.screen), step.lost, beside=f"sur {number_phrase(step.entered)}")
            for step in lost[:5]
        ),
        "languages": bars(Bar(word(language), count) for language, count in homes.items()),
    }
