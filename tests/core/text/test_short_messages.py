"""A text in the octets that SMPP carries, and back."""

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import gsm7
from core.text.alphabet import UCS2
from core.text.short_messages import Coding, readable, written

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


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"Wari d\x08n s\x08r\x08la", Coding.GSM7, "Wari dòn sòròla"),
        (b"\x1b\x65 \x1bZ", Coding.USSD, "€ Z"),
        (b"arr\xeat", Coding.LATIN1, "arrêt"),
        (b"arr\xeat", Coding.GSM7, "arrêt"),
        ("ɲɛ".encode("utf-16-be"), Coding.UCS2, "ɲɛ"),
        (b"STOP", 4, "STOP"),
    ],
)
def test_what_comes_is_read_in_its_coding(octets: bytes, coding: int, text: str) -> None:
    assert readable(octets, coding) == text
