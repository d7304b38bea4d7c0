"""Files as people make them: encodings, delimiters, Excel, and files that are not what they say."""

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.imports.sheets import UnreadableFile, opened

Lines = list[tuple[int, list[str]]]


def read(path: Path) -> tuple[list[str], Lines]:
    with opened(path) as sheet:
        return sheet.header, [(row.line, row.cells) for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_of_each_kind_reads_alike(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_bytes(ending.join([f"région{delimiter}commune", f"Ségou{delimiter}Bla"]).encode(encoding))
    assert read(path) == (["région", "commune"], [(2, ["Ségou", "Bla"])])


def test_bambara_letters_are_read(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("what_bm\nWarisɔrɔbaaraw ni ɲɔgɔnyew\n", encoding="utf-8")
    assert read(path)[1] == [(2, ["Warisɔrɔbaaraw ni ɲɔgɔnyew"])]


def test_utf8_letter_cut_between_two_blocks_is_still_utf8(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("ab\n" + "x\n" * ((1 << 19) - 2) + "é\n", encoding="utf-8")
    assert read(path)[1][-1][1] == ["é"]


def test_a_quoted_delimiter_and_a_quoted_line_break_stay_in_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "households.csv"
    path.write_text('no;components;village\n1;"TM;MA";"Safo\nKoura"\n2;TM;Bla\n')
    assert read(path)[1] == [(2, ["1", "TM;MA", "Safo\nKoura"]), (4, ["2", "TM", "Bla"])]


def test_empty_lines_are_left_out_and_numbers_are_those_of_the_editor(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\na;b\n\n;\n1;2\n")
    assert read(path) == (["a", "b"], [(5, ["1", "2"])])


def test_excel_cells_become_what_the_person_sees(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["no", "date", "time", "amount", "text"])
    sheet.append([90000010, dt.date(2026, 12, 31), dt.time(8, 30), 30000.0, "Ségou"])
    sheet.append(["90000010", dt.datetime(2026, 12, 31), dt.timedelta(hours=9), 1.5, None])  # noqa: DTZ001
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read(path)[1] == [
        (2, ["90000010", "2026-12-31", "08:30", "30000", "Ségou"]),
        (3, ["90000010", "2026-12-31", "09:00", "1.5", ""]),
    ]


def test_excel_lines_are_numbered_as_excel_does(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.cell(4, 2, "a")
    sheet.cell(6, 2, "1")
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read(path) == (["a"], [(6, ["1"])])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "vide"),
        ("blank.csv", b"\n ; \n", "vide"),
        ("utf16.csv", "a;b\n1;2\n".encode("utf-16"), "CSV UTF-8"),
        ("other.csv", b"a;b\n\xff\x81;2\n", "ni en UTF-8 ni en CP1252"),
        ("quotes.csv", b'a;b\n1;"2\n3;4\n', "Ligne 2"),
        ("not.xlsx", b"a;b\n1;2\n", "Excel"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"rien\.csv n'existe pas"):
        read(tmp_path / "rien.csv")
