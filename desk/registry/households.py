"""Households: found, looked at, corrected, and called as they call."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.numbers.msisdn import local
from core.payments.states import failure_reason
from core.platform.settings import Settings
from core.registry import search
from core.registry.corrections import CorrectedField
from core.registry.edits import (
    correct_language,
    correct_words,
)
from core.registry.identity_checks import (
    KnownBy,
    TooManyYears,
    YearCheck,
    check_year,
    is_known,
    must_be_known,
    vouch,
)
from core.registry.phone_claims import ClaimState, answer_claim_at_desk
from core.registry.search import CannotSearch, Hit, Search
from core.registry.statuses import PhonePosition, status_reason
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission, may, must
from core.staff.row_security import seen_by
from core.text.languages import Language
from core.text.words import DESK, label
from desk.places.commune_field import read_commune
from desk.registry import phone_form
from desk.registry.dialling import dial_as, pressed
from desk.registry.household_file import HouseholdFile, household_file
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, typed
from desk.site.refusals import Refused, not_there
from desk.site.words import corrected_value
from sms.outbox.reasons import reason_label

YEAR_DIGITS: Final = 4
WORDS: Final = {field.value: field for field in (CorrectedField.NAME, CorrectedField.VILLAGE)}
REFUSALS: Final = phone_form.NOT_CORRECTED
KEYS: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0")


class Households(DeskPage):
    """The search, and a page for each household."""

    menu_label = "Ménages"
    path = "/households"
    permission = Permission.SEE_HOUSEHOLDS

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    @route("")
    async def index(self, request: Request) -> Response:
        """The form to look for one."""
        context = {"q": "", "commune": await read_commune(FormData()), "result": Search(()), "error": ""}
        return self.show(request, "registry/households.html", context)

    @route("", methods=["POST"])
    async def look(self, request: Request) -> Response:
        """Look for one; what is looked for stands in no address."""
        form = await request.form()
        asked, commune = typed(form, "q"), await read_commune(form)
        result, error = Search(()), ""
        if asked:
            async with seen_by(actor(request)):
                try:
                    result = await search.search(asked, commune.pcode)
                except CannotSearch as cannot:
                    error = label(cannot.fault, DESK)
        context = {"q": asked, "commune": commune, "result": result, "error": error}
        return self.show(request, "registry/households.html", context, 422 if error else 200)

    @route("/of/{id:int}")
    async def one(self, request: Request) -> Response:
        """All that is known of it."""
        household = await self._file(request)
        async with seen_by(actor(request)):
            about = f"household {household.hit.household_no}"
            await audit.record(actor(request).id, Act.HOUSEHOLD_READ, about, now())
            known = await is_known(household.hit.household_no, now())
        return self._page(request, household, {"known": known})

    @route("/of/{id:int}/identity", methods=["POST"])
    async def identity(self, request: Request) -> Response:
        """Say whether the year of birth that somebody said is that of the household; it is kept who asked."""
        household, form = await self._file(request), await request.form()
        year = typed(form, "year")
        if not (year.isascii() and year.isdigit() and len(year) == YEAR_DIGITS):
            wrong = {"where": "identity", "field": "value", "words": "Une année a quatre chiffres : 1975."}
            return self._page(request, household, {"wrong": wrong, "given": {"value": year}}, 422)
        try:
            async with seen_by(actor(request)):
                checked = await check_year(actor(request), household.hit.id, int(year), now())
        except TooManyYears as error:
            return await self._refused(request, form, "identity", error)
        if checked is None:
            raise not_there()
        return self._page(request, household, {"checked": checked, "known": checked is not YearCheck.DIFFERS})

    @route("/of/{id:int}/vouch", methods=["POST"])
    async def vouched(self, request: Request) -> Response:
        """Note by what else than the year the person is known: a paper, a visit, the committee."""
        household = await self._file(request)
        by = typed(await request.form(), "by")
        if by not in set(KnownBy):
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY)
        async with seen_by(actor(request)):
            await vouch(actor(request), household.hit.id, KnownBy(by), now())
        return self.done(request, "C'est noté : vous pouvez dire et corriger.", self._address(household.hit))

    @route("/of/{id:int}/phone", methods=["POST"])
    async def phone(self, request: Request) -> Response:
        """Correct its first or second phone."""
        form, hit = await request.form(), await self._hit(request)
        try:
            words = await phone_form.corrected(actor(request), hit.household_no, form)
        except REFUSALS as error:
            return await self._refused(request, form, f"phone{phone_form.position(form)}", error)
        return self.done(request, words, self._address(hit))

    @route("/of/{id:int}/language", methods=["POST"])
    async def language(self, request: Request) -> Response:
        """Correct the language it is spoken to in."""
        form = await request.form()
        hit, was = await self._hit(request), typed(form, "was")
        try:
            spoken = Language(typed(form, "value"))
            async with seen_by(actor(request)):
                await must_be_known(hit.household_no, now())
                stands = await correct_language(
                    actor(request),
                    hit.household_no,
                    spoken,
                    Language(was) if was else None,
                    typed(form, "reason"),
                    now(),
                )
        except REFUSALS as error:
            return await self._refused(request, form, "language", error)
        except ValueError:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        return self.done(request, "La langue est corrigée." if stands else phone_form.WAITS, self._address(hit))

    @route("/of/{id:int}/words/{field:str}", methods=["POST"])
    async def words(self, request: Request) -> Response:
        """Write its name or its village anew."""
        form = await request.form()
        hit, me = await self._hit(request), actor(request)
        field = WORDS.get(request.path_params["field"])
        if field is None:
            raise not_there()
        try:
            async with seen_by(me):
                await must_be_known(hit.household_no, now())
                stands = await correct_words(
                    me, hit.household_no, field, typed(form, "value"), typed(form, "was"), typed(form, "reason"), now()
                )
        except REFUSALS as error:
            return await self._refused(request, form, field.value, error)
        return self.done(request, "C'est corrigé." if stands else phone_form.WAITS, self._address(hit))

    @route("/of/{id:int}/claim", methods=["POST"])
    async def claim(self, request: Request) -> Response:
        """Answer for a phone that says it is the household's."""
        form = await request.form()
        hit = await self._hit(request)
        try:
            was, state = ClaimState(typed(form, "was")), ClaimState(typed(form, "state"))
            async with seen_by(actor(request)):
                await must_be_known(hit.household_no, now())
                await answer_claim_at_desk(actor(request), hit.household_no, typed(form, "phone"), was, state, now())
        except REFUSALS as error:
            return await self._refused(request, form, "claim", error)
        except ValueError:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        return self.done(request, "La réponse est écrite.", self._address(hit))

    @route("/of/{id:int}/dial", methods=["POST"])
    async def dial(self, request: Request) -> Response:
        """Show what its phone shows after some keys; each look is recorded, what was typed is not."""
        form = await request.form()
        household = await self._file(request)
        position = phone_form.position(form)
        phone = next((phone for phone in household.phones if phone.position == position), None)
        if phone is None:
            raise not_there()
        keys = pressed(typed(form, "keys"), typed(form, "key") or typed(form, "written"))
        async with seen_by(actor(request)):
            about = f"household {household.hit.household_no}"
            detail = {"position": int(position), "keys": len(keys)}
            await audit.record(actor(request).id, Act.DIALLED_AS_THE_HOUSEHOLD, about, now(), detail)
        shown = await dial_as(actor(request), phone.msisdn, keys, self._settings, now)
        context = {"file": household, "phone": phone, "keys": keys, "shown": shown, "pad": KEYS, "local": local}
        return self.show(request, "registry/dial.html", context)

    def _address(self, hit: Hit) -> str:
        """Where its page is: the number of its row stands there, and never that of the household."""
        return f"{self.path}/of/{hit.id}"

    async def _hit(self, request: Request) -> Hit:
        """The household of an address, for who sees it and may correct it."""
        must(actor(request), Permission.CORRECT_HOUSEHOLDS)
        async with seen_by(actor(request)):
            hit = await search.by_id(row_id(request))
        if hit is None:
            raise not_there()
        return hit

    async def _file(self, request: Request) -> HouseholdFile:
        must(actor(request), self.permission)
        async with seen_by(actor(request)):
            household = await household_file(row_id(request), now())
        if household is None:
            raise not_there()
        return household

    async def _refused(self, request: Request, form: FormData, where: str, error: Exception) -> Response:
        """The page again, with what was typed and what is wrong with it."""
        household = await self._file(request)
        async with seen_by(actor(request)):
            checked = await is_known(household.hit.household_no, now())
        more = {"wrong": phone_form.wrong_with(error, where), "given": phone_form.given_in(form), "known": checked}
        return self._page(request, household, more, phone_form.status_of(error))

    def _page(
        self, request: Request, household: HouseholdFile, more: Mapping[str, Any] | None = None, status: int = 200
    ) -> Response:
        context: dict[str, Any] = {
            "file": household,
            "positions": {phone.position: phone for phone in household.phones},
            "may_correct": may(actor(request), Permission.CORRECT_HOUSEHOLDS),
            "asks_registry": self._settings.spdci_registries and may(actor(request), Permission.ASK_REGISTRY),
            "reason_word": _reason_word,
            "phone_positions": tuple(PhonePosition),
            "status_reason": status_reason,
            "failure_reason": failure_reason,
            "local": local,
            "wrong": {},
            "given": {},
            "checked": None,
            "known": False,
            "ways": [(way.value, label(way, DESK)) for way in KnownBy],
            "shown": corrected_value,
        }
        return self.show(request, "registry/household.html", {**context, **(more or {})}, status)


def _reason_word(reason: str) -> str:
    return reason_label(reason, DESK)
