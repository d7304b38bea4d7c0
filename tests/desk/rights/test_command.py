"""`jigi person`: the same from the shell of the server."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cli import app
from core.numbers.identifiers import household_no
from core.platform.settings import settings
from desk.rights import command

AWA = household_no(1_000_001)
PLANT = f"""
INSERT INTO region VALUES ('ML02', 'Koulikoro');
INSERT INTO cercle VALUES ('ML0202', 'ML02', 'Kati');
INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML020201', 'ML0202', 'Safo', 'safo');
INSERT INTO household (household_no, head_name, commune_pcode, status)
    VALUES ('{AWA}', 'Awa Traoré', 'ML020201', 'exited')
"""  # noqa: S608 - invented


@pytest.fixture(autouse=True)
def shell(world: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shell whose settings name the database of the tests, with a household that left."""
    monkeypatch.setenv("JIGI_DATABASE_URL", database_url)
    monkeypatch.setattr(command, "out", Console(width=200))
    monkeypatch.setattr(command, "errors", Console(stderr=True, width=200))
    settings.cache_clear()
    with psycopg.connect(database_url) as connection:
        connection.execute(PLANT.encode())
    yield
    settings.cache_clear()


def person(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["person", *words])


def test_what_is_held_is_shown_or_written_to_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    assert "nom : Awa Traoré" in person("show", AWA, "--why", "demande écrite").output
    file = tmp_path / "awa.json"
    written = person("show", AWA, "--why", "demande écrite", "--json", "-o", str(file))
    assert written.exit_code == 0, written.output
    assert json.loads(file.read_text("utf-8"))["of"] == {"household": AWA}
    assert file.stat().st_mode & 0o077 == 0


def test_an_erasure_is_done_once_it_is_confirmed(database_url: str) -> None:
    assert "Nothing was done" in person("erase", AWA, "--why", "demande écrite").output
    assert "Ménage" in person("erase", AWA, "--why", "demande écrite", "--yes").output
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT head_name FROM household").fetchall() == [("—",)]
        acts = connection.execute("SELECT agent_id, act FROM audit_entry").fetchall()
    assert acts == [(None, "person data erased")]


def test_what_cannot_be_done_is_said_in_words() -> None:
    refused = person("show", "bonjour", "--why", "demande écrite")
    assert refused.exit_code == 2
    assert "neither a phone nor a household number" in refused.output
