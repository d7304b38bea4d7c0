"""What a list of households and the corrections of the desk say to each other.

A correction stands over a list of an older day. A newer list, or one whose day nobody said, that says otherwise is a
conflict: the correction stands until a person decides. A list that says the same closes it.
"""

import re
from datetime import date
from typing import Final

from core.registry.corrections import CorrectedField, CorrectionState

DAYS_IN_NAMES: Final = (
    re.compile(r"(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>[01]\d)[-_.]?(?P<day>[0-3]\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>[0-3]?\d)[-_. ](?P<month>[01]?\d)[-_. ](?P<year>20\d\d)(?!\d)"),
)
"""2026-11-24, 20261124 and 24-11-2026, as people name their files."""


def day_in_name(name: str) -> date | None:
    """The day that a file's name tells its list is of; None for none, and for several."""
    days = set()
    for written in DAYS_IN_NAMES:
        for found in written.finditer(name):
            try:
                days.add(date(int(found["year"]), int(found["month"]), int(found["day"])))
            except ValueError:
                continue
    return days.pop() if len(days) == 1 else None


_SAID: Final = " ".join(f"WHEN '{field}' THEN staged.{field}" for field in CorrectedField)
_LISTED: Final = f"""
    SELECT correction.id, planned.line, correction.field, correction.value, said.value AS list_value,
        correction.list_value AS earlier, correction.met_at, correction.made_at, said.day,
        coalesce(said.day >= CAST(correction.made_at AS date), true) AS newer
    FROM correction JOIN planned ON planned.household_id = correction.household_id JOIN staged USING (line)
    CROSS JOIN LATERAL (SELECT CASE correction.field {_SAID} END AS value,
        coalesce(staged.list_day, CAST(%(list_day)s AS date)) AS day) AS said
    WHERE correction.state = '{CorrectionState.STANDS}'
        AND (said.value IS NOT NULL OR correction.field = ANY (staged.emptied))
"""  # noqa: S608 - our own words
"""Each standing correction of a household of the file that the file says something of, with what it says."""

OTHERWISE: Final = "list_value IS DISTINCT FROM value"
NEW: Final = "newer AND (met_at IS NOT NULL OR earlier IS NULL OR list_value IS DISTINCT FROM earlier)"
"""What a person decided against is no conflict again."""

AMENDS: Final = (
    f"CREATE TEMP TABLE listed ON COMMIT DROP AS {_LISTED}",
    f"""
    UPDATE planned SET {
        ", ".join(
            f"{field} = CASE WHEN kept ? '{field}' THEN kept ->> '{field}' ELSE planned.{field} END"
            for field in CorrectedField
        )
    }
    FROM (SELECT line, jsonb_object_agg(field, value) AS kept FROM listed WHERE {OTHERWISE} GROUP BY line) AS corrected
    WHERE corrected.line = planned.line
    """,  # noqa: S608
)
"""The corrections stay in the plan, whatever the list says."""

DOUBTS: Final = (
    f"""
    SELECT line, field AS "column", list_value AS value, 'corrigé au guichet le '
        || to_char(made_at, 'DD/MM/YYYY') || ', la liste dit autre chose : la correction tient jusqu''à ce qu''une '
        'personne tranche (Registre, Corrections)' AS reason
    FROM listed WHERE {OTHERWISE} AND {NEW} ORDER BY line LIMIT 50
    """,  # noqa: S608
    f"""
    SELECT min(line) AS line, '' AS "column", '' AS value,
        CASE count(*) WHEN 1 THEN 'une correction du guichet tient contre la liste, plus ancienne ou écartée'
            ELSE count(*) || ' corrections du guichet tiennent contre la liste, plus ancienne ou écartée' END AS reason
    FROM listed WHERE {OTHERWISE} AND NOT ({NEW}) HAVING count(*) > 0
    """,  # noqa: S608
)

STEPS: Final = (
    f"""
    UPDATE correction SET state = '{CorrectionState.CONFIRMED}', ended_at = %(now)s, met_at = NULL
    FROM listed WHERE listed.id = correction.id AND listed.list_value IS NOT DISTINCT FROM listed.value
    """,  # noqa: S608
    f"""
    UPDATE correction SET list_value = listed.list_value, list_day = listed.day, met_at = %(now)s
    FROM (SELECT * FROM listed WHERE {OTHERWISE} AND {NEW}) AS listed WHERE listed.id = correction.id
    """,  # noqa: S608
)
"""What a list confirms is closed, what it says otherwise is kept for a person."""
