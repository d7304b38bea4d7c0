"""Each process knows every table, so that a row that refers to another table can be written anywhere."""

import subprocess
import sys

import pytest

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
