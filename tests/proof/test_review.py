"""A reviewer's corrections come back into the catalogue whole, or not at all; always into a copy here."""

import csv
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from core.files.cells import UnreadableFile
from core.registry.components import ComponentCode
from core.text.alphabet import GSM7
from core.text.languages import LOCALES
from core.text.words import LINE, label
from proof import command
from proof.catalogues import problems
from proof.corrections import ERROR_LINE, LABEL, Outcome, bring_back, labels
from proof.review import COLUMNS, texts_to_review, write_table

NOVEMBER, DECEMBER = date(2026, 11, 24), date(2026, 12, 24)
NO_DATE = "No date fixed yet."
"""A text of a screen without a field, sure by its source."""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A copy of the Bambara catalogue, with the French one where it is looked for."""
    shutil.copytree(LOCALES, tmp_path / "locales")
    return tmp_path / "locales" / "bm" / "LC_MESSAGES" / "jigi.po"


def _row(msgid: str, correction: str = "", **also: str) -> dict[str, str]:
    return {"msgid": msgid, "correction": correction, **also}


def _sheet(catalogue: Path, *rows: Mapping[str, str], **how: Any) -> Path:
    path = catalogue.parents[3] / "corrections.csv"
    with path.open("w", encoding=how.get("encoding", "utf-8-sig"), newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=how.get("delimiter", ";"))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _brought(catalogue: Path, *rows: Mapping[str, str], today: date = NOVEMBER) -> Outcome:
    return bring_back(_sheet(catalogue, *rows), today, catalogue.parents[2])


def _entry(catalogue: Path, msgid: str) -> list[str]:
    (entry,) = [each for each in catalogue.read_text("utf-8").split("\n\n") if f'\nmsgid "{msgid}"\n' in each]
    return entry.strip().split("\n")


def test_a_correction_is_written_with_who_read_it_and_when(catalogue: Path) -> None:
    outcome = _brought(catalogue, _row(NO_DATE, "Don ma sigi fɔlɔ.", new_back_translation="Day not set yet."))
    assert outcome == Outcome(1, 0, 0, (), outcome.changes)
    assert _entry(catalogue, NO_DATE) == [
        "# Back-translation: Day not set yet.",
        "# Confidence: high",
        "# Evidence: read by a native speaker, November 2026",
        f'msgid "{NO_DATE}"',
        'msgstr "Don ma sigi fɔlɔ."',
    ]


def test_everything_else_stays_octet_for_octet(catalogue: Path) -> None:
    before = catalogue.read_bytes().split(b"\n\n")
    _brought(catalogue, _row(NO_DATE, "Don ma sigi fɔlɔ."))
    after = catalogue.read_bytes().split(b"\n\n")
    changed = [place for place, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    assert len(changed) == 1
    assert NO_DATE.encode() in before[changed[0]]
    assert problems(catalogue.parents[2]) == []


def test_the_last_entry_and_one_with_a_plural_keep_their_form(catalogue: Path) -> None:
    last = catalogue.read_text("utf-8").rstrip("\n").rpartition('\nmsgid "')[2].partition('"\n')[0]
    tries = "It did not match. {n} try left."
    texts = {text.msgid: text for text in texts_to_review(GSM7)}
    _brought(catalogue, _row(tries, "A ma bɛn. Siɲɛ {n} tɔ bɛ."), _row(last, texts[last].bambara))
    assert _entry(catalogue, tries)[-1] == 'msgstr[0] "A ma bɛn. Siɲɛ {n} tɔ bɛ."'
    assert catalogue.read_text("utf-8").endswith('"\n')
    assert not catalogue.read_text("utf-8").endswith("\n\n")
    assert problems(catalogue.parents[2]) == []


def test_bringing_the_same_back_twice_changes_nothing_even_in_another_month(catalogue: Path) -> None:
    rows = (_row(NO_DATE, "Don ma sigi fɔlɔ."), _row("Yes", "Awɔ"))
    _brought(catalogue, *rows)
    once = catalogue.read_bytes()
    assert _brought(catalogue, *rows, today=DECEMBER) == Outcome(changed=0, unchanged=2, blank=0, problems=())
    assert catalogue.read_bytes() == once
    _brought(catalogue, _row(NO_DATE, "Don ma sigi fɔlɔ sisan."), today=DECEMBER)
    assert "# Evidence: read by a native speaker, December 2026" in _entry(catalogue, NO_DATE)


def test_a_text_is_confirmed_by_its_confidence_alone(catalogue: Path) -> None:
    bambara = _entry(catalogue, NO_DATE)[-1]
    outcome = _brought(catalogue, _row(NO_DATE, new_confidence="Medium"))
    assert outcome.changed == 1
    entry = _entry(catalogue, NO_DATE)
    assert entry[-1] == bambara
    assert "# Confidence: medium" in entry
    assert not any(line.startswith("# Source") for line in entry)


def test_the_table_as_it_was_written_changes_nothing(catalogue: Path, tmp_path: Path) -> None:
    before = catalogue.read_bytes()
    write_table(texts_to_review(GSM7), tmp_path / "table.csv")
    outcome = bring_back(tmp_path / "table.csv", NOVEMBER, catalogue.parents[2])
    assert outcome == Outcome(changed=0, unchanged=0, blank=len(texts_to_review(GSM7)), problems=())
    assert catalogue.read_bytes() == before


def test_letters_are_composed_and_a_greek_epsilon_is_the_bambara_letter(catalogue: Path) -> None:
    _brought(catalogue, _row(NO_DATE, "Don tε\N{COMBINING GRAVE ACCENT} fɔlɔ\N{NO-BREAK SPACE}."))
    assert _entry(catalogue, NO_DATE)[-1] == 'msgstr "Don tɛ\N{COMBINING GRAVE ACCENT} fɔlɔ ."'


@pytest.mark.parametrize(
    ("msgid", "correction", "column", "reason"),
    [
        ("No such text", "Awɔ", "msgid", "inconnu"),
        ("Call {phone}.", "Aw ye wele.", "correction", "{phone}"),
        ("Call {phone}.", "Aw ye {phone} wele {phone}.", "correction", "{phone}"),
        ("Call {phone}.", "Aw ye {telefɔni} wele.", "correction", "{phone}"),
        ("Call {phone}.", "Aw ye {phone wele.", "correction", "accolade"),
        (NO_DATE, "Don 😀", "correction", "😀"),
        (NO_DATE, "Дата", "correction", "lettres"),
        (NO_DATE, "Wari 30 000", "correction", "sans unité"),
        ("Amount: {amount}", "Hakɛ: {amount} F CFA", "correction", "unité vient avec"),
        (NO_DATE, "A banna.", "correction", "kuncɛra"),
        (NO_DATE, "A cira.", "correction", "lasera"),
        (NO_DATE, "Fili don.", "correction", "error"),
        (NO_DATE, "Jigisɛmɛjiri: don ma sigi.", "correction", "SMS"),
        ("Payment date", "Wari dili don nata bɛɛ ka kan ka dɔn", "correction", f"{LABEL} au plus"),
        ("This number is not here.", "Nin nimɔrɔ in tɛ yan fewu.", "correction", f"{ERROR_LINE} au plus"),
        (NO_DATE, "Don ma dafa fɔlɔ. " * 12, "correction", "160 au plus"),
        ("Jigisèmèjiri: {text}", "Don: {text}", "correction", "commence par"),
        ("Jigisèmèjiri: {text}", "Jigisɛmɛjiri: {text} " + "a" * 130, "correction", "SMS"),
    ],
)
def test_what_will_not_do_is_named_by_line_column_and_reason(
    catalogue: Path, msgid: str, correction: str, column: str, reason: str
) -> None:
    before = catalogue.read_bytes()
    outcome = _brought(catalogue, _row("Yes", "Awɔ"), _row(msgid, correction))
    assert [(problem.line, problem.column) for problem in outcome.problems] == [(3, column)]
    assert reason in outcome.problems[0].reason
    assert outcome.changed == 0
    assert catalogue.read_bytes() == before


def test_one_sms_stays_one_part_with_the_longest_values(catalogue: Path) -> None:
    text = next(each for each in texts_to_review(GSM7) if each.sms and "{amount} bɛna di" in each.bambara)
    (problem,) = _brought(catalogue, _row(text.msgid, text.bambara + " Aw ye na ni aw ka sɛbɛn ye." * 4)).problems
    assert "2 SMS" in problem.reason or "3 SMS" in problem.reason


def test_an_unknown_confidence_and_two_corrections_of_one_text_are_refused(catalogue: Path) -> None:
    (problem,) = _brought(catalogue, _row(NO_DATE, new_confidence="certain")).problems
    assert (problem.column, problem.value) == ("new_confidence", "certain")
    (problem,) = _brought(catalogue, _row(NO_DATE, "Don tɛ yen."), _row(NO_DATE, "Don ma sigi.")).problems
    assert (problem.line, problem.column) == (3, "msgid")


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_a_file_that_is_not_utf8_is_refused(catalogue: Path, encoding: str) -> None:
    path = _sheet(catalogue, _row("Yes", "Awo é"), encoding=encoding)
    with pytest.raises(UnreadableFile, match="pas en UTF-8"):
        bring_back(path, NOVEMBER, catalogue.parents[2])


@pytest.mark.parametrize("lost", ["Ga nim?r?", "?ana", "Don ma sigi f?l?", "So k?"])
def test_a_letter_that_became_a_question_mark_is_refused(catalogue: Path, lost: str) -> None:
    (problem,) = _brought(catalogue, _row(NO_DATE, lost)).problems
    assert "à la place d'une lettre" in problem.reason
    assert _brought(catalogue, _row(NO_DATE, "Don ma sigi fɔlɔ ?")).changed == 1


def test_before_and_after_are_told_and_a_dry_run_writes_nothing(catalogue: Path) -> None:
    before = catalogue.read_bytes()
    path = _sheet(catalogue, _row(NO_DATE, "Don ma sigi fɔlɔ."), _row("Yes", new_confidence="low"))
    outcome = bring_back(path, NOVEMBER, catalogue.parents[2], dry_run=True)
    (change,) = outcome.changes
    assert (change.msgid, change.after) == (NO_DATE, "Don ma sigi fɔlɔ.")
    assert change.before in before.decode()
    assert outcome.changed == 2
    assert catalogue.read_bytes() == before


def test_a_workbook_goes_out_and_comes_back(catalogue: Path, tmp_path: Path) -> None:
    texts = texts_to_review(GSM7)
    path = tmp_path / "table.xlsx"
    write_table(texts, path)
    assert bring_back(path, NOVEMBER, catalogue.parents[2]).blank == len(texts)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    line = next(row[0].row for row in sheet.iter_rows() if row[0].value == NO_DATE)
    sheet.cell(line, COLUMNS.index("correction") + 1, "Don ma sigi fɔlɔ.")
    book.save(path)
    assert bring_back(path, NOVEMBER, catalogue.parents[2]).changed == 1
    assert _entry(catalogue, NO_DATE)[-1] == 'msgstr "Don ma sigi fɔlɔ."'
    sheet.cell(line, COLUMNS.index("correction") + 1, "=A1")
    book.save(path)
    (problem,) = bring_back(path, NOVEMBER, catalogue.parents[2]).problems
    assert (problem.line, problem.column) == (line, "correction")


def test_a_comma_and_a_workbook_are_read_too(catalogue: Path) -> None:
    path = _sheet(catalogue, _row("Yes", "Awo é"), delimiter=",")
    assert bring_back(path, NOVEMBER, catalogue.parents[2]).changed == 1
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["MSGID", "Correction", "new_back_translation"])
    sheet.append([NO_DATE, "Don ma sigi fɔlɔ.", "Day not set yet."])
    workbook.save(path.with_suffix(".xlsx"))
    assert bring_back(path.with_suffix(".xlsx"), NOVEMBER, catalogue.parents[2]).changed == 1
    assert _entry(catalogue, NO_DATE)[-1] == 'msgstr "Don ma sigi fɔlɔ."'


def test_a_table_without_its_columns_is_refused_whole(catalogue: Path) -> None:
    path = catalogue.parents[3] / "other.csv"
    path.write_text("msgid;texte\nYes;Awɔ\n", "utf-8")
    with pytest.raises(UnreadableFile, match="correction, new_back_translation"):
        bring_back(path, NOVEMBER, catalogue.parents[2])


def test_what_is_offered_behind_a_key_is_read_from_the_screens() -> None:
    assert {"Payment date", "My household", label(ComponentCode.TM, LINE)} <= labels()
    assert "This number is not here." not in labels()


def test_every_text_of_the_catalogue_can_be_confirmed_as_it_stands(catalogue: Path) -> None:
    texts = texts_to_review(GSM7)
    outcome = _brought(catalogue, *(_row(text.msgid, text.bambara) for text in texts))
    assert outcome == Outcome(changed=len(texts), unchanged=0, blank=0, problems=())
    assert problems(catalogue.parents[2]) == []
    read = texts_to_review(GSM7, locales=catalogue.parents[2])
    assert {text.certainty for text in read} == {"high"}
    assert {text.msgid: text.bambara for text in read} == {text.msgid: text.bambara for text in texts}


def test_the_command_tells_what_it_did_or_what_is_wrong(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        command, "bring_back", lambda file, today, **how: bring_back(file, today, catalogue.parents[2], **how)
    )
    monkeypatch.setenv("COLUMNS", "160")
    wrong = _asked(_sheet(catalogue, _row(NO_DATE, "A cira [b]😀")))
    assert wrong.exit_code == 1
    assert "rien n'a été changé" in wrong.output
    right = _asked(_sheet(catalogue, _row(NO_DATE, "Don ma sigi fɔlɔ.")))
    assert right.exit_code == 0
    assert "1 texts changed" in right.output
    assert "Don ma sigi fɔlɔ." in right.output


def _asked(path: Path) -> Any:
    return CliRunner().invoke(command.app, ["review-import", str(path)])
