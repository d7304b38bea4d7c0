"""Each process knows every table, so that a row that refers to another table can be written anywhere."""

import subprocess
import sys

import psycopg
import pytest

from core.schema.models import metadata
from tests.support.plans import SMALL

WHOLE = (
    "import {0}; from core.platform.columns import TableRow; "
    "print(len([key.column for table in TableRow.metadata.tables.values() for key in table.foreign_keys]))"
)
ENTRIES = (
    "asgi",
    "sms.worker.process",
    "core.schema.ground",
    "core.schema.migrations",
    "core.schema.retention",
    "sms.campaigns.command, core.schema.ground",
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_reference_leads_to_a_table_that_the_process_knows(entry: str) -> None:
    run = subprocess.run([sys.executable, "-c", WHOLE.format(entry)], capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 20


VACUUMED = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND array_to_string(reloptions, ' ') LIKE '%autovacuum_vacuum_scale_factor=0.01%'
"""


def test_every_table_that_grows_is_vacuumed_by_the_hundredth_row_that_changed(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        vacuumed = {name for (name,) in connection.execute(VACUUMED)}
    assert vacuumed == {*metadata.tables} - SMALL
