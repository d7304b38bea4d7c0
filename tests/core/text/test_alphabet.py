import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from core.text.alphabet import GSM7, UCS2, alphabet


def test_gsm7_measures_septets_of_folded_text() -> None:
    prepared = GSM7.prepare("Ɲɔgɔnye 😀 €")
    assert prepared == "Nyògònye  €"
    assert GSM7.measure(prepared) == 12
    assert GSM7.segments(prepared) == 1
    assert (GSM7.page_budget, GSM7.page_aim) == (182, 160)


def test_ucs2_keeps_the_official_spelling_and_measures_code_units() -> None:
    prepared = UCS2.prepare("ɲɔgɔnye e\u0300 😀")
    assert prepared == "ɲɔgɔnye è 😀"
    assert UCS2.measure(prepared) == 12
    assert (UCS2.page_budget, UCS2.page_aim) == (80, 80)


@pytest.mark.parametrize(("text", "parts"), [("", 1), ("ɛ" * 70, 1), ("ɛ" * 71, 2), ("😀" * 35, 1), ("ɛ" * 134, 2)])
def test_ucs2_parts(text: str, parts: int) -> None:
    assert UCS2.segments(text) == parts


@pytest.mark.parametrize(("text", "parts"), [("ɛ" * 66 + "😀" + "ɛ" * 66, 3), ("😀" * 66, 2), ("😀" * 67, 3)])
def test_a_surrogate_pair_never_straddles_two_parts(text: str, parts: int) -> None:
    assert UCS2.segments(text) == parts


@given(st.lists(st.sampled_from(["ɛ", "😀", "a" * 30, "😀" * 20]), min_size=1, max_size=12).map("ɛ".join))
def test_ucs2_parts_are_counted_as_smsutil_splits(text: str) -> None:
    assert UCS2.segments(text) == len(smsutil.unicode_split(text).parts)


def test_alphabets_are_found_by_the_name_in_the_settings() -> None:
    assert alphabet("gsm7") is GSM7
    assert alphabet("ucs2") is UCS2
    with pytest.raises(ValueError, match="gsm7, ucs2"):
        alphabet("latin1")
