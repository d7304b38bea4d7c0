"""The layout of a kind of file: its columns, what must hold between them, and what is written from them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import AsyncConnection

from core.imports.losses import LossRule
from core.imports.remarks import Remark
from core.imports.values import Reader


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staging table, where `sql` is its type, read from the file's column `header` (its own name).

    A `needed` column stands in every file and has no empty cell. Any other may be absent or empty, and what is known
    stays then; where it has a `label` (French), it can be marked as complete, and an empty cell of it takes away what
    is known. A cell that is `private` is not repeated in the errors file. A wrong cell of a `forgiving` column costs
    no row. `french` is what the column is called in templates, `others` what people call it besides; `choices` are the
    words that it takes, as clerks write them, and `example` is a cell of it.
    """

    name: str
    read: Reader
    sql: str = "text"
    needed: bool = True
    private: bool = False
    source: str = ""
    forgiving: bool = False
    french: str = ""
    others: Sequence[str] = ()
    choices: Sequence[str] = ()
    example: str = ""
    label: str = ""

    @property
    def header(self) -> str:
        """The column of the file."""
        return self.source or self.name


def counted(one: str, several: str = "") -> str:
    """SQL that counts the rows of a group in words: `1 paiement`, `3 paiements`."""
    return f"count(*) || CASE count(*) WHEN 1 THEN ' {one}' ELSE ' {several or one + 's'}' END"


def settled(name: str, known: str) -> str:
    """SQL of what a column will hold: nothing where the file says so, else its cell, else what is `known` (SQL)."""
    return f"CASE WHEN '{name}' = ANY (staged.emptied) THEN NULL ELSE coalesce(staged.{name}, {known}) END AS {name}"


@dataclass(frozen=True, slots=True)
class Check:
    """What is wrong with a planned row: `column` is to blame, for `reason` (French), wherever `broken` (SQL) is true.

    It costs the row, or where `cell_only` no more than the cell.
    """

    column: str
    broken: str
    reason: str
    cell_only: bool = False


MOST_NAMED: Final = 50
"""Remarks of one kind on one file."""


def doubt(columns: Sequence[str], doubtful: str, reason: str) -> str:
    """SQL of a remark: wherever `doubtful` (SQL) is true, the values of `columns` are named once.

    The `reason` is French. The last column is to blame; `{n}` in the reason is the number of rows.
    """
    listed = ", ".join(columns)
    return f"""
    SELECT min(line) AS line, '{columns[-1]}' AS "column", concat_ws(' ', {listed}) AS value,
        replace('{reason.replace("'", "''")}', '{{n}}', count(*)::text) AS reason
    FROM planned WHERE {doubtful} GROUP BY {listed} ORDER BY 1 LIMIT {MOST_NAMED}
    """  # noqa: S608 - our own words


Settle = Callable[[AsyncConnection], Awaitable[Sequence[Remark]]]
"""Puts staged rows right before they are planned, and says what it did and what is new."""


async def nothing_to_settle(connection: AsyncConnection) -> Sequence[Remark]:
    """The rows are planned as they stand."""
    return ()


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file.

    `key` names the columns that no two rows may share. `plan` (a SELECT from `staged`) gives each row by its `line` as
    it will stand, what is known beside what the file says: the table `planned`, which checks and doubts look at.
    `steps` are SQL statements, run in order, that write what is planned; they record the lines that made or changed
    something in `touched (line, created)` and may use `%(today)s` and `%(now)s`. `doubts` are SQL of remarks (`line,
    column, value, reason`) on the rows that can be taken, and may use `%(crowd)s`, the households from which one number
    is nobody's. `settle` comes before all of it; `amends` are SQL statements that put the plan right once it is
    checked, and may use `%(list_day)s`. `summed` is the column that lines of totals sum up, `losses` what planned rows
    can take away.
    """

    columns: Sequence[Column]
    key: Sequence[str]
    plan: str
    checks: Sequence[Check]
    steps: Sequence[str]
    amends: Sequence[str] = ()
    doubts: Sequence[str] = ()
    settle: Settle = nothing_to_settle
    summed: str = ""
    losses: Sequence[LossRule] = ()
