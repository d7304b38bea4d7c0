"""What each database role reaches, and that the desk's cannot raise what is seen by SQL of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from core.platform.database import DatabaseTask
from core.schema.migrations.versions import r0017_roles
from core.staff.agents import Role, add_agent
from core.staff.sign_in import give_password
from tests.core import seed
from tests.core.seed import NOW

NEAR, FAR = "ML020201", "ML030101"

PERSONAL: Final = frozenset(
    {
        *r0017_roles.SEEN,
        *r0017_roles.UNSEEN,
        "agent_identity",
        "attachment",
        "correction",
        "event_receiver",
        "event_sending",
        "field_file",
        "field_form",
        "field_submission",
        "focal_alert",
        "import_batch",
        "import_batch_content",
        "import_batch_row",
        "import_trace",
        "outgoing_event",
        "recovery_code",
        "referral",
        "referral_service",
        "sign_in_try",
        "spdci_message",
    }
)
"""Tables that hold something of somebody: under row security, whoever made them."""

NOBODYS: Final = frozenset(
    {
        *(*r0017_roles.OPEN, *r0017_roles.QUEUE),
        *(
            "alarm",
            "api_key",
            "alembic_version",
            "attachment_left",
            "campaign_rule_look",
            "campaign_tally",
            "campaign_template",
            "claim_key",
            "import_run",
            "programme_setting",
            "register_mapping",
        ),
        *("register_submission", "report_mail", "restoration", "spdci_asking"),
    }
)
"""Tables that hold nothing of anybody; `claim_key` is the owner's alone."""


@pytest.fixture(autouse=True)
async def two_households(world: None) -> None:
    """One near, one far, and an agent with a password."""
    await seed.places((NEAR, "Near"), (FAR, "Far"))
    for number, pcode in enumerate((NEAR, FAR)):
        await seed.household(pcode, commune=pcode, phones=(f"+2237600000{number}",))
    await give_password(await add_agent("kadi", "Kadi", Role.AGENT), NOW, password="un long mot de passe")


def claim(database_url: str, role: str, scope: str = "") -> str:
    """What sign-in gives somebody to bear."""
    with psycopg.connect(database_url) as owner:
        row = owner.execute("SELECT desk_claim(1, %s, %s)", (role, scope)).fetchone()
    assert row
    return str(row[0])


@contextmanager
def at_the_desk(by_task: Mapping[DatabaseTask, str], borne: str) -> Iterator[Connection]:
    """The desk's own sign-in, in a transaction that bears a claim."""
    with psycopg.connect(by_task[DatabaseTask.DESK]) as connection:
        connection.execute("SELECT set_config('jigi.claim', %s, true), set_config('role', 'jigi_desk', true)", [borne])
        yield connection


def households(connection: Connection) -> int:
    """How many are seen."""
    row = connection.execute("SELECT count(*) FROM household").fetchone()
    assert row
    return int(row[0])


def test_a_claim_shows_what_it_says(database_url: str, by_task: Mapping[DatabaseTask, str]) -> None:
    for scope, seen in ((NEAR, 1), ("", 2), ("ML99", 0)):
        with at_the_desk(by_task, claim(database_url, "agent", scope)) as connection:
            assert households(connection) == seen
    with at_the_desk(by_task, claim(database_url, "administrator")) as connection:
        assert households(connection) == 0


RAISING: Final = (
    "SELECT set_config('jigi.role', 'focal', true), set_config('jigi.scope', '', true)",
    "SELECT set_config('jigi.claim', '', true), set_config('jigi.role', 'agent', true), "
    "set_config('jigi.scope', '', true)",
    "SELECT set_config('jigi.claim', replace(current_setting('jigi.claim'), 'ML020201', ''), true)",
    "SELECT set_config('jigi.claim', repeat('0', 64) || '1|agent||99999999999', true)",
    "SELECT set_config('jigi.claim', repeat('0', 64) || 'x|x|x|x', true)",
    "RESET ROLE",
    "RESET SESSION AUTHORIZATION",
    "SET search_path = pg_temp, public; CREATE FUNCTION pg_temp.claimed(integer) RETURNS text LANGUAGE sql AS "
    "'SELECT CASE $1 WHEN 2 THEN ''agent'' ELSE '''' END'",
    "CREATE TEMP TABLE claim_key AS SELECT true AS one, ''::bytea AS inner_key, ''::bytea AS outer_key",
    "CREATE TEMP TABLE commune AS SELECT 'ML030101' AS pcode, 'ML0202' AS cercle_pcode",
    "SET row_security = on",
)
"""What SQL of a stranger's may say at the desk's connection, and see no more than before."""


@pytest.mark.parametrize("raising", RAISING)
def test_what_is_said_inside_raises_nothing(
    database_url: str, by_task: Mapping[DatabaseTask, str], raising: str
) -> None:
    with at_the_desk(by_task, claim(database_url, "agent", NEAR)) as connection:
        connection.execute(raising.encode())
        assert households(connection) <= 1


REFUSED: Final = (
    "SET ROLE jigi_line",
    "SET ROLE jigi_worker",
    "SET ROLE jigi_sign_in",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET row_security = off; SELECT * FROM household",
    "SELECT desk_claim(1, 'focal', '')",
    "SELECT claim_seal('1|focal||99999999999')",
    "SELECT * FROM claim_key",
    "SELECT * FROM agent_credential",
    "SELECT * FROM desk_session",
    "SELECT * FROM ussd_journal",
    "SELECT * FROM inbound_sms",
    "SELECT * FROM early_report",
    "UPDATE agent SET role = 'focal'",
    "CREATE TABLE mine (x integer)",
    "CREATE FUNCTION claimed(text) RETURNS text LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE household DISABLE ROW LEVEL SECURITY",
    "COPY household TO PROGRAM 'cat'",
)


@pytest.mark.parametrize("refused", REFUSED)
def test_what_the_desks_sign_in_is_refused(
    database_url: str, by_task: Mapping[DatabaseTask, str], refused: str
) -> None:
    with (
        at_the_desk(by_task, claim(database_url, "agent")) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(refused.encode())


@pytest.mark.parametrize("borne", ["", "nobody", "0" * 64])
def test_without_a_claim_the_desks_sign_in_sees_nobody(by_task: Mapping[DatabaseTask, str], borne: str) -> None:
    with at_the_desk(by_task, borne) as connection:
        for table in r0017_roles.SEEN:
            assert connection.execute(f"TABLE {table}".encode()).fetchone() is None, table


def test_a_claim_ends_after_a_quarter_of_an_hour(database_url: str, by_task: Mapping[DatabaseTask, str]) -> None:
    borne = claim(database_url, "agent")
    words = borne[64:].split("|")
    with psycopg.connect(database_url) as owner:
        past = "|".join([*words[:3], str(int(words[3]) - 1000)])
        row = owner.execute("SELECT claim_seal(%s) || %s", (past, past)).fetchone()
        until = owner.execute("SELECT %s - extract(epoch FROM now())", [int(words[3])]).fetchone()
    assert row
    assert until
    assert 890 < until[0] < 902
    with at_the_desk(by_task, row[0]) as connection:
        assert households(connection) == 0


def test_the_version_before_is_believed_as_who_sees_all_and_no_other(
    database_url: str, by_task: Mapping[DatabaseTask, str]
) -> None:
    become = (
        "SELECT set_config('jigi.agent_id', '1', true), set_config('jigi.role', 'agent', true), "
        "set_config('jigi.scope', 'ML0202', true), set_config('role', 'jigi_desk', true)"
    )
    for url, seen in ((database_url, 1), (by_task[DatabaseTask.DESK], 0)):
        with psycopg.connect(url) as connection:
            connection.execute(become.encode())
            assert households(connection) == seen


REACHED: Final[Mapping[DatabaseTask, tuple[str, ...]]] = {
    DatabaseTask.LINE: ("agent_credential", "desk_session", "grievance_reading", "claim_key", "prepared_answer"),
    DatabaseTask.WORKER: ("agent_credential", "grievance_reading", "claim_key"),
    DatabaseTask.SIGN_IN: (
        "household",
        "household_phone",
        "grievance",
        "payment",
        "message",
        "ussd_journal",
        "claim_key",
    ),
}
"""What each task does not reach."""


@pytest.mark.parametrize("task", REACHED)
def test_each_task_reaches_what_it_needs_and_not_the_rest(
    by_task: Mapping[DatabaseTask, str], task: DatabaseTask
) -> None:
    for table in REACHED[task]:
        with psycopg.connect(by_task[task]) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(f"TABLE {table}".encode())


def names(database_url: str, statement: str) -> set[str]:
    """The first column, as the owner reads it."""
    with psycopg.connect(database_url) as owner:
        return {row[0] for row in owner.execute(statement.encode())}


TABLES: Final = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"


def test_every_table_is_named_as_somebodys_or_nobodys(database_url: str) -> None:
    """A new table is named in one of the two sets, and who may do what to it in its own migration."""
    assert names(database_url, TABLES) == PERSONAL | NOBODYS
    assert not PERSONAL & NOBODYS
    assert names(database_url, f"{TABLES} AND relrowsecurity") == PERSONAL


def test_every_policy_names_whom_it_lets_in(database_url: str) -> None:
    everybody = names(database_url, "SELECT policyname FROM pg_policies WHERE 'public' = ANY (roles)")
    assert everybody == set()
    named = names(database_url, "SELECT DISTINCT unnest(roles) FROM pg_policies")
    assert named == {"jigi_api", "jigi_desk", "jigi_line", "jigi_sign_in", "jigi_worker"}


def test_what_runs_as_the_owner_looks_for_names_where_nobody_else_writes(database_url: str) -> None:
    loose = names(
        database_url,
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
        "AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, public, pg_temp'], false)",
    )
    assert loose == set()
