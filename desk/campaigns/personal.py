"""A personal message from a spreadsheet: read and checked row by row, shown, then planned for somebody else to approve.

The file is read where it came in and is gone when the page answers.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.campaigns.models import CampaignKind
from core.campaigns.steps import CampaignError
from core.files.cells import UnreadableFile
from core.files.opening import SUFFIXES
from core.platform.settings import Settings
from core.scams.guard import NotASafeText
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from core.text.alphabet import alphabet
from core.text.languages import Language
from desk.campaigns import words as campaign_words
from desk.campaigns.plan import LONGEST_TEXT, LONGEST_TITLE, NOBODY, PATIENCE
from desk.campaigns.words import refused, word
from desk.site.pages import DeskPage, actor, now, typed
from sms.campaigns import planning_task
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import CannotBeWritten, Draft, draft
from sms.campaigns.personal import (
    BroughtBefore,
    PersonalTrial,
    brought_before,
    check_personal,
    named_columns,
    tried,
)
from sms.campaigns.scope import campaign_of, must_cover
from sms.campaigns.sheets import MOST_ROWS, Sheet, read_sheet

CHOOSE: Final = "Choisissez un fichier .xlsx ou .csv."
TOO_LARGE: Final = "Ce fichier est trop gros."
NO_ROW: Final = "Ce fichier n'a aucune ligne."
PIECE: Final = 1 << 20


class CampaignPersonal(DeskPage):
    """The form of a personal message."""

    menu_label = "Message personnel"
    path = "/campaigns/personal"
    permission = Permission.RUN_CAMPAIGNS
    add_to_menu = False

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._alphabet = alphabet(settings.alphabet)

    @route("")
    async def index(self, request: Request) -> Response:
        """The form."""
        return self._form(request, {})

    @route("", methods=["POST"])
    async def take(self, request: Request) -> Response:
        """Read the file; show what it would say, or plan it. With anything wrong in it nothing is planned."""
        me = actor(request)
        async with request.form() as form:
            given = {name: value for name, value in form.items() if isinstance(value, str)}
            texts = {each.value: typed(form, f"text_{each}")[:LONGEST_TEXT] for each in Language}
            try:
                async with seen_by(me):
                    await must_cover(me, None)
                sheet, trial = await self._read(form, texts)
            except (CampaignError, CannotBeWritten, NotASafeText) as error:
                return self._form(request, given, refused(error))
            except UnreadableFile as error:
                return self._form(request, given, str(error))
        async with seen_by(me):
            before = await brought_before(sheet, now())
        stops = before is not None and not given.get("again")
        if trial.problems or not trial.rows or stops or typed(form, "act") != "plan":
            return self._form(request, given, "" if trial.rows or trial.problems else NO_ROW, trial, before)
        return await self._plan(request, sheet, texts, typed(form, "title")[:LONGEST_TITLE])

    async def _plan(self, request: Request, sheet: Sheet, texts: Mapping[str, str], title: str) -> Response:
        me, at, kind = actor(request), now(), CampaignKind.PERSONAL
        async with seen_by(me):
            campaign_id = await draft(Draft(kind, Audience(), title or word(kind), texts, me.id), at, self._alphabet)
            await audit.record(me.id, Act.CAMPAIGN_DRAFTED, f"campaign {campaign_id}", at, {"kind": kind.value})
        made = await planning_task.begin(campaign_id, self._settings, me, at, patience=PATIENCE, rows=sheet.rows)
        if made and not (await campaign_of(campaign_id)).recipients:
            return self.not_done(request, NOBODY, f"/campaigns/{campaign_id}")
        done = "Le message est planifié. Rien n'est envoyé." if made else "Le plan se fait. Rien n'est envoyé."
        return self.done(request, f"{done} Le fichier n'est pas gardé.", f"/campaigns/{campaign_id}")

    async def _read(self, form: FormData, texts: Mapping[str, str]) -> tuple[Sheet, PersonalTrial]:
        """The file of a form, and what it would say; raises UnreadableFile and what `check_personal` raises."""
        file = form.get("file")
        if not isinstance(file, UploadFile) or PurePath(file.filename or "").suffix.lower() not in SUFFIXES:
            raise UnreadableFile(CHOOSE)
        with tempfile.TemporaryDirectory(prefix="jigi-personal-") as folder:
            path = Path(folder) / f"file{PurePath(file.filename or '').suffix.lower()}"
            await self._keep(file, path)
            sheet = await asyncio.to_thread(read_sheet, path, named_columns(texts))
        check_personal(texts, sheet.columns, self._alphabet)
        return sheet, await asyncio.to_thread(tried, texts, sheet, self._settings)

    async def _keep(self, file: UploadFile, path: Path) -> None:
        """Write the file down for as long as it is read; raises UnreadableFile for one that is too large."""
        left = self._settings.desk_upload_bytes
        with path.open("xb") as out:
            while piece := await file.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise UnreadableFile(TOO_LARGE)
                out.write(piece)

    def _form(
        self,
        request: Request,
        given: Mapping[str, str],
        error: str = "",
        trial: PersonalTrial | None = None,
        before: BroughtBefore | None = None,
    ) -> Response:
        context = {
            "given": given,
            "error": error,
            "trial": trial,
            "before": before,
            "languages": list(Language),
            "longest": LONGEST_TEXT,
            "most_rows": MOST_ROWS,
            "everywhere": actor(request).scope_code is None,
            "say": campaign_words,
        }
        return self.show(
            request, "campaigns/personal.html", context, 422 if error or (trial and trial.problems) else 200
        )
