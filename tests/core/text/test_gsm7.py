import gsm0338
import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from core.text.gsm7 import BASIC, EXTENSION, NotGsm7, is_gsm7, segments, septets

ORACLE = gsm0338.Codec()
GSM7_TEXT = st.text(st.sampled_from(BASIC + EXTENSION))
LONG_GSM7_TEXT = st.lists(st.sampled_from([*"aè€{", "a" * 50, "a" * 151, "~" * 40]), max_size=30).map("".join)


def test_the_tables_hold_every_character_of_the_standard_and_no_other() -> None:
    characters = {chr(code) for code in range(0x3000) if ORACLE.encode(chr(code), "ignore")[0]} - {"\x1b"}
    assert set(BASIC + EXTENSION) == characters
    assert len(BASIC) == 127


def test_the_basic_table_is_in_the_order_of_its_codes() -> None:
    codes = ORACLE.encode(BASIC)[0]
    assert list(codes) == [code for code in range(128) if code != 0x1B]


@given(GSM7_TEXT)
def test_septets_are_the_octets_of_the_unpacked_code(text: str) -> None:
    assert septets(text) == len(ORACLE.encode(text)[0])


@given(st.text() | st.text(st.sampled_from(BASIC + EXTENSION + "ɛ")))
def test_text_is_gsm7_when_the_standard_can_write_every_character(text: str) -> None:
    text = text.replace("\x1b", "")
    assert is_gsm7(text) == all(ORACLE.encode(character, "ignore")[0] for character in text)


@pytest.mark.parametrize("text", ["ɛ", "ç", "’", "\u202f", "\x1b", "\t", "😀"])
def test_a_character_outside_is_named(text: str) -> None:
    assert not is_gsm7(text)
    with pytest.raises(NotGsm7, match=f"U\\+{ord(text):04X}") as raised:
        septets(f"Sara {text} sini {text}")
    assert raised.value.characters == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 151 + "€" + "a" * 153, 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("€" * 76 + "a" + "€" * 76, 2),
    ],
)
def test_an_escape_pair_never_straddles_two_parts(text: str, parts: int) -> None:
    assert segments(text) == parts


@given(LONG_GSM7_TEXT)
def test_parts_are_counted_as_smsutil_splits(text: str) -> None:
    assert segments(text) == len(smsutil.split(text).parts)


def test_parts_of_text_outside_gsm7_are_not_counted() -> None:
    with pytest.raises(NotGsm7):
        segments("dɔ")
