"""A registry is believed where it answers what was asked, signed; what is wrong is one French sentence."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from core.registry.statuses import Status
from core.spdci import asking
from core.spdci.asking import SearchQuery
from core.spdci.consent import Consent, ConsentGiver, ConsentWay
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks
from core.spdci.mapping import OwnEnrolment
from core.spdci.partners import Partner
from core.spdci.vocabulary import RegistryFault
from core.text.words import DESK, label
from simulator.registry import REGISTRY_ID, RegistryOrder, RegistryStandIn, group
from tests.support.spdci import OWN, has_required

PARTNER = Partner("rsu", REGISTRY_ID, "https://rsu/jwks.json", "https://rsu", "https://rsu/token", "jigi", "s")
NUMBER = "KT/02/0001"
CONSENT = Consent(ConsentGiver.PERSON, ConsentWay.CALLED)


class Asked:
    """A registry of one household, and links to it that never wait between tries."""

    def __init__(self, **order: Any) -> None:
        more = {"enrolment_status": "Active", "phone": "76123456"}
        self.registry = RegistryStandIn([group(NUMBER, "Awa Keita", **more), group("X1", "Sékou Koné")])
        self.registry.order = RegistryOrder(**order)
        self.pauses: list[float] = []
        transport = httpx.ASGITransport(app=self.registry.app())
        self.links = RegistryLinks(OWN, 0.4, lambda: datetime.now(UTC), self._pause, transport)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def search(self, query: SearchQuery | None = None) -> asking.SearchFinding:
        sought = query or SearchQuery.by_identifier("HOUSEHOLD_NO", NUMBER)
        return await asking.search(self.links, PARTNER, sought, datetime.now(UTC), CONSENT)


async def test_a_household_is_found_and_read_in_our_words() -> None:
    asked = Asked()
    finding = await asked.search()
    (household,) = finding.households
    assert household.row() == {
        "household_no": NUMBER, "head_name": "Awa Keita", "birth_year": 1970, "phone": "76123456",
        "commune_pcode": "ML020201", "village": "Dialakoroba", "status": "beneficiary",
    }  # fmt: skip
    (sent,) = asked.registry.requests
    assert has_required(sent["header"], "request header")
    (search,) = sent["message"]["search_request"]
    assert has_required(search, "search_request")
    assert has_required(search["search_criteria"], "search_criteria")
    assert search["search_criteria"]["consent"]["purpose"]["text"] == "consent of person, called"
    assert (await asked.search(SearchQuery.by_identifier("HOUSEHOLD_NO", "X9"))).households == ()


@pytest.mark.parametrize("query", [
    SearchQuery.by_predicate({"household_no": NUMBER, "birth_year": "1970", "surname": "Keita"}),
    SearchQuery.by_expression("Group", {"household_no": NUMBER}),
])  # fmt: skip
async def test_a_household_is_looked_for_by_what_is_known_of_it(query: SearchQuery) -> None:
    assert len((await Asked().search(query)).households) == 1


@pytest.mark.parametrize("order", [
    {"shuffled": True}, {"misspelt": True}, {"bare_record": True}, {"shuffled": True, "misspelt": True,
    "bare_record": True}, {"gives": "expired tokens"}, {"transport": "502", "failures": 1}, {"transport": "429",
    "failures": 2},
])  # fmt: skip
async def test_what_is_odd_and_true_is_read(order: Mapping[str, Any]) -> None:
    asked = Asked(**order)
    (household,) = (await asked.search()).households
    assert (household.household_no, household.head_name, household.birth_year) == (NUMBER, "Awa Keita", 1970)
    assert len(asked.pauses) == 1 + (order.get("failures") or 0)
    ids = [each["header"]["message_id"] for each in asked.registry.requests]
    assert len(ids) == len(set(ids))


FAULTS: list[tuple[dict[str, Any], RegistryFault]] = [
    ({"transport": "502"}, RegistryFault.AWAY),
    ({"transport": "silent"}, RegistryFault.AWAY),
    ({"token_seconds": 5}, RegistryFault.AWAY),
    ({"transport": "garbage"}, RegistryFault.UNREADABLE),
    ({"transport": "500"}, RegistryFault.UNREADABLE),
    ({"gives": "html"}, RegistryFault.UNREADABLE),
    ({"transport": "401"}, RegistryFault.REFUSED),
    ({"transport": "403"}, RegistryFault.REFUSED),
    ({"gives": "no token"}, RegistryFault.REFUSED),
    ({"signature": "none"}, RegistryFault.UNSIGNED),
    ({"signature": "wrong"}, RegistryFault.FORGED),
    ({"signature": "other sender"}, RegistryFault.FORGED),
    ({"signature": "unknown key"}, RegistryFault.UNKNOWN_SIGNER),
    ({"other_transaction": True}, RegistryFault.OTHER),
    ({"other_reference": True}, RegistryFault.OTHER),
    ({"stale": True}, RegistryFault.OTHER),
    ({"header_code": "rjct.total_count.limit_exceeded"}, RegistryFault.REJECTED),
    ({"search_code": "rjct.search_criteria.invalid"}, RegistryFault.REJECTED),
    ({"search_code": "rjct.search.too_many_records_found"}, RegistryFault.TOO_MANY),
]


@pytest.mark.parametrize(("order", "fault"), FAULTS)
async def test_what_is_wrong_is_told_in_a_sentence(order: dict[str, Any], fault: RegistryFault) -> None:
    with pytest.raises(RegistryFailed) as failed:
        await Asked(**order).search()
    assert failed.value.fault is fault
    assert label(fault, DESK).endswith(".")


async def test_a_token_is_kept_and_asked_for_once() -> None:
    asked = Asked()
    await asyncio.gather(*(asked.search() for _ in range(4)))
    assert len(asked.registry.tokens) == 1


async def test_a_registry_that_is_not_set_up_is_not_asked() -> None:
    asked = Asked()
    nowhere = Partner("rsu", REGISTRY_ID, "", "", "", "", "")
    with pytest.raises(RegistryFailed, match="not set up"):
        await asking.search(asked.links, nowhere, SearchQuery.by_identifier("X", "1"), datetime.now(UTC))


async def test_a_beneficiary_registry_is_asked_and_told() -> None:
    for order in ({}, {"misspelt": True}):
        asked, now = Asked(**order), datetime.now(UTC)
        assert await asking.is_enrolled(asked.links, PARTNER, "household_no", NUMBER, "JIGISEMEJIRI", now)
        assert not await asking.is_enrolled(asked.links, PARTNER, "household_no", "X9", "JIGISEMEJIRI", now)
        enrolment = OwnEnrolment(NUMBER, "ML020201", Status.EXITED, "2026-01-01")
        await asking.update_enrolments(asked.links, PARTNER, [enrolment], now)
        (beneficiary,) = asked.registry.requests[-1]["message"]["enrolled_updates"]["beneficiaries"]
        assert beneficiary["member"]["programme_identifier"]["enrolment_status"] == "Exited"
        assert await asking.transaction_status(asked.links, PARTNER, "t0", now) == ["pdng"]
    asked.registry.order = RegistryOrder(search_code="rjct.reference_id.invalid")
    with pytest.raises(RegistryFailed):
        await asking.update_enrolments(asked.links, PARTNER, [enrolment], now)
