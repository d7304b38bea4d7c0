"""Files of events: sessions, distribution days and work periods, commune by commune or village by village.

`component, commune_pcode, village, date, time, place, what_fr, what_bm`, and a `what_<code>` for any other language
"""

from datetime import date, timedelta
from typing import Final

from core.imports import values
from core.imports.subject import Check, Column, Subject
from core.registry.components import WITH_EVENTS
from core.text.languages import DEFAULT, STAFF, Language

FIRST_DAY: Final = date(2013, 1, 1)
HORIZON: Final = timedelta(days=2 * 366)
LONGEST_WHAT: Final = 80

NEEDED: Final = (DEFAULT, STAFF)
"""Languages that an event is told in at least; in any other it is told in the default where its column is empty."""


def subject(today: date) -> Subject:
    """Events, keyed by component, commune, village, day and hour; without a village, for the whole commune."""
    return Subject(
        columns=(
            Column("component", values.one_of(sorted(WITH_EVENTS))),
            Column("commune_pcode", values.pcode),
            Column("village", values.name, needed=False),
            Column("date", values.day(FIRST_DAY, today + HORIZON), "date"),
            Column("time", values.hour, "time", needed=False),
            Column("place", values.name),
            *(Column(f"what_{code}", values.words(LONGEST_WHAT), needed=code in NEEDED) for code in _codes()),
        ),
        key=("component", "commune_pcode", "village", "date", "time"),
        checks=(
            Check(
                "commune_pcode",
                "NOT EXISTS (SELECT FROM commune WHERE commune.pcode = staged.commune_pcode)",
                "commune inconnue : importez d'abord les communes",
            ),
        ),
        steps=_steps(),
    )


def _codes() -> list[str]:
    """The languages that the file has a column for, that of staff first."""
    return sorted(Language.codes(), key=lambda code: code != STAFF)


def _steps() -> tuple[str, ...]:
    written = ", ".join(f"'{code}', what_{code}" for code in _codes())
    return tuple(step.replace("{what}", f"jsonb_strip_nulls(jsonb_build_object({written}))") for step in _EVENTS)


_EVENTS = (
    """
    WITH changed AS (
        UPDATE component_event AS event SET (place, what) = (staged.place, event.what || {what})
        FROM staged
        WHERE event.component = staged.component AND event.commune_pcode = staged.commune_pcode
        AND event.date = staged.date AND event.time IS NOT DISTINCT FROM staged.time
        AND event.village IS NOT DISTINCT FROM staged.village
        AND (event.place, event.what) <> (staged.place, event.what || {what})
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM changed
    """,
    """
    INSERT INTO touched SELECT line, true FROM staged
    WHERE NOT EXISTS (
        SELECT FROM component_event AS event
        WHERE event.component = staged.component AND event.commune_pcode = staged.commune_pcode
        AND event.date = staged.date AND event.time IS NOT DISTINCT FROM staged.time
        AND event.village IS NOT DISTINCT FROM staged.village
    )
    """,
    """
    INSERT INTO component_event (component, commune_pcode, village, date, time, place, what)
    SELECT component, commune_pcode, village, date, time, place, {what}
    FROM staged JOIN touched USING (line) WHERE created
    """,
)
