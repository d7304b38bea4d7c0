import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from core.text.catalogue import load
from core.text.languages import Language
from proof.catalogues import problems

PLURAL_FORMS = {"bm": "nplurals=1; plural=0;", "fr": "nplurals=2; plural=(n > 1);"}
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n'
REVIEW = "# Back-translation: {}\n# Confidence: high\n"

SCREEN = """
def due(voice, tries):
    voice.t("Next payment: {date}")
    voice.n("One try left", "{n} tries left", tries)
"""

BM_PAYMENT = (
    REVIEW.format("Money will be given {date}") + 'msgid "Next payment: {date}"\nmsgstr "Wari bɛna di {date}"\n'
)
BM_TRIES = (
    REVIEW.format("Its rest remains {n} times")
    + 'msgid "One try left"\nmsgid_plural "{n} tries left"\nmsgstr[0] "A tɔ tora siɲɛ {n}"\n'
)
FR_PAYMENT = 'msgid "Next payment: {date}"\nmsgstr "Prochain paiement : {date}"\n'
FR_TRIES = (
    'msgid "One try left"\nmsgid_plural "{n} tries left"\nmsgstr[0] "Encore un essai"\nmsgstr[1] "Encore {n} essais"\n'
)


class Planted:
    """A room that says two texts, and catalogues that begin complete."""

    def __init__(self, folder: Path) -> None:
        self.locales = folder / "locales"
        self.room = folder / "menus"
        self.room.mkdir()
        self.screen(SCREEN)
        self.catalogue("bm", BM_PAYMENT, BM_TRIES)
        self.catalogue("fr", FR_PAYMENT, FR_TRIES)

    def screen(self, source: str) -> None:
        (self.room / "payment.py").write_text(source, "utf-8")

    def catalogue(self, language: str, *entries: str) -> Path:
        path = self.locales / language / "LC_MESSAGES" / "jigi.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join((HEADER.format(PLURAL_FORMS[language]), *entries)), "utf-8")
        return path

    def problems(self) -> list[str]:
        return problems(self.locales, [self.room])


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    return Planted(tmp_path)


def test_complete_catalogues_have_no_problem(planted: Planted) -> None:
    assert planted.problems() == []


def test_texts_are_found_in_each_language(planted: Planted) -> None:
    bambara, french = load(Language.BM, planted.locales), load(Language.FR, planted.locales)
    assert bambara.singular("Next payment: {date}") == "Wari bɛna di {date}"
    assert bambara.plural("One try left", "{n} tries left", 1) == "A tɔ tora siɲɛ {n}"
    assert french.plural("One try left", "{n} tries left", 0) == "Encore un essai"
    assert french.plural("One try left", "{n} tries left", 2) == "Encore {n} essais"


@pytest.mark.parametrize(
    "unfit",
    [
        "#, fuzzy\n" + FR_PAYMENT,
        'msgid "Next payment: {date}"\nmsgstr ""\n',
        "",
    ],
)
def test_a_fuzzy_empty_or_missing_entry_is_not_used(planted: Planted, unfit: str) -> None:
    planted.catalogue("fr", unfit)
    assert load(Language.FR, planted.locales).singular("Next payment: {date}") == "Next payment: {date}"


def test_a_plural_with_an_empty_form_is_not_used(planted: Planted) -> None:
    planted.catalogue("fr", FR_TRIES.replace("Encore {n} essais", ""))
    french = load(Language.FR, planted.locales)
    assert french.plural("One try left", "{n} tries left", 2) == "{n} tries left"
    assert french.plural("One try left", "{n} tries left", 1) == "One try left"


def test_without_a_catalogue_the_texts_of_the_code_are_used(tmp_path: Path) -> None:
    empty = load(Language.BM, tmp_path)
    assert empty.singular("Paid") == "Paid"
    assert empty.plural("One try left", "{n} tries left", 2) == "{n} tries left"


def test_a_file_that_is_no_catalogue_is_an_error(planted: Planted) -> None:
    planted.catalogue("fr", "not a catalogue")
    with pytest.raises(PoFileError):
        load(Language.FR, planted.locales)
    assert any(problem.startswith("fr: cannot be read") for problem in planted.problems())


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
def test_each_problem_of_a_catalogue_is_named(planted: Planted, entries: tuple[str, ...], problem: str) -> None:
    planted.catalogue("fr", *entries)
    assert planted.problems() == [f"fr: {problem}"]


@pytest.mark.parametrize(
    ("comments", "problem"),
    [
        ("# Confidence: high\n", "has no comment `Back-translation: …`"),
        ("# Back-translation: \n# Confidence: high\n", "has no comment `Back-translation: …`"),
        ("# Back-translation: Money will be given\n", "has no comment `Confidence: high|medium|low`"),
        ("# Back-translation: It\n# Confidence: sure\n", "has no comment `Confidence: high|medium|low`"),
    ],
)
def test_bambara_without_its_review_is_a_problem(planted: Planted, comments: str, problem: str) -> None:
    bare = BM_PAYMENT.split("\n", 2)[2]
    planted.catalogue("bm", comments + bare, BM_TRIES)
    assert planted.problems() == [f"bm: 'Next payment: {{date}}' {problem}"]


def test_a_confidence_may_ask_for_native_review(planted: Planted) -> None:
    planted.catalogue("bm", BM_PAYMENT.replace("high", "low - needs native review"), BM_TRIES)
    assert planted.problems() == []


def test_a_missing_catalogue_is_a_problem(planted: Planted) -> None:
    planted.catalogue("fr").unlink()
    assert planted.problems() == ["fr: no catalogue"]


def test_a_text_used_with_two_plurals_is_a_problem(planted: Planted) -> None:
    planted.screen(SCREEN + '    voice.t("One try left")\n')
    assert planted.problems() == ["menus/payment.py:5: 'One try left' has another plural at menus/payment.py:4"]


def test_the_check_runs_as_a_command_and_fails_on_a_problem() -> None:
    project = Path(__file__).parents[3]
    run = subprocess.run([sys.executable, "-m", "proof.catalogues"], cwd=project, capture_output=True, text=True)
    assert run.returncode == int(bool(problems()))
    assert run.stdout.splitlines() == problems()
