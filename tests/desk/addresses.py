"""Where pages are at the desk: the number of a row stands in an address, and never what it is known by."""

from core.platform import sql


async def case_page(reference: str) -> str:
    """The page of a grievance; raises TypeError where there is none of this reference."""
    return f"/desk/cases/of/{await _row('grievance', 'reference', reference)}"


async def household_page(household_no: str) -> str:
    """The page of a household; raises TypeError where there is none of this number."""
    return f"/desk/households/of/{await _row('household', 'household_no', household_no)}"


async def person_page(login: str) -> str:
    """The page of somebody who works here; raises TypeError where nobody has this login."""
    return f"/desk/people/of/{await _row('agent', 'login', login)}"


async def _row(table: str, column: str, value: str) -> int:
    statement = f"SELECT id FROM {table} WHERE {column} = %(value)s"  # noqa: S608 - our own words
    return int(await sql.scalar(statement, {"value": value}))
