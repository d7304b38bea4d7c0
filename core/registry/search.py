"""Finding a household at the desk, by number, phone or name in any spelling.

What is found is what the transaction sees: inside `seen_by`, the households of somebody's own places.
"""

from dataclasses import dataclass
from typing import Final

from psycopg.types.json import Jsonb

from core.numbers import identifiers, msisdn
from core.platform import sql
from core.platform.errors import JigiError
from core.registry.spellings import ALIKE, is_as_typed, likeness, spellings
from core.registry.statuses import Status
from core.text.languages import Language
from core.text.words import DESK, Word, called

MOST: Final = 50
"""Households shown of a search; whoever finds more says more."""

SHORTEST_NAME: Final = 2
HOUSEHOLD_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A household with what tells it from its namesakes; `msisdns` are its phones, the first one first."""

    id: int
    household_no: str
    head_name: str
    birth_year: int | None
    village: str | None
    commune: str
    commune_pcode: str
    status: Status
    language: Language | None
    msisdns: tuple[str, ...]

    @property
    def phones(self) -> tuple[str, ...]:
        """Its phones as they are read out."""
        return tuple(map(msisdn.local, self.msisdns))


@dataclass(frozen=True, slots=True)
class Search:
    """What was found; `more` that there was more than is shown, `near` that nobody has the name itself."""

    hits: tuple[Hit, ...]
    more: bool = False
    near: bool = False


class Mistyped(Word):
    """What is wrong with what was typed to look for a household."""

    TOO_LITTLE = "neither a number nor two letters of a name"
    NOT_8_DIGITS = "a household number has 8 digits"
    WRONG_DIGIT = "the check digit of the household number is wrong"


called(
    Mistyped,
    DESK,
    {
        Mistyped.TOO_LITTLE: "Tapez un numéro de ménage, un téléphone, ou deux lettres du nom au moins.",
        Mistyped.NOT_8_DIGITS: f"Un numéro de ménage a {HOUSEHOLD_DIGITS} chiffres.",
        Mistyped.WRONG_DIGIT: "Ce numéro de ménage est faux : vérifiez chaque chiffre.",
    },
)


class CannotSearch(JigiError, ValueError):
    """What was typed is no number, phone or name; `fault` says why."""

    def __init__(self, fault: Mistyped) -> None:
        super().__init__(fault.value)
        self.fault = fault


HIT: Final = """
SELECT household.id, household.household_no, household.head_name, household.birth_year, household.village,
    commune.name AS commune, household.commune_pcode, household.status, household.language,
    ARRAY(SELECT msisdn FROM household_phone WHERE household_id = household.id ORDER BY position) AS msisdns
FROM household JOIN commune ON commune.pcode = household.commune_pcode
"""
BY_NUMBER: Final = f"{HIT} WHERE household_no = %(household_no)s"
BY_ID: Final = f"{HIT} WHERE household.id = %(id)s AND household_no <> 'x' || household.id"
BY_PHONE: Final = f"""
{HIT} WHERE household.id IN (SELECT household_id FROM household_phone WHERE msisdn = %(msisdn)s)
ORDER BY head_name, household_no LIMIT %(most)s
"""  # noqa: S608
BY_NAME: Final = f"""
{HIT} WHERE household.id = ANY(ARRAY(SELECT households_like(%(wanted)s, %(within)s, %(most)s)))
ORDER BY head_name, household_no
"""
NEAR: Final = f"""
{HIT} WHERE household.id = ANY(ARRAY(SELECT households_near(%(wanted)s, %(within)s, %(most)s)))
ORDER BY head_name, household_no
"""
LOOKED_AT: Final = 300
"""Households that share a beginning with what was typed, of which the nearest are offered."""
OFFERED: Final = 10


async def by_number(typed: str) -> Hit | None:
    """The household with this number, or None; raises CannotSearch where it is no household number."""
    digits = identifiers.digits(typed)
    if not identifiers.is_household_no(digits):
        raise CannotSearch(_mistyped(digits))
    return await sql.row(Hit, BY_NUMBER, {"household_no": digits})


async def by_id(household_id: int) -> Hit | None:
    """The household of this row, or None where there is none, or it is forgotten (its number is x and its row)."""
    return await sql.row(Hit, BY_ID, {"id": household_id})


async def search(typed: str, commune_pcode: str | None = None) -> Search:
    """Households by number, phone, or the beginnings of the words of a name in any spelling; raises CannotSearch.

    Eight digits may be a number or a phone, and are looked for as both. A commune narrows names only. Where nobody has
    the name, the nearest names are offered.
    """
    digits = identifiers.digits(typed)
    if digits.lstrip("+").isdigit():
        return Search(await _by_digits(typed, digits))
    if sum(letter.isalpha() for letter in typed) < SHORTEST_NAME:
        raise CannotSearch(Mistyped.TOO_LITTLE)
    return await _by_name(typed, commune_pcode)


async def _by_name(typed: str, commune_pcode: str | None) -> Search:
    """Those who have the name as it was typed, then in another spelling; the nearest names where nobody has it."""
    values = {"wanted": Jsonb(spellings(typed)), "within": commune_pcode, "most": MOST + 1}
    hits = await sql.rows(Hit, BY_NAME, values)
    if hits:
        hits.sort(key=lambda hit: not is_as_typed(typed, hit.head_name))
        return Search(tuple(hits[:MOST]), len(hits) > MOST)
    near = await sql.rows(Hit, NEAR, values | {"most": LOOKED_AT})
    alike = sorted(((likeness(typed, hit.head_name), hit) for hit in near), key=lambda each: -each[0])
    return Search(tuple(hit for how, hit in alike[:OFFERED] if how >= ALIKE), near=True)


async def _by_digits(typed: str, digits: str) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    if identifiers.is_household_no(digits):
        hit = await by_number(digits)
        hits += [hit] if hit else []
    try:
        values = {"msisdn": msisdn.parse(typed), "most": MOST}
    except msisdn.BadNumber:
        if not identifiers.is_household_no(digits):
            raise CannotSearch(_mistyped(digits)) from None
        return tuple(hits)
    return (*hits, *await sql.rows(Hit, BY_PHONE, values))


def _mistyped(digits: str) -> Mistyped:
    is_number = len(digits) == HOUSEHOLD_DIGITS and digits.isdigit()
    return Mistyped.WRONG_DIGIT if is_number else Mistyped.NOT_8_DIGITS
