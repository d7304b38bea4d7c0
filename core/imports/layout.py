"""The layout of a kind of file: its columns, what must hold between them, and what is written from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.imports.values import Reader


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staging table, where `sql` is its type, read from the file's column `header` (its own name).

    A `needed` column stands in every file and has no empty cell. Any other may be absent or empty, and what is known
    stays then; where it has a `label` (French), it can be marked as complete, and an empty cell of it takes away what
    is known. A cell that is `private` is not repeated in the errors file. A wrong cell of a `forgiving` column costs
    no row. `french` is what the column may be called too.
    """

    name: str
    read: Reader
    sql: str = "text"
    needed: bool = True
    private: bool = False
    source: str = ""
    forgiving: bool = False
    french: str = ""
    label: str = ""

    @property
    def header(self) -> str:
        """The column of the file."""
        return self.source or self.name


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


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is worth a look in planned rows and refuses none of them.

    Wherever `doubtful` (SQL) is true, the values of `columns` are named once, the last column to blame, for `reason`
    (French).
    """

    columns: Sequence[str]
    doubtful: str
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file.

    `key` names the columns that no two rows may share. `plan` (a SELECT from `staged`) gives each row by its `line` as
    it will stand, what is known beside what the file says: the table `planned`, which checks and doubts look at.
    `steps` are SQL statements, run in order, that write what is planned; they record the lines that made or changed
    something in `touched (line, created)` and may use `%(today)s` and `%(now)s`.
    """

    columns: Sequence[Column]
    key: Sequence[str]
    plan: str
    checks: Sequence[Check]
    steps: Sequence[str]
    doubts: Sequence[Doubt] = ()
