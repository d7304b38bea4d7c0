"""A page of the desk: who may open it, and how it is shown."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView
from starlette_admin.flash import flash, get_flashed_messages

from core.staff.agents import Actor
from core.staff.permissions import Permission, may
from core.staff.sign_in import SignedIn

DESK: Final = "/desk"
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
"""What a day that was typed is held to: far from the ends of the calendar, days can be counted from it."""
SESSION_COOKIE: Final = "jigi_desk"
"""Bears the word of a session; over TLS its name has a prefix (`desk.site.cookies`)."""


def signed_in(request: Request) -> SignedIn:
    """Who asks, as sign-in knows them."""
    someone: SignedIn = request.state.signed_in
    return someone


def actor(request: Request) -> Actor:
    """Who asks."""
    return signed_in(request).actor


def may_here(request: Request, permission: Permission) -> bool:
    """Whether somebody asks, and may do this."""
    return hasattr(request.state, "signed_in") and may(actor(request), permission)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


class DeskPage(CustomView):
    """A page of our own on the library's theme, for those who have its permission; others are refused in words."""

    permission: ClassVar[Permission] = Permission.USE_DESK

    def is_accessible(self, request: Request) -> bool:
        """Whether whoever asks may open it."""
        return may_here(request, self.permission)

    def is_active(self, request: Request) -> bool:
        """Whether the page shown is this one or stands below it."""
        path = request.scope["path"].removeprefix(request.scope["root_path"])
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))

    def show(
        self, request: Request, template: str, context: Mapping[str, Any] | None = None, status: int = 200
    ) -> Response:
        """Show a template of the desk."""
        if self.templates is None:
            raise RuntimeError("a page is shown once it is part of the desk")
        given = {"flashed_messages": get_flashed_messages(request), "page": self, "now": now(), **(context or {})}
        return self.templates.TemplateResponse(request, f"desk/{template}", given, status)

    def done(self, request: Request, words: str, to: str) -> Response:
        """Go to a page of the desk and say there what was done."""
        flash(request, words, "success")
        return RedirectResponse(f"{DESK}{to}", 303)

    def not_done(self, request: Request, words: str, to: str) -> Response:
        """Go to a page of the desk and say there why something was not done."""
        flash(request, words, "error")
        return RedirectResponse(f"{DESK}{to}", 303)


def typed(form: FormData, name: str) -> str:
    """What was typed in a field, without the spaces around it; '' when there is nothing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def number(text: str | None) -> int | None:
    """A whole number of nine digits at the most, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def day_in(text: str | None) -> date | None:
    """A day as forms send it (`2026-12-31`), held to this century; None for what is no day."""
    try:
        return min(max(date.fromisoformat(text or ""), FIRST_DAY), LAST_DAY)
    except ValueError:
        return None


def hour_in(text: str | None) -> time | None:
    """An hour and minutes as forms send them (`08:30`), or None."""
    try:
        hour = time.fromisoformat(text or "")
    except ValueError:
        return None
    return hour if hour.tzinfo is None else None
