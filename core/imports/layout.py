"""The layout of a kind of file: its columns, what must hold between them, and what is written from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.imports.values import Reader


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staging table, where `sql` is its type, read from the file's column `header` (its own name).

    An empty cell is refused when `needed`. A cell that is `private` is not repeated in the errors file. A column that
    is `optional` may be absent; what is known stays then, as it does where a cell of it cannot be read, which costs no
    row. `french` is what the column may be called too.
    """

    name: str
    read: Reader
    sql: str = "text"
    needed: bool = True
    private: bool = False
    source: str = ""
    optional: bool = False
    french: str = ""

    @property
    def header(self) -> str:
        """The column of the file."""
        return self.source or self.name


@dataclass(frozen=True, slots=True)
class Check:
    """What is wrong with a staged row: `column` is to blame, for `reason` (French), wherever `broken` (SQL) is true.

    In `broken` the row is `staged`. It costs the row, or where `cell_only` no more than the cell.
    """

    column: str
    broken: str
    reason: str
    cell_only: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is worth a look in staged rows and refuses none of them.

    Wherever `doubtful` (SQL, the row is `staged`) is true, the values of `columns` are named once, the last column to
    blame, for `reason` (French).
    """

    columns: Sequence[str]
    doubtful: str
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file.

    `key` names the columns that no two rows may share. `steps` are SQL statements, run in order, that write what is
    staged; they record the lines that made or changed something in `touched (line, created)` and may use `%(today)s`,
    `%(now)s` and `%(absent)s`, the optional columns that the file lacks; what was wrong stands in `problem`.
    """

    columns: Sequence[Column]
    key: Sequence[str]
    checks: Sequence[Check]
    steps: Sequence[str]
    doubts: Sequence[Doubt] = ()
