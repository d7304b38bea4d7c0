"""What a log and a gateway's words may keep: no number of a person, no search, no token, no row of the database."""

import re
from collections.abc import Mapping
from typing import Any, Final

MASK: Final = "****"
CUT: Final = "…"

ROW: Final = re.compile(r"\s*(?:DETAIL|CONTEXT|HINT|LINE \d+|\[SQL|\[parameters|\(Background)\b.*", re.DOTALL)
"""What PostgreSQL and SQLAlchemy add to a message: values of rows, statements and their parameters."""

SEARCH: Final = re.compile(r"(?<=[\w/…])\?(?=[^\s?])[^\"'<>]*?(?= HTTP/|[\"'<>]|$)")
TOKEN: Final = re.compile(r"(/(?:ussd|sms)/[\w{}]+/)[^/\s?\"'<>]+")
NUMBER: Final = re.compile(
    r"(?P<keep>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?(?![\d-])"
    r"|(?<![\d.])(?=[\d.]*(?:\d{3}|\b\d\b))\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))"
    r"|\+?\d(?:[ ./()\u2010-\u2015\u202f\xa0-]{0,2}\d){5,}"
)
"""Days, hours and addresses of machines are kept; any other six digits or more may be a phone, a household, a case."""


def masked(text: str) -> str:
    """The text without what may be somebody's: numbers of six digits and more, searches, tokens, rows."""
    text = ROW.sub(f" {CUT}", text)
    text = SEARCH.sub(f"?{CUT}", TOKEN.sub(rf"\1{CUT}", text))
    return NUMBER.sub(lambda match: match["keep"] or MASK, text)


def masked_value(value: Any) -> Any:
    """The same for whatever a log line holds: texts in lists and mappings too; an error is its kind."""
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, Mapping):
        return {masked(str(name)): masked_value(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked_value(each) for each in value]
    return masked(str(value))


def server_of(url: str) -> str:
    """Where the URL of a server points, without who signs in there and how."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}" if separator else "a server"
