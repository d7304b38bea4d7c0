"""What has had its time is made nameless, and the figures that are counted from it stay as they were."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from core.call_requests.requests import ask_call
from core.grievances import figures
from core.grievances.filing import file
from core.payments.states import PaymentState
from core.platform.database import DatabaseTask, close_database, open_database
from core.platform.settings import Settings
from core.registry.callers import stop_sms
from core.registry.statuses import Status
from core.schema.retention import purge
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Role, actor_of, add_agent
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import LATE
from tests.core.seed import NOW
from tests.support.database import change, count, one, query, scalar

pytestmark = pytest.mark.usefixtures("safo")

SETTINGS = Settings(
    keep_left_days=100, keep_grievances_days=60, keep_sensitive_days=30, keep_call_requests_days=20,
    keep_accesses_days=500, keep_audit_days=400, keep_messages_days=5000,
)  # fmt: skip
SECOND = timedelta(seconds=1)
PHONE, OTHER = "+22376123456", "+22366123456"


def ago(days: int, *, more: bool = False) -> datetime:
    """The moment so many days ago, or a second before."""
    return NOW - timedelta(days=days) - (SECOND if more else timedelta())


async def left(name: str, status: Status, at: datetime, payment: PaymentState = PaymentState.PAID) -> int:
    """Plant a household that stands so since a moment, with a phone and a payment; its id."""
    household = await seed.household(
        head_name=name, status=status, phones=(PHONE,), reason="décédé", components=("TM",)
    )
    await seed.payment(household, payment, due=ago(900).date(), reason="Awa est partie")
    await change("UPDATE payment SET updated_at = %(at)s WHERE household_id = %(id)s", at=at, id=household)
    await change("UPDATE household SET updated_at = %(at)s WHERE id = %(id)s", at=at, id=household)
    return household


async def complaint(category: str, subcategory: str, state: str, at: datetime, household: int | None = None) -> int:
    """Plant a grievance with words that came to this state at a moment; its id."""
    key = f"{category} {state} {at}"
    values: dict[str, Any] = {
        "key": key,
        "msisdn": PHONE,
        "category": category,
        "subcategory": subcategory,
        "household_id": household,
    }
    await file(replace(LATE, **values), at)
    await change(
        "UPDATE grievance SET state = %(state)s, decided_at = %(at)s, words = 'Awa dit', answer = 'oui', name = 'Awa' "
        "WHERE filing_key = %(key)s",
        state=state,
        at=at,
        key=key,
    )
    return int(await scalar("SELECT id FROM grievance WHERE filing_key = %(key)s", key=key))


@pytest.mark.parametrize("status", [Status.EXITED, Status.NOT_ELIGIBLE])
async def test_a_household_that_left_has_its_days_then_no_name_and_its_payments_stay(status: Status) -> None:
    await left("Kept", status, ago(100))
    gone = await left("Gone", status, ago(100, more=True))
    assert (await purge(NOW, SETTINGS)).households == 1
    assert {row.head_name for row in await query("SELECT head_name FROM household")} == {"Kept", "—"}
    row = await one("SELECT * FROM household WHERE id = %(id)s", id=gone)
    assert (row.birth_year, row.village, row.status_reason, row.commune_pcode) == (None, None, None, seed.SAFO)
    assert not await query("SELECT FROM household_phone WHERE household_id = %(id)s", id=gone)
    paid = await one("SELECT amount_xof, state, reason FROM payment WHERE household_id = %(id)s", id=gone)
    assert paid == (30_000, "paid", None)
    assert (await purge(NOW, SETTINGS)).households == 0


async def test_who_is_in_or_is_to_be_paid_or_answered_keeps_the_name() -> None:
    old = ago(5000)
    for status in set(Status) - {Status.EXITED, Status.NOT_ELIGIBLE}:
        await left(status, status, old)
    await left("to be paid", Status.EXITED, old, PaymentState.PLANNED)
    await complaint("payment", "late", "in_progress", old, await left("to be answered", Status.EXITED, old))
    await ask_call("call", OTHER, Language("bm"), await left("to be called", Status.EXITED, old), NOW)
    assert (await purge(NOW, SETTINGS)).households == 0


async def test_a_grievance_has_its_days_after_the_decision_and_a_sensitive_one_fewer() -> None:
    await complaint("payment", "late", "resolved", ago(60))
    ordinary = await complaint("payment", "late", "closed", ago(60, more=True))
    await complaint("conduct", "bribe", "rejected", ago(30))
    sensitive = await complaint("conduct", "bribe", "resolved", ago(30, more=True))
    await complaint("payment", "late", "waiting", ago(3000))
    await change("UPDATE grievance_event SET note = 'Awa vient'")
    assert (await purge(NOW, SETTINGS)).grievances == 2
    for row in await query("SELECT * FROM grievance WHERE id IN (%(a)s, %(b)s)", a=ordinary, b=sensitive):
        assert (row.reference, row.filing_key) == (f"x{row.id}", f"x{row.id}")
        assert {row.words, row.msisdn, row.name, row.village, row.answer, row.household_id, row.secret} == {None}
    noted = {row.grievance_id for row in await query("SELECT grievance_id FROM grievance_event WHERE note IS NOT NULL")}
    assert not noted & {ordinary, sensitive}
    assert len(noted) == 3


async def test_figures_of_grievances_are_the_same_before_and_after() -> None:
    await add_agent("awa", "Awa", Role.SUPERVISOR)
    for days in (61, 70, 71, 200):
        await complaint("payment", "late", "resolved", ago(days) + timedelta(seconds=days))
    awa = await actor_of("awa")
    period = (awa, ago(400).date(), NOW.date(), NOW.date(), figures.Span.QUARTER)
    before = await figures.by_period(*period)
    assert (await purge(NOW, SETTINGS)).grievances == 4
    assert await figures.by_period(*period) == before


async def test_a_sensitive_grievance_is_never_kept_longer_than_the_others() -> None:
    await complaint("conduct", "bribe", "resolved", ago(60, more=True))
    wrong = SETTINGS.model_copy(update={"keep_sensitive_days": 9000})
    assert (await purge(NOW, wrong)).grievances == 1


async def test_a_request_that_is_over_keeps_its_number_its_days() -> None:
    for key, state, at in (
        ("kept", "called", ago(20)), ("gone", "unreachable", ago(20, more=True)), ("open", "agreed", ago(900)),
    ):  # fmt: skip
        await ask_call(key, PHONE, Language("bm"), None, at)
        await change("UPDATE callback_request SET state = %(state)s WHERE key = %(key)s", state=state, key=key)
    assert (await purge(NOW, SETTINGS)).call_requests == 1
    assert [row.msisdn for row in await query("SELECT msisdn FROM callback_request ORDER BY id")] == [PHONE, "", PHONE]


async def test_that_a_sensitive_grievance_was_read_stays_and_by_whom_goes() -> None:
    await add_agent("kadi", "Kadi", Role.FOCAL)
    grievance = await complaint("conduct", "bribe", "in_progress", ago(3))
    for at in (ago(500), ago(500, more=True)):
        await change(
            "INSERT INTO grievance_reading (grievance_id, reference, agent_id, at) VALUES (%(id)s, '1', 1, %(at)s)",
            id=grievance,
            at=at,
        )
    assert (await purge(NOW, SETTINGS)).accesses == 1
    assert [row.agent_id for row in await query("SELECT agent_id FROM grievance_reading ORDER BY at")] == [None, 1]


async def test_a_phone_of_nobody_loses_its_language_and_a_stop_stays() -> None:
    await seed.household(phones=(PHONE,))
    for msisdn in (PHONE, OTHER):
        await change("INSERT INTO phone (msisdn, language) VALUES (%(msisdn)s, 'bm')", msisdn=msisdn)
    await stop_sms("+22370000009")
    await change("UPDATE phone SET updated_at = %(at)s", at=ago(100, more=True))
    assert (await purge(NOW, SETTINGS)).phones == 1
    assert {row.msisdn for row in await query("SELECT msisdn FROM phone")} == {PHONE, "+22370000009"}


async def test_a_worker_needs_no_more_than_its_own_role_for_all_of_it(
    database_url: str, by_task: Mapping[DatabaseTask, str]
) -> None:
    await add_agent("kadi", "Kadi", Role.FOCAL)
    await left("Gone", Status.EXITED, ago(100, more=True))
    grievance = await complaint("conduct", "bribe", "closed", ago(30, more=True))
    await change(
        "INSERT INTO grievance_reading (grievance_id, reference, agent_id, at) VALUES (%(id)s, '1', 1, %(at)s)",
        id=grievance,
        at=ago(501),
    )
    await ask_call("call", OTHER, Language("bm"), None, ago(21))
    await change("UPDATE callback_request SET state = 'called'")
    await acts(900, 2)
    await close_database()
    open_database(by_task[DatabaseTask.WORKER])
    purged = await purge(NOW, SETTINGS)
    await close_database()
    open_database(database_url)
    assert (purged.households, purged.grievances, purged.call_requests) == (1, 1, 1)
    assert (purged.accesses, purged.audit_entries) == (1, 1)


async def acts(*days: int) -> None:
    """Enter an act of so many days ago, each."""
    for number, each in enumerate(days):
        await audit.record(None, Act.SIGNED_IN if number % 2 else Act.PERSON_ADDED, "agent x", ago(each), {"n": number})


async def test_the_beginning_of_the_trail_goes_its_figures_stay_and_it_is_whole() -> None:
    await acts(900, 800, 401, 399, 2)
    last = await scalar("SELECT id FROM audit_entry ORDER BY id OFFSET 2 LIMIT 1")
    seal = (await one("SELECT encode(seal, 'hex') AS seal FROM audit_entry WHERE id = %(id)s", id=last)).seal
    assert (await purge(NOW, SETTINGS)).audit_entries == 3
    assert await audit.first_broken() is None
    (cut,) = await query("SELECT detail FROM audit_entry WHERE act = 'trail cut'")
    assert (cut.detail["last"], cut.detail["seal"]) == (last, seal)
    assert cut.detail["acts"] == {"person added": 2, "signed in": 1}
    assert await count("audit_entry") == 3

    later = NOW + timedelta(days=300)
    await purge(later, SETTINGS)
    newest = await one("SELECT detail FROM audit_entry WHERE act = 'trail cut' ORDER BY id DESC LIMIT 1")
    assert newest.detail["acts"] == {"person added": 2, "signed in": 2}
    assert await audit.first_broken() is None
    assert (await purge(later, SETTINGS)).audit_entries == 0


@pytest.mark.parametrize(
    "meddling",
    [
        "DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)",
        "DELETE FROM audit_entry WHERE act = 'trail cut'",
        "UPDATE audit_entry SET detail = jsonb_set(detail, '{last}', '900000') WHERE act = 'trail cut'",
    ],
)
async def test_more_than_was_entered_is_not_cut_unnoticed(database_url: str, meddling: str) -> None:
    await acts(900, 800, 3, 2)
    await purge(NOW, SETTINGS)
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(meddling.encode())
    assert await audit.first_broken() is not None


async def test_a_cut_that_is_entered_falsely_lets_nothing_of_the_last_year_go(database_url: str) -> None:
    await acts(300, 200)
    await audit.record(None, Act.TRAIL_CUT, "audit", NOW, {"last": 10**9})
    with psycopg.connect(database_url) as connection, pytest.raises(psycopg.Error, match="only added to"):
        connection.execute("DELETE FROM audit_entry WHERE about = 'agent x'")
