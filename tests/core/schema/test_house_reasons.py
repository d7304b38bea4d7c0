"""What one gateway called a reason becomes a word of the house, and one that it alone has names the gateway."""

import psycopg
import pytest
from alembic import command
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from core.outbox.messages import Reason
from core.schema import migrations
from core.schema.migrations.versions import r0009_house_reasons as migration
from sms.outbox.africastalking import AfricasTalkingReason
from sms.outbox.gateways import GATEWAYS

REASONS = "SELECT reason FROM message ORDER BY id"
EARLY = "SELECT reason FROM early_report ORDER BY provider_id"
NOTES = "SELECT note_data ->> 'reason' FROM campaign_change UNION ALL SELECT why_data ->> 'reason' FROM campaign"
STATUSES = "SELECT status FROM gateway_session ORDER BY session_id"
OLD = ("AbsentSubscriber", "RiskHold", "no_phone", "NotNetworkSubcriber", "Teleported", None)
NEW = ("absent", "africastalking:RiskHold", "no_phone", "other_network", "Teleported", None)


@pytest.fixture
def old_url(database_url: str) -> str:
    """A database of the version before."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS jigi_reasons")
        connection.execute("CREATE DATABASE jigi_reasons")
    url = make_url(database_url).set(database="jigi_reasons").render_as_string(hide_password=False)
    command.upgrade(migrations.configuration(url), "0008")
    with psycopg.connect(url) as connection:
        for number, reason in enumerate(OLD):
            connection.execute(
                "INSERT INTO message (kind, household_ids, state, reason, attempts, was_uncertain) "
                "VALUES ('free', '{}', 'failed', %s, 0, false)",
                [reason],
            )
            connection.execute(
                "INSERT INTO early_report (provider_id, msisdn, state, reason, received_at) "
                "VALUES (%s, '', 'failed', %s, now())",
                [f"ATXid_{number}", reason],
            )
        connection.execute(
            "INSERT INTO campaign (id, kind, title, subject, state, needs_second, recipients, parts, why_code, "
            "why_data) VALUES (1, 'free', '', '{}', 'paused', false, 0, 0, 'gateway', %s)",
            [Jsonb({"reason": "InsufficientBalance"})],
        )
        connection.execute(
            "INSERT INTO campaign_change (campaign_id, at, to_state, note_code, note_data) "
            "VALUES (1, now(), 'paused', 'gateway', %s)",
            [Jsonb({"reason": "HTTP 401: wrong key"})],
        )
        for number, status in enumerate(migration.OUTCOMES):
            connection.execute(
                "INSERT INTO gateway_session (session_id, status) VALUES (%s, %s)", [str(number), status]
            )
    return url


def _column(url: str, statement: str) -> list[str | None]:
    with psycopg.connect(url) as connection:
        return [value for (value,) in connection.execute(statement.encode()).fetchall()]


def test_reasons_and_ends_become_words_of_the_house_and_go_back(old_url: str) -> None:
    command.upgrade(migrations.configuration(old_url), "0009")
    assert _column(old_url, REASONS) == list(NEW)
    assert _column(old_url, EARLY) == list(NEW)
    assert _column(old_url, NOTES) == ["HTTP 401: wrong key", "no_balance"]
    assert _column(old_url, STATUSES) == ["finished", "cut", "timed_out", "unknown"]
    command.downgrade(migrations.configuration(old_url), "0008")
    assert _column(old_url, REASONS) == [*OLD[:3], "NotNetworkSubscriber", *OLD[4:]]
    assert _column(old_url, NOTES) == ["HTTP 401: wrong key", "InsufficientBalance"]
    assert _column(old_url, STATUSES) == list(migration.OUTCOMES)


def test_every_word_that_is_written_is_one_of_today() -> None:
    today = {*Reason, *AfricasTalkingReason}
    assert {word for word in migration.REASONS.values() if word not in today} == set()
    assert {word.partition(":")[0] for word in migration.REASONS.values() if ":" in word} <= set(GATEWAYS)
