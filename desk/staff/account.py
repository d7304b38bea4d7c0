"""One's own account: the password, codes for a lost telephone, and the other sessions."""

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.platform.settings import Settings
from core.staff import second_factor, sign_in
from core.staff.credentials import NotSignedIn
from core.staff.passwords import SHORTEST, TooManyAtOnce, WeakPassword
from core.staff.sign_in import Ending
from core.staff.tries import LockedOut
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
        """What can be changed, and where one is signed in."""
        return await self._page(request)

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
        except (WeakPassword, LockedOut, TooManyAtOnce) as error:
            return self.not_done(request, sentence(error), self.path)
        return self.done(request, "Votre mot de passe est changé ; vos autres sessions sont fermées.", self.path)

    @route("/sessions", methods=["POST"])
    async def sessions(self, request: Request) -> Response:
        """End all but this one."""
        me = signed_in(request)
        await sign_in.end_sessions(me.actor.id, Ending.BY_ONESELF, now(), but=me.token_hash)
        return self.done(request, "Vos autres sessions sont fermées.", self.path)

    @route("/sessions/{name}", methods=["POST"])
    async def session(self, request: Request) -> Response:
        """End one of the others."""
        if not await sign_in.end_own_session(signed_in(request), request.path_params["name"], now()):
            return self.not_done(request, "Cette session est déjà fermée.", self.path)
        return self.done(request, "La session est fermée.", self.path)

    @route("/codes", methods=["POST"])
    async def codes(self, request: Request) -> Response:
        """Give new codes for a lost telephone, to who types the password; they are shown once."""
        me, form = signed_in(request), await request.form()
        try:
            if not await sign_in.is_password(me, str(form.get("password") or ""), now(), self._settings):
                return self.not_done(request, WRONG_OLD, self.path)
        except (LockedOut, TooManyAtOnce) as error:
            return self.not_done(request, sentence(error), self.path)
        return await self._page(request, await second_factor.new_recovery_codes(me.actor.id, now()))

    async def _page(self, request: Request, codes: tuple[str, ...] = ()) -> Response:
        me = signed_in(request)
        context = {
            "shortest": SHORTEST,
            "login": me.login,
            "sessions": await sign_in.own_sessions(me, now(), self._settings),
            "second": self._settings.desk_totp,
            "by_provider": me.by_provider,
            "left": await second_factor.recovery_codes_left(me.actor.id),
            "codes": codes,
        }
        return self.show(request, "staff/account.html", context)
