"""`jigi import register`: a village's register from the shell of the server."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from cli import app
from core.platform.settings import settings
from desk.imports import form_command
from tests.core.imports.registers.exports import BRIBE, kobo, kobo_mapping, kobo_row, odk, odk_mapping, odk_row
from tests.core.seed import NOW

PLANT = """
INSERT INTO region VALUES ('ML02', 'Koulikoro');
INSERT INTO cercle VALUES ('ML0202', 'ML02', 'Kati');
INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML020201', 'ML0202', 'Safo', 'safo')
"""
CLOCK = SimpleNamespace(now=lambda zone: NOW.astimezone(zone))


@pytest.fixture(autouse=True)
def shell(world: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shell whose settings name the database of the tests, with one commune, on the day of the tests."""
    monkeypatch.setenv("JIGI_DATABASE_URL", database_url)
    monkeypatch.setattr(form_command, "out", Console(width=300))
    monkeypatch.setattr(form_command, "errors", Console(stderr=True, width=300))
    monkeypatch.setattr(form_command, "datetime", CLOCK)
    settings.cache_clear()
    with psycopg.connect(database_url) as connection:
        connection.execute(PLANT.encode())
    yield
    settings.cache_clear()


def run(*words: str | Path) -> Result:
    """Run a command among those of imports."""
    return CliRunner().invoke(app, ["import", *map(str, words)])


def filed(database_url: str) -> list[tuple[str, str | None]]:
    """The subjects and names of what was filed."""
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT subcategory, name FROM grievance ORDER BY id").fetchall()


@pytest.fixture
def mapping_file(tmp_path: Path) -> Path:
    """The mapping of the KoBo form, as another programme gave it."""
    path = tmp_path / "form.json"
    path.write_text(kobo_mapping().json(), encoding="utf-8")
    return path


def test_a_register_is_filed_once_and_its_mapping_is_kept(
    tmp_path: Path, database_url: str, mapping_file: Path
) -> None:
    path = kobo(tmp_path / "k.xlsx", kobo_row(1), kobo_row(2, BRIBE))
    dry = run("register", path, "--mapping", mapping_file, "--dry-run")
    assert (
        "Plaintes KoBo: 2 new, 0 filed before, 0 not agreed to, 0 rejected in review, 0 repeated, 0 bad" in dry.output
    )
    assert "1 Argent demandé" in dry.output
    assert "Nothing was filed." in dry.output
    assert "Aucune correspondance" in run("register", path).output, "nor was the mapping kept"
    done = run("register", path, "--mapping", mapping_file)
    assert done.exit_code == 0, done.output
    assert re.search(r"2 filed\.\n  line 2: \d{7}\n  line 3: \d{7} \(sensitive: not shown again\)", done.output)
    assert filed(database_url) == [("late", "Sira Diallo 1"), ("bribe", "Sira Diallo 2")]
    again = run("register", kobo(path, kobo_row(1), kobo_row(2, BRIBE), kobo_row(3)))
    assert "1 new, 2 filed before" in again.output, "the mapping is known by its columns"
    assert len(filed(database_url)) == 3
    with psycopg.connect(database_url) as connection:
        acts = connection.execute("SELECT agent_id, act FROM audit_entry ORDER BY id").fetchall()
    assert acts == [(None, "register mapping kept"), (None, "register filed"), (None, "register filed")]


def test_bad_rows_hold_all_up_or_are_left(tmp_path: Path, database_url: str, mapping_file: Path) -> None:
    path = kobo(tmp_path / "k.xlsx", kobo_row(1), kobo_row(2, **{"Personne/Téléphone": "kakalamissa"}))
    held_up = run("register", path, "--mapping", mapping_file)
    assert (held_up.exit_code, filed(database_url)) == (1, [])
    text = (tmp_path / "k.errors.csv").read_text("utf-8-sig")
    assert "3;K3;Personne/Téléphone;;numéro de téléphone inutilisable" in text
    assert "kakalamissa" not in text + held_up.output
    assert run("register", path, "--keep-good").exit_code == 1
    assert filed(database_url) == [("late", "Sira Diallo 1")]
    run("register", kobo(path, kobo_row(1)))
    assert not (tmp_path / "k.errors.csv").exists()


def test_a_commune_for_rows_that_name_none(tmp_path: Path, database_url: str) -> None:
    mapping = tmp_path / "odk.json"
    mapping.write_text(odk_mapping().json(), encoding="utf-8")
    path = odk(tmp_path / "o.csv", odk_row(1, **{"lieu-commune": ""}))
    assert run("register", path, "--mapping", mapping, "--commune", "ml020201").exit_code == 0
    assert len(filed(database_url)) == 1
    unknown = run("register", path, "--commune", "ML999999")
    assert (unknown.exit_code, "Commune inconnue" in unknown.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mapping", "Autre"), "Aucune correspondance de ce nom"),
        (("--mapping", "/nowhere.json"), "ne se lit pas"),
        ((), "Aucune correspondance ne va"),
    ],
)
def test_without_a_mapping_nothing_is_filed(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    refused = run("register", odk(tmp_path / "o.csv", odk_row(1)), *words)
    assert refused.exit_code == 2
    assert said in refused.output


def test_a_mapping_that_does_not_fit_names_what_the_file_lacks(tmp_path: Path, mapping_file: Path) -> None:
    answer = run("register", odk(tmp_path / "o.csv", odk_row(1)), "--mapping", mapping_file)
    assert answer.exit_code == 2
    assert "Ce fichier n'a pas : _id, today" in answer.output


def test_a_mapping_goes_out_as_it_came(tmp_path: Path, mapping_file: Path) -> None:
    run("register", kobo(tmp_path / "k.xlsx", kobo_row(1)), "--mapping", mapping_file)
    (tmp_path / "again.json").write_text(run("register-mapping", "Plaintes KoBo").output, encoding="utf-8")
    assert "Plaintes KoBo" in (tmp_path / "again.json").read_text("utf-8")
    assert run("register-mapping", "Autre").exit_code == 2
    answer = run("register", tmp_path / "k.xlsx", "--mapping", tmp_path / "again.json")
    assert "1 filed before" in answer.output
