"""Keys of rows as they stand in an address: what is no key of the kind is the key of no row."""

from datetime import date
from typing import Any, Final, Self

from starlette.requests import Request

from desk.site.pages import number
from desk.site.refusals import not_there

HIGHEST: Final = 2**31 - 1
"""The highest number of a row."""


def row_id(request: Request) -> int:
    """The number of the row that an address is of (`of/{id:int}`); raises Refused for one that no row has."""
    written: int = request.path_params["id"]
    if written > HIGHEST:
        raise not_there()
    return written


class NumberKey(int):
    """The number of a row; what is none is 0, which no row has."""

    def __new__(cls, written: Any) -> Self:
        return super().__new__(cls, number(str(written)) or 0)


class DayKey(date):
    """The day of a row; what is none is the first of the calendar."""

    def __new__(cls, written: Any) -> Self:
        try:
            day = date.fromisoformat(str(written))
        except ValueError:
            day = date.min
        return super().__new__(cls, day.year, day.month, day.day)


class TextKey(str):
    """A code."""

    def __new__(cls, written: Any) -> Self:
        return super().__new__(cls, "" if written is None else written)
