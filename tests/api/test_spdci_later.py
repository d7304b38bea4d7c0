"""What is answered later: ours goes where the settings say, theirs comes by a token, and becomes a batch to be seen."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from api.spdci.sending import ReplySender
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from core.spdci import askings, envelope
from core.spdci.asking import SearchQuery
from core.spdci.faults import RegistryFailed
from core.spdci.later import LaterAsking
from core.spdci.link import RegistryLinks
from core.spdci.messages import PAUSES
from core.spdci.models import AskingState
from core.spdci.partners import partners
from core.spdci.signature import check, form_of
from core.spdci.vocabulary import SpdciAction
from core.systems import keys
from core.systems.scopes import KeyScope
from simulator.registry import RegistryOrder, RegistryStandIn, group
from tests.api.conftest import Hold, work_on_batches
from tests.api.places import NEAR, two_places
from tests.api.test_spdci_server import ask
from tests.core import seed
from tests.support.database import change, query, scalar
from tests.support.spdci import OURS, OWN, by_number, has_required, own_settings, request_of, searching

__all__ = ["two_places"]

BASE = "http://api.test"


@pytest.fixture
def registry() -> RegistryStandIn:
    """A registry that knows one household of ours, and one that is new and of which it does not tell the status."""
    known = group("KT/02/0001", "Awa Keita", village="Kola", enrolment_status="Suspended")
    return RegistryStandIn([known, group("KT/02/0002", "Oumar Diarra")])


@pytest.fixture
def more_settings(tmp_path: Path, registry: RegistryStandIn) -> Mapping[str, Any]:
    given = own_settings(tmp_path, spdci_callbacks="rsu=https://rsu.example.ml/registry",
                         spdci_registries="rsu=https://rsu.example.ml")  # fmt: skip
    (tmp_path / "standin.json").write_text(json.dumps(registry.jwks()))
    return given


def chosen(settings: Mapping[str, Any]) -> Settings:
    return Settings(_env_file=None, **settings)  # type: ignore[call-arg]


def links(transport: httpx.AsyncBaseTransport) -> RegistryLinks:
    async def at_once(_: float) -> None:
        return

    return RegistryLinks(OWN, 2.0, lambda: datetime.now(UTC), at_once, transport)


async def test_what_is_answered_later_goes_where_the_settings_say(
    two_places: None, hold: Hold, more_settings: Mapping[str, Any]
) -> None:
    system = await hold(KeyScope.READ_ENROLMENTS)
    ack = (await ask(system, request_of(searching(by_number(NEAR), transaction="t1")), "/registry/search"))["message"]
    assert has_required(ack, "ack")
    asking = {"reference_id": "s1", "txn_type": "search", "attribute_type": "transaction_id", "attribute_value": "t1"}
    status = request_of({"transaction_id": "t2", "txnstatus_request": asking}, SpdciAction.TXN_STATUS)
    message = (await ask(system, status, "/registry/sync/txn/status"))["message"]
    assert message["txnstatus_response"]["txn_status"]["search_response"][0]["status"] == "pdng"
    posted: list[httpx.Request] = []
    statuses = [503, 200]

    def taken(request: httpx.Request) -> httpx.Response:
        posted.append(request)
        return httpx.Response(statuses[len(posted) - 1])

    known, moment = partners(chosen(more_settings)), datetime.now(UTC)
    sender = ReplySender(links(httpx.MockTransport(taken)), known, lambda: moment)
    assert [await sender.send_due(), await sender.send_due()] == [1, 0]
    moment += PAUSES[0]
    assert [await sender.send_due(), await sender.send_due()] == [1, 0]
    assert {str(request.url) for request in posted} == {"https://rsu.example.ml/registry/on-search"}
    came = envelope.read(posted[1].content)
    check(form_of(came, OURS, datetime.now(UTC)), came, OWN.key.private.public_key())
    (reply,) = came.message["search_response"]
    assert (came.action, came.transaction_id, came.correlation_id) == ("on-search", "t1", ack["correlation_id"])
    assert reply["data"]["reg_records"][0]["group_identifier"][0]["identifier_value"] == NEAR
    kept = await query(
        "SELECT reply IS NULL AS gone, next_at, replied_at IS NOT NULL AS sent FROM spdci_message "
        "WHERE action = 'search'"
    )
    assert kept == [(True, None, True)]


async def test_what_nobody_takes_is_given_up_and_forgotten(
    two_places: None, hold: Hold, more_settings: Mapping[str, Any]
) -> None:
    system = await hold(KeyScope.READ_ENROLMENTS)
    await ask(system, request_of(searching(by_number(NEAR))), "/registry/search")
    moment = datetime.now(UTC)
    refusing = httpx.MockTransport(lambda _: httpx.Response(404))
    sender = ReplySender(links(refusing), partners(chosen(more_settings)), lambda: moment)
    for pause in (*PAUSES, PAUSES[-1]):
        assert await sender.send_due() == 1
        moment += pause
    assert await sender.send_due() == 0
    assert await query("SELECT reply, next_at, replied_at FROM spdci_message") == [(None, None, None)]


class Later:
    """What we ask of the stand-in, which posts to the application."""

    def __init__(self, app: Starlette, registry: RegistryStandIn, settings: Mapping[str, Any]) -> None:
        self.registry = registry
        registry.carry_by(httpx.ASGITransport(app=app))
        own = links(httpx.ASGITransport(app=registry.app()))
        self.asking = LaterAsking(own, partners(chosen(settings))["rsu"], BASE)

    async def search(self, **order: Any) -> askings.AskingCard:
        self.registry.order = RegistryOrder(**order)
        return await self.done(
            await self.asking.search(SearchQuery.by_predicate({"household_no": "KT/02/0001"}), now())
        )

    async def done(self, asking_id: int) -> askings.AskingCard:
        await self.registry.settled()
        card = await askings.one(asking_id)
        assert card is not None
        return card


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def later(
    app: Starlette, hold: Hold, registry: RegistryStandIn, more_settings: Mapping[str, Any], tmp_path: Path
) -> Later:
    """A partner that may push households, and whose keys are the stand-in's."""
    (tmp_path / "rsu.json").write_bytes((tmp_path / "standin.json").read_bytes())
    await hold(KeyScope.PUSH_HOUSEHOLDS)
    await seed.household(programme_no="KT/02/0001", head_name="Awa Keita", village="Kati")
    return Later(app, registry, more_settings)


async def batch(batch_id: int) -> Any:
    (row,) = await query("SELECT state, created, changed, bad FROM import_batch WHERE id = %(id)s", id=batch_id)
    return row


async def test_what_a_registry_finds_becomes_a_batch_that_waits_to_be_seen(later: Later) -> None:
    for order in ({}, {"misspelt": True, "bare_record": True, "shuffled": True}):
        card = await later.search(**order)
        assert card.state is AskingState.ANSWERED
        (batch_id,) = card.batches
        await work_on_batches()
        assert await batch(batch_id) == ("waiting", 0, 1, 0)
    assert await query("SELECT status, village FROM household") == [("beneficiary", "Kati")]
    assert len(await query("SELECT 1 AS one FROM import_batch")) == 2


async def test_a_callback_that_comes_twice_is_taken_once(later: Later) -> None:
    card = await later.search(callbacks="twice")
    assert (card.state, len(card.batches)) == (AskingState.ANSWERED, 1)
    assert later.registry.posted == [200, 200]


ODD: list[tuple[dict[str, Any], int, AskingState]] = [
    ({"callbacks": "other token"}, 404, AskingState.TAKEN),
    ({"signature": "none"}, 401, AskingState.TAKEN),
    ({"signature": "wrong"}, 401, AskingState.TAKEN),
    ({"signature": "unknown key"}, 401, AskingState.TAKEN),
    ({"signature": "other sender"}, 403, AskingState.TAKEN),
    ({"stale": True}, 400, AskingState.TAKEN),
    ({"other_transaction": True}, 400, AskingState.TAKEN),
    ({"header_code": "rjct.errors.too_many"}, 200, AskingState.REJECTED),
    ({"search_code": "rjct.filter.invalid"}, 200, AskingState.REJECTED),
]


async def test_what_is_not_from_whom_was_asked_or_no_answer_becomes_nothing(later: Later) -> None:
    for order, status, state in ODD:
        later.registry.posted.clear()
        card = await later.search(**order)
        assert (card.state, later.registry.posted) == (state, [status]), order
    assert await scalar("SELECT count(*) FROM import_batch") == 0
    for ack, state in (("NACK", AskingState.REJECTED), ("ERR", AskingState.REJECTED)):
        with pytest.raises(RegistryFailed):
            await later.search(ack=ack)
        assert (await askings.page(1))[0].state is state


async def test_an_answer_is_waited_for_a_week(later: Later) -> None:
    card = await later.search(callbacks="none")
    await change("UPDATE spdci_asking SET asked_at = now() - interval '8 days'")
    later.registry.order = RegistryOrder()
    await later.registry.call_back("search", later.registry.requests[-1], "c")
    assert (later.registry.posted, (await later.done(card.id)).state) == ([404], AskingState.TAKEN)


async def test_without_a_key_that_may_push_nothing_is_taken(later: Later) -> None:
    await keys.withdraw(1, now())
    card = await later.search()
    assert (card.state, later.registry.posted) == (AskingState.TAKEN, [403])
    assert await scalar("SELECT count(*) FROM import_batch") == 0


async def test_changes_are_told_of_until_one_unsubscribes(later: Later) -> None:
    changed = group("KT/02/0001", "Awa Keita", village="Kola", enrolment_status="Active")
    subscribed = await later.asking.subscribe(SearchQuery.by_predicate({"location": "ML02"}), "REGISTER", now())
    address = later.registry.requests[-1]["header"]["sender_uri"].replace("on-subscribe", "notify")
    card = await later.done(subscribed)
    assert card.state is AskingState.SUBSCRIBED
    assert card.codes[0].startswith("sub-")
    later.registry.posted.clear()
    for order in (RegistryOrder(), RegistryOrder(misspelt=True, bare_record=True)):
        later.registry.order = order
        await later.registry.notify(address, changed)
    assert later.registry.posted == [200, 200]
    card = await later.done(subscribed)
    await work_on_batches()
    assert [await batch(each) for each in card.batches] == [("waiting", 0, 1, 0)] * 2
    later.registry.order = RegistryOrder()
    left = await later.done(await later.asking.unsubscribe(card.codes, now()))
    assert (left.state, (await later.done(subscribed)).state) == (AskingState.ANSWERED, AskingState.UNSUBSCRIBED)
    later.registry.posted.clear()
    await later.registry.notify(address, changed)
    assert later.registry.posted == [404]


async def test_a_household_that_nobody_has_the_status_of_is_refused_row_by_row(later: Later) -> None:
    query_of_new = SearchQuery.by_predicate({"household_no": "KT/02/0002"})
    card = await later.done(await later.asking.search(query_of_new, now()))
    await work_on_batches()
    assert await batch(card.batches[0]) == ("refused", 0, 0, 1)
    (row,) = await query("SELECT outcome, problems FROM import_batch_row")
    assert (row.outcome, row.problems[0]["column"]) == ("refused", "status")


async def test_how_far_a_transaction_is_comes_later_too(later: Later) -> None:
    first = await later.search()
    card = await later.done(await later.asking.status(first.transaction_id, now()))
    assert (card.state, card.fault) == (AskingState.ANSWERED, "succ")


async def test_the_worker_role_is_all_that_is_needed(later: Later) -> None:
    with signed_in_for(DatabaseTask.WORKER):
        assert (await later.search()).state is AskingState.ANSWERED
