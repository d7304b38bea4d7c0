"""Every problem of a catalogue is named: `python -m proof.catalogues`."""

import subprocess
import sys
from pathlib import Path

import pytest

from proof.catalogues import problems
from tests.support.small_catalogues import BM_PAYMENT, BM_TRIES, FR_PAYMENT, FR_TRIES, SCREEN, SmallCatalogues


def named(catalogues: SmallCatalogues) -> list[str]:
    return problems(catalogues.locales, [catalogues.room])


def test_complete_catalogues_have_no_problem(catalogues: SmallCatalogues) -> None:
    assert named(catalogues) == []


def test_a_file_that_is_no_catalogue_is_a_problem(catalogues: SmallCatalogues) -> None:
    catalogues.catalogue("fr", "not a catalogue")
    assert any(problem.startswith("fr: cannot be read") for problem in named(catalogues))


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ((FR_PAYMENT,), "'One try left' is missing (menus/payment.py:4)"),
        ((FR_PAYMENT, FR_TRIES, 'msgid "Old"\nmsgstr "Vieux"\n'), "'Old' is not used by the code"),
        ((FR_PAYMENT, FR_TRIES, '#~ msgid "Old"\n#~ msgstr "Vieux"\n'), "'Old' is obsolete"),
        ((FR_PAYMENT, FR_TRIES, FR_PAYMENT), "an entry stands twice"),
        (("#, fuzzy\n" + FR_PAYMENT, FR_TRIES), "'Next payment: {date}' is fuzzy"),
        (('msgid "Next payment: {date}"\nmsgstr ""\n', FR_TRIES), "'Next payment: {date}' is not translated"),
        ((FR_PAYMENT, FR_TRIES.replace("Encore un essai", "")), "'One try left' is not translated"),
        (
            (FR_PAYMENT, 'msgid "One try left"\nmsgstr "Encore un essai"\n'),
            "'One try left' has not the plural of the code, '{n} tries left'",
        ),
        (
            (FR_PAYMENT, FR_TRIES.replace("Encore {n} essais", "Encore des essais")),
            "'One try left' has other fields in 'Encore des essais'",
        ),
        (
            (FR_PAYMENT.replace("paiement : {date}", "paiement : {day}"), FR_TRIES),
            "'Next payment: {date}' has other fields in 'Prochain paiement : {day}'",
        ),
        (
            (FR_PAYMENT.replace("paiement : {date}", "paiement : {date.year}"), FR_TRIES),
            "'Next payment: {date}' has other fields in 'Prochain paiement : {date.year}'",
        ),
        (
            (FR_PAYMENT.replace("paiement : {date}", "paiement : {date:>9}"), FR_TRIES),
            "'Next payment: {date}' has other fields in 'Prochain paiement : {date:>9}'",
        ),
        (
            (FR_PAYMENT.replace("paiement : {date}", "paiement : {date"), FR_TRIES),
            "'Next payment: {date}' cannot be filled: expected '}' before end of string in 'Prochain paiement : {date'",
        ),
        (
            (FR_PAYMENT.replace("paiement", "paiement ☎"), FR_TRIES),
            "'Next payment: {date}' cannot be sent: no rule to write in GSM-7: U+260E BLACK TELEPHONE",
        ),
    ],
)
def test_each_problem_of_a_catalogue_is_named(
    catalogues: SmallCatalogues, entries: tuple[str, ...], problem: str
) -> None:
    catalogues.catalogue("fr", *entries)
    assert named(catalogues) == [f"fr: {problem}"]


@pytest.mark.parametrize(
    ("comments", "problem"),
    [
        ("# Confidence: high\n", "has no comment `Back-translation: …`"),
        ("# Back-translation: \n# Confidence: high\n", "has no comment `Back-translation: …`"),
        ("# Back-translation: Money will be given\n", "has no comment `Confidence: high|medium|low`"),
        ("# Back-translation: It\n# Confidence: sure\n", "has no comment `Confidence: high|medium|low`"),
    ],
)
def test_bambara_without_its_review_is_a_problem(catalogues: SmallCatalogues, comments: str, problem: str) -> None:
    bare = BM_PAYMENT.split("\n", 2)[2]
    catalogues.catalogue("bm", comments + bare, BM_TRIES)
    assert named(catalogues) == [f"bm: 'Next payment: {{date}}' {problem}"]


def test_a_confidence_may_ask_for_native_review(catalogues: SmallCatalogues) -> None:
    catalogues.catalogue("bm", BM_PAYMENT.replace("high", "low - needs native review"), BM_TRIES)
    assert named(catalogues) == []


def test_a_missing_catalogue_is_a_problem(catalogues: SmallCatalogues) -> None:
    catalogues.catalogue("fr").unlink()
    assert named(catalogues) == ["fr: no catalogue"]


def test_a_text_used_with_two_plurals_is_a_problem(catalogues: SmallCatalogues) -> None:
    catalogues.screen(SCREEN + '    translator.t("One try left")\n')
    assert named(catalogues) == ["menus/payment.py:5: 'One try left' has another plural at menus/payment.py:4"]


def test_the_check_runs_as_a_command_and_fails_on_a_problem() -> None:
    project = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-m", "proof.catalogues"], cwd=project, capture_output=True, text=True)
    assert run.returncode == int(bool(problems()))
    assert run.stdout.splitlines() == problems()
