"""Steps of before are tied to the SMS that told of them, by the names that those had; and the way back is free."""

import psycopg
from alembic import command

from core.schema import migrations

PLANTED = """
INSERT INTO grievance (reference, filing_key, channel, category, subcategory, sensitivity, anonymous, beneficiary,
    language, call_back, state, level, first_answer_due, decision_due, received_at, reopen_count)
VALUES ('1234567', 'k', 'ussd', 'payment', 'late', 'ordinary', false, true, 'bm', false, 'resolved', 'village',
    '2026-01-01', '2026-01-01', now(), 0);
INSERT INTO grievance_event (grievance_id, at, kind, to_state, told)
VALUES (1, now(), 'received', 'received', true), (1, now(), 'note', 'received', false),
    (1, now(), 'decided', 'resolved', true);
INSERT INTO message (kind, key, household_ids, state, attempts, was_uncertain)
VALUES ('decided', 'decided 1234567 3', '{}', 'delivered', 0, false),
    ('received', 'received 1234567', '{}', 'delivered', 0, false);
"""
TIES = "SELECT kind, message_id FROM grievance_event ORDER BY id"


def test_steps_of_before_know_their_sms(empty_url: str) -> None:
    chosen = migrations.configuration(empty_url)
    command.upgrade(chosen, "0031")
    with psycopg.connect(empty_url) as connection:
        connection.execute(PLANTED)
    command.upgrade(chosen, "0034")
    with psycopg.connect(empty_url) as connection:
        assert connection.execute(TIES).fetchall() == [("received", 2), ("note", None), ("decided", 1)]
        connection.execute("DELETE FROM message WHERE id = 1")
        assert connection.execute(TIES).fetchall()[2] == ("decided", None), "a step outlives its SMS"
    command.downgrade(chosen, "0031")
    command.upgrade(chosen, "0034")
