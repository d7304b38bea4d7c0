"""The pages and lists of the desk, in the order of the menu."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route
from starlette_admin.views import BaseView, DropDown

from core.platform.settings import Settings
from core.staff.agents import Role
from desk.account import Account
from desk.audit_list import AuditTrail
from desk.callbacks import Callbacks
from desk.campaign_plan import CampaignPlan
from desk.campaign_report import CampaignReport
from desk.campaign_rules import CampaignRules
from desk.campaigns import Campaigns
from desk.case import Cases
from desk.dashboard import Dashboard
from desk.grievance_list import GrievanceList
from desk.households import Households
from desk.imports import Imports
from desk.intake import Intake
from desk.lists import lists
from desk.pages import DESK, Page, who
from desk.people import People
from desk.queue import Queue
from desk.readings import Readings
from desk.register import Register
from desk.reports import Reports

FIRST_PAGES: Final = {
    Role.AGENT: "/queue",
    Role.SUPERVISOR: "/dashboard",
    Role.FOCAL: "/queue",
    Role.ADMINISTRATOR: "/people",
}


class Home(Page):
    """Leads each role to the page their work begins on."""

    path = "/"
    add_to_menu = False

    @route("")
    async def index(self, request: Request) -> Response:
        """Go there."""
        return RedirectResponse(f"{DESK}{FIRST_PAGES[who(request).role]}", 303)


def views(settings: Settings) -> Sequence[BaseView]:
    """Every page and list, made anew for one desk."""
    return (
        Queue(),
        Cases(settings),
        Readings(),
        DropDown("Saisir", views=[Intake(), Register()]),
        GrievanceList(),
        Dashboard(),
        Reports(),
        Callbacks(),
        DropDown("Registre", views=[Households(settings), Imports(settings)]),
        Campaigns(settings),
        CampaignPlan(settings),
        CampaignRules(),
        CampaignReport(),
        People(settings),
        DropDown("Listes", views=[*lists(), AuditTrail()]),
        Account(settings),
    )
