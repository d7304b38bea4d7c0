"""The numbers by which a file names households: the programme's own, kept as it is, or ours.

A number is first the programme's own, then ours. A list of households that names one by our number means that household
where its name, or its year of birth and commune, are the same; else it is another household whose own number happens
to be that, and which is given another number of ours. Whoever has a number keeps it.
"""

from collections.abc import Sequence
from typing import Final

from psycopg import AsyncConnection, sql

from core.imports.layout import MOST_NAMED, Check
from core.imports.remarks import Remark
from core.numbers.identifiers import HOUSEHOLD_DIGITS, LONGEST_PROGRAMME_NO
from core.platform.sql import BY_INDEX, row_factory
from core.registry.numbers import FIRST_GIVEN, LAST_GIVEN, key_sql

_BY_OURS: Final = f"""
WITH meant AS (
    UPDATE staged SET household_no = household.programme_key FROM household
    WHERE household.programme_key IS NOT NULL AND household.household_no = staged.household_no
        AND NOT EXISTS (SELECT FROM household AS own WHERE {key_sql("own")} = staged.household_no) AND {{same}}
    RETURNING line
)
SELECT min(line) AS line, 'household_no' AS "column", '' AS value, CASE count(*)
    WHEN 1 THEN '1 ligne nomme son ménage par son numéro Jigi, et non par celui du programme'
    ELSE count(*) || ' lignes nomment leur ménage par son numéro Jigi, et non par celui du programme' END AS reason
FROM meant HAVING count(*) > 0
"""  # noqa: S608 - our own words
_SAME: Final = """(loose_words(household.head_name) = loose_words(staged.head_name)
    OR household.birth_year = staged.birth_year AND household.commune_pcode = staged.commune_pcode)"""


async def settle_households(connection: AsyncConnection) -> Sequence[Remark]:
    """Let rows that name a household by our number have its own, so that two names of it in one file meet."""
    return await _settled(connection, _BY_OURS.format(same=_SAME))


async def settle_payments(connection: AsyncConnection) -> Sequence[Remark]:
    """The same for rows that tell no more of the household than its number."""
    return await _settled(connection, _BY_OURS.format(same="true"))


async def _settled(connection: AsyncConnection, statement: str) -> Sequence[Remark]:
    async with connection.cursor(row_factory=row_factory(Remark)) as cursor:
        await cursor.execute(sql.SQL(statement))
        return await cursor.fetchall()


DOUBTS: Final = (
    f"""
    SELECT min(line) AS line, 'household_no' AS "column", planned.household_no AS value,
        'numéro du programme d''un ménage, et numéro Jigi d''un autre (' || min({key_sql("other")}) || ') : lu comme '
        'celui du programme' AS reason
    FROM planned JOIN household AS other ON other.household_no = planned.household_no
    WHERE other.programme_key IS NOT NULL AND other.id <> planned.household_id
    GROUP BY planned.household_no ORDER BY 1 LIMIT {MOST_NAMED}
    """,  # noqa: S608
)
"""A number that two households have."""

FREE: Final = f"""
    CASE WHEN household.id IS NULL AND is_household_no(staged.household_no) AND NOT EXISTS (
        SELECT FROM household AS other
        WHERE other.programme_key IS NOT NULL AND other.household_no = staged.household_no {BY_INDEX})
    THEN staged.household_no END"""
"""SQL of the programme's number of a new household where it can be ours too.

Nobody's own number it is, so whose other number it might be has one of their own.
"""

GIVEN_DOUBTS: Final = (
    f"""
    SELECT line, 'household_no' AS "column", planned.household_no AS value,
        'déjà le numéro Jigi d''un autre ménage (' || {key_sql("other")} || ') : celui-ci en reçoit un autre' AS reason
    FROM planned JOIN household AS other
        ON other.programme_key IS NOT NULL AND other.household_no = planned.household_no
    WHERE household_id IS NULL AND line_no IS NULL ORDER BY line LIMIT {MOST_NAMED}
    """,  # noqa: S608
    """
    SELECT min(line) AS line, 'household_no' AS "column", '' AS value, CASE count(*)
        WHEN 1 THEN '1 nouveau ménage reçoit un numéro Jigi de 8 chiffres, à taper au téléphone, à côté du sien'
        ELSE count(*) || ' nouveaux ménages reçoivent un numéro Jigi de 8 chiffres, à taper au téléphone, à côté du '
        'leur' END AS reason
    FROM planned WHERE household_id IS NULL AND line_no IS NULL HAVING count(*) > 0
    """,
)
"""New households whose number cannot be ours."""

GIVE: Final = f"""
    CREATE TEMP TABLE given ON COMMIT DROP AS
    WITH wanted AS MATERIALIZED (
        SELECT line, row_number() OVER (ORDER BY line) AS at FROM planned WHERE household_id IS NULL AND line_no IS NULL
    ), last AS MATERIALIZED (
        SELECT coalesce(CAST(left(max(household_no), 7) AS integer), {FIRST_GIVEN - 1}) AS serial FROM household
        WHERE programme_key IS NOT NULL
            AND household_no BETWEEN household_no_of({FIRST_GIVEN}) AND household_no_of({LAST_GIVEN})
    ), free AS MATERIALIZED (
        SELECT number, row_number() OVER () AS at FROM (
            SELECT number FROM (
                SELECT household_no_of(generate_series((SELECT serial + 1 FROM last), {LAST_GIVEN})) AS number
            ) AS ours
            WHERE NOT EXISTS (SELECT FROM household WHERE household_no = number {BY_INDEX})
                AND NOT EXISTS (SELECT FROM household WHERE {key_sql()} = number {BY_INDEX})
                AND number NOT IN (SELECT household_no FROM planned)
            LIMIT (SELECT count(*) FROM wanted)
        ) AS next
    )
    SELECT line, number FROM wanted JOIN free USING (at)
"""  # noqa: S608
"""The next of our numbers for those who need one: none that anybody has, or that is somebody's own in this file.

Imports wait for each other, so that no two give the same.
"""

_ZEROS: Final = "(si Excel a enlevé les zéros du début, mettez la colonne en texte)"
_LENGTHS: Final = f"""
    SELECT array_agg(length) FROM generate_series(1, {LONGEST_PROGRAMME_NO}) AS length
    WHERE length = {HOUSEHOLD_DIGITS} OR EXISTS (
        SELECT FROM household WHERE programme_key ~ '^[0-9]+$' AND length(programme_key) = length {BY_INDEX})
"""  # noqa: S608
"""SQL of how many digits the known numbers have that are nothing but digits."""

LOST_ZEROS: Final = Check(
    "household_no",
    f"""household_id IS NULL AND NOT EXISTS (SELECT FROM staged WHERE staged.household_no LIKE '0%')
    AND CASE WHEN planned.household_no ~ '^[1-9][0-9]*$' THEN EXISTS (
        SELECT FROM unnest(({_LENGTHS})) AS length
        JOIN household ON {key_sql()} = lpad(planned.household_no, length, '0')
        WHERE length > length(planned.household_no) {BY_INDEX}
    ) END""",  # noqa: S608
    f"ce numéro est connu avec des zéros au début, et aucun du fichier n'en a {_ZEROS}",
)
NEW_ZEROS: Final = Check(
    "household_no",
    f"""household_id IS NULL AND CASE WHEN planned.household_no ~ '^0+[1-9][0-9]*$' THEN EXISTS (
        SELECT FROM household WHERE {key_sql()} = ltrim(planned.household_no, '0') {BY_INDEX}
    ) AND NOT coalesce((
        SELECT {key_sql()} FROM household WHERE {key_sql()} >= '0' ORDER BY {key_sql()} LIMIT 1
    ) LIKE '0%', false) END""",  # noqa: S608
    "ce numéro est connu sans ses zéros du début : enlevez-les ici aussi",
)
"""The same list with and without its zeros is not the same households twice."""
