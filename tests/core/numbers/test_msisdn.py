import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from core.numbers.msisdn import (
    BadNumber,
    calling,
    can_get_sms,
    can_get_sms_sql,
    is_fixed_line,
    local,
    mask,
    operator,
    operator_sql,
    parse,
    parse_any,
)
from tests.support.database import query


@pytest.mark.parametrize(
    "typed",
    [
        "76123456",
        "76 12 34 56",
        "76.12.34.56",
        "76-12-34-56",
        "22376123456",
        "0022376123456",
        "00 223 76 12 34 56",
        "+22376123456",
        "+223 76 12 34 56",
        "(+223) 76 12 34 56",
        "\u202a+223\u00a076\u202f12 34 56\u202c",
    ],
)
def test_a_number_of_mali_is_read_as_people_write_it(typed: str) -> None:
    assert parse(typed) == "+22376123456"
    assert parse_any(typed) == "+22376123456"


@pytest.mark.parametrize(
    "typed",
    ["", "0", "7612345", "761234567", "076123456", "36123456", "+33612345678", "76 12 34 5O", "٧٦١٢٣٤٥٦", "+76123456"],
)
def test_what_is_no_number_of_mali(typed: str) -> None:
    with pytest.raises(BadNumber) as raised:
        parse(typed)
    assert not any(character.isdigit() for character in str(raised.value))


def test_a_foreign_number_is_read_with_its_country() -> None:
    assert parse_any("+33 6 12 34 56 78") == "+33612345678"
    assert parse_any("00225 07 07 07 07 07") == "+2250707070707"


@pytest.mark.parametrize(
    "typed", ["", "+", "12", "+999123456789", "+33 0", "+223 36 12 34 56", "call me", "+1800FLOWERS", "9" * 40]
)
def test_what_is_no_number_anywhere(typed: str) -> None:
    with pytest.raises(BadNumber):
        parse_any(typed)


def test_every_range_of_mali_is_judged_as_phonenumbers_judges_it() -> None:
    for prefix in range(10_000):
        national = f"{prefix:04}5678"
        number = phonenumbers.PhoneNumber(country_code=223, national_number=int(national))
        try:
            read = parse(national)
        except BadNumber:
            assert not phonenumbers.is_valid_number(number) or national.startswith("0")
            continue
        assert read == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        assert phonenumbers.is_valid_number(number)
        assert can_get_sms(read) == (phonenumbers.number_type(number) == PhoneNumberType.MOBILE)


@pytest.mark.parametrize(
    ("prefixes", "name"),
    [
        ((*range(70, 80), *range(82, 86), *range(90, 95)), "orange"),
        ((*range(60, 70), 89, *range(95, 100)), "malitel"),
        (range(50, 54), "telecel"),
        ((20, 21, 44, 80, 54, 81, 86, 87, 88), None),
    ],
)
def test_the_operator_of_a_range(prefixes: list[int], name: str | None) -> None:
    assert {operator(f"+223{prefix}123456") for prefix in prefixes} == {name}


@pytest.mark.usefixtures("world")
async def test_the_database_names_operators_as_we_do_and_who_has_one_gets_an_sms() -> None:
    numbers = [f"+223{prefix:02}123456" for prefix in range(100)] + ["+22576123456", "+2237612345", "+223761234567", ""]
    columns = f"msisdn, {operator_sql('msisdn')} AS operator, {can_get_sms_sql('msisdn')} AS can"
    rows = await query(f"SELECT {columns} FROM unnest(CAST(%(numbers)s AS text[])) AS own (msisdn)", numbers=numbers)  # noqa: S608
    assert [(row.msisdn, row.operator) for row in rows] == [(number, operator(number)) for number in numbers]
    assert all(row.can for row in rows if row.operator)


def test_a_foreign_number_has_no_operator_of_mali() -> None:
    assert operator("+22576123456") is None
    assert operator("76123456") is None


@pytest.mark.parametrize(
    ("msisdn", "can"),
    [
        ("+22376123456", True),
        ("+22350123456", True),
        ("+22320221615", False),
        ("+22380123456", False),
        ("+33612345678", True),
        ("+33142345678", False),
        ("nobody", False),
    ],
)
def test_only_a_mobile_line_gets_an_sms(msisdn: str, can: bool) -> None:
    assert can_get_sms(msisdn) is can


def test_a_number_in_a_log_does_not_tell_whose_it_is() -> None:
    assert mask("+22376123456") == "+223****56"
    assert mask("+33612345678") == "****78"
    assert mask("76") == mask("") == "****"


def test_a_number_on_a_screen_is_written_as_it_is_read_out() -> None:
    assert local("+22376123456") == "76 12 34 56"
    assert local("+33612345678") == "+33 6 12 34 56 78"
    assert local("nobody") == "nobody"


@pytest.mark.parametrize(
    "given",
    [
        "+22376123456",
        "22376123456",
        "0022376123456",
        " 22376123456",
        "tel:+22376123456",
        "TEL:+223-76-12-34-56",
        "+223 76 12 34 56",
        "76123456",
        "+76123456",
    ],
)
def test_a_gateway_names_a_phone_of_mali_in_many_ways(given: str) -> None:
    assert calling(given) == "+22376123456"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("+22341234567", "+22341234567"),
        ("41234567", "+22341234567"),
        ("33612345678", "+33612345678"),
        ("36037", "+36037"),
    ],
)
def test_a_caller_is_not_refused_for_a_range_that_nobody_here_knows(given: str, read: str) -> None:
    assert calling(given) == read


@pytest.mark.parametrize("given", ["", "+", "Jigi", "tel:", "123", "1" * 16, "+223 76 12 34 5O"])
def test_what_a_gateway_gives_and_is_no_number(given: str) -> None:
    with pytest.raises(BadNumber):
        calling(given)


def test_a_fixed_line_is_told_from_a_mobile_one() -> None:
    assert is_fixed_line("+22320221615")
    assert not is_fixed_line("+22376123456")
