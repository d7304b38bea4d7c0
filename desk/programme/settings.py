"""What a programme changes without a developer: delays, contacts, the days off of a year."""

from datetime import date
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import due_days, holidays
from core.grievances.holidays import DayOff, MovableHoliday
from core.grievances.models import Holiday
from core.programme import changing
from core.programme.changing import CHECKS, NoSuchValue, NotProposedAnyMore
from core.programme.models import TITLES, TOLD_TO_PEOPLE, ProgrammeSettingName, SettingState
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import NotAllowed, Permission
from core.staff.row_security import seen_by
from core.text.formats import short_date
from desk.site.pages import DeskPage, actor, day_in, now, number, typed
from desk.site.refusals import not_there
from desk.site.words import word

_DELAYS: Final = (("Première réponse", "number"), ("Décision", "number"))
PARTS: Final = {
    ProgrammeSettingName.ORDINARY: _DELAYS,
    ProgrammeSettingName.SPECIAL: _DELAYS,
    ProgrammeSettingName.CONDUCT: _DELAYS,
    ProgrammeSettingName.ABUSE: _DELAYS,
    ProgrammeSettingName.PHONES: (("Le premier", "tel"), ("Le second", "tel")),
    ProgrammeSettingName.HOURS: (("De", "time"), ("À", "time")),
}
"""The fields of a setting that is several values, each with its title and kind."""

LONGEST: Final = 120
OWN: Final = "Une autre personne doit approuver : vous l'avez proposé vous-même."
GONE: Final = "Quelqu'un en a déjà décidé. Regardez la page à nouveau."
NO_DAY: Final = "Choisissez un jour et écrivez le nom de la fête."
TWICE: Final = "Ce jour est déjà un jour férié."


class SettingsPage(DeskPage):
    """Settings of the programme, each change on record; what people are told is approved by somebody else."""

    menu_label = "Réglages"
    path = "/settings"
    permission = Permission.KEEP_SETTINGS

    @route("")
    async def index(self, request: Request) -> Response:
        """The settings as they stand, and the days off of this year and the next."""
        me, today = actor(request), now().date()
        async with seen_by(me):
            settings = await changing.standing()
            years = [await _year(today.year), await _year(today.year + 1)]
        context = {
            "settings": settings,
            "titles": TITLES,
            "parts_of": PARTS,
            "hints": {name: hint for name, (hint, _) in CHECKS.items()},
            "told": TOLD_TO_PEOPLE,
            "years": years,
            "me": me,
        }
        return self.show(request, "programme/settings.html", context)

    @route("/change", methods=["POST"])
    async def change(self, request: Request) -> Response:
        """Give a setting a value."""
        me, at, form = actor(request), now(), await request.form()
        name = next((each for each in ProgrammeSettingName if each.value == typed(form, "name")), None)
        if name is None:
            raise not_there()
        try:
            async with seen_by(me):
                state = await changing.propose(me, name, _value(form)[:LONGEST], at)
        except NoSuchValue as error:
            return self.not_done(request, f"{TITLES[name]} : {error.in_french}", self.path)
        await changing.take()
        if state is SettingState.PROPOSED:
            return self.done(request, "C'est proposé. Une autre personne doit l'approuver.", self.path)
        return self.done(request, "C'est changé, pour ce qui vient.", self.path)

    @route("/decide", methods=["POST"])
    async def decide(self, request: Request) -> Response:
        """Approve what somebody else proposed, or dismiss it."""
        me, at, form = actor(request), now(), await request.form()
        approve = typed(form, "approve") == "yes"
        try:
            async with seen_by(me):
                await changing.decide(me, number(typed(form, "proposal")) or 0, at, approve=approve)
        except NotAllowed:
            return self.not_done(request, OWN, self.path)
        except NotProposedAnyMore:
            return self.not_done(request, GONE, self.path)
        await changing.take()
        return self.done(request, "C'est en vigueur." if approve else "Ce n'est pas retenu.", self.path)

    @route("/holidays", methods=["POST"])
    async def holiday(self, request: Request) -> Response:
        """Enter a day off, and give open complaints as many working days as they had."""
        me, at, form = actor(request), now(), await request.form()
        day, name = day_in(typed(form, "day")), typed(form, "name")[:LONGEST]
        if day is None or not name:
            return self.not_done(request, NO_DAY, self.path)
        async with seen_by(me) as session:
            if day in await holidays.off(day, day):
                return self.not_done(request, TWICE, self.path)
            session.add(Holiday(day=day, name=name))
            detail = {"after": {"day": day, "name": name}}
            await audit.record(me.id, Act.HOLIDAY_ADDED, f"holiday {day}", at, detail)
        moved = await due_days.move(at.date(), added=[day])
        return self.done(
            request, f"{name}, le {short_date(day)} : plaintes ouvertes qui changent de jour, {moved}.", self.path
        )


def _value(form: FormData) -> str:
    """What was typed, of a setting with several fields as the operator would write it."""
    typed_parts = (each.strip() for each in form.getlist("value") if isinstance(each, str))
    return ",".join(each for each in typed_parts if each)


async def _year(year: int) -> tuple[int, list[DayOff], list[tuple[MovableHoliday, str]]]:
    """A year, its days off, and the movable holidays whose day nobody entered, with what they are called."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    entered = await holidays.on_record(first, last)
    missing = [(each, word(each)) for each in holidays.not_entered(entered)]
    return year, list(await holidays.days_off(first, last)), missing
