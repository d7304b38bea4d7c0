"""A dump is encrypted as it is made, and fills an empty database with what it was made of, or with nothing."""

from pathlib import Path

import psycopg
import pyrage
import pytest
from pyrage.x25519 import Identity

from core.schema import dumps
from tests.core import seed

KEY = Identity.generate()
FOR = [KEY.to_public()]


@pytest.fixture
async def safo_dumped(safo: None, database_url: str, tmp_path: Path) -> Path:
    """A dump of a database with one household."""
    await seed.household("10000017", head_name="Zulmabounty Traoré")
    file = tmp_path / "jigi.dump.age"
    assert dumps.dump(database_url, file, FOR) == file.stat().st_size
    return file


def heads(url: str) -> list[tuple[str, ...]]:
    """The households of a database."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT head_name FROM household").fetchall()


def tables(url: str) -> int:
    """How many tables a database has."""
    with psycopg.connect(url) as connection:
        return int((connection.execute(dumps.TABLES).fetchone() or (0,))[0])


def test_it_fills_an_empty_database(safo_dumped: Path, empty_url: str) -> None:
    assert safo_dumped.stat().st_mode & 0o077 == 0
    assert b"Zulmabounty" not in safo_dumped.read_bytes()
    dumps.restore(empty_url, safo_dumped, [Identity.generate(), KEY])
    assert heads(empty_url) == [("Zulmabounty Traoré",)]
    with psycopg.connect(empty_url) as connection:
        may = connection.execute("SELECT has_table_privilege('jigi_line', 'household', 'SELECT')").fetchone()
    assert may == (True,), "what the roles may do is in it"


def test_age_alone_reads_it(safo_dumped: Path) -> None:
    assert pyrage.decrypt(safo_dumped.read_bytes(), [KEY]).startswith(b"PGDMP")


def test_another_key_fills_nothing(safo_dumped: Path, empty_url: str) -> None:
    with pytest.raises(dumps.NotRestored, match="cannot be decrypted"):
        dumps.restore(empty_url, safo_dumped, [Identity.generate()])
    assert tables(empty_url) == 0


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_what_is_cut_off_fills_nothing(share: float, safo_dumped: Path, empty_url: str) -> None:
    whole = safo_dumped.read_bytes()
    safo_dumped.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(dumps.NotRestored):
        dumps.restore(empty_url, safo_dumped, [KEY])
    assert tables(empty_url) == 0


def test_an_altered_one_fills_nothing(safo_dumped: Path, empty_url: str) -> None:
    whole = bytearray(safo_dumped.read_bytes())
    whole[-100] ^= 1
    safo_dumped.write_bytes(whole)
    with pytest.raises(dumps.NotRestored):
        dumps.restore(empty_url, safo_dumped, [KEY])
    assert tables(empty_url) == 0


def test_nothing_is_put_over_what_is_there(safo_dumped: Path, database_url: str) -> None:
    with pytest.raises(dumps.NotRestored, match="has tables"):
        dumps.restore(database_url, safo_dumped, [KEY])
    with pytest.raises(dumps.NotDumped, match="there already"):
        dumps.dump(database_url, safo_dumped, FOR)
    assert heads(database_url) == [("Zulmabounty Traoré",)]


def test_without_anybody_to_encrypt_for_there_is_none(safo: None, database_url: str, tmp_path: Path) -> None:
    with pytest.raises(dumps.NotDumped, match="JIGI_DUMP_RECIPIENTS"):
        dumps.dump(database_url, tmp_path / "x", [])


@pytest.mark.parametrize("where", ["nowhere/x", "x"])
def test_a_dump_that_fails_leaves_no_half_of_one(
    where: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "x":
        monkeypatch.setattr(dumps, "_newest", lambda url, name: "/bin/false")
    with pytest.raises(dumps.NotDumped):
        dumps.dump(database_url, tmp_path / where, FOR)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_keys_is_read_as_age_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"# created: 2026-11-26\n# public key: {KEY.to_public()}\n{KEY}\n")
    assert [str(key) for key in dumps.identities_in(file)] == [str(KEY)]
    file.write_text("nonsense")
    with pytest.raises(dumps.NotRestored, match="no file of keys"):
        dumps.identities_in(file)
