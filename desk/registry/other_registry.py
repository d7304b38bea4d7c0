"""A household looked up in another registry, with its person's consent; what comes is shown, and not taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.grievances import cases
from core.grievances.subjects import Category
from core.platform.settings import Settings
from core.registry import search
from core.registry.search import Hit
from core.spdci import asking
from core.spdci.asking import SearchFinding, SearchQuery
from core.spdci.comparing import ComparedRow, compared
from core.spdci.consent import Consent, ConsentGiver, ConsentWay
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks
from core.spdci.ourselves import own_identity
from core.spdci.partners import Partner, desk_registry
from core.spdci.vocabulary import RegistryFault
from core.staff.permissions import Permission, must
from core.staff.row_security import seen_by
from core.text.words import DESK, label
from desk.site.keys import row_id
from desk.site.pages import DeskPage, actor, now, typed
from desk.site.refusals import not_there

log = structlog.get_logger(__name__)

LONGEST: Final = 60
ASKED: Final = ("kind", "number", "name", "year", "giver", "way")
NO_CONSENT: Final = "Demandez d'abord son accord à la personne, et dites comment elle l'a donné."
NOTHING_ASKED: Final = "Écrivez un numéro, ou un nom et une année de naissance."


@dataclass(frozen=True, slots=True)
class LookUp:
    """What is looked up for whom: `about` is how the trail calls it, `back` where one came from."""

    about: str
    back: str
    hit: Hit | None
    title: str


class OtherRegistry(DeskPage):
    """The form on a household, or on a complaint of who was left out, and what the registry has."""

    menu_label = "Registre"
    path = "/registry"
    add_to_menu = False
    permission = Permission.ASK_REGISTRY

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        own = own_identity(settings)
        self._registry: Partner | None = desk_registry(settings)
        self._kinds: Mapping[str, str] = settings.spdci_id_types
        self._links = RegistryLinks(own, settings.spdci_seconds, now) if own else None

    @route("/household/{id:int}")
    async def of_household(self, request: Request) -> Response:
        """The form, for a household."""
        return self._page(request, await self._household(request))

    @route("/household/{id:int}", methods=["POST"])
    async def ask_for_household(self, request: Request) -> Response:
        """Ask the registry about a household."""
        return await self._ask(request, await self._household(request))

    @route("/case/{id:int}")
    async def of_case(self, request: Request) -> Response:
        """The form, for a complaint of who was left out."""
        return self._page(request, await self._case(request))

    @route("/case/{id:int}", methods=["POST"])
    async def ask_for_case(self, request: Request) -> Response:
        """Ask the registry about who was left out."""
        return await self._ask(request, await self._case(request))

    async def _household(self, request: Request) -> LookUp:
        must(actor(request), self.permission)
        async with seen_by(actor(request)):
            hit = await search.by_id(row_id(request))
        if hit is None:
            raise not_there()
        return LookUp(f"household {hit.household_no}", f"/desk/households/of/{hit.id}", hit, hit.head_name)

    async def _case(self, request: Request) -> LookUp:
        must(actor(request), self.permission)
        async with seen_by(actor(request)):
            reference = await cases.reference_of(row_id(request))
            case = await cases.glance(reference) if reference else None
            if case is None or case.category is not Category.EXCLUSION:
                raise not_there()
            hit = await search.by_id(case.household_id) if case.household_id else None
        back = f"/desk/cases/of/{case.id}"
        return LookUp(f"grievance {case.reference}", back, hit, f"Plainte {case.reference}")

    async def _ask(self, request: Request, looked_up: LookUp) -> Response:
        form = await request.form()
        query, consent = _query(form, self._kinds), _consent(form)
        if query is None or consent is None:
            trouble = NOTHING_ASKED if query is None else NO_CONSENT
            return self._page(request, looked_up, form, trouble=trouble, status=422)
        try:
            finding = await self._asked(request, looked_up, query, consent)
        except RegistryFailed as failed:
            log.warning("registry_not_read", fault=failed.fault.value, code=failed.code)
            return self._page(request, looked_up, form, trouble=label(failed.fault, DESK), status=503)
        found = [compared(looked_up.hit, household) for household in finding.households]
        return self._page(request, looked_up, form, found=found, total=finding.total)

    async def _asked(self, request: Request, looked_up: LookUp, query: SearchQuery, consent: Consent) -> SearchFinding:
        """What the registry has: the consent is in the trail before it is asked, and no transaction waits for it."""
        if self._links is None or self._registry is None:
            raise RegistryFailed(RegistryFault.NOT_SET_UP)
        async with seen_by(actor(request)):
            await consent.enter(actor(request), self._registry.name, looked_up.about, query.searched, now())
        return await asking.search(self._links, self._registry, query, now(), consent)

    def _page(
        self,
        request: Request,
        looked_up: LookUp,
        form: FormData | None = None,
        *,
        trouble: str = "",
        found: Sequence[Sequence[ComparedRow]] | None = None,
        total: int = 0,
        status: int = 200,
    ) -> Response:
        typed_in = {name: typed(form, name)[:LONGEST] for name in ASKED} if form is not None else {}
        if form is None and looked_up.hit is not None:
            typed_in = {"number": looked_up.hit.programme_no}
        context: dict[str, Any] = {
            "looked_up": looked_up,
            "registry": self._registry.name if self._registry else "",
            "kinds": list(self._kinds.items()),
            "givers": [(giver.value, label(giver, DESK)) for giver in ConsentGiver],
            "ways": [(way.value, label(way, DESK)) for way in ConsentWay],
            "given": typed_in,
            "trouble": trouble,
            "found": found,
            "total": total,
        }
        return self.show(request, "registry/other_registry.html", context, status)


def _query(form: FormData, kinds: Mapping[str, str]) -> SearchQuery | None:
    """What is looked for: a number of a kind that the registry knows, else a name with a year of birth."""
    kind, number, name, year = (typed(form, name)[:LONGEST] for name in ("kind", "number", "name", "year"))
    if number:
        return SearchQuery.by_identifier(kind, number) if kind in kinds else None
    if name and year.isascii() and year.isdigit() and len(year) == 4:
        return SearchQuery.by_predicate({"name": name, "birth_year": year})
    return None


def _consent(form: FormData) -> Consent | None:
    giver, way = typed(form, "giver"), typed(form, "way")
    if typed(form, "agreed") != "1" or giver not in set(ConsentGiver) or way not in set(ConsentWay):
        return None
    return Consent(ConsentGiver(giver), ConsentWay(way))
