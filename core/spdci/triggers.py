"""Every request that we can make of a registry, by name: for the command, and for who tries that we speak as agreed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.spdci import asking
from core.spdci.asking import SearchFinding, SearchQuery
from core.spdci.beneficiaries import enrolments_of
from core.spdci.later import LaterAsking
from core.spdci.link import RegistryLinks
from core.spdci.mapping import NUMBER_TYPE, PROGRAMME
from core.spdci.partners import Partner
from core.text.words import Code


class RegistryRequest(Code):
    """A request that we make; those of `LATER` are answered later."""

    SYNC_SEARCH = "sync-search"
    SYNC_PREDICATE = "sync-search-by-predicate"
    SYNC_EXPRESSION = "sync-search-by-expression"
    SEARCH = "search"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    ENROLLED = "enrolled"
    UPDATES = "enrollment-updates"
    SYNC_STATUS = "sync-txn-status"
    STATUS = "txn-status"


@dataclass(frozen=True, slots=True)
class RequestDetails:
    """What a request is about: a number of a kind, a subscription, a transaction, as each needs."""

    id_type: str = NUMBER_TYPE
    id_value: str = ""
    code: str = ""
    transaction_id: str = ""
    event: str = "REGISTER"


Made = Callable[["RegistryCaller", RequestDetails, datetime], Awaitable[Mapping[str, Any]]]


class RegistryCaller:
    """Makes any request of one registry; each raises RegistryFailed."""

    def __init__(self, links: RegistryLinks, partner: Partner, base: str) -> None:
        self._links = links
        self._partner = partner
        self._later = LaterAsking(links, partner, base)

    async def make(self, request: RegistryRequest, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        """Make a request, and give what came of it."""
        return await MADE[request](self, details, now)

    async def _identifier(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        return await self._searched(SearchQuery.by_identifier(details.id_type, details.id_value), now)

    async def _predicate(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        return await self._searched(SearchQuery.by_predicate({details.id_type: details.id_value}), now)

    async def _expression(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        return await self._searched(SearchQuery.by_expression("Group", {details.id_type: details.id_value}), now)

    async def _searched(self, query: SearchQuery, now: datetime) -> Mapping[str, Any]:
        return shown(await asking.search(self._links, self._partner, query, now))

    async def _search(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        query = SearchQuery.by_identifier(details.id_type, details.id_value)
        return {"asking": await self._later.search(query, now)}

    async def _subscribe(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        query = SearchQuery.by_predicate({details.id_type: details.id_value})
        return {"asking": await self._later.subscribe(query, details.event, now)}

    async def _unsubscribe(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        return {"asking": await self._later.unsubscribe([details.code], now)}

    async def _enrolled(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        programme = PROGRAMME["programme_identifier"]
        kind, value = details.id_type, details.id_value
        return {"enrolled": await asking.is_enrolled(self._links, self._partner, kind, value, programme, now)}

    async def _updates(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        enrolments = await enrolments_of([details.id_value])
        await asking.update_enrolments(self._links, self._partner, enrolments, now)
        return {"told": len(enrolments)}

    async def _sync_status(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        statuses = await asking.transaction_status(self._links, self._partner, details.transaction_id, now)
        return {"statuses": list(statuses)}

    async def _status(self, details: RequestDetails, now: datetime) -> Mapping[str, Any]:
        return {"asking": await self._later.status(details.transaction_id, now)}


MADE: Final[Mapping[RegistryRequest, Made]] = {
    RegistryRequest.SYNC_SEARCH: RegistryCaller._identifier,
    RegistryRequest.SYNC_PREDICATE: RegistryCaller._predicate,
    RegistryRequest.SYNC_EXPRESSION: RegistryCaller._expression,
    RegistryRequest.SEARCH: RegistryCaller._search,
    RegistryRequest.SUBSCRIBE: RegistryCaller._subscribe,
    RegistryRequest.UNSUBSCRIBE: RegistryCaller._unsubscribe,
    RegistryRequest.ENROLLED: RegistryCaller._enrolled,
    RegistryRequest.UPDATES: RegistryCaller._updates,
    RegistryRequest.SYNC_STATUS: RegistryCaller._sync_status,
    RegistryRequest.STATUS: RegistryCaller._status,
}


def shown(finding: SearchFinding) -> dict[str, Any]:
    """What was found, without what is known of people: numbers of households alone."""
    return {"total": finding.total, "household_nos": [each.household_no for each in finding.households]}
