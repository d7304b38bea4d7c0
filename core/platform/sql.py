"""SQL of our own: what is set-based, or on the way of a hop; its rows are mapped by name onto a dataclass.

Statements are written for the driver: parameters are `%(name)s`, a percent sign is `%%`. Each runs in the transaction
that is under way, and by itself where there is none. A plain read or change of one table is SQLModel instead.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from psycopg import AsyncClientCursor
from psycopg.rows import BaseRowFactory
from sqlalchemy.exc import MultipleResultsFound

from core.platform.database import alone, connection, run
from core.platform.errors import JigiError

Kind = TypeVar("Kind")
NOTHING: Final[Mapping[str, Any]] = {}
BY_INDEX: Final = "OFFSET 0"
"""SQL that ends a subquery of EXISTS: it is looked up row by row by an index, and no table is read whole for it."""

TURN: Final = 100
"""Rows that are read at a time where there are many: some thousandths of a second."""


class WrongColumns(JigiError, TypeError):
    """A statement gives other columns than the dataclass that its rows are mapped onto has."""


async def rows(kind: type[Kind], statement: str, values: Mapping[str, Any] = NOTHING) -> list[Kind]:
    """Every row of a statement as a `kind`, a dataclass whose fields are named as the columns."""
    outcome = await run(statement, values)
    make = mapper(kind, outcome.columns)
    return [make(row) for row in outcome.rows]


async def many_rows(kind: type[Kind], statement: str, values: Mapping[str, Any] = NOTHING) -> list[Kind]:
    """The same for thousands of rows, in turns with whoever else waits for this process: callers do not.

    It needs a transaction under way, for the cursor that it reads by.
    """
    made: list[Kind] = []
    async with connection() as own:
        await own.exec_driver_sql(f"DECLARE turns NO SCROLL CURSOR FOR {statement}", dict(values))
        while True:
            result = await own.exec_driver_sql(f"FETCH {TURN} FROM turns")
            make = mapper(kind, tuple(result.keys()))
            turn = [make(row) for row in result]
            if not turn:
                break
            made += turn
            await asyncio.sleep(0)
        await own.exec_driver_sql("CLOSE turns")
    return made


async def row(kind: type[Kind], statement: str, values: Mapping[str, Any] = NOTHING) -> Kind | None:
    """The one row of a statement, or None; raises sqlalchemy's MultipleResultsFound for more."""
    outcome = await run(statement, values)
    make = mapper(kind, outcome.columns)
    if len(outcome.rows) > 1:
        raise MultipleResultsFound("more than one row")
    return make(outcome.rows[0]) if outcome.rows else None


async def row_in_one_trip(kind: type[Kind], steps: Sequence[tuple[str, Mapping[str, Any]]]) -> Kind | None:
    """The one row of the last of several statements, sent at once: a transaction that waits for no answer of ours.

    Each sees what was committed before it began, as in any transaction. Never inside another one; raises AlreadyIn.
    """
    async with alone() as own, AsyncClientCursor(own) as cursor:
        statements = ";".join([cursor.mogrify(statement.encode(), values) for statement, values in steps])
        await cursor.execute(statements.encode())
        while cursor.nextset():
            pass
        columns = tuple(column.name for column in cursor.description or ())
        found = await cursor.fetchone()
    return None if found is None else mapper(kind, columns)(found)


async def scalar(statement: str, values: Mapping[str, Any] = NOTHING) -> Any:
    """The first column of the first row, or None."""
    outcome = await run(statement, values)
    return outcome.rows[0][0] if outcome.rows else None


async def scalars(statement: str, values: Mapping[str, Any] = NOTHING) -> list[Any]:
    """The first column of every row."""
    outcome = await run(statement, values)
    return [row[0] for row in outcome.rows]


async def execute(statement: str, values: Mapping[str, Any] = NOTHING) -> int:
    """Run a statement for what it changes; the number of rows it touched."""
    return (await run(statement, values)).touched


_mappers: dict[tuple[object, tuple[str, ...]], Callable[[Sequence[Any]], Any]] = {}


def mapper(kind: type[Kind], columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Kind]:
    """What makes a `kind` of a row with these columns: by name, enum members for their values, tuples for arrays.

    Raises WrongColumns.
    """
    made = _mappers.get((kind, columns))
    if made is None:
        made = _mappers[kind, columns] = _mapper(kind, columns)
    return made


def row_factory(kind: type[Kind]) -> BaseRowFactory[Kind]:
    """The same for a cursor of the driver's own, as its row factory."""

    def factory(cursor: Any) -> Callable[[Sequence[Any]], Kind]:
        return mapper(kind, tuple(column.name for column in cursor.description or ()))

    return factory


def _mapper(kind: type[Kind], columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Kind]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no dataclass")
    hints = get_type_hints(kind)
    wanted = [field.name for field in fields(kind) if field.init]
    if set(wanted) != set(columns) or len(columns) != len(wanted):
        raise WrongColumns(f"{kind.__name__} has {', '.join(wanted)}; the statement gives {', '.join(columns)}")
    at = [columns.index(name) for name in wanted]
    reads = [(index, read) for index, name in enumerate(columns) if (read := _reader(hints[name])) is not None]
    in_order = at == list(range(len(at)))

    def make(values: Sequence[Any]) -> Kind:
        if reads:
            values = [*values]
            for index, read in reads:
                if values[index] is not None:
                    values[index] = read(values[index])
        return kind(*values) if in_order else kind(*[values[index] for index in at])

    return make


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """How a value of the database becomes one of this type, None when it is one already."""
    if get_origin(hint) in (Union, UnionType):
        kinds = [each for each in get_args(hint) if each is not type(None)]
        return _reader(kinds[0]) if len(kinds) == 1 else None
    if get_origin(hint) is tuple:
        inner = _reader(get_args(hint)[0]) if get_args(hint) else None
        return tuple if inner is None else lambda values: tuple(inner(each) for each in values)
    if isinstance(hint, type) and hint is not str and issubclass(hint, Enum | str):
        return hint
    return None
