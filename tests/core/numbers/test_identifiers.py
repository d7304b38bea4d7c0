import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers.identifiers import check_digit, digits, household_no, is_household_no, is_reference, new_reference

SERIALS = st.integers(0, 9_999_999)


def test_the_check_digit_of_the_published_example() -> None:
    assert check_digit("572") == "4"


def test_a_household_number_has_eight_digits() -> None:
    assert household_no(0) == "00000000"
    assert len(household_no(42)) == 8
    assert is_household_no(household_no(42))


@pytest.mark.parametrize("serial", [-1, 10_000_000])
def test_a_serial_outside_has_no_household_number(serial: int) -> None:
    with pytest.raises(ValueError, match=str(serial)):
        household_no(serial)


@given(SERIALS, st.integers(0, 7), st.integers(1, 9))
def test_a_wrong_digit_is_found(serial: int, place: int, off: int) -> None:
    right = household_no(serial)
    wrong = right[:place] + str((int(right[place]) + off) % 10) + right[place + 1 :]
    assert is_household_no(right)
    assert not is_household_no(wrong)


@given(SERIALS, st.integers(0, 6))
def test_two_neighbours_swapped_are_found(serial: int, place: int) -> None:
    right = household_no(serial)
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert is_household_no(swapped) == (swapped == right)


def test_references_are_seven_digits_and_not_in_sequence() -> None:
    drawn = [new_reference() for _ in range(500)]
    assert all(is_reference(reference) and len(reference) == 7 and reference[0] != "0" for reference in drawn)
    assert len(set(drawn)) > 490
    assert drawn != sorted(drawn)


@pytest.mark.parametrize("text", ["", "1234567", "0000000", "572457", "57245724", "abcdefg", "٥٧٢٤٥٧٢", "5724 57"])
def test_what_is_no_reference(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize("text", ["", "00000001", "0000000", "000000000", "0000 0000", "٠٠٠٠٠٠٠٠"])
def test_what_is_no_household_number(text: str) -> None:
    assert not is_household_no(text)


@pytest.mark.parametrize("typed", ["1234 5678", "12.34.56.78", "1234-5678", " 12 34–56 78\n", "1234\u202f5678"])
def test_digits_are_read_as_people_write_them(typed: str) -> None:
    assert digits(typed) == "12345678"


def test_letters_stay_in_so_that_they_are_refused() -> None:
    assert digits("12O4 5678") == "12O45678"
