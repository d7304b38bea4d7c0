"""The staging table: where a file's rows wait, are checked as a whole, and are written from, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from psycopg import AsyncConnection, sql

from core.imports.layout import Check, Doubt, Layout
from core.imports.rows import Problem, Staged
from core.platform.locks import WAIT, Lock
from core.platform.sql import row_factory


@dataclass(frozen=True, slots=True)
class Remark:
    """What is worth a look in a file and refuses nothing: the first line it is in, where, and why, in French."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"ligne {self.line}, {self.column}, {self.value} : {self.reason}"


class Staging:
    """The staged rows of one import, on a connection whose transaction is the import."""

    def __init__(self, connection: AsyncConnection, layout: Layout) -> None:
        self._connection = connection
        self._layout = layout

    async def prepare(self) -> None:
        """Wait for any other import to end, and make the tables, which live as long as the transaction."""
        columns = [sql.SQL("{} {}").format(_name(column.name), sql.SQL(column.sql)) for column in self._layout.columns]
        run = self._connection.execute
        await run(WAIT, {"lock": Lock.IMPORT})
        await run("SET LOCAL work_mem = '64MB'")
        await run(sql.SQL("CREATE TEMP TABLE staged (line int, {}) ON COMMIT DROP").format(sql.SQL(", ").join(columns)))
        await run(
            'CREATE TEMP TABLE problem (line int, "column" text, value text, reason text, '
            "cell_only boolean NOT NULL DEFAULT false) ON COMMIT DROP"
        )
        await run("CREATE TEMP TABLE touched (line int, created boolean) ON COMMIT DROP")

    async def add(self, rows: Sequence[Staged], problems: Sequence[Problem]) -> None:
        """Copy a batch of rows, and the problems of those that were refused."""
        await self._copy("COPY staged FROM STDIN", rows)
        if problems:
            await self._copy("COPY problem FROM STDIN", map(astuple, problems))

    async def _copy(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        async with self._connection.cursor() as cursor, cursor.copy(sql.SQL(statement)) as copy:
            for row in rows:
                await copy.write_row(row)

    async def check(self) -> int:
        """Find what is wrong between rows and with what they refer to; return how many rows have a problem."""
        await self._connection.execute("ANALYZE staged")
        await self._connection.execute(_keys_twice(self._layout))
        for check in self._layout.checks:
            await self._connection.execute(_broken(check))
        return await self._number("SELECT count(DISTINCT line) FROM problem")

    async def write_problems(self, path: Path) -> None:
        """Write the problems, by line, as a CSV file that French Excel opens well."""
        statement = sql.SQL(
            'COPY (SELECT line, "column", value, reason FROM problem ORDER BY line, "column", reason) '
            "TO STDOUT WITH (FORMAT csv, DELIMITER ';', HEADER)"
        )
        with path.open("wb") as file:
            file.write("\ufeff".encode())
            async with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                async for block in copy:
                    file.write(block)

    async def set_aside(self) -> int:
        """Leave the rows that cannot be taken out of what will be written; return how many they are."""
        await self._connection.execute(
            "DELETE FROM staged USING problem WHERE staged.line = problem.line AND NOT cell_only"
        )
        return await self._number("SELECT count(DISTINCT line) FROM problem WHERE NOT cell_only")

    async def remarks(self) -> tuple[Remark, ...]:
        """What is worth a look in the rows that can be taken, each thing once, by the first line that it is in."""
        remarks: list[Remark] = []
        async with self._connection.cursor(row_factory=row_factory(Remark)) as cursor:
            for doubt in self._layout.doubts:
                await cursor.execute(_doubtful(doubt))
                remarks += await cursor.fetchall()
        return tuple(sorted(remarks, key=lambda remark: remark.line))

    async def write(self, today: date, absent: Sequence[str]) -> tuple[int, int]:
        """Write what is staged of a file that lacks the `absent` columns.

        Returns how many rows made something new, and how many changed something.
        """
        values: Mapping[str, object] = {"today": today, "now": datetime.now(UTC), "absent": list(absent)}
        for step in self._layout.steps:
            await self._connection.execute(sql.SQL(step), values)
        created = await self._number("SELECT count(DISTINCT line) FROM touched WHERE created")
        return created, await self._number("SELECT count(DISTINCT line) FROM touched") - created

    async def _number(self, statement: str) -> int:
        cursor = await self._connection.execute(sql.SQL(statement))
        row = await cursor.fetchone()
        return int(row[0]) if row else 0


def _name(column: str) -> sql.Identifier:
    return sql.Identifier(column)


def _keys_twice(layout: Layout) -> sql.Composed:
    """Every row of a key that stands twice is refused, for nobody knows which of them is right."""
    headers = {column.name: column.header for column in layout.columns}
    key, named = layout.key, " + ".join(headers[name] for name in layout.key)
    columns = sql.SQL(", ").join(map(_name, key))
    return sql.SQL(
        'INSERT INTO problem (line, "column", value, reason) '
        "SELECT line, {named}, value, 'en double avec la ligne ' || CASE WHEN line = first THEN last ELSE first END "
        "FROM (SELECT line, concat_ws(' + ', {columns}) AS value, min(line) OVER same AS first, "
        "max(line) OVER same AS last FROM staged WINDOW same AS (PARTITION BY {columns})) AS keyed WHERE first <> last"
    ).format(named=sql.Literal(named), columns=columns)


def _broken(check: Check) -> sql.Composed:
    return sql.SQL(
        'INSERT INTO problem (line, "column", value, reason, cell_only) '
        "SELECT staged.line, {named}, staged.{column}::text, {reason}, {cell_only} FROM staged WHERE {broken}"
    ).format(
        named=sql.Literal(check.column),
        column=_name(check.column),
        reason=sql.Literal(check.reason),
        cell_only=sql.Literal(check.cell_only),
        broken=sql.SQL(check.broken),
    )


def _doubtful(doubt: Doubt) -> sql.Composed:
    return sql.SQL(
        "SELECT min(line) AS line, {named} AS \"column\", concat_ws(' ', {columns}) AS value, {reason} AS reason "
        "FROM staged WHERE {doubtful} "
        "AND NOT EXISTS (SELECT FROM problem WHERE problem.line = staged.line AND NOT cell_only) GROUP BY {columns}"
    ).format(
        named=sql.Literal(doubt.columns[-1]),
        columns=sql.SQL(", ").join(map(_name, doubt.columns)),
        reason=sql.Literal(doubt.reason),
        doubtful=sql.SQL(doubt.doubtful),
    )
