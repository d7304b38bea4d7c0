"""The catalogues as they are: nothing missing, the rules of the line kept, and Bambara from where it says it comes."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import product
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po

from core.call_requests.vocabulary import Period
from core.payments.account import PaymentNews, phase_of
from core.payments.history import PaymentCard
from core.payments.states import PaymentState
from core.phrases.telling import payment_told
from core.registry.components import ComponentCode
from core.text.alphabet import GSM7
from core.text.formats import date_phrase
from core.text.languages import LOCALES, Language
from core.text.translator import Translator, translator
from core.text.words import LINE, label
from proof.catalogues import problems
from proof.corrections import BARE, ERROR_LINE, LABEL, LONGEST, TURNING, UNIT, labels
from proof.review import CERTAINTY, SMS_BEGINS
from sms.outbox.payment_texts import MOVED_WITH_SUM
from ussd.pages import Room, lay_out, with_error
from ussd.texts import signs

BM, FR = Language("bm"), Language("fr")
REPOSITORY = Path(__file__).parents[3]
DOMAIN = REPOSITORY.parent / "shared" / "domain"

BOTH = 165
"""Septets of a question and what was wrong with its answer, together."""

ASKED = {
    "Write the household number (8 digits).": ("There is an error in this number. Look at it again.",),
    "Write the birth year of the recipient (4 digits).": (
        "Write 4 digits, like 1975.",
        "It did not match. {n} try left.",
    ),
    "Write the complaint number.": (
        "There is an error in this number. Look at it again.",
        "This number was not seen. On another phone, write your household number first.",
    ),
    "Write the secret code (4 digits).": ("This number was not seen.",),
    "Write the first letters of the commune.": ("This commune was not found.",),
    "Write the phone number.": ("There is an error in this number. Look at it again.",),
    "Explain in a few words.": ("Too long. Make it shorter.",),
}
"""Each question that is typed for, and what can be said of its answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a catalogue, by its (singular) msgid, with what the translator noted."""

    msgid: str
    text: str
    notes: Mapping[str, str]

    @property
    def certainty(self) -> str:
        return self.notes["Confidence"].split()[0]

    @property
    def keys(self) -> list[str]:
        """The texts of the list that this one is cut from."""
        return self.notes["Evidence"].removeprefix("cut from: ").split(", ")


def entries(language: Language) -> list[Entry]:
    with (LOCALES / language.value / "LC_MESSAGES" / "jigi.po").open("rb") as file:
        return [entry for message in read_po(file) if message.id for entry in _entries(message)]


def _entries(message: Message) -> Iterator[Entry]:
    msgid = message.id[0] if message.pluralizable else str(message.id)
    notes = dict(comment.split(": ", 1) for comment in message.user_comments)
    for text in (message.string,) if isinstance(message.string, str) else message.string or ():
        yield Entry(msgid, text, notes)


def sent(text: str) -> int:
    """Septets of a text as it is sent."""
    return GSM7.measure(GSM7.prepare(text))


def longest_day(language: Language) -> date:
    days = (date(2026, 1, 1) + timedelta(days=each) for each in range(365))
    return max(days, key=lambda day: sent(date_phrase(language, day)))


def filled(spoken: Translator, msgid: str, **longer: object) -> str:
    """A text with the longest of what it may hold."""
    day = longest_day(spoken.language)
    period = max((spoken.t(label(each, LINE)) for each in Period), key=sent)
    component = max((spoken.t(label(each, LINE)) for each in ComponentCode), key=sent)
    values = {**LONGEST, "date": day, "new": day, "old": day, "period": period, "who": component, **longer}
    if msgid in spoken.catalogue.forms:
        return spoken.n(msgid, msgid, LONGEST["n"])
    return spoken.t(msgid, **{name: values[name] for name in fields(msgid)})


def fields(msgid: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(msgid) if name}


def listed() -> dict[str, dict[str, str]]:
    """The list of Bambara texts by key; what needs it is skipped where the list is not."""
    path = DOMAIN / "bambara.csv"
    if not path.exists():
        pytest.skip("the list of Bambara texts is not beside this copy of the code")
    with path.open(encoding="utf-8") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def even(text: str) -> str:
    """A text without what the line writes its own way: the unit that the amount brings, names of fields, the end."""
    text = re.sub(r"\{\w+\}", "{}", text.replace("{amount} F CFA", "{amount}"))
    return text.rstrip(".").strip()


def clauses(text: str) -> list[str]:
    parts = re.split(r"[.:,?(]", re.sub(r"\d", "0", even(text)).casefold())
    return [part.strip(" )") for part in parts if part.strip(" ){}")]


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+(?:['-]\w+)*", re.sub(r"\{\w+\}", "", text).casefold()))


def test_nothing_is_missing_or_wrong() -> None:
    assert problems() == []


@pytest.mark.parametrize("language", list(Language))
def test_letters_are_composed_and_none_is_borrowed_from_another_script(language: Language) -> None:
    for entry in entries(language):
        assert unicodedata.is_normalized("NFC", entry.text), entry
        assert not set(entry.text) & set("εɑʔ\N{NO-BREAK SPACE}"), entry


@pytest.mark.parametrize("language", list(Language))
def test_money_comes_with_its_unit_and_no_text_adds_another(language: Language) -> None:
    for entry in entries(language):
        assert not UNIT.search(entry.text), entry
        assert not BARE.search(entry.text), entry


def test_words_that_turn_are_not_said() -> None:
    for entry in entries(BM):
        for turning, heard in TURNING.items():
            assert not re.search(rf"\b{turning}\b", entry.text, re.IGNORECASE), f"{entry.msgid}: {heard}"


def test_fili_is_only_ever_an_error() -> None:
    errors = [entry for entry in entries(BM) if "fili" in words(entry.text)]
    assert errors
    for entry in errors:
        assert "error" in entry.notes["Back-translation"], entry


def test_french_is_written_as_french_is() -> None:
    for entry in entries(FR):
        assert "'" not in entry.text, entry
        assert not re.search(r"[^ ][:?!;]", entry.text), entry
        assert not re.search(r"\b(tu|ton|tes|toi)\b", entry.text, re.IGNORECASE), entry


@pytest.mark.parametrize("language", list(Language))
def test_the_line_that_says_a_key_was_wrong_is_short(language: Language) -> None:
    assert sent(signs(translator(language), GSM7).wrong) <= ERROR_LINE


@pytest.mark.parametrize("language", list(Language))
def test_what_stands_behind_a_key_is_short(language: Language) -> None:
    offered = labels()
    assert len(offered) > 60
    assert {label: size for label in offered if (size := sent(translator(language).t(label))) > LABEL} == {}


@pytest.mark.parametrize("language", list(Language))
def test_a_text_with_the_longest_it_can_hold_fits_one_page(language: Language) -> None:
    spoken = translator(language)
    for entry in entries(language):
        if not entry.msgid.startswith(SMS_BEGINS):
            assert sent(filled(spoken, entry.msgid)) <= GSM7.page_aim, entry


@pytest.mark.parametrize("language", list(Language))
def test_an_sms_with_the_longest_it_can_hold_is_one_part_and_with_words_of_people_two(language: Language) -> None:
    """What people wrote, or what a call that was cut would have shown, may be as long as a page."""
    spoken = translator(language)
    shared = filled(spoken, "{n} households, {amount} each")
    messages = [entry for entry in entries(language) if entry.msgid.startswith(SMS_BEGINS)]
    assert len(messages) > 25
    for entry in messages:
        if entry.msgid == MOVED_WITH_SUM:
            continue
        text = filled(spoken, entry.msgid, amount=shared, text="a" * GSM7.page_budget)
        assert GSM7.segments(GSM7.prepare(text)) <= (2 if "text" in fields(entry.msgid) else 1), entry


@pytest.mark.parametrize("language", list(Language))
def test_an_sms_begins_with_the_name_of_the_programme(language: Language) -> None:
    begins = translator(language).t("Jigisèmèjiri: {text}", text="")
    for entry in entries(language):
        assert entry.text.startswith(begins) == entry.msgid.startswith(SMS_BEGINS), entry


@pytest.mark.parametrize(
    ("language", "question", "wrong"),
    [(language, asked, wrong) for language in Language for asked, all_wrong in ASKED.items() for wrong in all_wrong],
)
def test_a_question_and_what_was_wrong_share_a_page(language: Language, question: str, wrong: str) -> None:
    spoken = translator(language)
    asking, error = spoken.t(question), filled(spoken, wrong)
    assert sent(f"{error}\n{asking}") <= BOTH
    (page,) = lay_out(GSM7, signs(spoken, GSM7), asking, [], Room(typed=True, home=True))
    assert with_error(GSM7, error, page.text).startswith(GSM7.prepare(error))


@pytest.mark.parametrize(("language", "state"), list(product(Language, PaymentState)))
def test_a_payment_is_told_on_one_page(language: Language, state: PaymentState) -> None:
    day = longest_day(language)
    today = day - timedelta(days=7)
    card = PaymentCard(
        id=1,
        component=ComponentCode.TM,
        round="2026-3",
        state=state,
        amount_xof=LONGEST["amount"].xof,
        due_date=day,
        last_day=day,
        place=LONGEST["place"],
        agency=LONGEST["name"],
        paid_on=day,
        reason="name",
        hour=time(10),
        moved_from=None,
    )
    phase = phase_of(card, today)
    assert phase
    lines = payment_told(translator(language), PaymentNews(phase, card), today)
    assert sent("\n".join(lines)) <= GSM7.page_aim
    moved = replace(card, moved_from=day - timedelta(days=7), hour=None)
    lines = payment_told(translator(language), PaymentNews(phase, moved), today)
    assert sent("\n".join(lines)) <= GSM7.page_budget


def test_every_bambara_text_says_where_it_comes_from() -> None:
    for entry in entries(BM):
        own = entry.notes["Evidence"].startswith(("cut from: ", "built from: ", "read by a native speaker, "))
        assert own != ("Source" in entry.notes), entry


def test_a_text_named_after_the_list_is_that_text() -> None:
    spoken = listed()
    copied = [entry for entry in entries(BM) if "Source" in entry.notes]
    assert len(copied) > 100
    for entry in copied:
        row = spoken[entry.notes["Source"]]
        assert even(entry.text) == even(row["bambara"]), entry
        assert even(entry.notes["Back-translation"]) == even(row["back_translation"]), entry
        assert entry.notes["Evidence"] == row["evidence"].strip(), entry
        assert entry.certainty == row["confidence"].split()[0], entry


def test_a_text_cut_from_the_list_has_no_clause_of_its_own_and_is_as_sure_as_the_least_sure() -> None:
    spoken = listed()
    cut = [entry for entry in entries(BM) if entry.notes["Evidence"].startswith("cut from: ")]
    assert cut
    for entry in cut:
        rows = [spoken[key] for key in entry.keys]
        whole = [" ".join(clauses(row["bambara"])) for row in rows]
        for clause in clauses(entry.text):
            assert any(re.search(rf"(^|\s){re.escape(clause)}(\s|$)", text) for text in whole), (entry, clause)
        least = min((row["confidence"].split()[0] for row in rows), key=CERTAINTY.index)
        assert CERTAINTY.index(entry.certainty) <= CERTAINTY.index(least), entry


FOR_REVIEW = ("low - needs native review", "low - needs native + GBV specialist")
"""As the list of the programme's texts has it; of violence somebody who knows it has to read too."""


def test_a_text_built_here_is_low_and_of_attested_words() -> None:
    attested = set[str]().union(*(words(row["bambara"]) for row in listed().values()))
    with (DOMAIN / "bambara-lexicon.csv").open(encoding="utf-8") as file:
        attested |= set[str]().union(*(words(row["bambara"]) for row in csv.DictReader(file)))
    attested |= {f"{word}w" for word in attested}
    built = [entry for entry in entries(BM) if entry.notes["Evidence"].startswith("built from: ")]
    assert built
    for entry in built:
        assert entry.notes["Confidence"] in FOR_REVIEW, entry
        assert {word for word in words(entry.text) - attested if not word.isdigit()} == set(), entry
