"""What another registry tells of a household beside what ours does: nothing is taken over, a person reads both."""

from dataclasses import dataclass

from core.numbers.msisdn import BadNumber, local, parse
from core.places.communes import loose
from core.registry.search import Hit
from core.spdci.mapping import RegistryHousehold
from core.text.words import DESK, Word, called, label


class ComparedField(Word):
    """What is compared."""

    NUMBER = "number"
    NAME = "name"
    YEAR = "year"
    PHONE = "phone"
    VILLAGE = "village"
    COMMUNE = "commune"
    STATUS = "status"
    SIZE = "size"


called(
    ComparedField,
    DESK,
    {
        ComparedField.NUMBER: "Numéro",
        ComparedField.NAME: "Nom",
        ComparedField.YEAR: "Année de naissance",
        ComparedField.PHONE: "Téléphone",
        ComparedField.VILLAGE: "Village",
        ComparedField.COMMUNE: "Commune",
        ComparedField.STATUS: "Statut",
        ComparedField.SIZE: "Personnes",
    },
)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A field as ours and theirs have it; it differs where both say something, and not the same."""

    field: ComparedField
    ours: str
    theirs: str
    differs: bool


def compared(ours: Hit | None, theirs: RegistryHousehold) -> list[ComparedRow]:
    """Each field that either tells, ours beside theirs."""
    own = _own(ours)
    other = {
        ComparedField.NUMBER: ", ".join(f"{value} ({kind})" if kind else value for kind, value in theirs.numbers),
        ComparedField.NAME: theirs.head_name,
        ComparedField.YEAR: str(theirs.birth_year or ""),
        ComparedField.PHONE: _phone(theirs.phone),
        ComparedField.VILLAGE: theirs.village,
        ComparedField.COMMUNE: theirs.commune_pcode,
        ComparedField.STATUS: label(theirs.status, DESK) if theirs.status else "",
        ComparedField.SIZE: str(theirs.size or ""),
    }
    rows = [ComparedRow(field, own.get(field, ""), other[field], False) for field in ComparedField]
    marked = [ComparedRow(row.field, row.ours, row.theirs, _differs(row, ours, theirs)) for row in rows]
    return [row for row in marked if row.ours or row.theirs]


def _own(hit: Hit | None) -> dict[ComparedField, str]:
    if hit is None:
        return {}
    return {
        ComparedField.NUMBER: hit.programme_no,
        ComparedField.NAME: hit.head_name,
        ComparedField.YEAR: str(hit.birth_year or ""),
        ComparedField.PHONE: ", ".join(map(local, hit.msisdns)),
        ComparedField.VILLAGE: hit.village or "",
        ComparedField.COMMUNE: f"{hit.commune} ({hit.commune_pcode})",
        ComparedField.STATUS: label(hit.status, DESK),
    }


def _differs(row: ComparedRow, ours: Hit | None, theirs: RegistryHousehold) -> bool:
    if ours is None or not row.ours or not row.theirs:
        return False
    if row.field is ComparedField.NUMBER:
        return bool(theirs.household_no) and row.ours.casefold() != theirs.household_no.casefold()
    if row.field is ComparedField.PHONE:
        return row.theirs not in map(local, ours.msisdns)
    if row.field is ComparedField.COMMUNE:
        return theirs.commune_pcode != ours.commune_pcode
    if row.field in (ComparedField.NAME, ComparedField.VILLAGE):
        return _words(row.ours) != _words(row.theirs)
    return row.ours != row.theirs


def _words(name: str) -> set[str]:
    """The words of a name, accents and order aside."""
    return {loose(word) for word in name.split()}


def _phone(written: str) -> str:
    """A number as the desk shows ours, or as it was written where it is none."""
    try:
        return local(parse(written))
    except BadNumber:
        return written
