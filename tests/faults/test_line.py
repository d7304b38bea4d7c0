"""Some deaths of the line, and that the counting would see what it is there to see."""

import psycopg

from faults.called import wrong
from faults.line import Line
from faults.wishes import CALL_ME, FILE, MONEY_CAME, STOP

MORE = (
    "UPDATE phone SET language = 'bm'",
    "UPDATE grievance SET msisdn = '+22379999990'",
    "UPDATE callback_request SET msisdn = '+22379999991'",
    "UPDATE phone SET sms_stopped_at = CASE WHEN sms_stopped_at IS NULL THEN now() END",
    "DELETE FROM payment_reply",
)
"""What breaks each promise; the phones of these numbers called for nothing of it."""


async def test_each_person_has_what_they_wanted_once_and_a_wrong_count_is_seen() -> None:
    line = Line(seed=3, deaths=3)
    try:
        assert await line.run() == []
        assert line.story.deeds["web killed"] == 3
        filed = min(line.story.told)
        line.story.told[filed].add("0000000")
        line.story.begun |= {
            "+22379999990": STOP, "+22379999991": MONEY_CAME, "+22379999992": CALL_ME, "+22379999993": FILE,
        }  # fmt: skip
        with psycopg.connect(line.url) as connection:
            for statement in MORE:
                connection.execute(statement.encode())
        seen = "\n".join(wrong(line.url, line.story))
    finally:
        line.close()
    for sentence in (
        f"{filed} was told 0000000, which is not theirs",
        f"{filed} has 0 complaints, and wanted 1",
        "+22379999991 is to be called ",
        "+22379999992 is to be called 0 times, and wanted 1",
        "+22379999993 has 0 complaints, and wanted 1",
        "+22379999990 still gets SMS, and wanted the contrary",
        "+22379999991 replied None for the payment, and wanted ('all', False)",
        "chose French, and it is not kept",
    ):
        assert sentence in seen
