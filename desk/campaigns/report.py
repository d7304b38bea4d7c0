"""What became of a campaign: by commune, and the list of who could not be told, for the villages to print or keep."""

import asyncio
import shutil
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette_admin.routing import route

from core.campaigns.models import Campaign
from core.campaigns.steps import CampaignError
from core.platform import sql
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from desk.campaigns import words as campaign_words
from desk.campaigns.campaign import LONG_STATEMENTS
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now
from desk.site.refusals import not_there
from sms.campaigns import preview, unreached
from sms.campaigns.communes import communes_of
from sms.campaigns.cost import cost_of
from sms.campaigns.scope import must_run
from sms.campaigns.tally import tally_of
from sms.campaigns.unreached import UnreachedHousehold

MOST_AT_ONCE: Final = 1500
"""Households on one page to print; more are printed commune by commune."""

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CampaignReport(DeskPage):
    """The report of a campaign and the list for the village committees."""

    menu_label = "Non joints"
    path = "/campaigns/{id:int}/unreached"
    permission = Permission.RUN_CAMPAIGNS
    add_to_menu = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """How many of each commune were reached, and where to print the list."""
        return self.show(request, "campaigns/report.html", await self._counted(request))

    @route("/print")
    async def sheets(self, request: Request) -> Response:
        """The list, a page for each village: of one commune, or of all where they are not too many."""
        me, campaign_id, at = actor(request), row_id(request), now()
        asked = request.query_params.get("commune")
        context = await self._counted(request)
        async with seen_by(me):
            wanted = [each for each in context["communes"] if asked is None or str(each.number) == asked]
            if sum(each.unreached for each in wanted) > MOST_AT_ONCE and asked is None:
                words = "La liste est longue : imprimez-la commune par commune."
                return self.not_done(request, words, f"/campaigns/{campaign_id}/unreached")
            of = wanted[0] if asked is not None and wanted else None
            detail = {"commune": (of.commune or "no household") if of else "all" if asked is None else "none"}
            await audit.record(me.id, Act.CAMPAIGN_UNREACHED_PRINTED, f"campaign {campaign_id}", at, detail)
        with signed_in_for(DatabaseTask.WORKER):
            listed = unreached.households(campaign_id, of.pcode if of else None)
            households = [household async for household in listed] if of or asked is None else []
        villages = [(key, list(group)) for key, group in groupby(households, key=_village)]
        return self.show(request, "campaigns/unreached.html", {**context, "villages": villages})

    @route("/csv")
    async def as_csv(self, request: Request) -> Response:
        """The list as CSV."""
        return await self._file(request, "csv")

    @route("/xlsx")
    async def as_xlsx(self, request: Request) -> Response:
        """The list as a workbook."""
        return await self._file(request, "xlsx")

    async def _file(self, request: Request, kind: str) -> Response:
        me, campaign_id, at = actor(request), row_id(request), now()
        async with seen_by(me):
            await _must_see(request)
            await audit.record(me.id, Act.CAMPAIGN_UNREACHED_EXPORTED, f"campaign {campaign_id}", at, {"as": kind})
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="jigi-list-"))
        try:
            files = await asyncio.to_thread(_written, campaign_id, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        path, media = (files.csv, "text/csv; charset=utf-8") if kind == "csv" else (files.xlsx, XLSX)
        gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        name = f"non-joints-campagne-{campaign_id}.{kind}"
        return FileResponse(path, media_type=media, filename=name, background=gone)

    async def _counted(self, request: Request) -> dict[str, Any]:
        """The campaign and its communes as they were counted, for whoever may run it."""
        me, at = actor(request), now()
        async with seen_by(me):
            standing = await _must_see(request)
        campaign_id = row_id(request)
        communes, tally = await communes_of(standing, at), await tally_of(standing, at)
        async with seen_by(me):
            await sql.execute(LONG_STATEMENTS)
            far = await preview.progress(campaign_id, counted=tally)
            campaign = await preview.summary(campaign_id)
        return {
            "id": campaign_id,
            "campaign": campaign,
            "cost": cost_of(tally, self._settings),
            "counted": far,
            "counted_at": communes.at,
            "communes": communes.rows,
            "say": campaign_words,
            "households": sum(each.households for each in communes.rows if each.commune),
            "strangers": sum(each.households for each in communes.rows if not each.commune),
            "unreached": sum(each.unreached for each in communes.rows),
            "most": MOST_AT_ONCE,
        }


def _village(household: UnreachedHousehold) -> tuple[str, str, str, str]:
    return household.region, household.cercle, household.commune, household.village


def _written(campaign_id: int, folder: Path) -> unreached.UnreachedFiles:
    """Write the files in a thread of their own: a long list must not keep the line waiting."""
    with signed_in_for(DatabaseTask.WORKER):
        return asyncio.run(unreached.write(campaign_id, folder))


async def _must_see(request: Request) -> Campaign:
    try:
        return await must_run(actor(request), row_id(request))
    except CampaignError:
        raise not_there() from None
