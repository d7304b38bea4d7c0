import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.folding import NoRule, fold, fold_away
from core.text.gsm7 import BASIC, EXTENSION, is_gsm7

LATIN = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x250, 0x2B0), *range(0x1E00, 0x1F00)]))
WRITTEN = st.text(st.sampled_from(LATIN + "ɛɔɲŋƐƆƝŊε’«»…–\u202f\u0300\u0301\u0302\n"))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("ntɛnɛndon, nowanburukalo tile 23", "ntènèndon, nowanburukalo tile 23"),
        ("Wari bɛna di", "Wari bèna di"),
        ("ɲɔgɔnye", "nyògònye"),
        ("ŋɔmi", "ngòmi"),
        ("Ɲɛ Ŋ Ɛ Ɔ", "Nyè Ng E O"),
        ("sεbεn", "sèbèn"),
        ("bɛ́ bɛ̀ ɔ̌ ǹ", "bè bè ò n"),
        ("Jigise\u0300me\u0300jiri", "Jigisèmèjiri"),
        ("ç ê â î ô û ë ï á", "c e a i o u e i a"),
        ("Ç é è à ù ñ ö ü", "Ç é è à ù ñ ö ü"),
        ("È À Ê Î", "E A E I"),
        ("cœur, Œuvre", "coeur, OEuvre"),
        ("l’aide « gratuite » – suite…", 'l\'aide " gratuite " - suite...'),
        ("30\u202f000\u00a0F\u2009CFA", "30 000 F CFA"),
        ("Ɓundu Ɗe ƙ ƴ ɣ ə", "Bundu De k y gh e"),
        ("porte n° 5", "porte no 5"),
        ("a\nb", "a\nb"),
        ("{n} [~] | \\ ^ €", "{n} [~] | \\ ^ €"),
        ("", ""),
    ],
)
def test_text_is_written_with_the_letters_of_gsm7(written: str, sent: str) -> None:
    assert fold(written) == sent
    assert fold_away(written) == sent
    assert fold(unicodedata.normalize("NFD", written)) == sent


@pytest.mark.parametrize("stranger", ["😀", "ع", "Ж", "\t", "\r", "\x00", "\x1b", "\f", "漢", "≠", "\u20e3", "\ufe0f"])
def test_a_character_without_a_rule_is_an_error_that_names_it(stranger: str) -> None:
    with pytest.raises(NoRule, match=f"U\\+{ord(stranger):04X}") as raised:
        fold(f"dɔ{stranger} wɛrɛ {stranger}")
    assert raised.value.characters == stranger
    assert fold_away(f"dɔ{stranger} wɛrɛ") == "dò wèrè"


@pytest.mark.parametrize("sign", ["=\u0338", "+\u0338"])
def test_a_stroke_laid_over_a_sign_is_not_dropped(sign: str) -> None:
    with pytest.raises(NoRule):
        fold(f"1 {sign} 2")


@given(st.text(st.sampled_from(BASIC + EXTENSION).filter(lambda character: character not in "\r\f")))
def test_gsm7_text_stays_as_it_is(text: str) -> None:
    assert fold(text) == text


@given(WRITTEN)
def test_folded_text_is_gsm7_and_folding_is_idempotent(text: str) -> None:
    folded = fold_away(text)
    assert is_gsm7(folded)
    assert fold(folded) == folded


@given(st.text())
def test_anything_typed_can_be_shown_back(text: str) -> None:
    shown = fold_away(text)
    assert is_gsm7(shown)
    assert fold_away(shown) == shown


@given(WRITTEN | st.text())
def test_strict_folding_is_lenient_folding_or_an_error(text: str) -> None:
    with contextlib.suppress(NoRule):
        assert fold(text) == fold_away(text)


def test_every_accented_letter_of_the_latin_blocks_goes_to_its_base() -> None:
    bases = {letter: unicodedata.normalize("NFD", letter)[0] for letter in LATIN if letter not in BASIC}
    accented = {letter: base for letter, base in bases.items() if base != letter and base in BASIC and base.isalpha()}
    assert len(accented) > 400
    assert {letter: fold(letter) for letter in accented} == accented


def test_an_accented_letter_whose_base_has_no_rule_is_itself_named() -> None:
    with pytest.raises(NoRule, match="EZH WITH CARON"):
        fold("ǯ")
