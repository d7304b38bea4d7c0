"""A file is opened beside us: what is in it comes row by row, and a file made to harm ends in a sentence."""

import datetime as dt
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from core.files import child
from core.files.cells import Cell, Kind, UnreadableFile
from core.files.limits import LIMITS
from core.files.opening import opened
from tests.core.files.made import made

MEBIBYTE = 1024 * 1024
MEMORY = 128 * MEBIBYTE
"""Of the reader of a bomb: less than it has for a file of somebody's, and full sooner."""


def read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    with opened(path) as table:
        return [cell.text for cell in table.header.cells], [
            (row.line, [cell.text for cell in row.cells]) for row in table.rows
        ]


def test_a_table_has_its_header_its_rows_and_where_it_stood(tmp_path: Path) -> None:
    book = made(
        tmp_path / "a.xlsx",
        '<row r="2"><c t="inlineStr"><is><t>nom</t></is></c></row><row r="4"><c t="e"><v>#N/A</v></c></row>',
        before='<dimension ref="A1:A9"/>',
    )
    with opened(book) as table:
        assert (table.header.line, table.expected, table.sheet) == (2, 7, 0)
        assert [each.name for each in table.sheets] == ["Liste"]
        (row,) = table.rows
    assert (row.line, row.cells) == (4, [Cell(Kind.ERROR, "#N/A")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
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
        (3, ["90000010", "2026-12-31", "09:00", "1.5"]),
    ]


def test_excel_lines_are_numbered_as_excel_does(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.cell(4, 2, "a")
    sheet.cell(6, 2, "1")
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read(path) == (["", "a"], [(6, ["", "1"])])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "vide"),
        ("blank.csv", b"\n ; \n", "vide"),
        ("utf16.csv", "a;b\n1;2\n".encode("utf-16"), "CSV UTF-8"),
        ("other.csv", b"a;b\n\xb1\xb2\xe1\xb1;2\n", "Les accents ne se lisent pas : « ±²á± »"),
        ("quotes.csv", b'a;b\n1;"2\n3;4\n', "Ligne 2"),
        ("not.xlsx", b"a;b\n1;2\n", "Excel"),
        ("workbook.csv", b"PK\x03\x04" + b"x" * 90, "classeur ou une archive, non un CSV"),
        ("calc.xlsx", b"PK\x03\x04" + b"x" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.x", "LibreOffice"),
        ("old.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 90, "ancien .xls"),
        ("report.csv", b"%PDF-1.4\n", "PDF"),
        ("report.xlsx", b"%PDF-1.4\n", "PDF"),
        ("photo.csv", b"\xff\xd8\xff\xe0", "image"),
        ("page.csv", b"\n<HTML><table>", "page web"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        read(path)


def letters(blocks: int) -> Iterator[bytes]:
    yield b'<row><c t="inlineStr"><is><t>'
    for _ in range(blocks):
        yield b"a" * MEBIBYTE
    yield b"</t></is></c></row>"


def many_texts(blocks: int) -> Iterator[bytes]:
    block = b"".join(b"<si><t>%d-%d</t></si>" % (blocks, place) for place in range(100_000))
    yield b"<sst>"
    yield from [block] * blocks
    yield b"</sst>"


CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("bomb", "words"),
    [
        (lambda path: made(path, CORNERS), "La cellule XFD1048576 est trop loin à droite"),
        (lambda path: made(path, letters(1_100)), "trop grand une fois ouvert"),
        (lambda path: made(path, letters(200)), "plus de 32767 lettres"),
        (lambda path: made(path, "<row/>", strings=many_texts(24)), "trop grand une fois ouvert"),
    ],
    ids=["two corners of a sheet", "more than a gibibyte", "one cell of letters", "a hundred texts a kilobyte"],
)
def test_a_bomb_ends_in_a_sentence_and_costs_us_nothing(
    tmp_path: Path, bomb: Callable[[Path], Path], words: str
) -> None:
    path = bomb(tmp_path / "bomb.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile, match=words), opened(path, limits=replace(LIMITS, memory_bytes=MEMORY)) as table:
        list(table.rows)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024, "in kilobytes"


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b\n" + b"x" * (2 * MEBIBYTE))
    with pytest.raises(UnreadableFile, match="cellule trop longue"):
        read(path)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_an_empty_file_or_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFile, match="n'existe pas"):
        read(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(UnreadableFile):
        read(tmp_path / name)


def test_a_folder_and_what_jigi_may_not_read_are_said_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnreadableFile, match="est un dossier"):
        read(tmp_path / "folder.csv")

    class Forbidden(type(tmp_path)):  # type: ignore[misc]
        def open(self, *_: Any, **__: Any) -> Any:
            raise PermissionError

    monkeypatch.setattr(child, "_bound", lambda _: None)
    child.main(Forbidden(tmp_path / "a.csv"), None, sys.stdout)
    assert "n'a pas le droit de lire le fichier a.csv" in json.loads(capsys.readouterr().out)["refused"]


def test_an_old_or_locked_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100)
    with pytest.raises(UnreadableFile, match="mot de passe"):
        read(path)


def test_a_reader_that_dies_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnreadableFile, match="s'est arrêtée sans dire"):
        read(tmp_path / "a.csv")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[subprocess.Popen[bytes], Mapping[str, str]]]:
    """The processes that readers run in, with their environments."""
    children: list[tuple[subprocess.Popen[bytes], Mapping[str, str]]] = []
    start = subprocess.Popen

    def starting(command: list[str], **more: Any) -> subprocess.Popen[bytes]:
        children.append((start(command, **more), more["env"]))
        return children[-1][0]

    monkeypatch.setattr(subprocess, "Popen", starting)
    return children


Started = list[tuple[subprocess.Popen[bytes], Mapping[str, str]]]


def test_the_reader_ends_when_nobody_reads_on(tmp_path: Path, started: Started) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n" + "1;2\n" * 300_000)
    with opened(path) as table:
        next(table.rows)
    ((child, _),) = started
    assert child.returncode is not None


def test_the_reader_gets_none_of_our_secrets(tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_SMS_API_KEY", "secret")
    (tmp_path / "a.csv").write_text("a\n1\n")
    assert read(tmp_path / "a.csv") == (["a"], [(2, ["1"])])
    ((_, environment),) = started
    assert set(environment) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
