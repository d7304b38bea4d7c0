"""A message is of a campaign and a request that there are, goes with the one and outlives the other."""

import psycopg
import pytest

PLACED = """
INSERT INTO campaign (id, kind, title, subject, state, needs_second, recipients, parts)
VALUES (1, 'free', 'A', '{}', 'running', false, 0, 0);
INSERT INTO sms_batch (id, campaign_id, priority, prompt, not_before, state, uncertain)
VALUES (1, 1, 4, false, now(), 'ready', false), (2, NULL, 4, false, now(), 'ready', false)
"""
MESSAGE = """
INSERT INTO message (campaign_id, batch_id, kind, msisdn, household_ids, state, attempts, was_uncertain, planned_at)
SELECT %s, %s, 'free', '+2237000000' || each, '{}', 'planned', 0, false, now() FROM generate_series(1, %s) AS each
"""


@pytest.fixture
def connection(world: None, database_url: str) -> psycopg.Connection:
    made = psycopg.connect(database_url, autocommit=True)
    made.execute(PLACED)
    return made


@pytest.mark.parametrize("refers", [(1, 7), (7, 1), (7, None), (None, 7)], ids=str)
def test_what_it_refers_to_is_there(connection: psycopg.Connection, refers: tuple[int | None, int | None]) -> None:
    with connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute(MESSAGE, [*refers, 3])


@pytest.mark.parametrize("column", ["campaign_id", "batch_id"])
def test_and_stays_there_when_it_changes(connection: psycopg.Connection, column: str) -> None:
    with connection:
        connection.execute(MESSAGE, [1, 1, 3])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(f"UPDATE message SET {column} = 7")  # noqa: S608 - a word of ours


@pytest.mark.parametrize(
    ("gone", "left"),
    [("sms_batch WHERE id = 1", [(1, None)] * 2 + [(None, 2)]), ("campaign", [(None, 2)])],
    ids=["request", "campaign"],
)
def test_it_goes_with_its_campaign_and_outlives_its_request(
    connection: psycopg.Connection, gone: str, left: list[tuple[int | None, int | None]]
) -> None:
    with connection:
        connection.execute(MESSAGE, [1, 1, 2])
        connection.execute(MESSAGE, [None, 2, 1])
        connection.execute(f"DELETE FROM {gone}")  # noqa: S608 - words of ours
        assert connection.execute("SELECT campaign_id, batch_id FROM message ORDER BY id").fetchall() == left
