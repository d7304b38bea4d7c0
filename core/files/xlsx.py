"""An Excel workbook (.xlsx, .xlsm) read row by row from its own XML, so that nothing is held that was not asked for.

What the format is: ECMA-376, part 1 (SpreadsheetML). The libraries tried give an empty cell for an error and for a
formula that was not calculated, or allocate the box around the cells used, whatever it holds.

Over 400 lines, and one thing: each part of a workbook is read by a small listener of the same parser.
"""

import re
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from core.files.cells import EMPTY, Cell, Kind, Row, SheetName, UnreadableFile, text_cell
from core.files.encodings import mended
from core.files.limits import Limits

TRUE: Final = frozenset({"1", "true"})
BLOCK: Final = 1 << 16
NOT_A_WORKBOOK: Final = "Ce n'est pas un classeur Excel lisible (.xlsx, sans mot de passe)."
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
REFERENCE: Final = re.compile(r"([A-Z]{1,4})(\d{1,8})", re.ASCII)
DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in number formats that show a day or an hour (ECMA-376, 18.8.30)."""

NOT_DATE_LETTERS: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
DATE_LETTERS: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - days of a spreadsheet have no zone
EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
LAST_DAY: Final = 2_958_465
"""31 December 9999, the last day a spreadsheet knows."""

BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What a file that is no workbook, or a broken one, makes the readers raise."""

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenWorkbook:
    """An open workbook: its sheets in their order, and what makes rows of one of them."""

    sheets: tuple[SheetName, ...]
    read: Callable[[int], "SheetRows"]


@contextmanager
def workbook(path: Path, limits: Limits) -> Iterator[OpenWorkbook]:
    """Open a workbook; raises UnreadableFile, also while its rows are read on."""
    try:
        with zipfile.ZipFile(path) as archive:
            _bounded(archive, limits)
            parts = _Parts(archive, limits)
            yield OpenWorkbook(parts.sheets, parts.read)
    except BROKEN as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(NOT_A_WORKBOOK) from error


def _bounded(archive: zipfile.ZipFile, limits: Limits) -> None:
    infos = archive.infolist()
    if len(infos) > limits.parts or sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise UnreadableFile("Ce classeur est trop grand une fois ouvert. Gardez une seule feuille, sans images.")


class _Parts:
    """The parts of a workbook that tell what its cells are: sheets, shared texts, formats, the first day."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        base, targets = self._main_part()
        book = _Book()
        self._parse(base, book.start)
        self._epoch = EPOCH_1904 if book.since_1904 else EPOCH
        self._paths = [targets.get(each.relation, "") for each in book.sheets]
        self.sheets = tuple(SheetName(each.name, each.hidden) for each in book.sheets)
        if not self.sheets:
            raise UnreadableFile(NOT_A_WORKBOOK)
        self._dates = self._date_styles(_by_kind(targets, "styles"))
        self._texts = self._shared_texts(_by_kind(targets, "sharedStrings"))

    def read(self, sheet: int) -> "SheetRows":
        """The rows of a sheet that hold something, top to bottom."""
        reader = _SheetReader(self._texts, self._dates, self._epoch, self._limits)
        return SheetRows(reader, self._rows(self._paths[sheet], reader))

    def _rows(self, path: str, reader: "_SheetReader") -> Iterator[Row]:
        with self._open(path) as part:
            parser = _parser(reader.start, reader.end, reader.letters)
            while block := part.read(BLOCK):
                parser.Parse(block, False)
                while reader.done:
                    yield reader.done.popleft()
            parser.Parse(b"", True)
        yield from reader.done

    def _open(self, path: str) -> IO[bytes]:
        try:
            return self._archive.open(path)
        except KeyError:
            raise UnreadableFile(NOT_A_WORKBOOK) from None

    def _main_part(self) -> tuple[str, dict[str, str]]:
        """The path of the workbook itself, and what its relations lead to."""
        roots = self._relations("", "_rels/.rels")
        base = _by_kind(roots, "officeDocument")
        if not base:
            raise UnreadableFile(NOT_A_WORKBOOK)
        folder, _, name = base.rpartition("/")
        return base, self._relations(folder, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")

    def _relations(self, folder: str, path: str) -> dict[str, str]:
        """Target by id, and by kind as `*kind`."""
        targets: dict[str, str] = {}

        def start(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = _joined(folder, attributes.get("Target", ""))
                targets[attributes.get("Id", "")] = target
                targets[f"*{attributes.get('Type', '').rpartition('/')[2]}"] = target

        self._parse(path, start)
        return targets

    def _date_styles(self, path: str) -> frozenset[int]:
        """The cell styles that show a number as a day or an hour."""
        if not path:
            return frozenset()
        styles = _Styles()
        self._parse(path, styles.start, styles.end)
        return styles.dates()

    def _shared_texts(self, path: str) -> list[str]:
        if not path:
            return []
        texts = _Texts(self._limits)
        self._parse(path, texts.start, texts.end, texts.letters)
        return texts.all

    def _parse(
        self,
        path: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        letters: Callable[[str], None] | None = None,
    ) -> None:
        with self._open(path) as part:
            parser = _parser(start, end, letters)
            while block := part.read(BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)


class SheetRows:
    """The rows of a sheet; which columns are hidden is known once the first row is."""

    def __init__(self, reader: "_SheetReader", rows: Iterator[Row]) -> None:
        self._reader = reader
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    @property
    def hidden_columns(self) -> tuple[int, ...]:
        """The columns that are hidden, the first is 0."""
        return tuple(sorted(self._reader.hidden_columns))

    @property
    def expected(self) -> int | None:
        """How many lines the sheet says it has, which need not be so; None where it says nothing."""
        return self._reader.last_line


def _parser(
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None,
    letters: Callable[[str], None] | None,
) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def plain_start(name: str, attributes: Attributes) -> None:
        start(name.rpartition(" ")[2], attributes)

    parser.StartElementHandler = plain_start
    if end is not None:

        def plain_end(name: str) -> None:
            end(name.rpartition(" ")[2])

        parser.EndElementHandler = plain_end
    if letters is not None:
        parser.CharacterDataHandler = letters
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise UnreadableFile(NOT_A_WORKBOOK)


def _joined(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def _by_kind(targets: Mapping[str, str], kind: str) -> str:
    return targets.get(f"*{kind}", "")


@dataclass(frozen=True, slots=True)
class _SheetPart:
    name: str
    hidden: bool
    relation: str


class _Book:
    """What the workbook part tells."""

    def __init__(self) -> None:
        self.sheets: list[_SheetPart] = []
        self.since_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in TRUE
        elif name == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append(_SheetPart(attributes.get("name", ""), hidden, relation))


class _Styles:
    """Which cell styles show days or hours."""

    def __init__(self) -> None:
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._formats[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self._styles.append(int(attributes.get("numFmtId", 0)))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def dates(self) -> frozenset[int]:
        return frozenset(style for style, number in enumerate(self._styles) if self._shows_a_date(number))

    def _shows_a_date(self, number: int) -> bool:
        code = self._formats.get(number)
        if code is None:
            return number in DATE_FORMATS
        return DATE_LETTERS.search(NOT_DATE_LETTERS.sub("", code)) is not None


class _Texts:
    """The texts that cells share; how a word is pronounced (`rPh`) is no part of it."""

    def __init__(self, limits: Limits) -> None:
        self.all: list[str] = []
        self._limits = limits
        self._parts: list[str] | None = None
        self._quiet = False
        self._listens = False
        self._size = 0

    def start(self, name: str, _: Attributes) -> None:
        if name == "si":
            self._parts, self._size = [], 0
        elif name == "rPh":
            self._quiet = True
        elif name == "t":
            self._listens = self._parts is not None and not self._quiet

    def letters(self, letters: str) -> None:
        if self._listens and self._parts is not None:
            self._size += len(letters)
            _not_too_long(self._size, self._limits)
            self._parts.append(letters)

    def end(self, name: str) -> None:
        if name == "t":
            self._listens = False
        elif name == "rPh":
            self._quiet = False
        elif name == "si" and self._parts is not None:
            self.all.append(mended(_unescaped("".join(self._parts))))
            self._parts = None


def _not_too_long(size: int, limits: Limits) -> None:
    if size > limits.cell_letters:
        raise UnreadableFile(f"Une cellule a plus de {limits.cell_letters} lettres.")


class _SheetReader:
    """Makes rows of the elements of a sheet: `row`, in it `c` with `f` (formula), `v` (value) or `is` (own text)."""

    def __init__(self, texts: list[str], dates: frozenset[int], epoch: datetime, limits: Limits) -> None:
        self.done: deque[Row] = deque()
        self.hidden_columns: set[int] = set()
        self.last_line: int | None = None
        self._texts = texts
        self._dates = dates
        self._epoch = epoch
        self._limits = limits
        self._line = 0
        self._hidden_row = False
        self._cells: list[Cell] = []
        self._column = 0
        self._quiet = False
        self._kind = ""
        self._style = 0
        self._formula = False
        self._valued = False
        self._letters: list[str] | None = None
        self._value = ""
        self._size = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t") and not self._quiet:
            self._letters, self._size = [], 0
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._quiet = True
        elif name == "dimension":
            last = REFERENCE.fullmatch(attributes.get("ref", "").rpartition(":")[2])
            self.last_line = int(last[2]) if last else None
        elif name == "col" and attributes.get("hidden") in TRUE:
            end = min(int(attributes["max"]), self._limits.columns)
            self.hidden_columns.update(range(int(attributes["min"]) - 1, end))

    def letters(self, letters: str) -> None:
        if self._letters is not None:
            self._size += len(letters)
            _not_too_long(self._size, self._limits)
            self._letters.append(letters)

    def end(self, name: str) -> None:
        if name in ("v", "t") and self._letters is not None:
            self._value += "".join(self._letters)
            self._valued = self._valued or bool(self._value)
            self._letters = None
        elif name == "rPh":
            self._quiet = False
        elif name == "c":
            self._end_cell()
        elif name == "row" and any(cell is not EMPTY for cell in self._cells):
            self.done.append(Row(self._line, self._cells, self._hidden_row))

    def _begin_row(self, attributes: Attributes) -> None:
        self._line = int(attributes["r"]) if "r" in attributes else self._line + 1
        self._hidden_row = attributes.get("hidden") in TRUE
        self._cells = []
        self._column = 0

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._column = self._column + 1 if reference is None else _column(reference)
        if self._column > self._limits.columns:
            where = reference or f"ligne {self._line}"
            raise UnreadableFile(
                f"La cellule {where} est trop loin à droite : {self._limits.columns} colonnes au plus. "
                "Supprimez ce qui se trouve hors du tableau."
            )
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", 0))
        self._formula = self._valued = False
        self._value = ""

    def _end_cell(self) -> None:
        missing = self._column - len(self._cells) - 1
        if missing < 0:
            raise UnreadableFile(NOT_A_WORKBOOK)
        if missing:
            self._cells.extend([EMPTY] * missing)
        self._cells.append(self._cell())

    def _cell(self) -> Cell:
        if self._formula and not self._valued and self._kind != "str":
            return Cell(Kind.UNCALCULATED)
        match self._kind:
            case "e":
                return Cell(Kind.ERROR, self._value or "#ERREUR")
            case "s":
                return text_cell(self._texts[int(self._value)]) if self._value else EMPTY
            case "str" | "inlineStr":
                return text_cell(mended(_unescaped(self._value)))
            case "b":
                return Cell(Kind.TEXT, "VRAI" if self._value == "1" else "FAUX") if self._value else EMPTY
            case "d":
                return Cell(Kind.DAY, self._value[:10]) if self._value else EMPTY
        return self._number() if self._value else EMPTY

    def _number(self) -> Cell:
        number = float(self._value)
        if self._style in self._dates and 0 <= number < LAST_DAY + 1:
            return _moment(number, self._epoch)
        if number.is_integer() and abs(number) < 1e15:
            return Cell(Kind.NUMBER, str(int(number)))
        return Cell(Kind.NUMBER, repr(number))


def _column(reference: str) -> int:
    """The column of a cell reference: A1 is 1."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise UnreadableFile(NOT_A_WORKBOOK)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column


def _moment(number: float, epoch: datetime) -> Cell:
    """A day, an hour where there is no day, or both as text."""
    days, part = divmod(number, 1)
    minutes = round(part * 24 * 60)
    hour = f"{minutes // 60:02}:{minutes % 60:02}"
    if not days:
        return Cell(Kind.HOUR, hour)
    day = (epoch + timedelta(days=days)).date().isoformat()
    return Cell(Kind.DAY, f"{day} {hour}") if minutes else Cell(Kind.DAY, day)


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold are written `_x000D_` (ECMA-376, 22.9.2.19)."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
