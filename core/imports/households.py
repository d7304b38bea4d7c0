"""Files of households: who they are, how they are reached, where they stand and what they are enrolled in.

`household_no, head_name, birth_year, phone, alt_phone, commune_pcode, village, language, status, status_reason,
components`
"""

from datetime import date
from typing import Final

from core.imports import values
from core.imports.layout import Check, Column, Layout
from core.platform.columns import listed
from core.registry.components import ComponentCode
from core.registry.statuses import NEVER_ENROLLED, Status
from core.text.languages import Language

OLDEST: Final = 1900
YOUNGEST: Final = 10
"""Years before this one in which the person who receives for the household was born at the latest."""

LONGEST_REASON: Final = 120


def layout(today: date) -> Layout:
    """Households, keyed by their number; those that the file leaves out stay as they are.

    A component that leaves the column ends on the day of the import; one that comes to a known household starts on it.
    A second phone that is the same as the first is left out.
    """
    return Layout(
        columns=(
            Column("household_no", values.household_no),
            Column("head_name", values.name),
            Column("birth_year", values.year(OLDEST, today.year - YOUNGEST), "int", needed=False, private=True),
            Column("phone", values.phone, needed=False),
            Column("alt_phone", values.phone, needed=False),
            Column("commune_pcode", values.pcode),
            Column("village", values.name, needed=False),
            Column("language", values.one_of(tuple(Language)), needed=False),
            Column("status", values.one_of(tuple(Status))),
            Column("status_reason", values.words(LONGEST_REASON), needed=False),
            Column("components", values.codes(sorted(ComponentCode)), needed=False),
        ),
        key=("household_no",),
        checks=(
            Check(
                "commune_pcode",
                "NOT EXISTS (SELECT FROM commune WHERE commune.pcode = staged.commune_pcode)",
                "commune inconnue : importez d'abord les communes",
            ),
            Check(
                "components",
                f"status IN {listed(NEVER_ENROLLED)} AND components IS NOT NULL",
                "un ménage en attente ou non retenu n'a pas de composante",
            ),
        ),
        steps=(*_HOUSEHOLDS, *_PHONES, *_ENROLMENTS),
    )


_HOUSEHOLDS = (
    """
    WITH changed AS (
        UPDATE household
        SET (head_name, birth_year, commune_pcode, village, language, status, status_reason, updated_at)
            = (staged.head_name, staged.birth_year, staged.commune_pcode, staged.village, staged.language,
               staged.status, staged.status_reason, %(now)s)
        FROM staged WHERE household.household_no = staged.household_no
        AND (household.head_name, household.birth_year, household.commune_pcode, household.village,
             household.language, household.status, household.status_reason)
            IS DISTINCT FROM (staged.head_name, staged.birth_year, staged.commune_pcode, staged.village,
                              staged.language, staged.status, staged.status_reason)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM changed
    """,
    """
    INSERT INTO touched SELECT line, true FROM staged
    WHERE NOT EXISTS (SELECT FROM household WHERE household.household_no = staged.household_no)
    """,
    """
    INSERT INTO household
        (household_no, head_name, birth_year, commune_pcode, village, language, status, status_reason, updated_at)
    SELECT household_no, head_name, birth_year, commune_pcode, village, language, status, status_reason, %(now)s
    FROM staged JOIN touched USING (line) WHERE created
    """,
    """
    CREATE TEMP TABLE staged_household ON COMMIT DROP AS
    SELECT staged.line, household.id AS household_id, phone, nullif(alt_phone, phone) AS alt_phone,
        coalesce(string_to_array(components, ';'), '{}') AS components,
        CASE WHEN created IS NULL OR NOT created THEN %(today)s::date END AS since
    FROM staged JOIN household USING (household_no) LEFT JOIN touched USING (line)
    """,
    "ANALYZE staged_household",
)

_PHONES = (
    """
    WITH gone AS (
        DELETE FROM household_phone USING staged_household AS staged
        WHERE household_phone.household_id = staged.household_id
        AND CASE position WHEN 1 THEN phone ELSE alt_phone END IS NULL
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM gone
    """,
    """
    CREATE TEMP TABLE staged_phone ON COMMIT DROP AS
    SELECT line, staged.household_id, numbered.position, numbered.msisdn
    FROM staged_household AS staged
    CROSS JOIN LATERAL (VALUES (1, phone), (2, alt_phone)) AS numbered (position, msisdn)
    LEFT JOIN household_phone AS earlier
        ON earlier.household_id = staged.household_id AND earlier.position = numbered.position
    WHERE numbered.msisdn IS NOT NULL AND earlier.msisdn IS DISTINCT FROM numbered.msisdn
    """,
    """
    INSERT INTO household_phone (household_id, position, msisdn) SELECT household_id, position, msisdn FROM staged_phone
    ON CONFLICT (household_id, position) DO UPDATE SET msisdn = excluded.msisdn
    """,
    "INSERT INTO touched SELECT line, false FROM staged_phone",
)

_ENROLMENTS = (
    """
    WITH ended AS (
        UPDATE enrolment SET ended = %(today)s FROM staged_household AS staged
        WHERE enrolment.household_id = staged.household_id AND enrolment.ended IS NULL
        AND enrolment.component <> ALL (staged.components)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM ended
    """,
    """
    WITH returned AS (
        UPDATE enrolment SET ended = NULL, since = %(today)s FROM staged_household AS staged
        WHERE enrolment.household_id = staged.household_id AND enrolment.ended IS NOT NULL
        AND enrolment.component = ANY (staged.components)
        RETURNING line
    )
    INSERT INTO touched SELECT line, false FROM returned
    """,
    """
    CREATE TEMP TABLE staged_enrolment ON COMMIT DROP AS
    SELECT line, staged.household_id, listed.component, staged.since
    FROM staged_household AS staged CROSS JOIN LATERAL unnest(staged.components) AS listed (component)
    LEFT JOIN enrolment AS earlier
        ON earlier.household_id = staged.household_id AND earlier.component = listed.component
    WHERE earlier.household_id IS NULL
    """,
    """
    INSERT INTO enrolment (household_id, component, since) SELECT household_id, component, since FROM staged_enrolment
    """,
    "INSERT INTO touched SELECT line, false FROM staged_enrolment",
)
