"""The audit trail reads as French: whatever the program writes down has its words."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import desk
from core.grievances.search import Wanted
from core.staff.agents import Role
from desk.site.lists import lists
from desk.staff.trail_words import ABOUT, NOTED, TrailNames, about_words, kept_about, noted_words
from tests.desk.conftest import SignIn

ROOT = Path(desk.__file__).parents[1]
NAMES = TrailNames({17: "Awa Diarra"}, {4: "1234567"})
WRITES = frozenset({"audit.record", "audit.entry", "_audit", "taking", "self._record", "self._written"})


def written() -> Iterator[ast.expr]:
    """What the sources give to the trail, or call `detail` or `about` before they do."""
    for room in ("core", "desk", "sms", "api"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITES:
                    yield from node.args
                elif isinstance(node, ast.Assign) and {"detail", "about"} & set(map(ast.unparse, node.targets)):
                    yield node.value


def keys(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Dict):
        for key, inner in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value)
            yield from keys(inner)


def test_all_that_is_noted_has_a_word() -> None:
    noted = {key for value in written() for key in keys(value)}
    assert len(noted) > 40
    noted |= {each.name for each in fields(Wanted)}
    assert noted - set(NOTED) == set()
    assert {field.name for each in lists() for field in each.fields if each.may_change} - {"id"} <= set(NOTED)


def test_all_that_an_entry_is_about_has_a_word() -> None:
    first = {
        str(value.values[0].value).strip()
        for value in written()
        if isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant)
    }
    assert len(first) > 10
    assert {*first, *(each.key for each in lists() if each.may_change)} <= set(ABOUT)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (None, ""),
        ('{"before": {"role": "agent"}, "after": {"role": "focal"}, "why": "open"}',
         "avant : (rôle : agent) ; après : (rôle : point focal) ; raison : open"),
        ('{"reached": false, "again_on": "2026-12-01"}', "joint : non ; de nouveau le : 01/12/2026"),
        ('{"rows": 1200, "fields": ["day", "name"]}', "lignes : 1 200 ; colonnes : jour, nom"),
        ('{"something new": "x"}', "something new : x"),
        ('{"to": 17, "cases": 3}', "à : Awa Diarra ; plaintes : 3"),
        ('{"filters": {"assigned": 17, "state": "overdue"}}',
         "filtres : (attribuée à : Awa Diarra ; état : ouverte, en retard)"),
        ('{"to": 18}', "à : quelqu'un"),
        ('{"other": 4}', "jointe à la plainte : 1234567"),
        ('{"other": 5}', "jointe à la plainte : que vous ne voyez pas"),
    ],
)  # fmt: skip
def test_what_was_noted_reads_as_a_sentence(kept: str | None, words: str) -> None:
    assert noted_words(kept, NAMES) == words


def test_a_state_is_called_as_those_of_what_the_entry_is_about() -> None:
    assert "informations" in noted_words('{"state": "waiting"}', about="grievance 1234567")
    assert "à confirmer" in noted_words('{"state": "waiting"}', about="import 20261127-1")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ("household 12345678", "ménage 12345678"),
        ("campaign template 3", "texte de campagne 3"),
        ("setting grievance_special", "réglage Délais"),
        ("agent 17", "personne Awa Diarra"),
        ("older words", "older words"),
        (None, ""),
    ],
)
def test_what_it_is_about_reads_as_french(about: str | None, words: str) -> None:
    assert about_words(about, NAMES).startswith(words)


def test_what_is_shown_is_found() -> None:
    for kind in ABOUT:
        assert kept_about(about_words(f"{kind} 12")) == f"{kind} 12"
    assert kept_about("KT/02/7") == "KT/02/7"


async def test_the_list_has_no_word_of_the_program(sign_in: SignIn) -> None:
    admin = await sign_in("root", Role.ADMINISTRATOR)
    await admin.submit("/desk/people/new", login="ali", name="Ali", role="agent", scope="national", place="")
    page = await admin.see("/desk/audit-entry/list")
    assert "personne ali" in page
    assert not re.search(r'"\w+":|\{"', page), "no JSON"
