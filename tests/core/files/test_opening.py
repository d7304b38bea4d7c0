"""A file is opened beside us: what is in it comes row by row, and a file made to harm ends in a sentence."""

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from core.files.cells import Cell, Kind, UnreadableFile
from core.files.opening import opened
from tests.core.files.made import made

MEBIBYTE = 1024 * 1024


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
def test_csv_of_each_kind_reads_alike(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_bytes(f"région{delimiter}commune\n\nSégou{delimiter}Bla\n".encode(encoding))
    assert read(path) == (["région", "commune"], [(3, ["Ségou", "Bla"])])


def letters(blocks: int) -> Iterator[bytes]:
    yield b'<row><c t="inlineStr"><is><t>'
    for _ in range(blocks):
        yield b"a" * MEBIBYTE
    yield b"</t></is></c></row>"


def many_texts(blocks: int) -> Iterator[bytes]:
    yield b"<sst>"
    for block in range(blocks):
        yield b"".join(b"<si><t>%d-%d</t></si>" % (block, place) for place in range(100_000))
    yield b"</sst>"


CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("bomb", "words"),
    [
        (lambda path: made(path, CORNERS), "La cellule XFD1048576 est trop loin à droite"),
        (lambda path: made(path, letters(1_100)), "trop grand une fois ouvert"),
        (lambda path: made(path, letters(200)), "plus de 32767 lettres"),
        (lambda path: made(path, "<row/>", strings=many_texts(80)), "trop grand une fois ouvert"),
    ],
    ids=["two corners of a sheet", "more than a gibibyte", "one cell of letters", "a hundred texts a kilobyte"],
)
def test_a_bomb_ends_in_a_sentence_and_costs_us_nothing(
    tmp_path: Path, bomb: Callable[[Path], Path], words: str
) -> None:
    path = bomb(tmp_path / "bomb.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile, match=words), opened(path) as table:
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


def test_an_old_or_locked_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100)
    with pytest.raises(UnreadableFile, match="sans mot de passe"):
        read(path)


def test_a_reader_that_dies_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnreadableFile, match="n'a pas pu être lu"):
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
