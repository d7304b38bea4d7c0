"""What a search looks for, in any of the three ways that the specification has, as conditions that are ours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.numbers.identifiers import number_key
from core.platform.errors import JigiError
from core.registry.statuses import Status
from core.spdci import fields
from core.spdci.mapping import NUMBER_TYPES, OTHER_STATUSES, kind_of_number
from core.spdci.vocabulary import QueryType, SearchFault
from core.text.words import Code

MOST_VALUES: Final = 100
MOST_ON_A_PAGE: Final = 100
LONGEST: Final = 60


class Attribute(Code):
    """What a household of ours can be looked for by."""

    NUMBER = "household_no"
    PLACE = "commune_pcode"
    STATUS = "enrolment_status"


PLACES: Final = frozenset({"COMMUNE_PCODE", "COMMUNE", "PCODE", "LOCATION", "PLACE", "AREA_CODE"})
STATUS_NAMES: Final = frozenset({"ENROLMENT_STATUS", "ENROLLMENT_STATUS", "STATUS"})


@dataclass(eq=False)
class BadSearch(JigiError, ValueError):
    """A search that is not answered."""

    fault: SearchFault

    def __str__(self) -> str:
        return self.fault.value


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """Conditions that all hold: an attribute and any of its values. `is_one` is a search for one household."""

    wanted: Mapping[Attribute, frozenset[str]]
    is_one: bool
    page: int = 1
    size: int = MOST_ON_A_PAGE


def criteria_of(written: object) -> SearchCriteria:
    """What the criteria of a search are; raises BadSearch for what we do not look for."""
    kind, query = fields.text(written, "query_type"), fields.field(written, "query")
    if kind == QueryType.IDENTIFIER:
        conditions = list(_identifier(query))
    elif kind == QueryType.PREDICATE:
        conditions = list(_predicates(query))
    elif kind == QueryType.EXPRESSION:
        conditions = list(_expression(query))
    else:
        raise BadSearch(SearchFault.CRITERIA)
    if not conditions:
        raise BadSearch(SearchFault.CRITERIA)
    wanted: dict[Attribute, frozenset[str]] = {}
    for attribute, values in conditions:
        wanted[attribute] = wanted[attribute] & values if attribute in wanted else values
    if fields.parts(written, "sort"):
        raise BadSearch(SearchFault.SORT)
    page, size = _page(fields.field(written, "pagination"))
    return SearchCriteria(wanted, kind == QueryType.IDENTIFIER, page, size)


def _identifier(query: object) -> Iterator[tuple[Attribute, frozenset[str]]]:
    kind = kind_of_number(fields.text(query, "type") or fields.text(query, "identifier_type"))
    value = fields.text(query, "value") or fields.text(query, "identifier_value")
    if kind not in NUMBER_TYPES or not value:
        raise BadSearch(SearchFault.CRITERIA)
    yield Attribute.NUMBER, _values(Attribute.NUMBER, [value])


def _predicates(query: object) -> Iterator[tuple[Attribute, frozenset[str]]]:
    for each in query if isinstance(query, list) else [query]:
        yield _condition(fields.field(each, "expression1"))
        other = fields.field(each, "expression2")
        if other:
            if fields.text(each, "condition") != "and":
                raise BadSearch(SearchFault.FILTER)
            yield _condition(other)


def _condition(part: object) -> tuple[Attribute, frozenset[str]]:
    attribute = _attribute(fields.text(part, "attribute_name"))
    operator, value = fields.text(part, "operator"), fields.field(part, "attribute_value")
    if operator not in ("eq", "in"):
        raise BadSearch(SearchFault.FILTER)
    return attribute, _values(attribute, value if isinstance(value, list) else [value])


def _expression(query: object) -> Iterator[tuple[Attribute, frozenset[str]]]:
    """`{"value": {"expression": {"query": {"$and": [{"location": {"$eq": "ML020201"}}]}}}}`, and what is left out."""
    inner: Any = query
    for name in ("value", "expression", "query"):
        inner = fields.field(inner, name) or inner
    if not isinstance(inner, Mapping):
        raise BadSearch(SearchFault.CRITERIA)
    for part in fields.parts(inner, "$and") or [inner]:
        if not isinstance(part, Mapping):
            raise BadSearch(SearchFault.FILTER)
        for name, condition in part.items():
            yield _compared(str(name), condition)


def _compared(name: str, condition: object) -> tuple[Attribute, frozenset[str]]:
    attribute = _attribute(name)
    if not isinstance(condition, Mapping):
        return attribute, _values(attribute, [condition])
    ((operator, value),) = condition.items() if len(condition) == 1 else [("", None)]
    if str(operator).lstrip("$") not in ("eq", "in"):
        raise BadSearch(SearchFault.FILTER)
    return attribute, _values(attribute, value if isinstance(value, list) else [value])


def _attribute(name: str) -> Attribute:
    kind = kind_of_number(name)
    if kind in NUMBER_TYPES:
        return Attribute.NUMBER
    if kind in PLACES:
        return Attribute.PLACE
    if kind in STATUS_NAMES:
        return Attribute.STATUS
    raise BadSearch(SearchFault.FILTER)


def _values(attribute: Attribute, given: Sequence[object]) -> frozenset[str]:
    texts = [str(each).strip() for each in given if isinstance(each, str | int)]
    if not 0 < len(texts) <= MOST_VALUES or len(texts) < len(given) or any(len(each) > LONGEST for each in texts):
        raise BadSearch(SearchFault.CRITERIA)
    if attribute is Attribute.NUMBER:
        return frozenset(map(number_key, texts))
    if attribute is Attribute.PLACE:
        return frozenset(each.upper() for each in texts)
    return frozenset(_status(each).value for each in texts)


def _status(written: str) -> Status:
    status = OTHER_STATUSES.get(written.upper())
    if status is None:
        raise BadSearch(SearchFault.FILTER)
    return status


def _page(written: object) -> tuple[int, int]:
    """The number of a page and how many it has; raises BadSearch for what is none."""
    if written is None:
        return 1, MOST_ON_A_PAGE
    number, size = fields.field(written, "page_number"), fields.field(written, "page_size")
    number = 1 if number is None else number
    for each in (number, size):
        if isinstance(each, bool) or not isinstance(each, int | float) or each != int(each) or not 0 < each < 10**6:
            raise BadSearch(SearchFault.PAGINATION)
    return int(number), min(int(size), MOST_ON_A_PAGE)
