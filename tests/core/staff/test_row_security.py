"""What an agent sees is held at the database: by place, by role, table by table."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from core.call_requests.requests import ask_call
from core.grievances.filing import file
from core.payments.states import PaymentState
from core.platform import sql
from core.platform.database import writing
from core.schema import migrations
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor, Role, Scope, add_agent
from core.staff.row_security import narrowed, seen_by
from core.staff.sign_in import give_password
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import LATE

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NEAR, SAME_CERCLE, SAME_REGION, FAR = "ML020201", "ML020202", "ML020501", "ML030101"
COMMUNES = (NEAR, SAME_CERCLE, SAME_REGION, FAR)


@pytest.fixture(autouse=True)
async def country(world: None) -> None:
    """In each of four communes a household with a phone, a payment, an ordinary and a sensitive grievance, a call."""
    await seed.places(*((pcode, pcode) for pcode in COMMUNES))
    await add_agent("kadi", "Kadi", Role.FOCAL)
    await give_password(1, NOW, password="un long mot de passe")
    for number, pcode in enumerate(COMMUNES):
        msisdn = f"+2237600000{number}"
        household = await seed.household(
            pcode, commune=pcode, phones=(msisdn,), components=("TM",), head_name=f"Head of {pcode}"
        )
        await seed.payment(household, PaymentState.PAID)
        await ask_call(f"call {pcode}", msisdn, Language("bm"), household, NOW)
        for category, subcategory in (("payment", "late"), ("conduct", "bribe")):
            filing = replace(
                LATE,
                key=f"{category} {pcode}",
                msisdn=msisdn,
                household_id=household,
                category=category,
                subcategory=subcategory,
                sms_safe=True,
            )
            await file(filing, NOW)
    await ask_call("call of nobody", "+22376000009", Language("bm"), None, NOW)
    async with writing() as session:
        await session.execute(
            text(
                "INSERT INTO callback_try (callback_request_id, at, reached) SELECT id, asked_at, false "
                "FROM callback_request"
            )
        )
        await session.execute(
            text("INSERT INTO payment_reply (payment_id, reply, at) SELECT id, 'all', updated_at FROM payment")
        )


COUNTED: Mapping[str, str] = {
    "household": "SELECT array_agg(commune_pcode ORDER BY commune_pcode) FROM household",
    "ordinary": "SELECT array_agg(commune_pcode ORDER BY commune_pcode) FROM grievance WHERE category = 'payment'",
    "sensitive": "SELECT array_agg(commune_pcode ORDER BY commune_pcode) FROM grievance WHERE category = 'conduct'",
}
TABLES = ("household", "household_phone", "enrolment", "payment", "payment_reply", "callback_request", "callback_try")


def actor_of(role: Role, code: str | None = None, *, watches: bool = False) -> Actor:
    """Somebody of a role, for a place or the whole country."""
    kinds = {None: Scope.NATIONAL, 4: Scope.REGION, 6: Scope.CERCLE, 8: Scope.COMMUNE}
    return Actor(1, "Kadi", role, kinds[len(code) if code else None], code, watches)


async def seen(actor: Actor, query: str) -> Any:
    """What a query gives somebody."""
    async with seen_by(actor) as session:
        return await session.scalar(text(query))


async def places_seen(actor: Actor, which: str) -> list[str]:
    """The communes of the rows somebody sees."""
    return await seen(actor, COUNTED[which]) or []


@pytest.mark.parametrize(
    ("code", "communes"),
    [
        (NEAR, [NEAR]),
        ("ML0202", [NEAR, SAME_CERCLE]),
        ("ML02", [NEAR, SAME_CERCLE, SAME_REGION]),
        (None, list(COMMUNES)),
        ("ML99", []),
    ],
)
async def test_each_sees_the_communes_of_their_scope_in_every_table(code: str | None, communes: list[str]) -> None:
    agent = actor_of(Role.AGENT, code)
    assert await places_seen(agent, "household") == communes
    assert await places_seen(agent, "ordinary") == communes
    unknown = code is None
    for table in TABLES:
        extra = unknown and table.startswith("callback")  # a call of nobody known is for the whole country
        count = f"SELECT count(*) FROM {table}"  # noqa: S608 - a name of ours
        assert await seen(agent, count) == len(communes) + extra, table
    events = await seen(agent, "SELECT count(*) FROM grievance_event")
    assert events == len(communes)


@pytest.mark.parametrize(
    ("role", "ordinary", "sensitive", "households", "calls", "trail"),
    [
        (Role.AGENT, 4, 0, 4, 5, 0),
        (Role.SUPERVISOR, 4, 0, 4, 5, 0),
        (Role.FOCAL, 0, 4, 4, 0, 0),
        (Role.ADMINISTRATOR, 0, 0, 0, 0, 1),
    ],
)
async def test_each_role_sees_its_own(
    role: Role, ordinary: int, sensitive: int, households: int, calls: int, trail: int
) -> None:
    actor = actor_of(role)
    assert len(await places_seen(actor, "ordinary")) == ordinary
    assert len(await places_seen(actor, "sensitive")) == sensitive
    assert await seen(actor, "SELECT count(*) FROM household") == households
    assert await seen(actor, "SELECT count(*) FROM callback_request") == calls
    assert await seen(actor, "SELECT count(*) FROM audit_entry") == trail
    assert await seen(actor, "SELECT count(*) FROM grievance_event") == ordinary + sensitive


async def test_a_sensitive_grievance_is_no_search_hit_and_changes_for_nobody_else() -> None:
    for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR):
        async with seen_by(actor_of(role)) as session:
            changed = await session.execute(text("UPDATE grievance SET name = 'x' WHERE category = 'conduct'"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
    async with seen_by(actor_of(Role.FOCAL, NEAR)) as session:
        changed = await session.execute(text("UPDATE grievance SET name = 'x' WHERE category = 'conduct'"))
        assert changed.rowcount == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "moving",
    [
        "UPDATE household SET commune_pcode = 'ML030101'",
        "UPDATE grievance SET commune_pcode = 'ML030101'",
        "UPDATE grievance SET sensitivity = 'sensitive'",
    ],
)
async def test_nothing_is_moved_out_of_ones_own_sight(moving: str) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with seen_by(actor_of(Role.AGENT, NEAR)) as session:
            await session.execute(text(moving))


async def test_who_read_a_sensitive_grievance_is_for_focal_persons_and_who_watches_them() -> None:
    read = (
        "INSERT INTO grievance_reading (grievance_id, reference, agent_id, at) "
        "SELECT id, reference, 1, received_at FROM grievance WHERE category = 'conduct'"
    )
    async with writing() as session:
        await session.execute(text(read))
    count = "SELECT count(*) FROM grievance_reading"
    assert await seen(actor_of(Role.FOCAL), count) == 4
    assert await seen(actor_of(Role.AGENT), count) == 0
    assert await seen(actor_of(Role.SUPERVISOR), count) == 0
    async with writing() as session:
        await session.execute(text("UPDATE agent SET watches_focal = true"))
    assert await seen(actor_of(Role.SUPERVISOR), count) == 4


async def test_an_sms_about_a_sensitive_grievance_is_seen_by_focal_persons_only() -> None:
    count = "SELECT count(*) FROM message WHERE CAST(filling ->> 'discreet' AS boolean)"
    assert [await seen(actor_of(role), count) for role in Role] == [0, 0, 4, 0]


FORBIDDEN = (
    "SELECT count(*) FROM agent_credential",
    "SELECT count(*) FROM desk_session",
    "UPDATE agent SET role = 'focal'",
    "INSERT INTO agent (login, name, role, scope_kind) VALUES ('x', 'x', 'focal', 'national')",
    "DELETE FROM agent",
    "DELETE FROM grievance",
    "DELETE FROM household",
    "DELETE FROM payment",
    "UPDATE payment_reply SET missing_xof = 0",
    "DELETE FROM payment_reply",
    "UPDATE audit_entry SET act = 'x'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "UPDATE grievance_event SET note = 'x'",
    "DELETE FROM grievance_event",
    "UPDATE grievance_reading SET at = now()",
    "DELETE FROM grievance_reading",
    "UPDATE commune SET name = 'x'",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP POLICY grievance_desk ON grievance",
)


@pytest.mark.parametrize("act", FORBIDDEN)
async def test_what_the_desk_may_not_do_whoever_asks(act: str) -> None:
    for role in Role:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            async with seen_by(actor_of(role)) as session:
                await session.execute(text(act))


async def test_whoever_acts_writes_to_the_trail_and_does_not_read_it() -> None:
    async with seen_by(actor_of(Role.AGENT)):
        await audit.record(1, Act.CALL_TRIED, "callback 1", NOW)
    assert await seen(actor_of(Role.AGENT), "SELECT count(*) FROM audit_entry") == 0
    assert await seen(actor_of(Role.ADMINISTRATOR), "SELECT count(*) FROM audit_entry") == 2


async def test_nobody_sees_nothing_and_the_sight_ends_with_the_transaction() -> None:
    statement, words = narrowed(None)
    async with writing() as session:
        await sql.execute(statement, words)
        assert await session.scalar(text("SELECT count(*) FROM household")) == 0
    assert await seen(actor_of(Role.AGENT, NEAR), "SELECT count(*) FROM household") == 1
    async with writing() as session:
        assert await session.scalar(text("SELECT count(*) FROM household")) == 4, "the line sees all, as before"


@pytest.mark.parametrize(
    "given",
    [
        "CREATE ROLE line LOGIN CREATEROLE; GRANT jigi_desk, jigi_line, jigi_worker, jigi_sign_in, jigi_api TO line "
        "WITH ADMIN OPTION",
        "CREATE ROLE line LOGIN; GRANT jigi_desk, jigi_line, jigi_worker, jigi_sign_in, jigi_api TO line",
    ],
    ids=["may grant the role", "was granted it beforehand"],
)
def test_who_runs_the_migration_need_be_no_superuser(database_url: str, given: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as server:
        server.execute(given.encode())
        try:
            server.execute("CREATE DATABASE lines OWNER line")
            url = make_url(database_url).set(database="lines", username="line").render_as_string(hide_password=False)
            migrations.upgrade(url)
            with psycopg.connect(url) as connection:
                connection.execute("SELECT set_config('role', 'jigi_desk', true)")
                assert connection.execute("SELECT count(*) FROM household").fetchone() == (0,)
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("SELECT count(*) FROM agent_credential")
        finally:
            server.execute("DROP DATABASE IF EXISTS lines")
            server.execute("DROP ROLE line")
