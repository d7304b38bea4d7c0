"""The drill of a restore: the newest dump fills a database of its own, which is looked at and dropped again."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql as composed
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pyrage.x25519 import Identity

from core.platform.errors import JigiError
from core.platform.servers import end_own_postgres, own_postgres
from core.platform.terminal import on
from core.schema import dumps, migrations
from core.staff import audit

DUMPS: Final = "*.dump.age"
HOUSEHOLDS: Final = "SELECT count(*), (SELECT count(*) FROM grievance) FROM household"


class DrillFailed(JigiError):
    """No dump is to be relied on; the message says why."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill saw: the dump, how long its restore took, and what is in it."""

    dump: Path
    seconds: float
    tables: str
    households: int
    grievances: int

    def __str__(self) -> str:
        held = f"{self.households} households, {self.grievances} complaints, tables {self.tables}"
        return f"{self.dump}: restored and whole in {self.seconds:.0f} s, {held}, the trail unbroken."


def newest(folder: Path, hours: int) -> Path:
    """The newest dump of a folder, or the one that is named; raises DrillFailed where it is too old, or there is none.

    `hours` is how old it may be.
    """
    files = [folder] if folder.is_file() else [*folder.glob(DUMPS)]
    if not files:
        raise DrillFailed(f"There is no dump ({DUMPS}) in {folder}.")
    latest = max(files, key=lambda file: file.stat().st_mtime)
    if time.time() - latest.stat().st_mtime > hours * 3600:
        raise DrillFailed(f"{latest} is older than {hours} hours: is a dump still made each night?")
    return latest


@contextmanager
def server(url: str) -> Iterator[str]:
    """Where a database can be made: the server of `url`, else one of Jigi's own that is gone afterwards."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="jigi-drill-", ignore_cleanup_errors=True) as folder:
        yield own_postgres(Path(folder))
        end_own_postgres(Path(folder))


def drill(url: str, dump: Path, keys: Sequence[Identity]) -> Drilled:
    """Restore a dump beside the database of `url`, and look at it; raises DrillFailed and NotRestored."""
    name = f"jigi_drill_{os.getpid()}"
    began = time.monotonic()
    with _database(url, name) as beside:
        dumps.restore(beside, dump, keys)
        migrations.upgrade(beside)
        broken = on(beside, audit.first_broken())
        if broken is not None:
            raise DrillFailed(f"{dump}: the audit trail is broken at entry {broken}.")
        with psycopg.connect(beside) as connection:
            households, grievances = connection.execute(HOUSEHOLDS).fetchone() or (0, 0)
        tables = migrations.current(beside)
    return Drilled(dump, time.monotonic() - began, tables, households, grievances)


@contextmanager
def _database(url: str, name: str) -> Iterator[str]:
    """An empty database for as long as it is looked at."""
    called = composed.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(composed.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(called))
        try:
            yield make_conninfo("", **(conninfo_to_dict(url) | {"dbname": name}))
        finally:
            connection.execute(composed.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(called))
