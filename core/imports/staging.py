"""The staging table: where a file's rows wait, are planned, checked as a whole, and written, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from psycopg import AsyncConnection, sql

from core.imports.layout import Check, Layout
from core.imports.losses import Loss, counted_sql
from core.imports.remarks import Remark, whole
from core.imports.rows import Problem, Staged
from core.platform.locks import WAIT, Lock
from core.platform.settings import settings
from core.platform.sql import row_factory
from core.text.formats import number_phrase


@dataclass(frozen=True, slots=True)
class Bad:
    """How many rows have any problem, and how many cannot be taken for it."""

    any: int
    rows: int


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """How many rows made something new, changed something, or changed nothing."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class LineProblems:
    """What is wrong in one line of a file: the columns to blame ('' for the line as a whole) and why, in French."""

    line: int
    columns: list[str]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """What is wrong in one row; it costs the row, or where not `whole` no more than its cells."""

    line: int
    columns: list[str]
    reasons: list[str]
    whole: bool


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A row that was written, or would be: it made something new, changed something, or neither."""

    line: int
    created: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class _Lost:
    count: int
    samples: list[str] | None


class Staging:
    """The staged rows of one import, on a connection whose transaction is the import.

    `letters` tells in which column of the spreadsheet each column stands, `list_day` the day that the list is of.
    """

    def __init__(
        self, connection: AsyncConnection, layout: Layout, letters: Mapping[str, str], list_day: date | None = None
    ) -> None:
        self._connection = connection
        self._layout = layout
        self._letters = letters
        self._list_day = list_day
        self._settled: list[Remark] = []

    async def prepare(self) -> None:
        """Wait for any other import to end, and make the tables, which live as long as the transaction."""
        columns = [sql.SQL("{} {}").format(_name(column.name), sql.SQL(column.sql)) for column in self._layout.columns]
        run = self._connection.execute
        await run(WAIT, {"lock": Lock.IMPORT})
        await run("SET LOCAL work_mem = '64MB'")
        for cost in WARM:
            await run(cost)
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

    async def check(self) -> Bad:
        """Plan what the rows will be, find what is wrong with them, and leave what cannot be taken out of the plan."""
        run = self._connection.execute
        await run("ANALYZE staged")
        self._settled = [*await self._layout.settle(self._connection), *await self._once()]
        await run(sql.SQL("CREATE TEMP TABLE planned ON COMMIT DROP AS {}").format(sql.SQL(self._layout.plan)))
        await run("ANALYZE planned")
        for check in self._layout.checks:
            await run(_broken(check, self._letters.get(check.column, "")))
        for column in {check.column for check in self._layout.checks if check.cell_only}:
            await run(_as_known(column))
        await run("DELETE FROM planned USING problem WHERE planned.line = problem.line AND NOT cell_only")
        for amend in self._layout.amends:
            await run(sql.SQL(amend), {"list_day": self._list_day})
        return Bad(
            await self._number("SELECT count(DISTINCT line) FROM problem"),
            await self._number("SELECT count(DISTINCT line) FROM problem WHERE NOT cell_only"),
        )

    async def _once(self) -> Sequence[Remark]:
        """Leave out what repeats an earlier row word for word; refuse rows of one key that say different things."""
        run, key = self._connection.execute, sql.SQL(", ").join(map(_name, self._layout.key))
        if not await self._any(_SEVERAL.format(key=key)):
            return ()
        await run(_TWICE.format(key=key))
        values = sql.SQL(", ").join(
            sql.SQL("staged.{}").format(_name(name))
            for name in (
                "emptied",
                *(each.name for each in self._layout.columns if each.source not in self._layout.key),
            )
        )
        await run(_REPEATED.format(values=values))
        await run("DELETE FROM staged USING repeated WHERE staged.line = repeated.line")
        await run("DELETE FROM twice USING repeated WHERE twice.line = repeated.line")
        headers = {column.name: column.header for column in self._layout.columns}
        await run(_CONTRADICTED.format(named=sql.Literal(" + ".join(headers[name] for name in self._layout.key))))
        return await self._remarked(_ONCE, {})

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

    async def problems(self, most: int) -> Sequence[LineProblems]:
        """What is wrong, line by line; the first of them."""
        async with self._connection.cursor(row_factory=row_factory(LineProblems)) as cursor:
            await cursor.execute(_BY_LINE, {"most": most})
            return await cursor.fetchall()

    async def refused_rows(self) -> Sequence[RefusedRow]:
        """What is wrong, row by row: all of it."""
        async with self._connection.cursor(row_factory=row_factory(RefusedRow)) as cursor:
            await cursor.execute(_REFUSED_ROWS)
            return await cursor.fetchall()

    async def written_lines(self) -> Sequence[WrittenLine]:
        """What became of each row that was written; one that only repeated another is none of them."""
        async with self._connection.cursor(row_factory=row_factory(WrittenLine)) as cursor:
            await cursor.execute(_WRITTEN_LINES)
            return await cursor.fetchall()

    async def remarks(self, today: date, total: int | None) -> list[Remark]:
        """What is worth a look in the rows that can be taken, each thing once.

        `total` is what the file itself says that they sum up to.
        """
        remarks = [*self._settled]
        values = {"today": today, "crowd": settings().phone_crowd}
        for doubt in self._layout.doubts:
            remarks += await self._remarked(doubt, values)
        if total is not None:
            remarks += await self._summed(total)
        return remarks

    async def losses(self) -> tuple[Loss, ...]:
        """What the rows that can be taken would take away."""
        losses = []
        for rule in self._layout.losses:
            async with self._connection.cursor(row_factory=row_factory(_Lost)) as cursor:
                await cursor.execute(sql.SQL(counted_sql(rule)))
                lost = await cursor.fetchone()
            if lost and lost.count:
                losses.append(Loss(rule.kind, lost.count, tuple(lost.samples or ())))
        return tuple(losses)

    async def _summed(self, total: int) -> Sequence[Remark]:
        lines = await self._number(f"SELECT sum({self._layout.summed}) FROM planned")  # noqa: S608 - a name of ours
        if lines == total:
            return ()
        words = f"le total écrit est {number_phrase(total)} F, les lignes qui entrent font {number_phrase(lines)} F"
        return [whole(words)]

    async def _remarked(self, statement: str, values: Mapping[str, object]) -> Sequence[Remark]:
        async with self._connection.cursor(row_factory=row_factory(Remark)) as cursor:
            await cursor.execute(sql.SQL(statement), values)
            return await cursor.fetchall()

    async def write(self, today: date, now: datetime) -> WrittenRows:
        """Write what is planned."""
        values: Mapping[str, object] = {"today": today, "now": now}
        for step in self._layout.steps:
            await self._connection.execute(sql.SQL(step), values)
        planned = await self._number("SELECT count(*) FROM planned")
        created = await self._number("SELECT count(DISTINCT line) FROM touched WHERE created")
        touched = await self._number("SELECT count(DISTINCT line) FROM touched")
        return WrittenRows(created, touched - created, planned - touched)

    async def _any(self, statement: sql.Composed) -> bool:
        cursor = await self._connection.execute(statement)
        return await cursor.fetchone() is not None

    async def _number(self, statement: str) -> int:
        cursor = await self._connection.execute(sql.SQL(statement))
        row = await cursor.fetchone()
        return int(row[0] or 0) if row else 0


WARM: Final = ("SET LOCAL random_page_cost = 1.1", "SET LOCAL cpu_tuple_cost = 0.05")
"""What PostgreSQL believes that a row costs: one looked up by an index ten times one read in passing, as measured.

Rows of one file stand near each other, in few pages of the registry that are read again and again. By its own settings
PostgreSQL takes a look-up for sixty times as dear, and reads the registry whole for a file of a tenth of it.
"""

_BY_LINE: Final = """
SELECT line, array_agg("column" ORDER BY "column", reason) AS columns, array_agg(reason ORDER BY "column", reason)
    AS reasons FROM problem GROUP BY line ORDER BY line LIMIT %(most)s
"""
_REFUSED_ROWS: Final = """
SELECT line, array_agg("column" ORDER BY "column", reason) AS columns, array_agg(reason ORDER BY "column", reason)
    AS reasons, NOT bool_and(cell_only) AS whole FROM problem GROUP BY line ORDER BY line
"""
_WRITTEN_LINES: Final = """
SELECT planned.line, coalesce(bool_or(created), false) AS created, count(touched.line) > 0 AS changed
FROM planned LEFT JOIN touched ON touched.line = planned.line GROUP BY planned.line ORDER BY planned.line
"""
_SEVERAL = sql.SQL("SELECT 1 FROM staged GROUP BY {key} HAVING count(*) > 1 LIMIT 1")
_TWICE = sql.SQL(
    "CREATE TEMP TABLE twice ON COMMIT DROP AS SELECT * FROM (SELECT line, concat_ws(' + ', {key}) AS value, "
    "min(line) OVER same AS first, max(line) OVER same AS last FROM staged WINDOW same AS (PARTITION BY {key})"
    ") AS keyed WHERE first <> last"
)
_REPEATED = sql.SQL(
    "CREATE TEMP TABLE repeated ON COMMIT DROP AS SELECT line, earliest AS first, value "
    "FROM (SELECT twice.line, value, min(twice.line) OVER (PARTITION BY value, {values}) AS earliest "
    "FROM twice JOIN staged USING (line)) AS alike WHERE line <> earliest"
)
_ONCE = """
    SELECT min(line) AS line, '' AS "column", '' AS value, CASE count(*) WHEN 1 THEN
        'la même ligne que la ligne ' || min(first) || ', comptée une fois'
        ELSE count(*) || ' lignes en répètent une autre mot pour mot, comptées une fois' END AS reason
    FROM repeated HAVING count(*) > 0
"""
_CONTRADICTED = sql.SQL(
    'INSERT INTO problem (line, "column", value, reason) '
    "SELECT line, {named}, value, 'en double avec la ligne ' || CASE WHEN line = first THEN last ELSE first END "
    "|| ', qui dit autre chose' FROM (SELECT line, value, min(line) OVER same AS first, max(line) OVER same AS last "
    "FROM twice WINDOW same AS (PARTITION BY first)) AS keyed WHERE first <> last"
)
"""Of rows of one key that say different things nobody knows which is right."""


def _name(column: str) -> sql.Identifier:
    return sql.Identifier(column)


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
