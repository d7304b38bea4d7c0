"""A registry of as many phones as the programme had households in its widest component, made in the database itself."""

from datetime import date

import psycopg
from sqlalchemy import text

from core.payments.states import PaymentState
from core.platform import database
from core.registry.statuses import Status

PHONES = 280_663
"""Households of the accompanying measures: the programme's own figure."""

COMMUNES = 133

MAKE = (
    """INSERT INTO region (pcode, name)
    SELECT 'ML' || lpad(r::text, 2, '0'), 'Region ' || r FROM generate_series(1, 8) AS r""",
    "INSERT INTO cercle (pcode, region_pcode, name) SELECT pcode || '01', pcode, 'Cercle of ' || name FROM region",
    """INSERT INTO commune (pcode, cercle_pcode, name, search)
    SELECT 'ML' || lpad((c % 8 + 1)::text, 2, '0') || '01' || lpad(c::text, 3, '0'),
        'ML' || lpad((c % 8 + 1)::text, 2, '0') || '01', 'Commune ' || c, 'komune' || c
    FROM generate_series(0, {communes} - 1) AS c""",
    f"""INSERT INTO household (id, household_no, head_name, commune_pcode, village, language, status)
    SELECT h, lpad(h::text, 8, '0'), 'Head ' || h, commune.pcode, 'Village ' || h % 12,
        CASE WHEN h % 5 = 0 THEN 'fr' ELSE 'bm' END, '{Status.BENEFICIARY}'
    FROM generate_series(1, {{phones}}) AS h
    JOIN (SELECT pcode, row_number() OVER (ORDER BY pcode) - 1 AS place FROM commune) AS commune
        ON commune.place = h % {{communes}}""",  # noqa: S608
    """INSERT INTO household_phone (household_id, position, msisdn)
    SELECT h, 1, '+223' || CASE WHEN h % 10 < 4 THEN '7' WHEN h % 10 < 8 THEN '6' ELSE '5' END
        || lpad(h::text, 7, '0')
    FROM generate_series(1, {phones}) AS h""",
    "INSERT INTO payment_round (id, component, name) VALUES (1, 'TM', 'bench')",
    f"""INSERT INTO payment (household_id, round_id, due_date, place, agency, amount_xof, state)
    SELECT household.id, 1, CAST('{{today}}' AS date) + 5 + place::integer % 16, 'Mairie de ' || commune.name, 'Caisse',
        30000, '{PaymentState.PLANNED}'
    FROM household JOIN (SELECT pcode, name, row_number() OVER (ORDER BY pcode) AS place FROM commune) AS commune
        ON commune.pcode = household.commune_pcode""",  # noqa: S608
)


async def make(today: date, phones: int = PHONES, communes: int = COMMUNES) -> None:
    """Fill an empty database: one household a phone, a coming payment each, one day and place a commune."""
    async with database.copying() as connection:
        for statement in MAKE:
            filled = statement.format(phones=phones, communes=communes, today=today)
            await connection.execute(filled.encode())
        await connection.commit()
        await connection.set_autocommit(True)
        await connection.execute("VACUUM ANALYZE")


async def numbers(statement: str) -> list[tuple[str, ...]]:
    """Rows of text from the database."""
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(statement))]


CALLERS = """
INSERT INTO phone (msisdn, language)
SELECT msisdn, 'bm' FROM household_phone WHERE household_id %% %(apart)s = 1 ORDER BY household_id LIMIT %(phones)s
RETURNING msisdn
"""
SEQUENCE = "SELECT setval(pg_get_serial_sequence('household', 'id'), max(id)) FROM household"


def callers(own: psycopg.Connection, size: int, phones: int = 1_600) -> list[str]:
    """So many phones of `size` households, who chose Bambara before; later households get ids of their own."""
    own.execute(SEQUENCE)
    return [phone for (phone,) in own.execute(CALLERS, {"apart": max(2, size // phones), "phones": phones})]
