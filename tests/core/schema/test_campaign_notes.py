"""Notes of campaigns that stood as English sentences become codes with their data; the words of people stay."""

import psycopg
import pytest
from alembic import command
from psycopg.types.json import Jsonb

from core.campaigns.notes import NoteCode
from core.schema import migrations

AGENT, ITSELF = 1, None
OLD = (
    (AGENT, None, "draft", None),
    (AGENT, "draft", "draft", "the plan could not be made"),
    (AGENT, "draft", "planned", "12 recipients, 34 parts"),
    (AGENT, "planned", "planned", "first approval; a second is needed"),
    (AGENT, "planned", "approved", "approved"),
    (ITSELF, "planned", "approved", "by the approval of the announcement"),
    (AGENT, "approved", "scheduled", "for 2026-11-24 14:00"),
    (ITSELF, "scheduled", "running", None),
    (AGENT, "running", "paused", "paused by hand"),
    (ITSELF, "running", "paused", "InsufficientBalance"),
    (ITSELF, "running", "paused", "HTTP 401: wrong key"),
    (AGENT, "running", "paused", "InsufficientBalance"),
    (AGENT, "running", "cancelled", "approved"),
    (AGENT, "running", "cancelled", "Tour repoussé : 12 recipients, 34 parts"),
    (AGENT, "finished", "running", "3 uncertain: sent again"),
    (AGENT, "finished", "finished", "4 uncertain: left"),
    (ITSELF, "finished", "running", "something is left to send"),
    (ITSELF, "planned", "cancelled", "nobody to tell"),
)
NEW = (
    (None, None, None),
    (None, NoteCode.NOT_PLANNED, None),
    (None, NoteCode.PLANNED, {"recipients": 12, "parts": 34}),
    (None, NoteCode.FIRST_APPROVAL, None),
    (None, NoteCode.APPROVED, None),
    (None, NoteCode.BY_ANNOUNCEMENT, None),
    (None, NoteCode.SCHEDULED, {"at": "2026-11-24T14:00+00:00"}),
    (None, None, None),
    (None, NoteCode.BY_HAND, None),
    (None, NoteCode.GATEWAY, {"reason": "InsufficientBalance"}),
    (None, NoteCode.GATEWAY, {"reason": "HTTP 401: wrong key"}),
    ("InsufficientBalance", None, None),
    ("approved", None, None),
    ("Tour repoussé : 12 recipients, 34 parts", None, None),
    (None, NoteCode.SENT_AGAIN, {"count": 3}),
    (None, NoteCode.LEFT, {"count": 4}),
    (None, NoteCode.LEFT_TO_SEND, None),
    (None, NoteCode.NOBODY_TO_TELL, None),
)
WHYS = (
    ("paused", ITSELF, "InvalidSenderId", (None, NoteCode.GATEWAY, {"reason": "InvalidSenderId"})),
    ("paused", AGENT, "paused by hand", (None, NoteCode.BY_HAND, None)),
    ("cancelled", AGENT, "Tour repoussé", ("Tour repoussé", None, None)),
)
CHANGES = "SELECT note, note_code, note_data FROM campaign_change WHERE campaign_id = 1 ORDER BY id"
REASONS = "SELECT why, why_code, why_data FROM campaign WHERE id > 1 ORDER BY id"


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database of the version before, with its notes."""
    command.upgrade(migrations.configuration(empty_url), "0005")
    with psycopg.connect(empty_url) as connection:
        connection.execute(
            "INSERT INTO agent (id, login, name, role, scope_kind) VALUES (1, 'awa', 'Awa', 'supervisor', 'national')"
        )
        add_campaign(connection, 1, "running", None)
        for change in OLD:
            add_change(connection, 1, *change)
        for number, (state, agent, why, _) in enumerate(WHYS, 2):
            add_campaign(connection, number, state, why)
            add_change(connection, number, agent, "running", state, why)
    return empty_url


def add_campaign(connection: psycopg.Connection, number: int, state: str, why: str | None) -> None:
    connection.execute(
        "INSERT INTO campaign (id, kind, title, subject, state, needs_second, recipients, parts, why) "
        "VALUES (%s, 'free', '', %s, %s, false, 0, 0, %s)",
        [number, Jsonb({}), state, why],
    )


def add_change(
    connection: psycopg.Connection, number: int, agent: int | None, old: str | None, new: str, note: str | None
) -> None:
    connection.execute(
        "INSERT INTO campaign_change (campaign_id, at, agent_id, from_state, to_state, note) "
        "VALUES (%s, now(), %s, %s, %s, %s)",
        [number, agent, old, new, note],
    )


def test_sentences_of_ours_become_codes_and_words_of_people_stay(old_url: str) -> None:
    command.upgrade(migrations.configuration(old_url), "0006")
    with psycopg.connect(old_url) as connection:
        assert connection.execute(CHANGES).fetchall() == list(NEW)
        assert connection.execute(REASONS).fetchall() == [new for *_, new in WHYS]


def test_a_downgrade_says_them_again(old_url: str) -> None:
    command.upgrade(migrations.configuration(old_url), "0006")
    command.downgrade(migrations.configuration(old_url), "0005")
    with psycopg.connect(old_url) as connection:
        notes = connection.execute("SELECT note FROM campaign_change WHERE campaign_id = 1 ORDER BY id").fetchall()
        whys = connection.execute("SELECT why FROM campaign WHERE id > 1 ORDER BY id").fetchall()
    assert [note for (note,) in notes] == [note for *_, note in OLD]
    assert [why for (why,) in whys] == [why for _, _, why, _ in WHYS]
