"""The process in which a file is opened: it reads, writes what it finds as lines of JSON, and holds nothing else.

Run by `core.files.opening` as `python -m core.files.child PATH WANTED LIMITS`, never by a person; the last two are
JSON. Lines: a head (`sheets`, `sheet`, `hidden_columns`, `expected`, `encoding`), the header, the rows under it, some
hundred a line; or `refused` with its reason.
"""

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Final, TextIO

from core.files.beginnings import refuse_others
from core.files.cells import EMPTY, Cell, Kind, Row, SheetName, UnreadableFile
from core.files.delimited import delimited
from core.files.encodings import Encoding
from core.files.headers import Located, WantedColumns
from core.files.limits import LIMITS, Limits
from core.files.sheets import the_table
from core.files.xlsx import workbook

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
_TEXT: Final = Kind.TEXT
TOGETHER: Final = 200
"""Rows of a line: each line has its price, whatever stands in it."""

TOO_LARGE: Final = (
    "Ce fichier est trop grand une fois ouvert. Gardez une seule feuille, sans images ni formules inutiles."
)

NOT_ALLOWED: Final = "Jigi n'a pas le droit de lire le fichier {}."


def main(path: Path, wanted: WantedColumns | None, out: TextIO, limits: Limits = LIMITS) -> int:
    """Read a file to its end; the exit code, 0 also for a file that is refused in words."""
    _bound(limits)
    try:
        for line in _lines(path, wanted, limits):
            out.write(line)
            out.write("\n")
    except UnreadableFile as refusal:
        out.write(json.dumps({"refused": str(refusal)}))
        out.write("\n")
    except PermissionError:
        out.write(json.dumps({"refused": NOT_ALLOWED.format(path.name)}))
        out.write("\n")
    except MemoryError:
        out.write(json.dumps({"refused": TOO_LARGE}))
        out.write("\n")
    out.flush()
    return 0


def _bound(limits: Limits) -> None:
    """Let this process have so much memory and processor time and no more; it writes no file."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lines(path: Path, wanted: WantedColumns | None, limits: Limits) -> Iterator[str]:
    named_workbook = path.suffix.lower() in WORKBOOKS
    refuse_others(path, named_workbook=named_workbook)
    if not named_workbook:
        with delimited(path, wanted, limits) as file:
            yield _head((SheetName(""),), 0, (), file.lines, file.encoding)
            yield from _table(file.table)
        return
    with workbook(path, limits) as book:
        found = the_table(book, wanted)
        yield _head(book.sheets, found.sheet, found.all.hidden_columns, found.all.expected, Encoding("utf-8"))
        yield from _table(found.table)


def _head(
    sheets: Iterable[SheetName], sheet: int, hidden_columns: Iterable[int], expected: int | None, encoding: Encoding
) -> str:
    return json.dumps(
        {
            "sheets": [[each.name, each.hidden] for each in sheets],
            "sheet": sheet,
            "hidden_columns": [*hidden_columns],
            "expected": expected,
            "encoding": asdict(encoding),
        }
    )


def _table(table: Located) -> Iterator[str]:
    yield json.dumps(_row(table.header))
    rows = map(_row, table.rows)
    while together := [*islice(rows, TOGETHER)]:
        yield json.dumps(together)


def _row(row: Row) -> list[Any]:
    return [row.line, row.hidden, [_cell(cell) for cell in row.cells]]


def _cell(cell: Cell) -> Any:
    """Text as itself, nothing as 0, all else with its kind: most cells are text."""
    if cell.kind is _TEXT:
        return cell.text
    return 0 if cell is EMPTY else [cell.kind.value, cell.text]


if __name__ == "__main__":
    asked, bounds = map(json.loads, sys.argv[2:])
    sys.exit(main(Path(sys.argv[1]), WantedColumns(**asked) if asked else None, sys.stdout, Limits(**bounds)))
