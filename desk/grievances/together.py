"""The same with many complaints at once: chosen in the list, looked at one by one, then done."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.routing import route

from core.grievances import cases, prepared_answers, search, steps, together
from core.grievances.cases import CaseRow
from core.grievances.locked import ShownVersion
from core.grievances.models import PreparedAnswer
from core.grievances.rules import refusal
from core.grievances.steps import DeskVisit
from core.grievances.together import MOST_TOGETHER, Chosen
from core.grievances.vocabulary import DECISIONS, GrievanceState, GrievanceStep
from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.platform.settings.in_force import in_force
from core.platform.spreadsheets import XLSX_TYPE, xlsx_bytes
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, may
from core.staff.row_security import seen_by
from desk.grievances.list import FOCAL_EXPORTS, HEADER, WIDTHS, cells, download
from desk.grievances.refusals import in_french
from desk.grievances.reply import ReplyPreview, preview
from desk.site.pages import DESK, DeskPage, actor, now, number, typed
from desk.site.refusals import Refused

NONE_CHOSEN: Final = "Cochez d'abord des plaintes."
LIST: Final = "/grievances"
ACTS: Final[Mapping[str, GrievanceStep]] = {
    "answer": GrievanceStep.DECIDE,
    "assign": GrievanceStep.ASSIGN,
    "close": GrievanceStep.CLOSE,
}
"""What is done with many, by the step that each of them takes."""


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """One of those that were chosen: what its person gets, or why it is left out."""

    case: CaseRow
    chosen: Chosen
    sms: ReplyPreview | None
    why: str


class ManyCases(DeskPage):
    """Many complaints, and one act."""

    menu_label = "Plusieurs plaintes"
    path = "/together"
    add_to_menu = False
    permission = Permission.WORK_ON_GRIEVANCES

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("/{act}")
    async def back(self, request: Request) -> Response:
        """What was chosen is gone with its form: begin in the list."""
        return RedirectResponse(f"{DESK}{LIST}", 303)

    @route("/export", methods=["POST"])
    async def export(self, request: Request) -> Response:
        """Those that were chosen as a workbook, as the list exports them."""
        me, at = actor(request), now()
        if not may(me, Permission.EXPORT_GRIEVANCES):
            raise Refused(HTTPStatus.FORBIDDEN, FOCAL_EXPORTS)
        ids = _ids(await request.form())
        async with seen_by(me):
            rows = await search.chosen_to_export(ids, at.date())
            await audit.record(me.id, Act.GRIEVANCES_EXPORTED, None, at, {"kind": "xlsx", "rows": len(rows)})
        made = await xlsx_bytes("Plaintes", HEADER, map(cells, rows), WIDTHS)
        return download(made, XLSX_TYPE, "plaintes.xlsx")

    @route("/{act}", methods=["POST"])
    async def act(self, request: Request) -> Response:
        """Show what would be done with each of those that were chosen; do it once that was seen."""
        name, form = request.path_params["act"], await request.form()
        if name not in ACTS:
            raise Refused(HTTPStatus.NOT_FOUND)
        ids = _ids(form)
        if not ids:
            return self.not_done(request, NONE_CHOSEN, LIST)
        if not typed(form, "sure"):
            return await self._shown(request, name, ids, form)
        act = await self._act(request, name, form)
        me = actor(request)
        outcomes = await together.each_of(me, await _as_shown(me, form), now(), ACTS[name], act)
        refused = [(each, in_french(each.why)) for each in outcomes if each.why]
        context = {"act": name, "done": len(outcomes) - len(refused), "refused": refused}
        return self.show(request, "grievances/together_done.html", context)

    async def _act(self, request: Request, name: str, form: FormData) -> Callable[[DeskVisit], Awaitable[None]]:
        """What is done with each; raises Refused for a text or a decision that is none."""
        if name == "close":
            return steps.close
        if name == "assign":
            agent = number(typed(form, "agent")) or 0
            return lambda visit: steps.assign(visit, agent)
        async with seen_by(actor(request)):
            prepared = await prepared_answers.by_id(number(typed(form, "prepared")) or 0)
        if prepared is None:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY)
        state = _decision(form)
        return lambda visit: together.answer(visit, prepared, state)

    async def _shown(self, request: Request, name: str, ids: Sequence[int], form: FormData) -> Response:
        me, state = actor(request), _decision(form)
        async with seen_by(me):
            chosen = await together.chosen(ids)
            glances = [(each, await cases.glance(each.reference)) for each in chosen]
            those = [(each, case) for each, case in glances if case is not None]
            ready = await prepared_answers.of_categories({case.category for _, case in those})
            prepared = await prepared_answers.by_id(number(typed(form, "prepared")) or 0)
            rows = [await self._row(request, name, case, each, prepared, state) for each, case in those]
            agents = await search.agents() if name == "assign" else []
        context = {
            "act": name,
            "rows": [each for each in rows if not each.why],
            "refused": [each for each in rows if each.why],
            "unseen": len(ids) - len(rows),
            "ready": ready,
            "amend_hours": in_force().grievance_amend_hours,
            "prepared": prepared,
            "decision": state,
            "decisions": DECISIONS,
            "agents": agents,
        }
        return self.show(request, "grievances/together.html", context)

    async def _row(
        self,
        request: Request,
        name: str,
        case: CaseRow,
        chosen: Chosen,
        prepared: PreparedAnswer | None,
        state: GrievanceState,
    ) -> ChosenRow:
        me, at = actor(request), now()
        if name != "answer":
            why: JigiError | None = refusal(ACTS[name], case, me, at)
            return ChosenRow(case, chosen, None, in_french(why) if why else "")
        if prepared is None:
            return ChosenRow(case, chosen, None, "")
        why = await together.why_not_answered(case, prepared, me, at)
        if why:
            return ChosenRow(case, chosen, None, in_french(why))
        return ChosenRow(
            case, chosen, await preview(case, state, prepared.text_in(case.language), at, self._settings), ""
        )


def _ids(form: FormData) -> list[int]:
    """The rows that were ticked, all of the page where that was; at most MOST_TOGETHER. What was shown counts too."""
    written = [each for each in form.getlist("case") if isinstance(each, str)]
    written += [each.partition(".")[0] for each in form.getlist("shown") if isinstance(each, str)]
    if typed(form, "every"):
        written += typed(form, "listed").split(",")
    numbers = [value for value in map(number, written) if value is not None]
    return list(dict.fromkeys(numbers))[:MOST_TOGETHER]


async def _as_shown(me: Actor, form: FormData) -> tuple[Chosen, ...]:
    """Those of the page as it showed them, where whoever asks sees them still; raises Refused for what is no row."""
    versions = {}
    for each in form.getlist("shown")[:MOST_TOGETHER]:
        shown = SHOWN.fullmatch(each) if isinstance(each, str) else None
        if shown is None:
            raise Refused(HTTPStatus.BAD_REQUEST)
        versions[int(shown["id"])] = ShownVersion(int(shown["version"]), int(shown["event"]))
    async with seen_by(me):
        seen = await together.chosen(list(versions))
    return tuple(replace(each, shown=versions[each.id]) for each in seen)


SHOWN: Final = re.compile(r"(?P<id>\d{1,9})\.(?P<version>\d{1,9})\.(?P<event>\d{1,9})")
"""A row of the page, and what it showed of it."""


def _decision(form: FormData) -> GrievanceState:
    """The decision of a form, the first where it says none; raises Refused."""
    written = typed(form, "decision") or DECISIONS[0].value
    decision = next((each for each in DECISIONS if each.value == written), None)
    if decision is None:
        raise Refused(HTTPStatus.BAD_REQUEST)
    return decision
