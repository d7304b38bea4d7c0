"""One's own account: the password, and the other sessions."""

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.platform.settings import Settings
from core.staff import sign_in
from core.staff.passwords import SHORTEST, WeakPassword
from core.staff.sign_in import Ending, LockedOut, NotSignedIn
from desk.site.pages import DeskPage, now, signed_in
from desk.site.refusals import sentence
from desk.staff.sign_in import DIFFERENT, WRONG_OLD


class Account(DeskPage):
    """Change one's password, and end the sessions left open elsewhere."""

    menu_label = "Mon compte"
    path = "/account"
    add_to_menu = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """The two forms."""
        return self.show(request, "staff/account.html", {"shortest": SHORTEST, "login": signed_in(request).login})

    @route("/password", methods=["POST"])
    async def password(self, request: Request) -> Response:
        """Change it."""
        form = await request.form()
        old, new, again = (str(form.get(name) or "") for name in ("old", "new", "again"))
        if new != again:
            return self.not_done(request, DIFFERENT, self.path)
        try:
            await sign_in.change_password(signed_in(request), old, new, now(), self._settings)
        except NotSignedIn:
            return self.not_done(request, WRONG_OLD, self.path)
        except (WeakPassword, LockedOut) as error:
            return self.not_done(request, sentence(error), self.path)
        return self.done(request, "Votre mot de passe est changé ; vos autres sessions sont fermées.", self.path)

    @route("/sessions", methods=["POST"])
    async def sessions(self, request: Request) -> Response:
        """End all but this one."""
        me = signed_in(request)
        await sign_in.end_sessions(me.actor.id, Ending.BY_ONESELF, now(), but=me.token_hash)
        return self.done(request, "Vos autres sessions sont fermées.", self.path)
