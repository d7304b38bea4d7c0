"""How households of ours and groups and beneficiaries of other registries are said in each other's words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.imports.pushed import Value
from core.numbers.identifiers import number_key
from core.payments.account import MoneyAccount, PaymentNews, PaymentPhase
from core.registry.statuses import Status
from core.spdci import fields

PROGRAMME: Final = {"programme_identifier": "JIGISEMEJIRI", "programme_name": "Jigisèmèjiri"}
NUMBER_TYPE: Final = "HOUSEHOLD_NO"
"""What the number of a household is called where we write it: the programme's own, else ours."""

NUMBER_TYPES: Final = frozenset(
    {
        NUMBER_TYPE, "HOUSEHOLD_NUMBER", "HOUSEHOLD_ID", "HOUSEHOLD", "PROGRAMME_NO", "PROGRAMME_ID", "BENEFICIARY_ID",
        "GROUP_ID", "GROUP_IDENTIFIER", "UHID", "NUMERO_MENAGE", "JIGI_NO",
    }
)  # fmt: skip
"""Types of identifiers by which a household of ours is found, however written: `ns:HouseholdNo` is the first."""

STATUSES: Final[Mapping[Status, str]] = {
    Status.BENEFICIARY: "Active",
    Status.ELIGIBLE: "Eligible",
    Status.WAITING: "Waiting",
    Status.NOT_ELIGIBLE: "Rejected",
    Status.SUSPENDED: "Suspended",
    Status.EXITED: "Exited",
}
"""Where a household stands, in words of the specification's examples; its list of codes is not published with it."""

OTHER_STATUSES: Final[Mapping[str, Status]] = {
    **{words.upper(): status for status, words in STATUSES.items()},
    **{status.value.upper(): status for status in Status},
    "ENROLLED": Status.BENEFICIARY,
    "ENROLED": Status.BENEFICIARY,
    "REGISTERED": Status.ELIGIBLE,
    "PENDING": Status.WAITING,
    "WAITLISTED": Status.WAITING,
    "INELIGIBLE": Status.NOT_ELIGIBLE,
    "PAUSED": Status.SUSPENDED,
    "INACTIVE": Status.EXITED,
    "GRADUATED": Status.EXITED,
    "DEREGISTERED": Status.EXITED,
}

TO_COME: Final = frozenset({PaymentPhase.OPEN, PaymentPhase.COMING})
PCODE: Final = re.compile(r"ML\d{6}", re.IGNORECASE)
YEAR: Final = re.compile(r"(?:19|20)\d\d")
MOST_DEEP: Final = 8


@dataclass(frozen=True, slots=True)
class RegistryHousehold:
    """A household as another registry tells of it; '' and None are what it does not tell.

    `numbers` are its identifiers, type and value; `household_no` is that of the programme, where one is.
    """

    household_no: str
    numbers: tuple[tuple[str, str], ...]
    head_name: str
    birth_year: int | None
    phone: str
    village: str
    commune_pcode: str
    status: Status | None
    size: int | None

    def row(self) -> dict[str, Value]:
        """As a row of a batch of households: what is not told leaves what is known."""
        row: dict[str, Value] = {
            "household_no": self.household_no,
            "head_name": self.head_name,
            "birth_year": self.birth_year,
            "phone": self.phone,
            "commune_pcode": self.commune_pcode,
            "village": self.village,
            "status": self.status.value if self.status else None,
        }
        return {name: value for name, value in row.items() if value not in ("", None)}


def kind_of_number(written: str) -> str:
    """A type of identifiers, whatever vocabulary it is written in: `ns:HouseholdNo` is `HOUSEHOLD_NO`."""
    own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", written.rpartition(":")[2].strip())
    return re.sub(r"[^A-Z0-9]+", "_", own.upper()).strip("_")


def household_in(record: object) -> RegistryHousehold:
    """A household in a record, be it a group, a member, a person or a beneficiary."""
    head = _head(record)
    person = fields.field(head, "demographic_info") or head
    person = fields.field(person, "person") or person
    numbers = tuple(dict.fromkeys(_numbers(record, head, person)))
    return RegistryHousehold(
        household_no=_household_no(numbers),
        numbers=numbers,
        head_name=_name(person),
        birth_year=_year(fields.text(person, "birth_date") or fields.text(person, "birth_year")),
        phone=_phone(person),
        village=_village(record, person),
        commune_pcode=_pcode(record),
        status=_status(record),
        size=_size(record),
    )


def _head(record: object) -> object:
    """The member who speaks for it: its head, else its first, else the record itself."""
    head = fields.field(record, "group_head_info") or fields.field(record, "member")
    members = fields.parts(record, "member_list")
    return head if isinstance(head, Mapping) else (members[0] if members else record)


def _numbers(*holders: object) -> Iterator[tuple[str, str]]:
    for holder in holders:
        for name in ("group_identifier", "member_identifier", "identifier"):
            for each in fields.parts(holder, name):
                yield from _number(each, name)
        yield from _number(holder, "")


def _number(part: object, name: str) -> Iterator[tuple[str, str]]:
    """An identifier with its type, or one that is bare text."""
    if isinstance(part, str | int) and not isinstance(part, bool):
        yield kind_of_number(name), str(part).strip()
    value = fields.text(part, "identifier_value")
    if value:
        yield kind_of_number(fields.text(part, "identifier_type") or name), value


def _household_no(numbers: Sequence[tuple[str, str]]) -> str:
    """The number of the programme: of a type that is, else the first of the group."""
    own = [value for kind, value in numbers if kind in NUMBER_TYPES]
    return own[0] if own else ""


def _name(person: object) -> str:
    name = fields.field(person, "name")
    if isinstance(name, str):
        return " ".join(name.split())
    parts = (fields.text(name, each) for each in ("first_name", "second_name", "surname"))
    return " ".join(" ".join(parts).split()) or fields.text(name, "full_name")


def _year(written: str) -> int | None:
    """A year of birth in whatever a date is written as: `1985-05-20T00:00:00Z`, `02.05.2004`."""
    matched = YEAR.search(written)
    return int(matched[0]) if matched else None


def _phone(person: object) -> str:
    for each in fields.parts(person, "phone_number"):
        number = fields.text(each, "phone_no") or fields.text(each, "value") if isinstance(each, Mapping) else str(each)
        if number.strip():
            return number.strip()
    return ""


def _village(record: object, person: object) -> str:
    for holder in (fields.field(record, "place"), fields.field(person, "address"), record):
        for name in ("village", "locality", "city"):
            if fields.text(holder, name):
                return fields.text(holder, name)
    return ""


def _pcode(part: object, deep: int = 0) -> str:
    """The P-code of a commune, wherever in a record one stands."""
    if isinstance(part, str):
        matched = PCODE.fullmatch(part.strip())
        return matched[0].upper() if matched else ""
    if deep == MOST_DEEP or not isinstance(part, Mapping | list):
        return ""
    inner = part.values() if isinstance(part, Mapping) else part
    return next((pcode for each in inner if (pcode := _pcode(each, deep + 1))), "")


def _status(record: object) -> Status | None:
    for holder in (record, fields.field(record, "member")):
        for enrolled in (holder, *fields.parts(holder, "programme_identifier")):
            said = fields.text(enrolled, "enrolment_status").rpartition(":")[2]
            if said.upper() in OTHER_STATUSES:
                return OTHER_STATUSES[said.upper()]
    return None


def _size(record: object) -> int | None:
    said = fields.text(record, "group_size")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else None


@dataclass(frozen=True, slots=True)
class OwnEnrolment:
    """Where a household of ours stands, as another beneficiary registry is told of it."""

    household_no: str
    commune_pcode: str
    status: Status
    since: str | None

    def record(self) -> dict[str, Any]:
        """As a record of a beneficiary."""
        number = [{"@type": "Identifier", "identifier_type": NUMBER_TYPE, "identifier_value": self.household_no}]
        return {
            "@context": {"@vocab": "https://schema.spdci.org/extensions/ibr/v1"},
            "@type": "Beneficiary",
            "assistance_unit": "household",
            "group_identifier": number,
            "member": {
                "member_identifier": number,
                "programme_identifier": {
                    "programme": dict(PROGRAMME),
                    "enrolment_date": self.since or "",
                    "enrolment_status": STATUSES[self.status],
                },
            },
            "place": {"commune_pcode": self.commune_pcode},
        }


@dataclass(frozen=True, slots=True)
class OwnHousehold:
    """A household of ours as a beneficiary registry tells of it: where it stands, and no name, phone or village."""

    enrolment: OwnEnrolment
    money: MoneyAccount
    grievances: Mapping[str, int] | None
    """How many are open and decided; None where the key may not know."""

    def record(self) -> dict[str, Any]:
        """As a record of a beneficiary."""
        news = [each for each in self.money.urgent if each.phase is not PaymentPhase.PAID]
        coming = next((each for each in news if each.phase in TO_COME), None)
        additional: list[dict[str, Any]] = [{"next_payment": _benefit(coming) if coming else None}]
        if self.grievances is not None:
            additional.append({"grievances": dict(self.grievances)})
        record = self.enrolment.record()
        record["member"]["programme_identifier"]["benefits"] = [_benefit(each) for each in news]
        record["member"]["additional_attributes"] = additional
        return record


def _benefit(news: PaymentNews) -> dict[str, Any]:
    """A payment and where it stands, as the line says it; a day that none is fixed for is ''."""
    card = news.card
    return {
        "benefit_type": "Cash",
        "benefit_date": card.due_date.isoformat() if card.due_date else "",
        "benefit_value": f"{card.amount_xof} XOF",
        "benefit_status": news.phase.value,
        "last_day": card.last_day.isoformat() if card.last_day else "",
        "component": card.component.value,
        "round": card.round,
        "place": card.place or "",
    }


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one number."""
    return bool(one) and number_key(one) == number_key(other)
