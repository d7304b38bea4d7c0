"""A demonstration is tried where a programme's settings lie, and a programme's commands meet a demonstration."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.schema.identity import DatabaseKind

ROOT = Path(__file__).parents[2]
ROWS = "SELECT (SELECT count(*) FROM household), (SELECT count(*) FROM agent), (SELECT count(*) FROM region)"


def jigi(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with these names in the environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JIGI_")}
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "cli", *words],
        cwd=folder,
        env=clean | environment | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def database_of(world: None, database_url: str) -> str:
    """The test's database, of no kind yet."""
    return database_url


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL, which never runs as root, may enter."""
    made = Path(tempfile.mkdtemp(prefix="jigi-beside-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def made(url: str, kind: DatabaseKind) -> None:
    """Make it one or the other."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE database_identity SET kind = %s", [kind.value])


def rows(url: str) -> tuple[int, ...] | None:
    """How much stands in a database."""
    with psycopg.connect(url) as connection:
        return connection.execute(ROWS).fetchone()


def test_a_demonstration_beside_a_programme_fills_its_own_database(folder: Path, database_of: str) -> None:
    made(database_of, DatabaseKind.PRODUCTION)
    (folder / ".env").write_text(f"JIGI_DATABASE_URL={database_of}\nJIGI_CALLBACK_TOKENS=of-the-programme\n")
    run = jigi(folder, "demo-data", "--households", "40", JIGI_DATABASE_URL=database_of)
    assert run.returncode == 0, run.stderr
    assert rows(database_of) == (0, 0, 0)
    assert (folder / ".jigi" / "demo" / "postgres").is_dir()
    whose = jigi(folder, "--demo", "agents", "list", JIGI_DATABASE_URL=database_of)
    assert whose.returncode == 0, whose.stderr


@pytest.mark.parametrize(
    "words",
    [("agents", "list"), ("purge",), ("campaign", "list"), ("menus", "stats"), ("db", "upgrade"), ("worker",)],
)
def test_a_command_of_a_programme_refuses_a_demonstration(
    tmp_path: Path, database_of: str, words: tuple[str, ...]
) -> None:
    made(database_of, DatabaseKind.DEMO)
    run = jigi(tmp_path, *words, JIGI_DATABASE_URL=database_of)
    assert run.returncode == 2
    assert "This database is a demonstration" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("words", [("serve", "--port", "1"), ("worker",)])
def test_the_telephone_to_try_is_never_served_on_a_programme(
    tmp_path: Path, database_of: str, words: tuple[str, ...]
) -> None:
    made(database_of, DatabaseKind.PRODUCTION)
    run = jigi(tmp_path, *words, JIGI_DATABASE_URL=database_of, JIGI_SIMULATOR="true", JIGI_CALLBACK_TOKENS="demo")
    assert run.returncode == 2
    assert "This database is a programme's own" in run.stderr
    assert "Traceback" not in run.stderr
