"""`python -m bench.upgrade`: the tables of 0.3.0 with 300 000 households and 1 200 000 payments, brought to the newest.

It prints how long each migration took, what it kept others from meanwhile, and how long somebody waited who reads a
household with its payments by its phone, as a call does, and who writes a line of the journal of calls.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from core.platform.servers import end_own_postgres, own_postgres
from core.schema import migrations

RELEASED: Final = "0008"
"""The newest migration of 0.3.0."""

HOUSEHOLDS: Final = 300_000
ROUNDS: Final = 4
SHOWN_SECONDS: Final = 0.5
FILL: Final = (
    "INSERT INTO region (pcode, name) SELECT 'ML0' || r, 'Region ' || r FROM generate_series(1, 8) AS r",
    "INSERT INTO cercle (pcode, region_pcode, name) SELECT pcode || '01', pcode, 'Cercle of ' || name FROM region",
    """INSERT INTO commune (pcode, cercle_pcode, name, search)
    SELECT 'ML0' || c % 8 + 1 || '01' || lpad(c::text, 3, '0'), 'ML0' || c % 8 + 1 || '01', 'Commune ' || c, 'c' || c
    FROM generate_series(0, 132) AS c""",
    f"""INSERT INTO household (id, household_no, head_name, birth_year, commune_pcode, village, language, status)
    SELECT h, lpad(h::text, 8, '0'), 'Head ' || h, 1950 + h % 50, commune.pcode, 'Village ' || h % 12, 'bm',
        'beneficiary'
    FROM generate_series(1, {HOUSEHOLDS}) AS h
    JOIN (SELECT pcode, row_number() OVER (ORDER BY pcode) - 1 AS place FROM commune) AS commune
        ON commune.place = h % 133""",  # noqa: S608 - our own numbers
    f"""INSERT INTO household_phone (household_id, position, msisdn)
    SELECT h, 1, '+22370' || lpad(h::text, 6, '0') FROM generate_series(1, {HOUSEHOLDS}) AS h""",  # noqa: S608
    f"""INSERT INTO payment_round (id, component, name)
    SELECT r, 'TM', 'Round ' || r FROM generate_series(1, {ROUNDS}) AS r""",  # noqa: S608
    f"""INSERT INTO payment (household_id, round_id, due_date, place, agency, amount_xof, state)
    SELECT household.id, r, CURRENT_DATE - 90 * r, 'Mairie', 'Caisse', 30000, 'announced'
    FROM household, generate_series(1, {ROUNDS}) AS r""",  # noqa: S608
)
READ: Final = """
SELECT household.head_name, payment.due_date FROM household_phone
JOIN household ON household.id = household_phone.household_id JOIN payment ON payment.household_id = household.id
WHERE household_phone.msisdn = '+22370123456'
"""
WRITE: Final = "INSERT INTO ussd_journal (key, session_id, position) VALUES (gen_random_uuid()::text, 's', 1)"
LOCKS: Final = """
SELECT DISTINCT relation::regclass::text, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE granted AND relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND mode IN ('AccessExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock')
"""
KEEPS_READERS: Final = "AccessExclusiveLock"


class Beside:
    """Does the same again and again on a connection of its own while migrations run."""

    def __init__(self, url: str, work: Callable[[psycopg.Connection], object], every: float) -> None:
        self._url, self._work, self._every = url, work, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.longest, self.given_up = 0.0, 0
        self._thread.start()

    def _run(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as own:
            while not self._ended.wait(self._every):
                began = time.perf_counter()
                try:
                    self._work(own)
                except psycopg.errors.DeadlockDetected:
                    self.given_up += 1
                self.longest = max(self.longest, time.perf_counter() - began)

    def taken(self) -> float:
        """The longest that once took since it was asked last, in seconds."""
        longest, self.longest = self.longest, 0.0
        return longest

    def end(self) -> None:
        """Stop."""
        self._ended.set()
        self._thread.join()


def _filled(url: str) -> None:
    command.upgrade(migrations.configuration(url), RELEASED)
    with psycopg.connect(url, autocommit=True) as own:
        for statement in FILL:
            own.execute(statement.encode())
        own.execute("VACUUM ANALYZE")


def _upgraded(url: str) -> None:
    scripts = ScriptDirectory.from_config(migrations.configuration(""))
    steps = [script.revision for script in reversed([*scripts.walk_revisions()]) if script.revision > RELEASED]
    locks: set[tuple[str, str]] = set()

    def look(own: psycopg.Connection) -> None:
        locks.update(own.execute(LOCKS).fetchall())

    reading = Beside(url, lambda own: own.execute(READ), 0.005)
    writing = Beside(url, lambda own: own.execute(WRITE), 0.005)
    looking = Beside(url, look, 0.01)
    total, waited, wrote = 0.0, 0.0, 0.0
    try:
        for step in steps:
            locks.clear()
            began = time.perf_counter()
            command.upgrade(migrations.configuration(url), step)
            seconds = time.perf_counter() - began
            time.sleep(0.02)  # so that who waited has counted it
            read, written = reading.taken(), writing.taken()
            total, waited, wrote = total + seconds, max(waited, read), max(wrote, written)
            if max(seconds, read, written) >= SHOWN_SECONDS:
                kept = ", ".join(sorted(table for table, mode in locks if mode == KEEPS_READERS))
                print(
                    f"{step}  {seconds:5.1f} s  read {read:4.1f} s  written {written:4.1f} s  kept from readers: {kept}"
                )
    finally:
        for beside in (reading, writing, looking):
            beside.end()
    print(f"all {len(steps)}: {total:.1f} s; the longest read {waited:.1f} s, the longest line written {wrote:.1f} s")
    print(f"given up to let a migration pass: {reading.given_up} reads, {writing.given_up} lines")


def _whole(url: str) -> None:
    """As `jigi db upgrade` does it."""
    reading = Beside(url, lambda own: own.execute(READ), 0.005)
    began = time.perf_counter()
    try:
        migrations.upgrade(url)
    finally:
        reading.end()
    print(f"`jigi db upgrade`: {time.perf_counter() - began:.1f} s; the longest read {reading.longest:.1f} s")
    print(f"given up to let a migration pass: {reading.given_up} reads")


def main() -> None:
    """Measure, step by step and then all at once."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-upgrade-"))
    try:
        url = own_postgres(folder)
        for measured in (_upgraded, _whole):
            began = time.perf_counter()
            with psycopg.connect(url, autocommit=True) as own:
                own.execute(f"CREATE DATABASE {measured.__name__} ENCODING 'UTF8' TEMPLATE template0".encode())
            there = make_url(url).set(database=measured.__name__).render_as_string(hide_password=False)
            _filled(there)
            print(f"filled in {time.perf_counter() - began:.0f} s, {os.cpu_count()} cores")
            measured(there)
    finally:
        end_own_postgres(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
