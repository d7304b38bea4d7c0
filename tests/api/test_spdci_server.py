"""As a beneficiary registry: a partner with a key and a signature asks of its place, and is told what the line says."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from core.payments.account import account
from core.payments.states import PaymentState
from core.registry.statuses import Status
from core.spdci import envelope, searches, signature
from core.spdci.signature import check, form_of
from core.spdci.vocabulary import SpdciAction
from core.systems.scopes import KeyScope
from tests.api.conftest import Hold, System
from tests.api.places import FAR, NEAR, two_places
from tests.core import seed
from tests.core.seed import SAFO
from tests.support.database import change, query, scalar
from tests.support.spdci import (
    OURS,
    OWN,
    STRANGER,
    by_number,
    has_required,
    own_settings,
    request_of,
    search,
    searching,
)

__all__ = ["two_places"]

BOTH = (KeyScope.READ_ENROLMENTS, KeyScope.READ_GRIEVANCES)
SEARCH, STATUS = "/registry/sync/search", "/registry/sync/txn/status"


@pytest.fixture
def more_settings(tmp_path: Path) -> Mapping[str, Any]:
    return own_settings(tmp_path, spdci_callbacks="rsu=https://rsu.example.ml/registry")


async def ask(system: System, octets: bytes, path: str = SEARCH, status: int = 200) -> Any:
    """What a partner is answered."""
    headers = {"Content-Type": "application/json"}
    came = await system.http.post(f"http://api.test/spdci/v1{path}", content=octets, headers=headers)
    assert came.status_code == status, came.text
    return came.json()


async def found(system: System, *asked: Mapping[str, Any]) -> list[Any]:
    """What each search of a request found, of an answer that has all that it must."""
    whole = await ask(system, request_of(searching(*asked), count=len(asked)))
    came = envelope.read(json.dumps(whole).encode())
    check(form_of(came, OURS, datetime.now(UTC)), came, OWN.key.private.public_key())
    assert has_required(whole["header"], "answer header")
    replies = whole["message"]["search_response"]
    assert all(has_required(each, "search_response") for each in replies)
    assert [each["reference_id"] for each in replies] == [each["reference_id"] for each in asked]
    return list(replies)


def numbers(reply: Mapping[str, Any]) -> list[str]:
    return [record["group_identifier"][0]["identifier_value"] for record in reply["data"]["reg_records"]]


async def test_a_household_is_told_of_as_the_line_does_and_of_no_other_place(two_places: None, hold: Hold) -> None:
    near = await hold(*BOTH, region="ML02")
    household_id = await scalar("SELECT id FROM household WHERE programme_no = %(no)s", no=NEAR)
    await seed.payment(household_id, PaymentState.ANNOUNCED, due=date(2099, 1, 7), round_name="T9")
    reply, other = await found(near, by_number(NEAR.upper()), by_number(FAR, "r2"))
    assert (other["status"], numbers(other), other["pagination"]["total_count"]) == ("succ", [], 0)
    (record,) = reply["data"]["reg_records"]
    programme = record["member"]["programme_identifier"]
    money = await account(household_id, datetime.now(UTC).date())
    assert money is not None
    said = [(each.phase.value, each.card.due_date.isoformat()) for each in money.urgent if each.card.due_date]
    assert [(each["benefit_status"], each["benefit_date"]) for each in programme["benefits"]] == said
    coming, counts = record["member"]["additional_attributes"]
    assert (coming["next_payment"]["benefit_date"], coming["next_payment"]["benefit_value"]) == (
        "2099-01-07", "30000 XOF",
    )  # fmt: skip
    assert (programme["enrolment_status"], counts) == ("Active", {"grievances": {"open": 1, "decided": 0}})
    assert "Awa" not in json.dumps(record)
    assert "+223" not in json.dumps(record)
    read = await query(
        "SELECT detail ->> 'of' AS of, detail ->> 'rows' AS rows FROM audit_entry WHERE act = 'read by system'"
    )
    assert read == [("/spdci/v1/registry/sync/search", "1")]
    await change("UPDATE household SET status = 'suspended' WHERE id = %(id)s", id=household_id)
    (reply,) = await found(near, by_number(NEAR))
    (record,) = reply["data"]["reg_records"]
    assert record["member"]["programme_identifier"]["enrolment_status"] == "Suspended"
    assert record["member"]["additional_attributes"][0] == {"next_payment": None}


async def test_grievances_are_for_a_key_that_may_know_and_never_sensitive_or_nameless(
    two_places: None, hold: Hold
) -> None:
    plain = await hold(KeyScope.READ_ENROLMENTS)
    (reply,) = await found(plain, by_number(NEAR))
    assert len(reply["data"]["reg_records"][0]["member"]["additional_attributes"]) == 1
    await change("UPDATE grievance SET anonymous = true")
    may = await hold(*BOTH)
    (reply,) = await found(may, by_number(NEAR))
    assert reply["data"]["reg_records"][0]["member"]["additional_attributes"][1] == {
        "grievances": {"open": 0, "decided": 0}
    }


async def test_households_are_found_by_number_place_and_standing(two_places: None, hold: Hold) -> None:
    await seed.household(status=Status.EXITED, programme_no="Sorti")
    system = await hold(KeyScope.READ_ENROLMENTS)

    def one(name: str, operator: str, value: object) -> dict[str, object]:
        return {"attribute_name": name, "operator": operator, "attribute_value": value}

    place = [{"expression1": one("location", "eq", "ML02"), "condition": "and",
              "expression2": one("enrolment_status", "in", ["Active", "Exited"])}]  # fmt: skip
    expression = {"type": "x", "value": {"expression": {"collection": "Group", "query": {
        "$and": [{"commune_pcode": {"$eq": SAFO}}, {"status": "exited"}]}}}}  # fmt: skip
    replies = await found(
        system,
        search("predicate", place, "r1"),
        search("predicate", place, "r2", pagination={"page_size": 1, "page_number": 2}),
        search("expression", expression, "r3"),
        search("predicate", {"expression1": one("HouseholdNo", "in", [NEAR, FAR])}, "r4"),
    )
    assert [sorted(numbers(reply)) for reply in replies] == [[NEAR, "Sorti"], ["Sorti"], ["Sorti"], [FAR, NEAR]]
    assert replies[1]["pagination"] == {"page_size": 1, "page_number": 2, "total_count": 2}


BAD = [
    (search("idtype-value", {"type": "MOBILE", "value": "76123456"}), "rjct.search_criteria.invalid"),
    (search("idtype-value", {"type": "HOUSEHOLD_NO", "value": {}}), "rjct.search_criteria.invalid"),
    (search("graphql", {}), "rjct.search_criteria.invalid"),
    (search("predicate", [{"expression1": {"attribute_name": "name", "operator": "eq", "attribute_value": "x"}}]),
     "rjct.filter.invalid"),
    (search("predicate", [{"expression1": {"attribute_name": "status", "operator": "gt", "attribute_value": "x"}}]),
     "rjct.filter.invalid"),
    (search("expression", {"value": {"expression": {"query": {"$or": []}}}}), "rjct.filter.invalid"),
    (search("expression", "x"), "rjct.search_criteria.invalid"),
    ({**by_number(NEAR), "search_criteria": None}, "rjct.search_criteria.invalid"),
    ({**by_number(NEAR), "timestamp": "02.05.2004"}, "rjct.timestamp.invalid"),
    ({**by_number(NEAR), "reference_id": ""}, "rjct.reference_id.invalid"),
    (search("expression", {"status": "exited"}, pagination={"page_size": 0}), "rjct.pagination.invalid"),
    (search("expression", {"status": "exited"}, sort=[{"attribute_name": "name"}]), "rjct.sort.invalid"),
]  # fmt: skip


async def test_a_search_that_is_not_answered_is_told_and_the_others_are(two_places: None, hold: Hold) -> None:
    system = await hold(KeyScope.READ_ENROLMENTS)
    wrong = [{**bad, "reference_id": bad["reference_id"] and f"r{index}"} for index, (bad, _) in enumerate(BAD)]
    good, twice = by_number(NEAR, "good"), by_number(NEAR, "good")
    replies = await found(system, *wrong, good, twice)
    assert [each.get("status_reason_code") for each in replies] == [
        *(fault for _, fault in BAD), None, "rjct.reference_id.duplicate",
    ]  # fmt: skip


async def test_a_request_is_told_of_so_many_households_and_no_more(
    two_places: None, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "MOST_SHOWN", 1)
    replies = await found(await hold(KeyScope.READ_ENROLMENTS), by_number(NEAR, "r1"), by_number(FAR, "r2"))
    assert [each.get("status_reason_code") for each in replies] == [None, "rjct.search.too_many_records_found"]


async def test_what_became_of_a_search_can_be_asked(two_places: None, hold: Hold) -> None:
    system = await hold(KeyScope.READ_ENROLMENTS)
    sent = request_of(searching(by_number(NEAR), transaction="t1"))
    answered = (await ask(system, sent))["message"]
    other = await hold(KeyScope.READ_ENROLMENTS, system="gajigi")
    for by, value in (
        ("transaction_id", "t1"), ("correlation_id", answered["correlation_id"]), ("reference_id_list", ["r1"]),
    ):  # fmt: skip
        asking = {"transaction_id": "t2", "txnstatus_request": {
            "reference_id": "s1", "txn_type": "search", "attribute_type": by, "attribute_value": value}}  # fmt: skip
        message = (await ask(system, request_of(asking, SpdciAction.TXN_STATUS), STATUS))["message"]
        assert has_required(message["txnstatus_response"], "txnstatus_response")
        status = message["txnstatus_response"]["txn_status"]
        assert (status["transaction_id"], status["search_response"][0]["status"]) == ("t1", "succ")
        assert "data" not in status["search_response"][0]
    asking = {"reference_id": "s1", "txn_type": "search", "attribute_type": "transaction_id", "attribute_value": "t9"}
    unknown = {"transaction_id": "t3", "txnstatus_request": asking}
    message = (await ask(system, request_of(unknown, SpdciAction.TXN_STATUS), STATUS))["message"]
    (only,) = message["txnstatus_response"]["txn_status"]["search_response"]
    assert only["status_reason_code"] == "rjct.reference_id.invalid"
    await ask(other, request_of(unknown, SpdciAction.TXN_STATUS), STATUS, 403)


async def test_no_door_opens_without_key_scope_and_signature(app: Starlette, hold: Hold, tmp_path: Path) -> None:
    system = await hold(KeyScope.READ_ENROLMENTS)
    good = searching(by_number(NEAR))
    signed = json.loads(request_of(good))
    cases: list[tuple[System, bytes, int, str]] = [
        (System(app, ""), request_of(good), 401, "err.request.unauthorized"),
        (await hold(KeyScope.READ_FIGURES, system="figures"), request_of(good), 403, "err.request.forbidden"),
        (await hold(KeyScope.READ_ENROLMENTS, system="nobody"), request_of(good), 403, "err.sender_id.invalid"),
        (system, request_of(good, by=STRANGER), 401, "err.signature.invalid"),
        (system, json.dumps({**signed, "signature": ""}).encode(), 401, "err.signature.missing"),
        (system, json.dumps({**signed, "message": searching(by_number(FAR))}).encode(), 401, "err.signature.invalid"),
        (system, b"{", 400, "err.request.bad"),
        (system, request_of({"transaction_id": "t"}), 400, "err.request.bad"),
        (system, request_of(searching(by_number(NEAR), transaction="x" * 100)), 400, "err.request.bad"),
        (system, request_of(good, receiver_id="somebody.else"), 400, "err.receiver_id.invalid"),
    ]
    for path in ("/registry/sync/search", "/registry/search"):
        for who, octets, status, code in cases:
            told = await ask(who, octets, path, status)
            assert told["errors"][0]["code"] == code, code
            assert told["message"]["ack_status"] == "ERR"
            assert has_required(told["message"], "ack")
    headers: list[tuple[dict[str, Any], str]] = [
        ({"message_ts": "2020-01-01T00:00:00Z"}, "rjct.message_ts.invalid"),
        ({"action": "notify"}, "rjct.action.not_supported"),
        ({"action": "x"}, "rjct.action.invalid"),
        ({"version": "9.0"}, "rjct.version.invalid"),
        ({"total_count": 7}, "rjct.total_count.invalid"),
    ]
    for more, code in headers:
        told = await ask(system, request_of(good, **more), SEARCH, 400)
        assert (told["header"]["status"], told["header"]["status_reason_code"]) == ("rjct", code)


async def test_a_message_is_taken_once(two_places: None, hold: Hold) -> None:
    system = await hold(KeyScope.READ_ENROLMENTS)
    octets = request_of(searching(by_number(NEAR)))
    await ask(system, octets)
    told = await ask(system, octets, SEARCH, 400)
    assert told["header"]["status_reason_code"] == "rjct.message_id.duplicate"


async def test_nobody_triggers_a_request_unless_it_is_set(app: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as http:
        assert (await http.post("/test/trigger", json={"request": "search", "registry": "rsu"})).status_code == 404


async def test_our_public_key_is_told_and_nothing_else(app: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as http:
        keys = (await http.get("/spdci/v1/jwks.json")).json()
    assert keys == {"keys": [OWN.key.jwk()]}
    assert "d" not in keys["keys"][0]
    assert signature.key_of(OWN.key.private).key_id == keys["keys"][0]["kid"]
