"""What is kept of the gateway's report, and what is not."""

from datetime import UTC, date, datetime

import pytest

from core.calls.gateway_sessions import count, record, short_form
from core.calls.session_end import SessionEnd, SessionOutcome
from tests.support.database import one, query

ROWS = (
    "SELECT session_id, date, network, status, duration_ms, hops, cost, error FROM gateway_session ORDER BY session_id"
)
END = SessionEnd(
    session_id="ATUid_1",
    status=SessionOutcome.CUT,
    date=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    network="61001",
    duration_ms=42_000,
    hops=5,
    cost="XOF 12.0000",
    error="The request timed out after 10s",
)


@pytest.mark.usefixtures("world")
async def test_a_report_is_kept_and_a_later_one_replaces_it() -> None:
    await record(END)
    await record(SessionEnd("ATUid_1", SessionOutcome.FINISHED, END.date, "61001", 43_000, 6, "XOF 14.0000"))

    assert await query(ROWS) == [
        ("ATUid_1", END.date, "61001", SessionOutcome.FINISHED, 43_000, 6, "XOF 14.0000", None)
    ]


@pytest.mark.usefixtures("world")
async def test_a_report_with_nothing_but_its_status_is_kept() -> None:
    await record(SessionEnd("ATUid_1", SessionOutcome.TIMED_OUT))
    _, at, _, status, *_ = await one(ROWS)
    assert status == SessionOutcome.TIMED_OUT
    assert at is not None


@pytest.mark.usefixtures("world")
async def test_calls_are_counted_from_a_day_to_another_that_one_not_counted() -> None:
    for number, (day, hour) in enumerate(((23, 23), (24, 0), (24, 23), (25, 0)), 1):
        await record(SessionEnd(f"ATUid_{number}", SessionOutcome.FINISHED, datetime(2026, 11, day, hour, tzinfo=UTC)))
    assert await count(date(2026, 11, 24), date(2026, 11, 25)) == 2
    assert await count(date(2026, 11, 24), date(2026, 11, 26)) == 3


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("The request timed out after 10s", "The request timed out after s"),
        ("User *384*1970# ended session", "User ended session"),
        ("no answer for +22376000001", "no answer for"),
        ("Réponse illisible", "other"),
        ("12345678*1970", "other"),
        ("<html><body>…", "other"),
        ("words " * 30, "other"),
    ],
)
def test_an_error_keeps_a_few_plain_words_and_no_number(error: str | None, kept: str | None) -> None:
    assert short_form(error) == kept
