"""Looks into the database of a test, and changes behind the back of the code, in the one dialect of our own SQL.

Parameters are `%(name)s`, a percent sign is `%%`.
"""

import asyncio
from typing import Any

from core.platform.database import connection
from tests.support.patience import LONGEST_SECONDS


async def query(statement: str, **values: object) -> list[Any]:
    """Every row of a statement, with its columns by name; it is equal to the tuple of its values."""
    async with connection() as own:
        return list(await own.exec_driver_sql(statement, values or None))


async def one(statement: str, **values: object) -> Any:
    """The one row of a statement; fails for none and for more."""
    (row,) = await query(statement, **values)
    return row


async def scalar(statement: str, **values: object) -> Any:
    """The one column of the one row of a statement."""
    (value,) = await one(statement, **values)
    return value


async def change(statement: str, **values: object) -> int:
    """Change something, and count the rows it was changed in."""
    async with connection() as own:
        return (await own.exec_driver_sql(statement, values or None)).rowcount


async def count(table: str) -> int:
    """The rows of a table."""
    return int(await scalar(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a name of ours


async def others_wait(count: int = 1) -> None:
    """Until so many transactions wait for others."""
    async with asyncio.timeout(LONGEST_SECONDS):
        while len(await query("SELECT FROM pg_locks WHERE NOT granted")) < count:  # noqa: ASYNC110 - PostgreSQL does not tell
            await asyncio.sleep(0.002)
