"""Charts that are tables: each row a word, a number and a bar as long as the number, made on the server."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: what it is of, how many, what it opens, its length in a hundred of the longest's, and what is beside."""

    label: str
    value: int
    href: str = ""
    length: int = 0
    beside: str = ""


def bars(rows: Iterable[Bar]) -> tuple[Bar, ...]:
    """The rows with their lengths."""
    given = tuple(rows)
    longest = max((row.value for row in given), default=0) or 1
    return tuple(Bar(row.label, row.value, row.href, round(100 * row.value / longest), row.beside) for row in given)


def link(path: str, **filters: object) -> str:
    """The address of a list with filters; those that are empty are left out."""
    query = urlencode({name: str(value) for name, value in filters.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path
