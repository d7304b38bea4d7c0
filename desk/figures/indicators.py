"""Indicators of grievances, each with the public source that defines it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.figures import indicators
from core.figures.indicators import SOURCES
from core.staff.permissions import Permission
from core.staff.row_security import figures_seen_by
from desk.figures.steering import period_of
from desk.site.pages import DeskPage, actor, now


class Indicators(DeskPage):
    """What donors and peers compare, on one page with its definitions."""

    menu_label = "Indicateurs"
    path = "/indicators"
    permission = Permission.READ_REPORTS

    @route("")
    async def index(self, request: Request) -> Response:
        """The indicators of a period beside those of as many days before."""
        me, today, period = actor(request), now().date(), period_of(request)
        async with figures_seen_by(me):
            values = await indicators.indicators(me, period.since, period.until, today)
            before = await indicators.indicators(me, period.before.since, period.before.until, today)
        rows = [(each, past, SOURCES[each.indicator]) for each, past in zip(values, before, strict=True)]
        return self.show(request, "figures/indicators.html", {"period": period, "rows": rows})
