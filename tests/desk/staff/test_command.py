"""`jigi agents`: the people who work here, from the shell of the server."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cli import app
from core.platform.settings import settings
from desk.staff import command

WIDE = 200


@pytest.fixture
def shell(world: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shell whose settings name the database of the tests."""
    monkeypatch.setenv("JIGI_DATABASE_URL", database_url)
    monkeypatch.setattr(command, "out", Console(width=WIDE))
    monkeypatch.setattr(command, "errors", Console(stderr=True, width=WIDE))
    settings.cache_clear()
    yield
    settings.cache_clear()


def jigi(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["agents", *words])


pytestmark = pytest.mark.usefixtures("shell")


def test_the_first_administrator_is_told_a_password_once() -> None:
    added = jigi("add", "admin", "Awa Administratrice", "--role", "administrator")
    assert added.exit_code == 0, added.output
    given = re.search(r"first sign-in only: ([a-z-]{20,})", added.output)
    assert given
    assert given[1] not in jigi("list").output
    assert "administrator" in jigi("list").output
    assert "password to change" in jigi("list").output


def test_a_new_password_is_another_one() -> None:
    jigi("add", "admin", "Admin", "--role", "administrator")
    first, second = jigi("password", "admin").output, jigi("password", "admin").output
    assert "first sign-in only" in first
    assert first != second


def test_somebody_is_kept_out_and_let_in_again_even_the_last_administrator() -> None:
    jigi("add", "admin", "Admin", "--role", "administrator")
    assert "works here no more" in jigi("disable", "admin", "--why", "left").output
    assert re.search(r"\d{4}-\d\d-\d\d *│\n", jigi("list").output)
    assert "works here again" in jigi("enable", "admin").output
    assert "sets up a second factor" in jigi("forget-second-factor", "admin").output


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("add", "ADMIN", "Another"), "is taken"),
        (("add", "a b", "Somebody"), "a login is 2 to 32 letters"),
        (("add", "adama", "Adama", "--scope", "region"), "needs its P-code"),
        (("add", "adama", "Adama", "--scope", "region", "--place", "ML99"), "there is no region ML99"),
        (("password", "nobody"), "Nobody works here as nobody"),
        (("disable", "nobody"), "Nobody works here as nobody"),
        (("enable", "nobody"), "Nobody works here as nobody"),
        (("forget-second-factor", "nobody"), "Nobody works here as nobody"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], refusal: str) -> None:
    jigi("add", "admin", "Admin", "--role", "administrator")
    result = jigi(*words)
    assert (result.exit_code, refusal in result.output) == (2, True), result.output


def test_the_trail_is_checked_and_an_end_that_was_cut_off_is_found(database_url: str) -> None:
    assert "The trail is empty." in jigi("check-audit").output
    jigi("add", "admin", "Admin", "--role", "administrator")
    whole = jigi("check-audit")
    assert "The trail is whole: 2 entries" in whole.output
    seal = whole.output.rsplit(" ", 1)[1].strip()
    assert jigi("check-audit", "--seal", seal).exit_code == 0

    meddle(database_url, "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)")
    assert jigi("check-audit").exit_code == 0
    cut = jigi("check-audit", "--seal", seal)
    assert (cut.exit_code, "not there any more" in cut.output) == (1, True)

    meddle(database_url, "UPDATE audit_entry SET act = 'nothing'")
    broken = jigi("check-audit")
    assert (broken.exit_code, "broken at entry" in broken.output) == (1, True)


def meddle(database_url: str, sql: str) -> None:
    """Change the trail with its guards switched off."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(sql.encode())


def test_who_acts_in_anothers_name_from_the_shell_is_in_the_trail(database_url: str) -> None:
    jigi("add", "awa", "Awa", "--role", "supervisor")
    CliRunner().invoke(app, ["campaign", "pause", "7", "--as", "awa", "--why", "no money"])
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT login, act, about, detail FROM audit_entry JOIN agent ON agent.id = agent_id"
        ).fetchone()
    assert row == ("awa", "at the shell", "campaign 7", {"command": "pause"})
