"""A text in the octets that SMPP carries, and back."""

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import gsm7
from core.text.alphabet import UCS2
from core.text.short_messages import Coding, DefaultAlphabet, readable, written

GSM7_TEXTS = st.text(st.sampled_from(gsm7.BASIC + gsm7.EXTENSION), max_size=700)


@given(GSM7_TEXTS)
def test_gsm7_is_as_another_library_writes_it_and_comes_back(text: str) -> None:
    assert gsm7.encode(text) == gsm0338.Codec().encode(text)[0]
    assert gsm7.decode(gsm7.encode(text)) == text


@given(GSM7_TEXTS)
def test_a_long_text_has_as_many_parts_as_are_counted_and_no_escape_at_an_end(text: str) -> None:
    octets = written(text)
    assert len(octets.parts) == gsm7.segments(text)
    assert all(len(part) <= 160 and not part.endswith(b"\x1b") for part in octets.parts)
    assert len(octets.parts) == 1 or all(len(part) <= 153 for part in octets.parts)
    assert readable(octets.whole, octets.coding) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(lambda text: f"{text}ɛ"))
def test_what_gsm7_has_not_goes_in_ucs2_and_no_pair_is_cut(text: str) -> None:
    octets = written(text)
    assert octets.coding == Coding.UCS2
    assert len(octets.parts) == UCS2.segments(text)
    assert "".join(readable(part, Coding.UCS2) for part in octets.parts) == text


@given(GSM7_TEXTS)
def test_in_latin1_a_text_has_the_parts_of_gsm7_for_that_is_what_goes_on_the_air(text: str) -> None:
    octets = written(text, DefaultAlphabet.LATIN1)
    assert readable(octets.whole, octets.coding, DefaultAlphabet.LATIN1) == text
    if octets.coding == Coding.DEFAULT:
        assert len(octets.parts) == gsm7.segments(text)
    else:
        assert any(character in "€ΔΦΓΛΩΠΨΣΘΞ" for character in text)


def test_what_latin1_has_is_not_read_as_gsm7() -> None:
    """`@`, `$` and `_` have other codes there, and nothing in the octets tells which alphabet they are of."""
    octets = written("a_b@c $5 è", DefaultAlphabet.LATIN1)
    assert (octets.coding, octets.whole) == (0, b"a_b@c $5 \xe8")
    assert readable(b"a_b", 0) != readable(b"a_b", 0, DefaultAlphabet.LATIN1) == "a_b"


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"Wari d\x08n s\x08r\x08la", Coding.DEFAULT, "Wari dòn sòròla"),
        (b"\x1b\x65 \x1bZ", Coding.USSD, "€ Z"),
        (b"arr\xeat", Coding.LATIN1, "arrêt"),
        (b"arr\xeat", Coding.DEFAULT, "arrêt"),
        ("ɲɛ".encode("utf-16-be"), Coding.UCS2, "ɲɛ"),
        (b"STOP", 4, "STOP"),
    ],
)
def test_what_comes_is_read_in_its_coding(octets: bytes, coding: int, text: str) -> None:
    assert readable(octets, coding) == text
