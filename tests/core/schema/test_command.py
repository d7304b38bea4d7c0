"""`jigi db`: keys, what is encrypted for them, and dumps, from the shell of the server."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cli import app
from core.platform.encryption import IDENTITIES, RECIPIENTS
from core.platform.settings import WrongSetting, settings
from core.schema import command, migrations
from core.schema.drills import DrillFailed

PLANT = """
INSERT INTO agent (id, login, name, role, scope_kind) VALUES (1, 'awa', 'Zulmabounty', 'agent', 'national');
INSERT INTO agent_credential (agent_id, password_hash, must_change, totp_secret, set_at)
    VALUES (1, 'x', false, 'JBSWY3DPEHPK3PXP', now())
"""


@pytest.fixture(autouse=True)
def shell(emptied: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shell whose settings name the database of the tests, with somebody who works there."""
    monkeypatch.setenv("JIGI_DATABASE_URL", database_url)
    for name in (RECIPIENTS, IDENTITIES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(command, "out", Console(width=200))
    monkeypatch.setattr(command, "errors", Console(stderr=True, width=200))
    settings.cache_clear()
    with psycopg.connect(database_url) as connection:
        connection.execute(PLANT.encode())
    yield
    settings.cache_clear()


def db(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["db", *words])


def set_new_keys(monkeypatch: pytest.MonkeyPatch) -> str:
    """Set what `new-key` prints, as an operator does; the key that decrypts."""
    printed: dict[str, str] = dict(re.findall(r"^(JIGI_\w+)=(\S+)$", db("new-key").stdout, re.MULTILINE))
    assert set(printed) == {RECIPIENTS, IDENTITIES}
    for name, value in printed.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    return printed[IDENTITIES]


def test_what_is_plain_is_encrypted_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    set_new_keys(monkeypatch)
    assert "agent_credential.totp_secret: 1 encrypted, 0 unreadable" in db("encrypt").output
    assert "agent_credential.totp_secret: 0 encrypted" in db("encrypt").output
    assert "agent_credential.totp_secret: 1 encrypted" in db("encrypt", "--again").output


def test_what_no_key_reads_ends_the_command_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    set_new_keys(monkeypatch)
    db("encrypt")
    set_new_keys(monkeypatch)
    again = db("encrypt", "--again")
    assert again.exit_code == 1
    assert "1 unreadable" in again.output


def test_without_keys_it_says_which_setting_is_missing() -> None:
    with pytest.raises(WrongSetting, match=RECIPIENTS):
        CliRunner().invoke(app, ["db", "encrypt"], catch_exceptions=False)


def test_a_dump_fills_another_database(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key.txt"
    key.write_text(set_new_keys(monkeypatch))
    dump = tmp_path / "jigi.dump.age"
    written = db("dump", str(dump))
    assert written.exit_code == 0, written.output
    monkeypatch.setenv("JIGI_DATABASE_URL", empty_url)
    monkeypatch.setenv(IDENTITIES, "")
    settings.cache_clear()
    restored = db("restore", str(dump), "--identity", str(key))
    assert restored.exit_code == 0, restored.output
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("SELECT name FROM agent").fetchall() == [("Zulmabounty",)]


def drilled(folder: Path, key: Path) -> Result:
    """Drill a folder's newest dump; what is refused is raised."""
    words = ["db", "drill", str(folder), "--identity", str(key)]
    return CliRunner().invoke(app, words, catch_exceptions=False)


def test_the_newest_dump_is_drilled_and_the_database_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    key = tmp_path / "key"
    key.write_text(set_new_keys(monkeypatch))
    assert db("dump", str(tmp_path / "jigi-old.dump.age")).exit_code == 0
    seen = drilled(tmp_path, key).output
    assert "restored and whole" in seen
    assert "0 households, 0 complaints" in seen
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_database WHERE datname ~ 'drill'").fetchone() == (0,)
    os.utime(tmp_path / "jigi-old.dump.age", (0, 0))
    with pytest.raises(DrillFailed, match="older than 36 hours"):
        drilled(tmp_path, key)
    (tmp_path / "jigi-old.dump.age").unlink()
    with pytest.raises(DrillFailed, match="There is no dump"):
        drilled(tmp_path, key)


def test_which_tables_there_are_is_said() -> None:
    said = db("current")
    assert said.exit_code == 0
    assert f"tables {migrations.newest()}, newest {migrations.newest()}, Jigi " in said.output
    for words, refusal in ((["0001"], WrongSetting), (["9999", "--yes"], migrations.UnknownMigration)):
        with pytest.raises(refusal):
            CliRunner().invoke(app, ["db", "downgrade", *words], catch_exceptions=False)
