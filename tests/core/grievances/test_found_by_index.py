"""What a case asks of the database is found by indexes, however many cases there are: no table is read whole."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.grievances import cases, likeness, locked, merging, telling
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import TODAY
from tests.support.database import change, one

ONE = {"id": 1, "event": 1, "reference": "1234567", "other": 2, "household_id": 1, "msisdn": "+22376000001"}
WHO = {"me": 1, "leads": True, "today": TODAY}
DAYS = {"same_subject": "30 days", "any_subject": "7 days", "namesake": "30 days"}


COPIED = """
INSERT INTO grievance (
    reference, filing_key, msisdn, received_at, channel, category, subcategory, sensitivity, anonymous, beneficiary,
    language, call_back, state, level, commune_pcode, first_answer_due, decision_due, reopen_count, version)
SELECT 'copy ' || each, 'copy ' || each, '+22370' || lpad(each::text, 6, '0'),
    received_at - make_interval(hours => each), channel, category, subcategory, sensitivity, anonymous, beneficiary,
    language, call_back, state, level, commune_pcode, first_answer_due, decision_due, reopen_count, version
FROM grievance, generate_series(1, 4000) AS each
"""


def read_whole(node: dict[str, Any]) -> Iterator[str]:
    """The tables of cases that a plan reads from one end to the other, by themselves or along an index."""
    whole = node["Node Type"] == "Seq Scan" or (node["Node Type"].startswith("Index") and "Index Cond" not in node)
    if whole and node.get("Relation Name", "").startswith("grievance"):
        yield f"{node['Node Type']} of {node['Alias']}"
    for each in node.get("Plans", ()):
        yield from read_whole(each)


@pytest.fixture
async def many(safo: None) -> None:
    """So many cases of all days that nobody who has an index would read them all."""
    await plant(TODAY)
    await change(COPIED)
    await change(
        "INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, told) "
        "SELECT id, received_at, 'received', 'received', 'received', false FROM grievance"
    )
    await change("ANALYZE")  # every table: no plan by what an earlier test left


@pytest.mark.usefixtures("many")
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
        "telling.TO_TELL",
    ],
)
async def test_no_table_of_cases_is_read_whole(name: str) -> None:
    module, _, constant = name.partition(".")
    modules = {"cases": cases, "likeness": likeness, "locked": locked, "merging": merging, "telling": telling}
    statement = getattr(modules[module], constant)
    explained = await one(f"EXPLAIN (FORMAT JSON) {statement}", **ONE, **DAYS, **WHO)
    assert list(read_whole(explained[0][0]["Plan"])) == []
