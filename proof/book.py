"""The book of the line: every page as the phone shows it, in every language, and the Bambara to be corrected."""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Final

from core.text.alphabet import Alphabet
from core.text.formats import date_phrase
from core.text.languages import Language
from menus.titles import CHAPTERS, chapter_of, chapter_title, title
from proof.exemplars import Exemplar, exemplars, own_pages
from proof.review import CERTAINTY, Text, texts_to_review
from proof.second_opinion import OPINIONS, SECOND
from proof.walk import Walk
from ussd.menu import Menu

PAGE: Final = Path(__file__).parent / "book_page"
SHOWN_TYPED: Final = 20
IN_A_ROW: Final = 2
NAMED: Final = 3
UNDERSTOOD: Final = ("needs native review", "native review")
"""Said of every text that is not sure, and so of none here."""

OWN: Final = "own"
OWN_TITLE: Final = "Ce que la ligne dit d’elle-même"
SURE: Final = {"low": "Peu sûrs", "medium": "Assez sûrs", "high": "Sûrs"}
SURENESS: Final = {"low": "peu sûr", "medium": "assez sûr", "high": "sûr"}
SIGNATURE: Final = '<p class="line"><span>Nom</span><span>Fonction</span><span>Date</span><span>Signature</span></p>'


def book(walk: Walk, menu: Menu, alphabet: Alphabet, today: date) -> str:
    """The book as one HTML page that asks nothing of any other."""
    order = sorted(menu, key=lambda name: [*CHAPTERS].index(chapter_of(name)) if chapter_of(name) in CHAPTERS else 99)
    shown = exemplars(walk.visits, order, alphabet)
    own = own_pages(alphabet)
    texts = texts_to_review(alphabet, walk.visits)
    chapters = [(chapter, list(pages)) for chapter, pages in groupby(shown, key=lambda each: chapter_of(each.screen))]
    contents = [(chapter, chapter_title(chapter), len(pages)) for chapter, pages in chapters]
    low = sum(text.certainty == CERTAINTY[0] for text in texts)
    return Template((PAGE / "book.html").read_text("utf-8")).substitute(
        style=(PAGE / "book.css").read_text("utf-8"),
        figures=f"{len({each.screen for each in shown})} écrans, {len(shown) + len(own)} pages "
        f"en {len(Language)} langues, {len(texts)} textes bambara dont {low} peu sûrs",
        day=escape(f"{date_phrase(Language.staff(), today, year=True)}"),
        budget=alphabet.page_budget,
        aim=alphabet.page_aim,
        contents="".join(_contents([*contents, (OWN, OWN_TITLE, len(own))], texts)),
        chapters="\n".join([*_chapters(chapters, menu, alphabet), _own(own, alphabet)]),
        signature=SIGNATURE,
        review_about=_about(texts),
        review="\n".join([*_review(texts), *_two_ways()]),
    )


def _contents(chapters: Sequence[tuple[str, str, int]], texts: Sequence[Text]) -> Iterator[str]:
    for chapter, sentence, count in chapters:
        yield f'<li><a href="#{chapter}">{escape(sentence)}</a> <span>{count} pages</span></li>'
    yield f'<li><a href="#relecture">Relecture du bambara</a> <span>{len(texts)} textes</span></li>'


def _chapters(chapters: Sequence[tuple[str, Sequence[Exemplar]]], menu: Menu, alphabet: Alphabet) -> Iterator[str]:
    for chapter, pages in chapters:
        yield f'<section class="chapter" id="{chapter}">'
        above = f"<h2>{escape(chapter_title(chapter))}</h2>"
        for name, of_screen in groupby(pages, key=lambda each: each.screen):
            head = f'{above}<div class="screen" id="{escape(name)}">{_screen_head(name, menu)}</div>'
            yield _together(head, list(of_screen), alphabet)
            above = ""
        yield "</section>"


def _own(pages: Sequence[Exemplar], alphabet: Alphabet) -> str:
    return f'<section class="chapter" id="{OWN}">{_together(f"<h2>{OWN_TITLE}</h2>", pages, alphabet)}</section>'


def _together(head: str, pages: Sequence[Exemplar], alphabet: Alphabet) -> str:
    """A heading and its first row of pages, which no sheet of paper parts, and the other pages."""
    drawn = [_page(page, alphabet) for page in pages]
    first, others = "".join(drawn[:IN_A_ROW]), "".join(drawn[IN_A_ROW:])
    rest = f'<div class="pages">{others}</div>' if others else ""
    return f'<div class="first">{head}<div class="pages">{first}</div></div>{rest}'


def _screen_head(name: str, menu: Menu) -> str:
    head = f"{escape(title(name))} <code>{escape(name)}</code>"
    if name not in menu:
        return f"<h3>{head}</h3>"
    screen = menu[name]
    head += '<span class="tag">acte</span>' if screen.acts else ""
    head += '<span class="tag private">caché</span>' if screen.private else ""
    ways = ", ".join(escape(title(target)) for target in sorted(screen.leads_to, key=title))
    return f"<h3>{head}</h3>" + (f'<p class="leads">Mène à : {ways}</p>' if ways else "")


def _page(page: Exemplar, alphabet: Alphabet) -> str:
    keys = "".join(map(_key, page.keys)) or ("premier appel ·" if page.screen else "")
    caption = f'<figcaption><span class="keys">{keys}</span> {escape(page.actor)}</figcaption>'
    phones = "".join(_phone(language, page.texts.get(language), alphabet) for language in Language)
    return f'<figure class="page">{caption}<div class="pair">{phones}</div></figure>'


def _key(key: str) -> str:
    if key.isdigit() and len(key) == 1:
        return f"<kbd>{key}</kbd>"
    shown = key if len(key) <= SHOWN_TYPED else f"{key[:SHOWN_TYPED]}…"
    return f'<kbd class="typed">{escape(shown)}</kbd>'


def _phone(language: Language, text: str | None, alphabet: Alphabet) -> str:
    if text is None:
        sentence = f"En {language.name.lower()}, cette page n’est pas nécessaire."
        return f'<div class="phone"><p class="none">{sentence}</p></div>'
    size = alphabet.measure(text)
    kind = "over" if size > alphabet.page_budget else "close" if size > alphabet.page_aim else "fits"
    share = min(100.0, 100 * size / alphabet.page_budget)
    aim = 100 * alphabet.page_aim / alphabet.page_budget
    return (
        f'<div class="phone"><div class="glass"><p class="lang">{language.name}</p>'
        f'<div class="text" lang="{language.value}">{escape(text)}</div></div>'
        f'<div class="bar {kind}" style="--aim:{aim:.1f}%"><i style="width:{share:.1f}%"></i><b></b></div>'
        f'<p class="size">{size} / {alphabet.page_budget}</p></div>'
    )


def _about(texts: Sequence[Text]) -> str:
    count = {certainty: sum(text.certainty == certainty for text in texts) for certainty in CERTAINTY}
    return (
        f"{len(texts)} textes, les moins sûrs d’abord : {count['low']} peu sûrs, {count['medium']} assez sûrs, "
        f"{count['high']} sûrs. Sous l’orthographe officielle, ce que le téléphone écrit (è ò ny ng). Ce qui est entre "
        "accolades est rempli par la ligne et reste tel quel. La retraduction, en anglais, dit mot à mot ce que le "
        "bambara dit. Écrivez la correction en orthographe officielle (ɛ ɔ ɲ ŋ) ; un texte juste se coche."
    )


def _review(texts: Sequence[Text]) -> Iterator[str]:
    number = 0
    for certainty in CERTAINTY:
        of_certainty = [text for text in texts if text.certainty == certainty]
        if not of_certainty:
            continue
        yield f'<table id="{certainty}"><caption>{SURE[certainty]} <small>{len(of_certainty)} textes</small></caption>'
        yield (
            '<thead><tr><th class="no">N°</th><th>Français</th><th>Bamanankan, et au téléphone</th>'
            '<th>Retraduction</th><th class="sure">D’où, et sûreté</th>'
            '<th class="write">Correction</th></tr></thead><tbody>'
        )
        for text in of_certainty:
            number += 1
            yield _row(number, text)
        yield "</tbody></table>"


def _row(number: int, text: Text) -> str:
    shown = "" if text.shown == text.bambara else f"<small>{escape(text.shown)}</small>"
    sure = text.confidence.removeprefix(text.certainty).strip(" -")
    sure = "" if sure in UNDERSTOOD else sure
    return (
        f'<tr><td class="no">{number}</td>'
        f'<td data-head="Français">{escape(text.french)}<small>{escape(_where(text))}</small></td>'
        f'<td class="bambara" lang="bm" data-head="Bamanankan">{escape(text.bambara)}{shown}</td>'
        f'<td lang="en" data-head="Retraduction">{escape(text.back_translation)}</td>'
        f'<td class="sure" data-head="Sûreté">{SURENESS[text.certainty]}{escape(f" ({sure})" if sure else "")}'
        f"<small>{escape(text.evidence)}</small></td>"
        f'<td class="write">☐ juste</td></tr>'
    )


def _two_ways() -> Iterator[str]:
    """What another program writes otherwise: the reader says which is right."""
    yield (
        f'<table id="two-ways"><caption>Deux écritures <small>{len(OPINIONS)} : la nôtre, et celle du programme '
        f"{escape(SECOND)}. Laquelle est juste, ou comment dit-on ?</small></caption>"
        '<thead><tr><th class="no">N°</th><th>Français</th><th>Jigi écrit</th><th>L’autre écrit</th>'
        '<th class="sure">D’où vient la nôtre</th><th class="write">Correction</th></tr></thead><tbody>'
    )
    for number, each in enumerate(OPINIONS, 1):
        yield (
            f'<tr><td class="no">{number}</td><td data-head="Français">{escape(each.french)}</td>'
            f'<td class="bambara" lang="bm" data-head="Jigi écrit">{escape(each.ours)}</td>'
            f'<td class="bambara" lang="bm" data-head="L’autre écrit">{escape(each.theirs)}</td>'
            f'<td class="sure" data-head="D’où">{escape(each.evidence)}</td>'
            '<td class="write">☐ la nôtre ☐ l’autre</td></tr>'
        )
    yield "</tbody></table>"


def _where(text: Text) -> str:
    """Where a text is met."""
    if text.sms:
        return "SMS"
    if not text.heard:
        return "dans un cas que ce livre ne montre pas"
    if not text.said_by:
        return "la ligne elle-même"
    more = f" et {len(text.said_by) - NAMED} autres" if len(text.said_by) > NAMED else ""
    return ", ".join(map(title, text.said_by[:NAMED])) + more
