"""Indicators of grievances, each with the public source that defines it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.figures import indicators
from core.figures.indicators import SOURCES, IndicatorRow
from core.staff.permissions import Permission
from core.staff.row_security import figures_seen_by
from desk.figures.steering import anew_link, period_of
from desk.site.kept import KeptFigures, asked_anew
from desk.site.pages import DESK, DeskPage, actor, now


class Indicators(DeskPage):
    """What donors and peers compare, on one page with its definitions."""

    menu_label = "Indicateurs"
    path = "/indicators"
    permission = Permission.READ_REPORTS

    def __init__(self) -> None:
        super().__init__()
        self._figures: KeptFigures[Sequence[IndicatorRow]] = KeptFigures()

    @route("")
    async def index(self, request: Request) -> Response:
        """The indicators of a period beside those of as many days before."""
        me, at, period = actor(request), now(), period_of(request)

        async def count() -> Sequence[IndicatorRow]:
            async with figures_seen_by(me):
                return await indicators.indicators(period, at.date())

        counted = await self._figures.counted(me, period, at, count, anew=asked_anew(request))
        context = {
            "period": period,
            "rows": [(row.now, row.before, SOURCES[row.now.indicator]) for row in counted.figures],
            "counted_at": counted.at,
            "anew": anew_link(f"{DESK}{self.path}", period),
        }
        return self.show(request, "figures/indicators.html", context)
