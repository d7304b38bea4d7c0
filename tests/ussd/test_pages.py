"""Text and options, cut into pages that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.alphabet import GSM7, UCS2, Alphabet
from ussd.pages import BLOCK, HEADING, OPTIONS_A_PAGE, DoesNotFit, Room, Signs, lay_out, plain, with_error

SIGNS = Signs(back="Kòsegin", home="Daminè", more="A tò", wrong="Nimòrò in tè yan.")
LETTERS = st.text(st.sampled_from("abcdeèòé€[]ɛɔɲŋ’ç0123456789."), min_size=1, max_size=24)
TEXTS = st.lists(LETTERS, max_size=90).map(" ".join)
LINES = st.lists(TEXTS, max_size=4).map("\n".join)
ROOMS = st.builds(Room, back=st.booleans(), home=st.booleans(), ends=st.booleans())
ALPHABETS = st.sampled_from([GSM7, UCS2])


@given(alphabet=ALPHABETS, text=LINES, labels=st.lists(LETTERS, max_size=14), room=ROOMS)
def test_every_page_fits_even_with_what_was_wrong_before_it(
    alphabet: Alphabet, text: str, labels: list[str], room: Room
) -> None:
    for page in lay_out(alphabet, SIGNS, text, labels, room):
        assert alphabet.measure(page.text) <= alphabet.page_budget
        if not room.ends:
            with_error(alphabet, SIGNS.wrong, page.text)


@given(alphabet=ALPHABETS, text=LINES, room=ROOMS)
def test_together_the_pages_lose_no_letter(alphabet: Alphabet, text: str, room: Room) -> None:
    pages = lay_out(alphabet, SIGNS, text, [], room)
    signs = {f"9 {SIGNS.more}", f"0 {SIGNS.back}", f"00 {SIGNS.home}"}
    kept = [line for page in pages for line in page.text.split("\n") if line not in signs]
    assert "".join("".join(kept).split()) == "".join(alphabet.prepare(text).split())


@given(alphabet=ALPHABETS, text=TEXTS, labels=st.lists(LETTERS, min_size=1, max_size=30), room=ROOMS)
def test_every_option_is_whole_on_one_page_under_its_key(
    alphabet: Alphabet, text: str, labels: list[str], room: Room
) -> None:
    pages = lay_out(alphabet, SIGNS, text, labels, room)
    assert [place for page in pages for place in page.options] == list(range(len(labels)))
    for page in pages:
        assert len(page.options) <= OPTIONS_A_PAGE
        lines = page.text.split("\n")
        for key, place in enumerate(page.options, start=1):
            assert f"{key} {alphabet.prepare(labels[place])}" in lines
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]


def test_a_row_of_a_list_stays_whole() -> None:
    rows = [f"0{day}/11/2026: 30 000 F CFA" for day in range(1, 10)]
    pages = lay_out(GSM7, SIGNS, "\n".join(["Wari minnu dira", *rows]), [], Room())
    assert len(pages) > 1
    lines = [line for page in pages for line in page.text.split("\n")]
    assert all(row in lines for row in rows)


PAYMENT = "Wari dili\nWari bèna di: ntènèndon, nowanburukalo tile 30 (tile 6 bi kò)\nMairie de Safo\nHakè: 30 000 F CFA"


def test_a_block_that_fits_a_page_stands_on_one_and_what_parts_it_is_not_shown() -> None:
    pages = lay_out(GSM7, SIGNS, "\n\n".join([PAYMENT] * 3), ["Wari minnu dira"], Room())
    assert [page.text.count(PAYMENT) for page in pages] == [1, 1, 1]
    assert all("\n\n" not in page.text for page in pages)
    (page,) = lay_out(GSM7, SIGNS, "Don laban\n\nMairie de Safo", [], Room(back=False))
    assert page.text == "Don laban\nMairie de Safo"


@given(blocks=st.lists(LINES, min_size=1, max_size=4), labels=st.lists(LETTERS, max_size=8), room=ROOMS)
def test_a_heading_stands_on_each_page_and_they_fit(blocks: list[str], labels: list[str], room: Room) -> None:
    pages = lay_out(GSM7, SIGNS, f"Oumou{HEADING}{BLOCK.join(blocks)}", labels, room)
    assert all(page.text.split("\n")[0] == "Oumou" for page in pages)
    assert all(GSM7.measure(page.text) <= GSM7.page_budget for page in pages)


def test_a_text_in_one_piece_has_no_blank_lines() -> None:
    assert plain(f"Oumou{HEADING}Wari dili\nHakè{BLOCK}Don") == "Oumou\nWari dili\nHakè\nDon"


@given(alphabet=ALPHABETS, blocks=st.lists(LINES, min_size=2, max_size=4), room=ROOMS)
def test_blocks_lose_no_letter_and_fit(alphabet: Alphabet, blocks: list[str], room: Room) -> None:
    pages = lay_out(alphabet, SIGNS, "\n\n".join(blocks), [], room)
    signs = {f"9 {SIGNS.more}", f"0 {SIGNS.back}", f"00 {SIGNS.home}"}
    kept = [line for page in pages for line in page.text.split("\n") if line not in signs]
    assert "".join("".join(kept).split()) == "".join(alphabet.prepare("".join(blocks)).split())
    assert all(alphabet.measure(page.text) <= alphabet.page_budget for page in pages)


FITTING_LINES = st.lists(LETTERS, min_size=1, max_size=2).map(" ".join).map(lambda line: line.replace(".", ","))


@given(lines=st.lists(FITTING_LINES, min_size=1, max_size=9), room=ROOMS)
def test_no_page_parts_a_line_that_fits_one(lines: list[str], room: Room) -> None:
    """A place, a date and a sum each stand on a line: `9` cuts none of them."""
    pages = lay_out(GSM7, SIGNS, "\n".join(lines), [], room)
    shown = [line for page in pages for line in page.text.split("\n")]
    assert all(GSM7.prepare(line).strip() in shown for line in lines)


def test_a_long_line_is_parted_between_sentences_and_a_name_with_a_point_is_none() -> None:
    first, second = f"{'Votre carte est faite, ' * 4}oui.", f"{'Venez à St. Moussa, ' * 3}oui."
    pages = lay_out(GSM7, SIGNS, f"C'est réglé.\nRéponse : {first} {second}", [], Room())
    assert [page.text.split("\n")[:-1] for page in pages] == [
        ["C'est réglé.", f"Réponse : {first}", f"9 {SIGNS.more}"],
        [second],
    ]


def test_one_page_when_it_fits_with_the_way_home_where_there_is_room() -> None:
    (page,) = lay_out(GSM7, SIGNS, "Komini sugandi", ["Safo", "Bla"], Room(home=True))
    assert page.text == "Komini sugandi\n1 Safo\n2 Bla\n0 Kòsegin\n00 Daminè"


def test_what_no_page_can_hold_is_said() -> None:
    with pytest.raises(DoesNotFit):
        lay_out(GSM7, SIGNS, "Choose", ["x" * 200], Room())
    with pytest.raises(DoesNotFit):
        lay_out(GSM7, SIGNS, "x " * 100, [], Room(typed=True))
    with pytest.raises(DoesNotFit):
        with_error(GSM7, "x" * 180, "page")
