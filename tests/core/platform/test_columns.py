"""Columns of coded values."""

from enum import StrEnum

import pytest
from sqlalchemy.dialects.postgresql import dialect

from core.platform.columns import coded


class Colour(StrEnum):
    RED = "red"


class Taste(StrEnum):
    SWEET = "sweet"


class Light(StrEnum):
    RED = "red"


POSTGRESQL = dialect()  # type: ignore[no-untyped-call]


def test_a_column_of_two_kinds_gives_the_member_of_the_right_one() -> None:
    column = coded(Colour, Taste)
    assert column.process_bind_param(Taste.SWEET, POSTGRESQL) == "sweet"
    assert column.process_result_value("sweet", POSTGRESQL) is Taste.SWEET
    assert column.process_result_value(None, POSTGRESQL) is None


def test_what_is_of_no_kind_is_not_written() -> None:
    with pytest.raises(ValueError, match="'green' is none of Colour, Taste"):
        coded(Colour, Taste).process_bind_param("green", POSTGRESQL)  # type: ignore[arg-type]


def test_two_kinds_that_share_a_value_are_no_column() -> None:
    with pytest.raises(ValueError, match="Colour, Light share a value"):
        coded(Colour, Light)
