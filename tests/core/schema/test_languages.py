"""Rows written when tables listed two languages, after the tables were told of any number, and back again."""

import psycopg
import pytest
from alembic import command

from core.schema import migrations

BEFORE, AFTER = "0004", "0007"

ROWS = """
INSERT INTO region VALUES ('ML02', 'Koulikoro');
INSERT INTO cercle VALUES ('ML0201', 'ML02', 'Kati');
INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML020101', 'ML0201', 'Safo', 'safo');
INSERT INTO component_event (component, commune_pcode, date, place, what_fr, what_bm)
    VALUES ('MA', 'ML020101', '2026-12-01', 'Mairie', 'pesée', 'girinya sumanni');
INSERT INTO prepared_answer (category, title, text_fr, text_bm) VALUES ('payment', 'Jour', 'Lundi.', 'Ntɛnɛndon.');
INSERT INTO campaign (id, kind, title, subject, text_fr, text_bm, state, needs_second, recipients, parts) VALUES
    (1, 'free', 'words', '{}', 'Réunion.', 'Lajɛ.', 'planned', false, 0, 0),
    (2, 'announce', 'an event', '{"event": {"component": "MA"}}', NULL, NULL, 'planned', false, 0, 0);
INSERT INTO message_text (campaign_id, language, content, body, parts, size) VALUES
    (1, 'bm', md5('Réunion.|Lajɛ.'), 'Lajè.', 1, 5),
    (2, 'fr', '[["pesée", "girinya sumanni", "2026-12-01", null, "Mairie"]]', 'Pesée.', 1, 6);
"""
TELLS = "SELECT content FROM message_text ORDER BY campaign_id"


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database as it was before, with a row of each kind."""
    command.upgrade(migrations.configuration(empty_url), BEFORE)
    with psycopg.connect(empty_url) as connection:
        connection.execute(ROWS)
    return empty_url


def test_texts_of_two_languages_are_keyed_by_language_and_go_back(old_url: str) -> None:
    with psycopg.connect(old_url) as connection:
        hashes = connection.execute(TELLS).fetchall()
    command.upgrade(migrations.configuration(old_url), AFTER)
    with psycopg.connect(old_url) as connection:
        assert connection.execute("SELECT what FROM component_event").fetchall() == [
            ({"bm": "girinya sumanni", "fr": "pesée"},)
        ]
        assert connection.execute("SELECT texts FROM prepared_answer").fetchall() == [
            ({"bm": "Ntɛnɛndon.", "fr": "Lundi."},)
        ]
        texts = connection.execute("SELECT texts FROM campaign ORDER BY id").fetchall()
        assert texts == [({"bm": "Lajɛ.", "fr": "Réunion."},), (None,)]
        (words,), (event,) = connection.execute(TELLS).fetchall()
        assert connection.execute("SELECT md5(texts::text) FROM campaign WHERE id = 1").fetchone() == (words,)
        assert event == '[[{"bm": "girinya sumanni", "fr": "pesée"}, "2026-12-01", null, "Mairie"]]'
        connection.execute("INSERT INTO phone (msisdn, language) VALUES ('+22376000001', 'ff')")
        connection.rollback()

    command.downgrade(migrations.configuration(old_url), BEFORE)
    with psycopg.connect(old_url) as connection:
        assert connection.execute("SELECT what_fr, what_bm FROM component_event").fetchall() == [
            ("pesée", "girinya sumanni")
        ]
        assert connection.execute("SELECT text_fr, text_bm FROM prepared_answer").fetchall() == [
            ("Lundi.", "Ntɛnɛndon.")
        ]
        assert connection.execute("SELECT text_fr, text_bm FROM campaign ORDER BY id").fetchall() == [
            ("Réunion.", "Lajɛ."),
            (None, None),
        ]
        assert connection.execute(TELLS).fetchall() == hashes
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO phone (msisdn, language) VALUES ('+22376000001', 'ff')")
