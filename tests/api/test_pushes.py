"""What is pushed comes in once, is told row by row, and a payment that came so is read back."""

from core.numbers.identifiers import household_no
from core.systems.scopes import PUSHES, KeyScope
from tests.api.conftest import Hold, listed, work_on_batches
from tests.core.seed import SAFO, TODAY
from tests.support.database import change, query

NUMBER = household_no(7)
HOUSEHOLD = {
    "household_no": NUMBER, "head_name": "Awa Keita", "birth_year": 1970, "phone": "76 12 34 56",
    "commune_pcode": SAFO, "status": "beneficiary", "components": ["TM"],
}  # fmt: skip
PAYMENT = {
    "household_no": NUMBER, "component": "TM", "round": "T1", "due_date": f"{TODAY}", "amount_xof": 30_000,
    "state": "announced",
}  # fmt: skip
PAID = {
    "household_no": NUMBER, "component": "TM", "round": "T1", "amount_xof": 30_000, "state": "paid",
    "paid_on": f"{TODAY}",
}  # fmt: skip
EVENT = {
    "component": "MA", "commune_pcode": SAFO, "date": f"{TODAY}", "time": "09:00", "place": "École",
    "what_fr": "Causerie", "what_bm": "Baro",
}  # fmt: skip


async def test_a_round_trip(hold: Hold) -> None:
    """A household, its payment, a session, what became of the payment, and what the household says of it."""
    system = await hold(*PUSHES, KeyScope.READ_RECEIPTS)
    sent = [
        await system.push("/households", HOUSEHOLD, key="1"),
        await system.push("/payments", PAYMENT, key="2"),
        await system.push("/events", EVENT, key="3"),
        await system.push("/results", PAID, {**PAID, "round": "T9"}, key="4", keep_good=True),
    ]
    assert {batch["state"] for batch in sent} == {"received"}
    await work_on_batches()
    batches = await system.every("/batches")
    assert [(batch["id"], batch["kind"], batch["state"]) for batch in batches] == [
        (4, "results", "done"), (3, "events", "done"), (2, "payments", "done"), (1, "households", "done"),
    ]  # fmt: skip
    assert listed(await system.every("/batches/4/rows"), "outcome") == ["changed", "refused"]
    (refused,) = await system.every("/batches/4/rows", outcome="refused")
    assert (refused["row"], refused["problems"][0]["column"]) == (2, "round")
    await change(
        "INSERT INTO payment_reply (payment_id, reply, at) SELECT id, 'all', now() - interval '1 h' FROM payment"
    )
    (receipt,) = await system.every("/receipts")
    assert receipt | {"at": ""} == {
        "household_no": NUMBER, "component": "TM", "round": "T1", "amount_xof": 30_000, "state": "paid", "reply": "all",
        "missing_xof": None, "at": "",
    }  # fmt: skip
    assert receipt["at"].endswith("Z")
    assert await query("SELECT kind, created + changed AS rows FROM import_run ORDER BY id") == [
        ("households", 1), ("payments", 1), ("events", 1), ("payments", 1),
    ]  # fmt: skip


async def test_the_same_batch_again_is_taken_once(hold: Hold) -> None:
    system = await hold(KeyScope.PUSH_HOUSEHOLDS)
    first = await system.push("/households", HOUSEHOLD)
    assert await system.push("/households", HOUSEHOLD, status=200) == first
    await system.push("/households", HOUSEHOLD, {**HOUSEHOLD, "household_no": "x"}, status=409)
    await work_on_batches()
    assert (await system.push("/households", HOUSEHOLD, status=200))["state"] == "done"
    assert await query("SELECT act FROM audit_entry WHERE act LIKE 'batch%%'") == [("batch taken",)]


async def test_seen_first_it_waits_to_be_confirmed_or_abandoned(hold: Hold) -> None:
    system = await hold(KeyScope.PUSH_HOUSEHOLDS)
    for key in ("1", "2"):
        await system.push("/households", HOUSEHOLD, key=key, apply=False)
    assert (await system.http.post("/batches/1/confirm")).status_code == 409
    await work_on_batches()
    waiting = await system.get("/batches/1")
    assert (waiting["state"], waiting["created"], waiting["ended_at"]) == ("waiting", 1, None)
    assert (await system.http.post("/batches/1/confirm")).json()["state"] == "confirmed"
    assert (await system.http.delete("/batches/2")).json()["state"] == "discarded"
    assert (await system.http.delete("/batches/2")).status_code == 409
    await work_on_batches()
    assert listed(await system.every("/batches"), "state") == ["discarded", "done"]
    assert await query("SELECT head_name FROM household") == [("Awa Keita",)]


async def test_another_system_finds_no_batch_of_this_one(hold: Hold) -> None:
    await (await hold(KeyScope.PUSH_HOUSEHOLDS)).push("/households", HOUSEHOLD)
    other = await hold(KeyScope.PUSH_HOUSEHOLDS, system="other")
    assert (await other.get("/batches"))["items"] == []
    for path in ("/batches/1", "/batches/1/rows"):
        await other.get(path, 404)
    assert (await other.http.post("/batches/1/confirm")).status_code == 404
    assert (await other.http.delete("/batches/1")).status_code == 404
