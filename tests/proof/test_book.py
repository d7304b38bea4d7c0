"""The book of the line: every page of a walk in both languages, and all that a reviewer is told of the Bambara."""

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.calls.journal import Journal
from core.platform.database import undone
from core.registry.callers import language_of, remember_language
from core.text.alphabet import GSM7
from core.text.languages import LOCALES, Language
from proof.book import book
from proof.exemplars import exemplars, own_pages
from proof.review import CERTAINTY, COLUMNS, Text, texts_to_review, unguarded, write_table
from proof.second_opinion import OPINIONS, SECOND
from proof.walk import TrialCaller, Walk, Walker
from ussd.call import Call
from ussd.menu import Menu
from ussd.values import Value, ask, choose, option, retry, say

TODAY = date(2026, 11, 24)
BM, FR = Language("bm"), Language("fr")

small = Menu("home")


@small.screen("more", "payment")
async def home(call: Call) -> Value:
    """The first page."""
    spoken = await language_of(call.msisdn)
    if spoken is not None:
        call.speak(spoken)
    return choose(call.t("Jigisèmèjiri"), option(call.t("Payment date"), "payment"), option(call.t("More"), "more"))


@small.screen("contacts")
async def more(call: Call) -> Value:
    """More places than one page holds."""
    return choose(call.t("Contacts"), *(option(f"<b>Place</b> & {number}", "contacts") for number in range(7)))


@small.screen()
async def contacts(call: Call) -> Value:
    """The end."""
    return say(call.t("Contacts"))


@small.screen("identified")
async def payment(call: Call) -> Value:
    """A question."""
    return ask(call.t("Write the household number (8 digits)."), "identified", "number")


@small.act()
async def identified(call: Call) -> Value:
    """Right or wrong."""
    if call.word("number") != "90000010":
        return retry(call.t("There is an error in this number. Look at it again."))
    return say(call.t("No date fixed yet."))


async def _walk(caller: TrialCaller) -> Walk:
    """What this caller sees of the small menu in both languages."""
    together = Walk()
    for language in Language:
        await remember_language(caller.msisdn, language)
        walker = Walker(small, Journal(), GSM7, undone=undone, inputs={"payment": ("90000010", "12")})
        spoken = await walker.walk([replace(caller, language=language)])
        together.visits += spoken.visits
        together.steps |= spoken.steps
    return together


@pytest.fixture
async def walk(world: None) -> Walk:
    return await _walk(TrialCaller("+22370000001", "un paiement à venir", BM))


def _phones(page: str, language: Language) -> list[str]:
    drawn = re.findall(rf'<div class="text" lang="{language.value}">(.*?)</div>', page, re.DOTALL)
    return [unescape(text) for text in drawn]


class _Outside(HTMLParser):
    """What a page asks of others, and whether every tag is closed."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.asked += [
            f"{tag} {name}={value}"
            for name, value in attrs
            if name in ("src", "href", "srcset", "action", "data") and not (value or "").startswith("#")
        ]
        if tag in ("script", "link", "iframe", "object"):
            self.asked.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_every_screen_of_a_walk_is_in_the_book_in_both_languages(walk: Walk) -> None:
    page = book(walk, small, GSM7, TODAY)
    seen = {visit.screen for visit in walk.visits}
    assert seen == {"home", "more", "contacts", "payment", "identified"}
    assert {name for name in seen if f"<code>{name}</code>" in page} == seen
    for language in Language:
        texts = _phones(page, language)
        for screen in seen:
            assert any(visit.text in texts for visit in walk.visits if visit.screen == screen), (language, screen)


async def test_every_page_of_a_screen_and_every_error_is_shown_once(walk: Walk) -> None:
    shown = exemplars(walk.visits, list(small), GSM7)
    keys = [(page.screen, page.keys) for page in shown]
    assert ("more", ("2",)) in keys
    assert ("more", ("2", "9")) in keys
    errors = [page for page in shown if page.screen == "payment" and len(page.keys) > 1]
    assert {page.texts[FR].split("\n")[0] for page in errors} == {
        "Choix non valable.",
        "Numéro mal tapé. Regardez-le encore.",
        "Trop long. Raccourcissez.",
    }
    assert len({tuple(page.texts.values()) for page in shown}) == len(shown)
    assert sum(page.keys[-1:] == ("8",) for page in shown) == 1


async def test_of_pages_of_one_kind_the_longest_is_shown(walk: Walk) -> None:
    longer = [
        replace(visit, caller=replace(visit.caller, msisdn="+22370000002", actor="long"), text=f"{visit.text} et plus")
        for visit in walk.visits
        if visit.screen == "home"
    ]
    shown = exemplars([*walk.visits, *longer], list(small), GSM7)
    assert {page.actor for page in shown if page.screen == "home"} == {"long"}


async def test_a_page_that_one_language_does_not_need_stands_alone(walk: Walk) -> None:
    alone = [visit for visit in walk.visits if not (visit.caller.language is FR and visit.keys == ("2", "9"))]
    (page,) = [each for each in exemplars(alone, list(small), GSM7) if each.keys == ("2", "9")]
    assert list(page.texts) == [BM]
    assert "En français, cette page n’est pas nécessaire." in book(
        Walk(visits=alone, steps=walk.steps), small, GSM7, TODAY
    )


async def test_the_book_asks_nothing_of_others_and_is_well_formed(walk: Walk) -> None:
    page = book(walk, small, GSM7, TODAY)
    reader = _Outside()
    reader.feed(page)
    reader.close()
    assert reader.asked == []
    assert reader.open == []
    assert not re.search(r"url\(|@import|https?:", page)


async def test_what_people_and_files_wrote_is_never_markup(walk: Walk) -> None:
    hostile = [replace(visit, caller=replace(visit.caller, actor="<script>alert(1)</script>")) for visit in walk.visits]
    page = book(Walk(visits=hostile, steps=walk.steps), small, GSM7, TODAY)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<b>Place" not in page
    assert any("<b>Place</b> & 1" in text for text in _phones(page, FR))


async def test_the_bar_says_how_full_a_page_is(walk: Walk) -> None:
    visit = next(visit for visit in walk.visits if visit.caller.language is FR and visit.screen == "contacts")
    for size, kind in ((160, "fits"), (161, "close"), (182, "close"), (183, "over")):
        page = book(Walk(visits=[replace(visit, text="a" * size)], steps={}), small, GSM7, TODAY)
        assert f'<div class="bar {kind}"' in page
        assert f'<p class="size">{size} / 182</p>' in page


def test_the_line_s_own_pages_are_there_too() -> None:
    assert {language for page in own_pages(GSM7) for language in page.texts} == set(Language)
    assert any("2 Recommencer" in page.texts[FR] for page in own_pages(GSM7))
    assert all(page.longest(GSM7) <= GSM7.page_budget for page in own_pages(GSM7))


async def test_the_least_sure_texts_come_first_and_say_what_is_known_of_them(walk: Walk) -> None:
    texts = texts_to_review(GSM7, walk.visits)
    sureness = [CERTAINTY.index(text.certainty) for text in texts]
    assert sureness == sorted(sureness)
    assert set(sureness) == {0, 1, 2}
    assert all(text.french and text.bambara and text.shown and text.back_translation for text in texts)
    page = book(walk, small, GSM7, TODAY)
    bambara = [unescape(each) for each in re.findall(r'lang="bm" data-head="Bamanankan">(.*?)(?:<small>|</td>)', page)]
    assert bambara == [text.bambara for text in texts]
    asked = next(text for text in texts if text.msgid == "Write the household number (8 digits).")
    assert asked.said_by == ("payment",)
    assert asked.shown == GSM7.prepare(asked.bambara) != asked.bambara


async def test_what_a_second_opinion_writes_otherwise_is_put_to_the_reader(walk: Walk) -> None:
    page = unescape(book(walk, small, GSM7, TODAY))
    _, _, sheet = page.partition('<table id="two-ways">')
    assert SECOND in sheet
    assert sheet.count("☐ la nôtre ☐ l’autre") == len(OPINIONS)
    for each in OPINIONS:
        for cell in (each.french, each.ours, each.theirs, each.evidence):
            assert f">{cell}</td>" in sheet


def test_every_text_of_the_catalogue_is_to_be_reviewed() -> None:
    entries = (LOCALES / "bm" / "LC_MESSAGES" / "jigi.po").read_text("utf-8").count('\nmsgid "') - 1
    assert len(texts_to_review(GSM7)) == entries
    assert any(text.sms for text in texts_to_review(GSM7))


def _table(path: Path) -> Sequence[Sequence[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_the_table_opens_in_french_excel_with_room_for_the_reviewer(tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    texts = texts_to_review(GSM7)
    write_table(texts, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfmsgid;french;")
    header, *rows = _table(path)
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == [text.msgid for text in texts]
    assert {tuple(row[-4:]) for row in rows} == {("", "", "", "")}


@pytest.mark.parametrize("text", ["=1+1", "+223 20 22", "-5", "@SUM(A1)"])
def test_no_cell_of_the_table_is_a_formula(text: str, tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    write_table([Text(text, text, text, text, text, "low", "")], path)
    (row,) = _table(path)[1:]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert unguarded(row[0]) == text
