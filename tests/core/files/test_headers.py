"""The part of a file that is the table is found where people put it, or the refusal says what stands where."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.files.cells import Row, UnreadableFile, text_cell
from core.files.headers import LOOKED_AT, Lacking, Located, WantedColumns, located, plain
from core.files.opening import opened

WANTED = WantedColumns(("nom", "no"), {"numero": "no"})


def csv(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.csv"
    path.write_text(text, encoding)
    return path


def book(folder: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    made.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def read(path: Path) -> tuple[int, list[list[str]]]:
    """The line of the header, and what stands under it."""
    with opened(path, WANTED) as table:
        return table.header.line, [[cell.text for cell in row.cells] for row in table.rows]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    titled = "Liste des ménages, Safo\nArrêtée le 25/11/2026\n\nNo;Nom\n1;Awa\n"
    assert read(csv(tmp_path, titled)) == (4, [["1", "Awa"]])


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_line_in_which_excel_names_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    lines = f"sep={delimiter}\r\nno{delimiter}nom\r\n1{delimiter}Awa\r\n2{delimiter}Oumar\r\n"
    path = csv(tmp_path, lines, "utf-8-sig")
    assert read(path) == (2, [["1", "Awa"], ["2", "Oumar"]])
    with opened(path, WANTED) as table:
        assert [row.line for row in table.rows] == [3, 4]


def test_the_delimiter_is_the_one_with_which_the_header_is_there(tmp_path: Path) -> None:
    assert read(csv(tmp_path, "Région, cercle, commune, village ; liste\nno\tnom\n1\tAwa, Safo\n"))[1] == [
        ["1", "Awa, Safo"]
    ]


def test_a_header_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    groups: list[list[Any]] = [["Identité", None, "Contacts"], ["no", "nom", "téléphone"], ["1", "Awa", "76000001"]]
    assert read(book(tmp_path, {"Liste": groups})) == (2, [["1", "Awa", "76000001"]])
    halves: list[list[Any]] = [["Numéro", "Nom", "Contacts"], [None, None, "téléphone"], ["1", "Awa", "76000001"]]
    with opened(book(tmp_path, {"Liste": [["Titre"], *halves]}), WANTED) as table:
        assert WANTED.columns(table.header)[:2] == ["no", "nom"]


def test_the_one_visible_sheet_that_has_the_columns_is_read(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Any]]] = {
        "ancienne": [["no", "nom"], ["9", "Autre"]],
        "Lisez-moi": [["Bonjour"]],
        "Liste": [["nom", "no"], ["Awa", 1]],
    }
    with opened(book(tmp_path, sheets, hidden=["ancienne"]), WANTED) as table:
        assert (table.sheets[table.sheet].name, [row.cells[0].text for row in table.rows]) == ("Liste", ["Awa"])


def test_an_empty_model_gives_way_to_the_sheet_with_rows(tmp_path: Path) -> None:
    sheets = {"Modèle": [["no", "nom"]], "Liste": [["no", "nom"], ["1", "Awa"]]}
    assert read(book(tmp_path, sheets))[1] == [["1", "Awa"]]


def test_two_sheets_that_could_be_it_are_named(tmp_path: Path) -> None:
    sheets = {"Safo": [["no", "nom"], ["1", "Awa"]], "Siby": [["no", "nom"], ["2", "Oumar"]]}
    with pytest.raises(UnreadableFile, match="Plusieurs feuilles ont ces colonnes : « Safo », « Siby »"):
        read(book(tmp_path, sheets))


def test_a_refusal_says_what_stands_where(tmp_path: Path) -> None:
    sheets = {
        "ancienne": [["no", "nom"], ["9", "Autre"]],
        "Notes": [["à faire"]],
        "Liste": [["Titre"], ["Nom", "Village"], ["Awa", "Safo"]],
    }
    with pytest.raises(UnreadableFile) as refusal:
        read(book(tmp_path, sheets, hidden=["ancienne"]))
    assert str(refusal.value) == (
        "Colonnes absentes : no. Feuille « Liste » : à la ligne 2 il y a « Nom », « Village ». "
        "Feuille « Notes » : à la ligne 1 il y a « à faire ». Une feuille masquée n'est pas lue : « ancienne »."
    )
    with pytest.raises(UnreadableFile, match=r"absentes : nom, no\. Trouvé : à la ligne 1 il y a « a », « b »\."):
        read(csv(tmp_path, "a;b\n1;2\n"))


@pytest.mark.parametrize("content", ["", "\n ; \n", "sep=;\n"])
def test_a_file_without_a_row_is_empty(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFile, match="vide"):
        read(csv(tmp_path, content))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="#=+"), max_size=12)
TITLES = st.lists(
    st.lists(WORDS.filter(lambda text: plain(text) not in ("no", "nom", "numero")), min_size=1, max_size=4), max_size=6
)


@given(TITLES, st.permutations(["No", " NOM ", "village"]))
def test_the_header_is_found_under_any_titles_and_in_any_order(titles: list[list[str]], names: list[str]) -> None:
    lines = [*titles, names, ["1", "Awa", "Safo"]]
    rows = [Row(number, [text_cell(cell) for cell in cells]) for number, cells in enumerate(lines, 1)]
    place = located(rows, WANTED)
    assert isinstance(place, Located)
    assert [row.cells[1].text for row in place.rows] == ["Awa"]


@given(
    st.lists(
        st.lists(WORDS.filter(lambda text: "n" not in text.lower()), min_size=1, max_size=4), max_size=LOOKED_AT + 5
    )
)
def test_without_a_header_any_rows_are_refused_in_words(lines: list[list[str]]) -> None:
    rows = [Row(number, [text_cell(cell) for cell in cells]) for number, cells in enumerate(lines, 1)]
    place = located((row for row in rows if not row.empty), WANTED)
    assert isinstance(place, Lacking)
    assert str(place)
