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
    """The staged rows of one import, on a connection whose transaction is the import.

    `letters` tells in which column of the spreadsheet each column stands.
    """

    def __init__(self, connection: AsyncConnection, layout: Layout, letters: Mapping[str, str]) -> None:
        self._connection = connection
        self._layout = layout
        self._letters = letters

    async def prepare(self) -> None:
        """Wait for any other import to end, and make the tables, which live as long as the transaction."""
        columns = [sql.SQL("{} {}").format(_name(column.name), sql.SQL(column.sql)) for column in self._layout.columns]
        run = self._connection.execute
        await run(WAIT, {"lock": Lock.IMPORT})
        await run("SET LOCAL work_mem = '64MB'")
        await run(
            sql.SQL("CREATE TEMP TABLE staged (line int, emptied text[], {}) ON COMMIT DROP").format(
                sql.SQL(", ").join(columns)
            )
        )
        await run(
            'CREATE TEMP TABLE problem (line int, "column" text, value text, reason text, '
            "cell_only boolean NOT NULL DEFAULT false, place text NOT NULL DEFAULT '') ON COMMIT DROP"
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
        """Plan what the rows will be, and find what is wrong with them; return how many rows have a problem."""
        run = self._connection.execute
        await run("ANALYZE staged")
        await run(_keys_twice(self._layout))
        await run(sql.SQL("CREATE TEMP TABLE planned ON COMMIT DROP AS {}").format(sql.SQL(self._layout.plan)))
        await run("ANALYZE planned")
        for check in self._layout.checks:
            await run(_broken(check, self._letters.get(check.column, "")))
        return await self._number("SELECT count(DISTINCT line) FROM problem")

    async def write_problems(self, path: Path) -> None:
        """Write the problems, by line, as a CSV file that French Excel opens well."""
        statement = sql.SQL(
            'COPY (SELECT line AS ligne, place AS cellule, "column" AS colonne, value AS valeur, reason AS motif '
            'FROM problem ORDER BY line, "column", reason) '
            "TO STDOUT WITH (FORMAT csv, DELIMITER ';', HEADER)"
        )
        with path.open("wb") as file:
            file.write("\ufeff".encode())
            async with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                async for block in copy:
                    file.write(block)

    async def set_aside(self) -> int:
        """Leave the rows and cells that cannot be taken out of what will be written; return how many rows they are."""
        for column in {check.column for check in self._layout.checks if check.cell_only}:
            await self._connection.execute(_as_known(column))
        await self._connection.execute(
            "DELETE FROM planned USING problem WHERE planned.line = problem.line AND NOT cell_only"
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

    async def write(self, today: date) -> tuple[int, int]:
        """Write what is planned; returns how many rows made something new, and how many changed something."""
        values: Mapping[str, object] = {"today": today, "now": datetime.now(UTC)}
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


def _broken(check: Check, letter: str) -> sql.Composed:
    return sql.SQL(
        'INSERT INTO problem (line, "column", value, reason, cell_only, place) '
        "SELECT line, {named}, {column}::text, {reason}, {cell_only}, {letter} || line FROM planned WHERE {broken}"
    ).format(
        named=sql.Literal(check.column),
        column=_name(check.column),
        reason=sql.Literal(check.reason),
        cell_only=sql.Literal(check.cell_only),
        letter=sql.Literal(letter),
        broken=sql.SQL(check.broken),
    )


def _as_known(column: str) -> sql.Composed:
    """A cell that a check refused leaves what is known, which the plan names `was_…`."""
    return sql.SQL(
        'UPDATE planned SET {column} = {was} FROM problem WHERE problem.line = planned.line AND "column" = {named}'
    ).format(column=_name(column), was=_name(f"was_{column}"), named=sql.Literal(column))


def _doubtful(doubt: Doubt) -> sql.Composed:
    return sql.SQL(
        "SELECT min(line) AS line, {named} AS \"column\", concat_ws(' ', {columns}) AS value, {reason} AS reason "
        "FROM planned WHERE {doubtful} "
        "AND NOT EXISTS (SELECT FROM problem WHERE problem.line = planned.line AND NOT cell_only) GROUP BY {columns}"
    ).format(
        named=sql.Literal(doubt.columns[-1]),
        columns=sql.SQL(", ").join(map(_name, doubt.columns)),
        reason=sql.Literal(doubt.reason),
        doubtful=sql.SQL(doubt.doubtful),
    )
