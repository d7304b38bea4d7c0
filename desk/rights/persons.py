"""The rights of a person at the desk: what is held of a phone or a household, handed over or erased."""

from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.rights import paper, persons
from core.rights.persons import NoSubject, NumberKind
from core.rights.sources import WHY_KEPT
from core.staff.permissions import Permission
from core.text.words import DESK, label
from desk.site.pages import DeskPage, actor, now, typed
from desk.site.refusals import Refused

KINDS: Final = tuple((kind.value, label(kind, DESK)) for kind in NumberKind)
NO_STORE: Final = {"Cache-Control": "no-store"}


class Rights(DeskPage):
    """Nothing of it stands in an address: the number is sent in a form, and the answer is a file or a page."""

    menu_label = "Droits des personnes"
    path = "/rights"
    permission = Permission.ANSWER_FOR_PERSONS

    @route("", methods=["GET"])
    async def index(self, request: Request) -> Response:
        """The form."""
        return self._page(request)

    @route("/show", methods=["POST"])
    async def hand_over(self, request: Request) -> Response:
        """The file to hand over, in French or for machines."""
        form = await request.form()
        at = now()
        try:
            whose, rows = await persons.show(actor(request), typed(form, "number"), _kind(form), typed(form, "why"), at)
        except NoSubject as error:
            return self._refused(request, form, error)
        machine = typed(form, "as") == "json"
        text = (paper.as_json if machine else paper.as_text)(whose, rows, at)
        name = "donnees-personne.json" if machine else "donnees-personne.txt"
        kind = "application/json" if machine else "text/plain; charset=utf-8"
        attached = {"Content-Disposition": f'attachment; filename="{name}"', **NO_STORE}
        return Response(text, media_type=kind, headers=attached)

    @route("/erase", methods=["POST"])
    async def erase(self, request: Request) -> Response:
        """Say what would be erased and what stays; once that was read, do it."""
        form = await request.form()
        who, number, kind = actor(request), typed(form, "number"), _kind(form)
        sure = typed(form, "sure") == "1"
        try:
            if sure:
                erasures = await persons.erase(who, number, kind, typed(form, "why"), now())
            else:
                erasures = await persons.would_erase(who, number, kind)
        except NoSubject as error:
            return self._refused(request, form, error)
        rows = [
            (label(each.source, DESK), each.erased, each.kept, label(WHY_KEPT[each.source], DESK) if each.kept else "")
            for each in erasures
        ]
        return self._page(request, {"rows": rows, "done": sure, "given": _given(form)})

    def _refused(self, request: Request, form: FormData, error: NoSubject) -> Response:
        context = {"given": _given(form), "error": label(error.fault, DESK)}
        return self._page(request, context, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _page(self, request: Request, more: dict[str, Any] | None = None, status: int = 200) -> Response:
        context: dict[str, Any] = {
            "kinds": KINDS,
            "notes": paper.NOTES,
            "given": {},
            "error": "",
            "rows": None,
            "done": False,
        }
        page = self.show(request, "rights/persons.html", {**context, **(more or {})}, status)
        page.headers.update(NO_STORE)
        return page


def _kind(form: FormData) -> NumberKind | None:
    typed_kind = typed(form, "kind")
    try:
        return NumberKind(typed_kind) if typed_kind else None
    except ValueError:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY) from None


def _given(form: FormData) -> dict[str, str]:
    return {name: typed(form, name) for name in ("number", "kind", "why")}
