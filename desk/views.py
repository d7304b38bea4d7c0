"""The whole desk: its pages and lists in the order of the menu, put on the site behind the way in."""

from collections.abc import Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route
from starlette_admin.views import BaseView, DropDown

from core.platform.redis import Client
from core.platform.settings import Settings
from core.staff.agents import Role
from desk.call_requests.requests import CallRequests
from desk.campaigns.campaign import Campaigns
from desk.campaigns.personal import CampaignPersonal
from desk.campaigns.plan import CampaignPlan
from desk.campaigns.report import CampaignReport
from desk.campaigns.rules import CampaignRules
from desk.campaigns.templates import CampaignTemplates
from desk.figures.indicators import Indicators
from desk.figures.steering import Steering
from desk.grievances.accesses import Accesses
from desk.grievances.attachments import Attachments
from desk.grievances.case import Cases
from desk.grievances.dashboard import Dashboard
from desk.grievances.intake import Intake
from desk.grievances.list import GrievanceList
from desk.grievances.queue import Queue
from desk.grievances.received import Received
from desk.grievances.register import Register
from desk.grievances.reports import Reports
from desk.grievances.services import Services
from desk.grievances.together import ManyCases
from desk.imports.field_forms import FieldForms
from desk.imports.registers import FormRegisters
from desk.imports.uploads import Imports
from desk.programme.settings import SettingsPage
from desk.registry.corrections import Corrections
from desk.registry.dead_numbers import DeadNumbers
from desk.registry.households import Households
from desk.registry.other_registry import OtherRegistry
from desk.rights.persons import Rights
from desk.site import app as site
from desk.site.lists import lists
from desk.site.pages import DESK, DeskPage, actor
from desk.staff.absences import Absences
from desk.staff.account import Account
from desk.staff.audit_list import AuditTrail
from desk.staff.people import People
from desk.staff.sign_in import SignIn
from desk.systems.batches import Batches
from desk.systems.systems import Systems

FIRST_PAGES: Final = {
    Role.AGENT: "/queue",
    Role.SUPERVISOR: "/dashboard",
    Role.FOCAL: "/queue",
    Role.ADMINISTRATOR: "/people",
}


class Home(DeskPage):
    """Leads each role to the page their work begins on."""

    path = "/"
    add_to_menu = False

    @route("")
    async def index(self, request: Request) -> Response:
        """Go there."""
        return RedirectResponse(f"{DESK}{FIRST_PAGES[actor(request).role]}", 303)


def mount(app: Starlette, settings: Settings, redis: Client) -> None:
    """Put the desk at `/desk` of an application whose database is open."""
    site.mount(app, settings, redis, way_in=SignIn(settings), home=Home(), views=views(settings))


def views(settings: Settings) -> Sequence[BaseView]:
    """Every page and list, made anew for one desk."""
    return (
        Queue(),
        Cases(settings),
        Attachments(settings),
        Accesses(),
        Services(),
        ManyCases(settings),
        DropDown("Saisir", views=[Intake(), Register(), FormRegisters(settings), FieldForms()]),
        GrievanceList(),
        Dashboard(),
        DropDown("Rapports", views=[Reports(), Steering(), Indicators(), Received()]),
        CallRequests(),
        DropDown(
            "Registre", views=[Households(settings), Corrections(), DeadNumbers(settings), Imports(settings), Batches()]
        ),
        OtherRegistry(settings),
        Campaigns(settings),
        CampaignPlan(settings),
        CampaignPersonal(settings),
        CampaignRules(),
        CampaignTemplates(settings),
        CampaignReport(settings),
        Absences(),
        People(settings),
        Systems(settings),
        SettingsPage(),
        Rights(),
        DropDown("Listes", views=[*lists(), AuditTrail()]),
        Account(settings),
    )
