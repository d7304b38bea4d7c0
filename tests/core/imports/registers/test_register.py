"""A register is filed once, by the rules of the desk; what is wrong is named without a person or their words."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from core.grievances.calendar import add_working_days
from core.imports.registers.columns import export_in
from core.imports.registers.mappings import FormMapping, mapping_of
from core.imports.registers.register import (
    Examination,
    examine,
    file_register,
    references_of,
    write_problems,
)
from core.imports.registers.submissions import ListChoices, submission_key
from core.numbers.identifiers import household_no
from core.staff.agents import Actor, Role, Scope, add_agent
from tests.core import seed
from tests.core.imports.registers.exports import (
    BRIBE,
    LATE,
    VIOLENCE,
    kobo,
    kobo_mapping,
    kobo_row,
    odk,
    odk_mapping,
    odk_row,
)
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.grievances.cases import grievances
from tests.support.database import count, query

DIAGO: Final = "ML030303"
HOUSEHOLD: Final = household_no(1_000_001)


@pytest.fixture(autouse=True)
async def agent(world: None) -> Actor:
    """Oumou, an agent of Safo's region; two communes."""
    await seed.places((SAFO, "Safo"), (DIAGO, "Diago"), ("ML040404", "Safo"))
    agent_id = await add_agent("oumou", "Oumou", Role.AGENT, Scope.REGION, SAFO[:4])
    return Actor(agent_id, "Oumou", Role.AGENT, Scope.REGION, SAFO[:4])


async def of_kobo(
    agent: Actor, path: Path, *rows: Mapping[str, Any], mapping: FormMapping | None = None
) -> Examination:
    export = export_in(kobo(path / "k.xlsx", *rows))
    return await examine(export, mapping or kobo_mapping(), agent, ListChoices(), NOW)


async def of_odk(agent: Actor, path: Path, *rows: Mapping[str, str], choices: ListChoices | None = None) -> Examination:
    export = export_in(odk(path / "o.csv", *rows))
    return await examine(export, odk_mapping(), agent, choices or ListChoices(), NOW)


IN_SAFO: Final = {"Lieu/Cercle": f"Cercle {SAFO[:6]}"}


async def test_a_row_is_a_grievance_of_the_village_register(agent: Actor, tmp_path: Path) -> None:
    registered = await file_register(await of_kobo(agent, tmp_path, kobo_row(1, **IN_SAFO)), agent, NOW)
    (case,) = await grievances()
    assert [each.reference for each in registered] == [case.reference]
    assert (case.channel, case.category, case.subcategory) == ("register", "payment", "late")
    assert (case.name, case.sex, case.msisdn) == ("Sira Diallo 1", "F", "+22376000001")
    assert (case.commune_pcode, case.village, case.filed_by) == (SAFO, "Kola", agent.id)
    assert case.received_at.date() == date(2026, 11, 18)
    assert case.decision_due == add_working_days(TODAY, 5, set())
    assert case.words == "Reçue au village par : relais_kola\nRien depuis deux mois."
    assert await query("SELECT msisdn FROM message WHERE kind = 'received'") == [("+22376000001",)]


async def test_the_same_file_again_and_a_longer_one_file_only_what_is_new(agent: Actor, tmp_path: Path) -> None:
    rows = [kobo_row(number, **IN_SAFO) for number in (1, 2)]
    first = await file_register(await of_kobo(agent, tmp_path, *rows), agent, NOW)
    again = await of_kobo(agent, tmp_path, *rows, kobo_row(3, **IN_SAFO))
    assert ([each.line for each in again.known], [each.line for each in again.fresh]) == ([2, 3], [4])
    assert [each.reference for each in await references_of(again.known)] == [each.reference for each in first]
    await file_register(again, agent, NOW)
    assert await count("grievance") == 3
    assert (await of_kobo(agent, tmp_path, *rows)).fresh == []


async def test_two_who_file_the_same_rows_at_once_file_them_once(agent: Actor, tmp_path: Path) -> None:
    one, other = [await of_kobo(agent, tmp_path, kobo_row(1, **IN_SAFO)) for _ in range(2)]
    assert len(await file_register(one, agent, NOW)) == 1
    assert await file_register(other, agent, NOW) == []
    assert await count("grievance") == 1


async def test_what_has_had_its_time_does_not_come_back(agent: Actor, tmp_path: Path) -> None:
    await file_register(await of_kobo(agent, tmp_path, kobo_row(1, **IN_SAFO)), agent, NOW)
    await query("SELECT forget_grievances(ARRAY(SELECT id FROM grievance))")
    assert await query("SELECT name FROM grievance") == [(None,)]
    again = await of_kobo(agent, tmp_path, kobo_row(1, **IN_SAFO))
    assert (len(again.fresh), len(again.known), again.problems) == (0, 1, [])


async def test_a_sensitive_row_is_restricted_and_nobody_is_written_to(agent: Actor, tmp_path: Path) -> None:
    row = kobo_row(1, BRIBE, **IN_SAFO, **{"Plainte/Description": "Le chef a pris 5 000"})
    (registered,) = await file_register(await of_kobo(agent, tmp_path, row), agent, NOW)
    (case,) = await grievances()
    assert (case.sensitivity, case.level, case.call_safe, case.sms_safe) == ("sensitive", "national", False, False)
    assert registered.sensitive
    assert await count("message") == 0
    assert submission_key("Plaintes KoBo", "500001") not in case.filing_key, "no export leads to it"
    assert await references_of((await of_kobo(agent, tmp_path, row)).known) == []


async def test_of_violence_the_least_is_kept(agent: Actor, tmp_path: Path) -> None:
    row = kobo_row(1, VIOLENCE, **{"Lieu/Commune": "", "Plainte/Description": "Ce qui s'est passé"})
    await file_register(await of_kobo(agent, tmp_path, row), agent, NOW)
    (case,) = await grievances()
    assert {case.name, case.sex, case.msisdn, case.words, case.village, case.commune_pcode} == {None}


async def test_who_did_not_agree_is_left_out(agent: Actor, tmp_path: Path) -> None:
    rows = [kobo_row(1, **{"Accord de la personne": "Non"}), kobo_row(2, **IN_SAFO)]
    examination = await of_kobo(agent, tmp_path, *rows, kobo_row(3, **{"Accord de la personne": ""}, **IN_SAFO))
    assert (examination.declined, len(examination.fresh), examination.bad) == (1, 1, 1)
    assert "accord pas dit" in examination.problems[0].reason


@pytest.mark.parametrize(
    ("state", "left"),
    [("Not approved", 1), ("validation_status_not_approved", 1), ("On hold", 0), ("Approved", 0), ("", 0)],
)
async def test_what_the_review_rejected_is_left_out(agent: Actor, tmp_path: Path, state: str, left: int) -> None:
    rejected = kobo_row(1, _validation_status=state, today="hier" if left else "2026-11-18", **IN_SAFO)
    examination = await of_kobo(agent, tmp_path, rejected, kobo_row(2, **IN_SAFO))
    assert (examination.rejected, len(examination.fresh), examination.bad) == (left, 2 - left, 0)


WRONG: Final = (
    ({"today": ""}, "cellule vide"),
    ({"today": "hier"}, "date attendue"),
    ({"today": "2026-11-30"}, "à venir"),
    ({"today": "2024-01-01"}, "plus d'un an"),
    ({"_id": ""}, "cellule vide"),
    ({"Lieu/Commune": "Nulle part"}, "commune inconnue"),
    ({"Lieu/Cercle": ""}, "plusieurs communes de ce nom"),
    ({"Lieu/Cercle": "Kita"}, "aucune commune de ce nom dans ce cercle"),
    ({"Lieu/Commune": ""}, "commune pas dite"),
    ({"Personne/Téléphone": "12"}, "numéro de téléphone inutilisable"),
    ({"Personne/Nom et prénom": "x" * 61}, "trop long"),
    ({"Personne/Sexe": "Autre"}, "n'est relié à rien"),
    ({"Accord de la personne": "peut-être"}, "oui ou non"),
)


@pytest.mark.parametrize(("cells", "reason"), WRONG, ids=[reason for _, reason in WRONG])
async def test_a_bad_row_is_named_by_line_column_and_reason(
    agent: Actor, tmp_path: Path, cells: Mapping[str, str], reason: str
) -> None:
    examination = await of_kobo(agent, tmp_path, kobo_row(1, **{**IN_SAFO, **cells}), kobo_row(2, **IN_SAFO))
    (problem,) = examination.problems
    (column,) = cells
    assert reason in problem.reason
    assert problem.line == 2
    assert problem.column in (column, "Lieu/Commune")
    assert problem.place.endswith("2")
    assert [each.line for each in examination.fresh] == [3], "the good one can be taken"


async def test_a_word_that_nobody_has_related_is_named_and_never_guessed(agent: Actor, tmp_path: Path) -> None:
    examination = await of_odk(agent, tmp_path, odk_row(1, **{"plainte-sujet": "left out"}))
    (problem,) = examination.problems
    assert (problem.column, problem.value) == ("plainte-sujet", "left out")
    assert "n'est relié à rien" in problem.reason


async def test_nothing_of_a_person_or_their_words_stands_among_the_errors(agent: Actor, tmp_path: Path) -> None:
    rows = [
        kobo_row(1, BRIBE, **{"Lieu/Commune": "Le chef Zulmabounty", "Personne/Téléphone": "69 kakalamissa"}),
        kobo_row(2, **{"Personne/Téléphone": "69 kakalamissa", "Plainte/Description": "#REF!"}, **IN_SAFO),
        kobo_row(3, LATE, BRIBE, **IN_SAFO),
    ]
    examination = await of_kobo(agent, tmp_path, *rows)
    write_problems(tmp_path / "errors.csv", examination.problems)
    text = (tmp_path / "errors.csv").read_text("utf-8-sig")
    assert examination.bad == 3
    assert text.splitlines()[0] == "ligne;cellule;colonne;valeur;motif"
    for private in ("Zulmabounty", "kakalamissa", "Sira", "760000"):
        assert private not in text, private


async def test_said_to_be_sensitive_and_of_an_ordinary_subject_is_for_a_person_to_settle(
    agent: Actor, tmp_path: Path
) -> None:
    columns = {field.value: column for field, column in odk_mapping().columns.items()}
    mapping = mapping_of("x", {**columns, "sensitive": "Status"}, {"subject": {"oubli": "left_out"}})
    export = export_in(odk(tmp_path / "o.csv", odk_row(1, Status="oui"), odk_row(2, Status="non")))
    examination = await examine(export, mapping, agent, ListChoices(), NOW)
    assert ["dite sensible" in problem.reason for problem in examination.problems] == [True]
    assert len(examination.fresh) == 1


async def test_rows_of_one_identifier_that_differ_are_refused_and_the_same_row_twice_counts_once(
    agent: Actor, tmp_path: Path
) -> None:
    same = kobo_row(1, **IN_SAFO)
    other = kobo_row(2, **IN_SAFO, _id=500_003)
    examination = await of_kobo(agent, tmp_path, same, same, other, kobo_row(3, **IN_SAFO))
    assert (examination.repeated, [each.line for each in examination.fresh]) == (1, [2])
    assert [problem.line for problem in examination.problems] == [4, 5]
    assert "est-ce la bonne colonne ?" in examination.problems[0].reason


async def test_a_household_by_its_number_is_found_where_the_agent_works(agent: Actor, tmp_path: Path) -> None:
    await seed.household(HOUSEHOLD, phones=("+22376123456",))
    far = household_no(1_000_009)
    await seed.household(far, commune=DIAGO)
    columns = {field.value: column for field, column in odk_mapping().columns.items()}
    mapping = mapping_of("x", {**columns, "household": "personne-tel", "phone": ""}, {"subject": {"oubli": "left_out"}})
    rows = [odk_row(number, **{"personne-tel": each}) for number, each in enumerate((HOUSEHOLD, far, "12345678"))]
    examination = await examine(export_in(odk(tmp_path / "o.csv", *rows)), mapping, agent, ListChoices(), NOW)
    assert [problem.reason for problem in examination.problems] == [
        "ménage inconnu, ou hors de votre zone",
        "ménage inconnu, ou hors de votre zone",
    ]
    await file_register(examination, agent, NOW)
    (case,) = await grievances()
    assert (case.name, case.msisdn) == ("Awa Traoré", "+22376123456")
    at_the_shell = await examine(export_in(odk(tmp_path / "o.csv", rows[1])), mapping, None, ListChoices(), NOW)
    assert [problem.reason for problem in at_the_shell.problems] == ["ce ménage est d'une autre commune"]


async def test_a_form_that_asks_for_no_commune_takes_that_of_the_whole_list(agent: Actor, tmp_path: Path) -> None:
    row = odk_row(1, **{"lieu-commune": ""})
    assert (await of_odk(agent, tmp_path, row)).bad == 1
    await file_register(await of_odk(agent, tmp_path, row, choices=ListChoices(DIAGO)), agent, NOW)
    assert [case.commune_pcode for case in await grievances()] == [DIAGO]


async def test_without_name_number_and_phone_it_is_anonymous(agent: Actor, tmp_path: Path) -> None:
    rows = [
        odk_row(1, **{"personne-nom": ""}),
        odk_row(2, **{"personne-nom": "Anonyme", "personne-tel": "76 12 34 56"}),
        odk_row(3, **{"personne-nom": "", "personne-tel": "76 12 34 56"}),
    ]
    await file_register(await of_odk(agent, tmp_path, *rows), agent, NOW)
    cases = await grievances()
    assert [(case.anonymous, case.name, case.msisdn) for case in cases] == [
        (True, None, None),
        (True, None, None),
        (False, None, "+22376123456"),
    ]


async def test_a_submission_is_the_same_in_every_export_of_it() -> None:
    key = "9f8e7d6c-0000-4000-8000-000000000001"
    assert submission_key("a", f"uuid:{key}") == submission_key("b", key.upper())
    assert submission_key("a", "500001") != submission_key("b", "500001"), "another server's may have the same number"


async def test_what_would_be_filed_is_told_without_names(agent: Actor, tmp_path: Path) -> None:
    rows = [kobo_row(1, **IN_SAFO), kobo_row(2, **IN_SAFO), kobo_row(3, BRIBE, **IN_SAFO)]
    examination = await of_kobo(agent, tmp_path, *rows)
    assert list(examination.by_subcategory.items()) == [("late", 2), ("bribe", 1)]
    assert [sample.line for sample in examination.samples] == [2, 3], "none that is sensitive"
    assert examination.samples[0].commune == f"Safo (Cercle {SAFO[:6]})"
    assert "Sira" not in repr(examination.samples)
    assert await count("grievance") == 0


async def test_no_more_than_some_are_filed_at_once_and_the_rest_the_next_time(agent: Actor, tmp_path: Path) -> None:
    rows = [kobo_row(number, **IN_SAFO) for number in range(3)]
    assert len(await file_register(await of_kobo(agent, tmp_path, *rows), agent, NOW, 2)) == 2
    assert len(await file_register(await of_kobo(agent, tmp_path, *rows), agent, NOW, 2)) == 1
    assert await count("grievance") == 3


async def test_a_households_own_phone_is_not_taken_where_the_name_is_hidden_or_it_is_sensitive(
    agent: Actor, tmp_path: Path
) -> None:
    await seed.household(HOUSEHOLD, phones=("+22376123456",))
    columns = {
        **{field.value: column for field, column in odk_mapping().columns.items()},
        "household": "personne-tel",
        "phone": "",
        "anonymous": "Status",
        "call_back": "Edits",
    }
    mapping = mapping_of("x", columns, {"subject": {"oubli": "left_out", "argent": "bribe"}})
    rows = [
        odk_row(1, **{"personne-tel": HOUSEHOLD}),
        odk_row(2, **{"personne-tel": HOUSEHOLD, "Status": "oui", "Edits": "oui"}),
        odk_row(3, **{"personne-tel": HOUSEHOLD, "plainte-sujet": "argent"}),
    ]
    export = export_in(odk(tmp_path / "o.csv", *rows))
    await file_register(await examine(export, mapping, agent, ListChoices(), NOW), agent, NOW)
    assert [(case.msisdn, case.call_back) for case in await grievances()] == [
        ("+22376123456", False),
        (None, False),
        (None, False),
    ]
