"""Files of events: sessions, distribution days and work periods, commune by commune or village by village.

`component, commune_pcode, village, date, time, place, what_fr, what_bm`, and a `what_<code>` for any other language;
where the programme has them, `end_time` and, of public works, `wage_xof`, what one day pays
"""

from datetime import date, timedelta
from typing import Final

from core.imports import values
from core.imports.layout import Check, Column, Layout, doubt, settled
from core.places.villages import loose_village
from core.platform.columns import listed
from core.registry.components import WITH_EVENTS, WITH_WAGES
from core.text.languages import DEFAULT, STAFF, Language

FIRST_DAY: Final = date(2013, 1, 1)
HORIZON: Final = timedelta(days=2 * 366)
LONGEST_WHAT: Final = 80

NEEDED: Final = (DEFAULT, STAFF)
"""Languages that an event is told in at least; in any other it is told in the default where its column is empty."""


def layout(today: date) -> Layout:
    """Events, keyed by component, commune, village, day and hour; without a village, for the whole commune.

    A village is the same however it is spelled, in the file as in the registry.
    """
    return Layout(
        columns=(
            Column(
                "component",
                values.one_of(sorted(WITH_EVENTS)),
                french="composante",
                choices=sorted(WITH_EVENTS),
                example="HIMO",
            ),
            Column("commune_pcode", values.pcode, french="code_commune", example="ML020201"),
            Column("village", values.name, needed=False),
            Column("village_search", loose_village, source="village", needed=False),
            Column("date", values.day(FIRST_DAY, today + HORIZON), "date", example=today.strftime("%d/%m/%Y")),
            Column("time", values.hour, "time", needed=False, french="heure"),
            Column("place", values.place, french="lieu", example="École"),
            *(
                Column(
                    f"what_{code}",
                    values.public_words(LONGEST_WHAT),
                    needed=code in NEEDED,
                    french=f"activite_{code}",
                    example="Pavage",
                )
                for code in _codes()
            ),
            Column(
                "end_time", values.hour, "time", needed=False, french="heure_fin", forgiving=True, label="heure de fin"
            ),
            Column(
                "wage_xof",
                values.amount,
                "int",
                needed=False,
                french="salaire_jour",
                forgiving=True,
                label="salaire d'un jour",
            ),
        ),
        key=("component", "commune_pcode", "village_search", "date", "time"),
        plan=_plan(),
        checks=_CHECKS,
        steps=_steps(),
        doubts=(_NOBODYS_VILLAGE,),
    )


_CHECKS = (
    Check(
        "commune_pcode",
        "NOT EXISTS (SELECT FROM commune WHERE commune.pcode = planned.commune_pcode)",
        "commune inconnue : importez d'abord les communes",
    ),
    Check(
        "end_time",
        "end_time IS NOT NULL AND time IS NULL",
        "une heure de fin a besoin d'une heure de début",
        cell_only=True,
    ),
    Check("end_time", "end_time <= time", "l'heure de fin n'est pas après l'heure de début", cell_only=True),
    Check(
        "wage_xof",
        f"wage_xof IS NOT NULL AND component NOT IN {listed(WITH_WAGES)}",
        f"un salaire, mais seuls les travaux publics en paient un ({', '.join(sorted(WITH_WAGES))})",
        cell_only=True,
    ),
)

_NOBODYS_VILLAGE = doubt(
    ("commune_pcode", "village"),
    "village IS NOT NULL AND EXISTS (SELECT FROM commune WHERE commune.pcode = planned.commune_pcode) "
    "AND NOT EXISTS (SELECT FROM household WHERE household.commune_pcode = planned.commune_pcode "
    "AND household.village_search = planned.village_search)",
    "aucun ménage de cette commune n'est de ce village, personne n'en entendra parler",
)


def _codes() -> list[str]:
    """The languages that the file has a column for, that of staff first."""
    return sorted(Language.codes(), key=lambda code: code != STAFF)


def _same(row: str) -> str:
    """SQL of whether an event is that of a row."""
    return f"""event.component = {row}.component AND event.commune_pcode = {row}.commune_pcode
        AND event.date = {row}.date AND event.time IS NOT DISTINCT FROM {row}.time
        AND event.village_search IS NOT DISTINCT FROM {row}.village_search"""


def _plan() -> str:
    what = ", ".join(f"what_{code}" for code in _codes())
    return f"""
    SELECT line, component, commune_pcode, village, village_search, date, time, place, {what},
        {settled("end_time", "earlier.end_time")}, {settled("wage_xof", "earlier.wage_xof")},
        earlier.end_time AS was_end_time, earlier.wage_xof AS was_wage_xof
    FROM staged LEFT JOIN LATERAL (
        SELECT event.end_time, event.wage_xof FROM component_event AS event WHERE {_same("staged")} LIMIT 1
    ) AS earlier ON true
    """  # noqa: S608 - names of ours


def _steps() -> tuple[str, ...]:
    written = ", ".join(f"'{code}', what_{code}" for code in _codes())
    return tuple(step.replace("{what}", f"jsonb_strip_nulls(jsonb_build_object({written}))") for step in _EVENTS)


_EVENTS = (
    f"""
    WITH changed AS (
        UPDATE component_event AS event
        SET (place, what, end_time, wage_xof)
            = (planned.place, event.what || {{what}}, planned.end_time, planned.wage_xof)
        FROM planned WHERE {_same("planned")}
        AND (event.place, event.what, event.end_time, event.wage_xof)
            IS DISTINCT FROM (planned.place, event.what || {{what}}, planned.end_time, planned.wage_xof)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM changed
    """,  # noqa: S608 - our own words
    f"""
    INSERT INTO touched SELECT line, true FROM planned
    WHERE NOT EXISTS (SELECT FROM component_event AS event WHERE {_same("planned")})
    """,  # noqa: S608
    """
    INSERT INTO component_event (component, commune_pcode, village, date, time, place, what, end_time, wage_xof)
    SELECT component, commune_pcode, village, date, time, place, {what}, end_time, wage_xof
    FROM planned JOIN touched USING (line) WHERE created
    """,
)
