"""Finding a household at the desk, by either of its numbers, phone or name in any spelling.

What is found is what the transaction sees: inside `seen_by`, the households of somebody's own places.
"""

from dataclasses import dataclass
from typing import Final

from psycopg.types.json import Jsonb

from core.numbers import identifiers, msisdn
from core.platform import sql
from core.platform.errors import JigiError
from core.registry.numbers import NOT_FORGOTTEN, NUMBERED, OWN_FIRST, PROGRAMME_NO
from core.registry.spellings import ALIKE, is_as_typed, likeness, spellings
from core.registry.statuses import Status
from core.text.languages import Language
from core.text.words import DESK, Word, called

MOST: Final = 50
"""Households shown of a search; whoever finds more says more."""

SHORTEST_NAME: Final = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A household with what tells it from its namesakes; `msisdns` are its phones, the first one first.

    `household_no` is typed on a phone, `programme_no` the programme's own system has.
    """

    id: int
    household_no: str
    programme_no: str
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
    NO_SUCH_NUMBER = "no household that is seen has this number"
    TWO_HOUSEHOLDS = "it is the number of two households"


called(
    Mistyped,
    DESK,
    {
        Mistyped.TOO_LITTLE: "Tapez un numéro de ménage, un téléphone, ou deux lettres du nom au moins.",
        Mistyped.NO_SUCH_NUMBER: "Aucun ménage de votre zone n'a ce numéro : vérifiez chaque chiffre.",
        Mistyped.TWO_HOUSEHOLDS: "Deux ménages ont ce numéro : prenez l'autre numéro, ou le nom.",
    },
)


class CannotSearch(JigiError, ValueError):
    """What was typed is no number, phone or name; `fault` says why."""

    def __init__(self, fault: Mistyped) -> None:
        super().__init__(fault.value)
        self.fault = fault


HIT: Final = f"""
SELECT household.id, household.household_no, {PROGRAMME_NO}, household.head_name, household.birth_year,
    household.village, commune.name AS commune, household.commune_pcode, household.status, household.language,
    ARRAY(SELECT msisdn FROM household_phone WHERE household_id = household.id ORDER BY position) AS msisdns
FROM household JOIN commune ON commune.pcode = household.commune_pcode
"""  # noqa: S608 - our own words
BY_NUMBER: Final = f"{HIT} WHERE {NUMBERED} ORDER BY {OWN_FIRST}"
BY_HOUSEHOLD_NO: Final = f"{HIT} WHERE household_no = %(household_no)s"
BY_ID: Final = f"{HIT} WHERE household.id = %(id)s AND {NOT_FORGOTTEN}"
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
    """The household with this number, its own or ours, or None; raises CannotSearch where two have it."""
    hits = await _numbered(typed)
    if len(hits) > 1:
        raise CannotSearch(Mistyped.TWO_HOUSEHOLDS)
    return hits[0] if hits else None


async def by_household_no(household_no: str) -> Hit | None:
    """The household that we call so, as a form of ours sends it; None where there is none to see."""
    return await sql.row(Hit, BY_HOUSEHOLD_NO, {"household_no": household_no})


async def by_id(household_id: int) -> Hit | None:
    """The household of this row, or None where there is none, or it is forgotten (its number is x and its row)."""
    return await sql.row(Hit, BY_ID, {"id": household_id})


async def search(typed: str, commune_pcode: str | None = None) -> Search:
    """Households by number, phone, or the beginnings of the words of a name in any spelling; raises CannotSearch.

    Digits may be a number or a phone, and are looked for as both. What has a digit among its letters is a number, and
    no name. A commune narrows names only. Where nobody has the name, the nearest names are offered.
    """
    if identifiers.digits(typed).lstrip("+").isdigit():
        return Search(await _by_digits(typed))
    numbered = await _numbered(typed)
    if numbered or any(letter.isdigit() for letter in typed):
        return Search(tuple(numbered))
    if sum(letter.isalpha() for letter in typed) < SHORTEST_NAME:
        raise CannotSearch(Mistyped.TOO_LITTLE)
    return await _by_name(typed, commune_pcode)


async def _numbered(typed: str) -> list[Hit]:
    """The households with this number, whose own it is first."""
    return await sql.rows(Hit, BY_NUMBER, {"number": identifiers.number_key(typed)})


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


async def _by_digits(typed: str) -> tuple[Hit, ...]:
    numbered = await _numbered(typed)
    try:
        values = {"msisdn": msisdn.parse(typed), "most": MOST}
    except msisdn.BadNumber:
        if not numbered and not identifiers.is_household_no(identifiers.number_key(typed)):
            raise CannotSearch(Mistyped.NO_SUCH_NUMBER) from None
        return tuple(numbered)
    return (*numbered, *(hit for hit in await sql.rows(Hit, BY_PHONE, values) if hit not in numbered))
