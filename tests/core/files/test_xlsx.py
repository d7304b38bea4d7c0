"""Workbooks: what a person sees in each cell, what cannot be read, and what is hidden."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from core.files.cells import EMPTY, Cell, Kind, Row, UnreadableFile
from core.files.limits import LIMITS
from core.files.xlsx import workbook
from tests.core.files.made import made


def rows(path: Path, sheet: int = 0) -> list[Row]:
    with workbook(path, LIMITS) as book:
        return list(book.read(sheet))


def cells(path: Path) -> list[list[Cell]]:
    return [row.cells for row in rows(path)]


def text(letters: str) -> Cell:
    return Cell(Kind.TEXT, letters)


@pytest.fixture
def sheet() -> Worksheet:
    active = Workbook().active
    assert isinstance(active, Worksheet)
    return active


def saved(sheet: Worksheet, folder: Path) -> Path:
    assert sheet.parent is not None
    path = folder / "a.xlsx"
    sheet.parent.save(path)
    return path


def test_cells_have_their_kind_and_what_a_person_sees(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.append(["Ségou", 30000, 30000.0, 1.5, dt.date(2026, 12, 31), dt.time(8, 30), None, True])
    (row,) = cells(saved(sheet, tmp_path))
    assert row == [
        text("Ségou"),
        Cell(Kind.NUMBER, "30000"),
        Cell(Kind.NUMBER, "30000"),
        Cell(Kind.NUMBER, "1.5"),
        Cell(Kind.DAY, "2026-12-31"),
        Cell(Kind.HOUR, "08:30"),
        EMPTY,
        text("VRAI"),
    ]


def test_an_error_cell_has_its_name_and_is_not_empty(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.append(["#N/A", "#REF!"])
    for cell in sheet[1]:
        cell.data_type = "e"
    ((missing, broken),) = cells(saved(sheet, tmp_path))
    assert (missing, broken) == (Cell(Kind.ERROR, "#N/A"), Cell(Kind.ERROR, "#REF!"))
    assert not missing.readable


def test_a_formula_without_a_value_is_not_empty(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.append(["=A2"])
    assert cells(saved(sheet, tmp_path)) == [[Cell(Kind.UNCALCULATED)]]


def test_a_formula_has_the_value_it_was_calculated_to(tmp_path: Path) -> None:
    calculated = '<row><c><f>1+1</f><v>2</v></c><c t="str"><f>A1</f><v>oui</v></c><c t="str"><f>""</f><v></v></c></row>'
    assert cells(made(tmp_path / "a.xlsx", calculated)) == [[Cell(Kind.NUMBER, "2"), text("oui"), EMPTY]]


def test_hidden_sheets_rows_and_columns_are_told(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.append(["a", "b", "c"])
    sheet.append(["1", "2", "3"])
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    assert sheet.parent is not None
    old = sheet.parent.create_sheet("ancienne", 0)
    old.sheet_state = "hidden"
    with workbook(saved(sheet, tmp_path), LIMITS) as book:
        read = book.read(1)
        assert [row.hidden for row in read] == [False, True]
        assert read.hidden_columns == (1,)
        assert [(each.name, each.hidden) for each in book.sheets] == [("ancienne", True), ("Sheet", False)]


def test_a_line_keeps_its_number_and_a_gap_costs_nothing(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="C1048576"><v>2</v></c></row>'
    first, last = rows(made(tmp_path / "a.xlsx", far))
    assert (first.line, last.line) == (1, 1_048_576)
    assert last.cells == [EMPTY, EMPTY, Cell(Kind.NUMBER, "2")]


def test_rows_and_cells_without_a_reference_are_counted(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.xlsx", '<row><c><v>1</v></c><c t="inlineStr"><is><t>deux</t></is></c></row><row/><row><c/></row>'
    )
    assert rows(path) == [Row(1, [Cell(Kind.NUMBER, "1"), text("deux")])]


def test_shared_texts_with_runs_are_whole_and_without_how_they_are_pronounced(tmp_path: Path) -> None:
    strings = "<sst><si><r><t>Sé</t></r><r><t>gou</t></r><rPh><t>xx</t></rPh></si><si><t>a_x000D_b</t></si></sst>"
    path = made(
        tmp_path / "a.xlsx", '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>', strings=[strings.encode()]
    )
    assert cells(path) == [[text("Ségou"), text("a\rb")]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("dd/mm/yyyy", Kind.DAY), ('"jour" 0', Kind.NUMBER), ("[Red]0.00", Kind.NUMBER), ("[$-40C]d mmmm yyyy", Kind.DAY)],
)
def test_a_format_tells_days_from_numbers(tmp_path: Path, code: str, kind: Kind) -> None:
    quoted = code.replace('"', "&quot;")
    styles = (
        f'<styleSheet><numFmts><numFmt numFmtId="170" formatCode="{quoted}"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'
        "</styleSheet>"
    )
    ((cell,),) = cells(made(tmp_path / "a.xlsx", '<row><c s="1"><v>46387</v></c></row>', styles=styles))
    assert cell == Cell(kind, "2026-12-31" if kind is Kind.DAY else "46387")


def test_days_since_1904_are_those_of_a_mac(tmp_path: Path) -> None:
    book = '<workbook xmlns:r="urn:r"><workbookPr date1904="1"/><sheets><sheet name="a" r:id="s1"/></sheets></workbook>'
    styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    path = made(tmp_path / "a.xlsx", '<row><c s="0"><v>44925</v></c></row>', styles=styles, workbook=book)
    assert cells(path) == [[Cell(Kind.DAY, "2026-12-31")]]


@pytest.mark.parametrize(
    "broken",
    [
        "<row><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>",
        "<row><c r='1A'><v>1</v></c></row>",
        "<row><c t='s'><v>7</v></c></row>",
        "<row><c><v>un</v></c></row>",
        "<row><c>",
    ],
)
def test_a_sheet_that_makes_no_sense_is_refused_in_words(tmp_path: Path, broken: str) -> None:
    with pytest.raises(UnreadableFile, match="classeur Excel lisible"):
        rows(made(tmp_path / "a.xlsx", broken))


def test_entities_of_its_own_are_refused(tmp_path: Path) -> None:
    book = '<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'
    with pytest.raises(UnreadableFile, match="classeur Excel lisible"):
        rows(made(tmp_path / "a.xlsx", "", workbook=book))


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="#=+ÂÃÅÉÊËâ")),
    st.integers(-(10**9), 10**9),
    st.dates(dt.date(1901, 1, 1), dt.date(2100, 1, 1)),
)


def seen(value: object) -> Cell:
    match value:
        case str() if value and not value.isspace():
            return text(value)
        case int():
            return Cell(Kind.NUMBER, str(value))
        case dt.date():
            return Cell(Kind.DAY, value.isoformat())
    return EMPTY


@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_what_another_program_wrote_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[object]]
) -> None:
    book = Workbook()
    active = book.active
    assert isinstance(active, Worksheet)
    for number, values in enumerate(table, 1):
        for column, value in enumerate(values, 1):
            cell = active.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    book.save(path)
    read = {(row.line, place): cell for row in rows(path) for place, cell in enumerate(row.cells) if cell is not EMPTY}
    wanted = {
        (line, place): seen(value)
        for line, values in enumerate(table, 1)
        for place, value in enumerate(values)
        if seen(value) is not EMPTY
    }
    assert read == wanted
