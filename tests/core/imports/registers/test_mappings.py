"""A mapping is made once and kept; it is recognised by its columns, and goes elsewhere as a small file."""

import json
from pathlib import Path

import pytest

from core.imports.registers import mappings
from core.imports.registers.columns import export_in
from core.imports.registers.fields import RegisterField
from core.imports.registers.mappings import BadMapping, from_json, likely_meaning, mapping_of, the_fitting
from tests.core.imports.registers.exports import BRIBE, LATE, kobo, kobo_mapping, kobo_row, odk, odk_mapping, odk_row
from tests.core.seed import NOW


@pytest.mark.usefixtures("world")
async def test_it_is_kept_under_its_name_and_the_same_name_replaces() -> None:
    await mappings.keep(kobo_mapping(), None, NOW)
    await mappings.keep(odk_mapping(), None, NOW)
    changed = mapping_of("Plaintes ODK", {**_columns(), "words": "plainte-recit"}, {})
    await mappings.keep(changed, None, NOW)
    assert [each.name for each in await mappings.all_mappings()] == ["Plaintes KoBo", "Plaintes ODK"]
    assert await mappings.mapping_named("Plaintes ODK") == changed
    assert await mappings.mapping_named("Plaintes KoBo") == kobo_mapping()
    assert await mappings.forget("Plaintes ODK")
    assert not await mappings.forget("Plaintes ODK")
    assert await mappings.mapping_named("Plaintes ODK") is None


def test_a_file_is_recognised_by_its_columns(tmp_path: Path) -> None:
    both = [odk_mapping(), kobo_mapping()]
    assert the_fitting(both, export_in(kobo(tmp_path / "k.xlsx", kobo_row(1)))) == kobo_mapping()
    assert the_fitting(both, export_in(odk(tmp_path / "o.csv", odk_row(1)))) == odk_mapping()
    other = tmp_path / "other.csv"
    other.write_text("KEY,start,sujet\n1,2026-11-18,oubli\n", encoding="utf-8")
    assert the_fitting(both, export_in(other)) is None
    assert "lieu-commune" in odk_mapping().missing(export_in(other))


def test_of_two_that_fit_alike_none_is_taken(tmp_path: Path) -> None:
    export = export_in(odk(tmp_path / "o.csv", odk_row(1)))
    twin = mapping_of("Autre", dict(_columns()), {})
    assert the_fitting([twin, mapping_of("Encore", dict(_columns()), {})], export) is None
    assert the_fitting([twin, odk_mapping()], export) == odk_mapping(), "the one that names more"


def test_it_goes_as_a_file_and_comes_back_the_same() -> None:
    assert from_json(kobo_mapping().json()) == kobo_mapping()
    assert "Sira" not in kobo_mapping().json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        json.dumps({"format": mappings.FORMAT, "name": 1, "columns": {}, "meanings": {}}),
        json.dumps({"format": mappings.FORMAT, "name": "x", "columns": {"day": 1}, "meanings": {}}),
        json.dumps({"format": mappings.FORMAT, "name": "x", "columns": {"day": "a"}, "meanings": {}}),
        json.dumps({"format": mappings.FORMAT, "name": "x", "columns": {"prix": "a"}, "meanings": {}}),
        kobo_mapping().json().replace('"late"', '"lunch"'),
        kobo_mapping().json() + " " * mappings.LARGEST_FILE,
    ],
)
def test_a_file_that_is_no_mapping_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadMapping, match=r"\w"):
        from_json(text)


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        (RegisterField.SUBJECT, "En retard", "late"),
        (RegisterField.SUBJECT, "late", "late"),
        (RegisterField.SUBJECT, "Paiement", None),
        (RegisterField.SUBJECT, LATE, "late"),
        (RegisterField.SUBJECT, BRIBE, None),
        (RegisterField.SEX, "Féminin", "F"),
        (RegisterField.LANGUAGE, "Bambara", "bm"),
        (RegisterField.LANGUAGE, "Fulfulde", None),
    ],
)
def test_only_our_own_words_are_proposed(field: RegisterField, word: str, code: str | None) -> None:
    assert likely_meaning(field, word) == code


def _columns() -> dict[str, str]:
    return {"submission": "KEY", "day": "start", "subject": "plainte-sujet"}
