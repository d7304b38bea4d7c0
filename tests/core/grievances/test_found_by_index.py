"""What a case asks of the database is found by indexes, however many cases there are: no table is read whole.

PostgreSQL is told to read no table whole where it can do otherwise: where it does, no index fits the statement.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from core.grievances import cases, likeness, locked, merging
from tests.support.database import change, one

ONE = {"id": 1, "event": 1, "reference": "1234567", "other": 2, "household_id": 1, "msisdn": "+22376000001"}
DAYS = {"same_subject": "30 days", "any_subject": "7 days", "namesake": "30 days"}


def read_whole(node: dict[str, Any]) -> Iterator[str]:
    """The tables of cases that a plan reads from one end to the other, by themselves or along an index."""
    whole = node["Node Type"] == "Seq Scan" or (node["Node Type"].startswith("Index") and "Index Cond" not in node)
    if whole and node.get("Relation Name", "").startswith("grievance"):
        yield f"{node['Node Type']} of {node['Alias']}"
    for each in node.get("Plans", ()):
        yield from read_whole(each)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "name",
    [
        "cases.CASE",
        "cases.TIMELINE",
        "likeness.NAMESAKES",
        "likeness.RELATED",
        "locked.LOCK",
        "locked.LOCK_ALL",
        "locked.SINCE",
        "merging.HAS_FOLLOWERS",
    ],
)
async def test_no_table_of_cases_is_read_whole(name: str) -> None:
    module, _, constant = name.partition(".")
    statement = getattr({"cases": cases, "likeness": likeness, "locked": locked, "merging": merging}[module], constant)
    await change("SET enable_seqscan = off")
    try:
        explained = await one(f"EXPLAIN (FORMAT JSON) {statement}", **ONE, **DAYS)
    finally:
        await change("RESET enable_seqscan")
    assert list(read_whole(explained[0][0]["Plan"])) == []
