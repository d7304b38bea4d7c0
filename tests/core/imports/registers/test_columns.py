"""An export is read as its form made it: by its own headers, its groups and its choices."""

from pathlib import Path

import openpyxl
import pytest

from core.files.cells import UnreadableFile
from core.imports.registers import columns
from core.imports.registers.columns import export_in, usual_columns
from core.imports.registers.fields import RegisterField
from core.imports.values import BadValue
from tests.core.imports.registers.exports import BRIBE, LATE, SPLIT, VIOLENCE, kobo, kobo_row, odk, odk_row


def test_a_question_of_several_choices_is_offered_whole_and_split(tmp_path: Path) -> None:
    export = export_in(kobo(tmp_path / "k.xlsx", kobo_row(1), kobo_row(2, BRIBE), kobo_row(3, LATE, BRIBE)))
    assert export.has("Plainte/Sujet de la plainte")
    assert export.columns[SPLIT].choices == (LATE, BRIBE, VIOLENCE)
    assert [export.cell(row, SPLIT) for row in export.rows[:2]] == [LATE, BRIBE]
    with pytest.raises(BadValue, match="plusieurs choix"):
        export.cell(export.rows[2], SPLIT)
    assert export.answers_to(SPLIT) == (LATE, BRIBE, VIOLENCE)


def test_the_first_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    export = export_in(kobo(tmp_path / "k.xlsx", kobo_row(1)))
    assert (export.sheet, export.unread_sheets) == ("Plaintes du village", ["temoins"])


def test_what_the_headers_say_is_proposed(tmp_path: Path) -> None:
    likely = usual_columns(export_in(kobo(tmp_path / "k.xlsx", kobo_row(1))))
    assert likely[RegisterField.SUBMISSION] == "_id", "an edit changes the _uuid, and _index is another each time"
    assert likely[RegisterField.SUBJECT] == SPLIT
    assert likely[RegisterField.DAY] == "today"
    assert likely[RegisterField.VILLAGE] == "Lieu/Village"
    assert likely[RegisterField.RECEIVER] == "_submitted_by"
    assert likely[RegisterField.CONSENT] == "Accord de la personne"
    of_odk = usual_columns(export_in(odk(tmp_path / "o.csv", odk_row(1))))
    assert of_odk[RegisterField.SUBMISSION] == "KEY"
    assert of_odk[RegisterField.SUBJECT] == "plainte-sujet"
    assert of_odk[RegisterField.COMMUNE] == "lieu-commune"


def test_two_columns_of_one_title_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("Nom;Nom;KEY\nSira;Oumar;1\n", encoding="utf-8")
    export = export_in(path)
    assert list(export.columns) == ["Nom", "Nom (2)", "KEY"]
    assert export.cell(export.rows[0], "Nom (2)") == "Oumar"
    assert export.letters("KEY") == "C"


def test_more_rows_than_are_taken_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_ROWS", 2)
    with pytest.raises(UnreadableFile, match="Plus de 2 envois"):
        export_in(odk(tmp_path / "o.csv", *(odk_row(number) for number in range(3))))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_form_may_have_hundreds_of_columns(tmp_path: Path, suffix: str) -> None:
    header = ["KEY", *(f"choix/{number}" for number in range(400))]
    path = tmp_path / f"wide{suffix}"
    if suffix == ".csv":
        path.write_text(f"{','.join(header)}\nuuid:1{',0' * 399},1\n", encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for row in (header, ["uuid:1", *(0,) * 399, 1]):
            book.worksheets[0].append(row)
        book.save(path)
    export = export_in(path)
    assert export.cell(export.rows[0], "choix/*") == "399"


@pytest.mark.parametrize("cell", ["#N/A", "2,23E+10"])
def test_a_cell_that_nobody_can_read_is_not_an_empty_one(tmp_path: Path, cell: str) -> None:
    export = export_in(odk(tmp_path / "o.csv", odk_row(1, **{"personne-tel": cell})))
    with pytest.raises(BadValue):
        export.cell(export.rows[0], "personne-tel")
    assert export.cell(export.rows[0], "lieu-cercle") == ""
