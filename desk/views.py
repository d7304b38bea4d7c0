"""The pages and lists of the desk, in the order of the menu."""

from collections.abc import Sequence
from typing import Final

from core.people import Role
from core.settings import Settings
from desk.account import Account
from desk.audit_list import AuditTrail
from desk.callbacks import Callbacks
from desk.intake import Intake
from desk.lists import lists
from desk.pages import DESK, Page, who
from desk.people import People
from desk.register import Register
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route
from starlette_admin.views import BaseView, DropDown

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
        Register(),
        Intake(),
        Callbacks(),
        People(settings),
        DropDown("Listes", views=[*lists(), AuditTrail()]),
        Account(settings),
    )
