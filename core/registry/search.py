"""Finding a household at the desk, by number, phone or name in any spelling, and all that is known of it.

What is found is what the transaction sees: inside `seen_by`, the households of somebody's own places.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from core.numbers import identifiers, msisdn
from core.payments.history import PaymentCard, all_payments
from core.platform.database import reading
from core.registry.households import Standing, Status, standing
from core.text.languages import Language

MOST: Final = 50
"""Households shown of a search; whoever finds more says more."""

LAST_MESSAGES: Final = 30
SHORTEST_NAME: Final = 2
HOUSEHOLD_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A household with what tells it from its namesakes; `phones` are as they are read out."""

    id: int
    household_no: str
    head_name: str
    village: str | None
    commune: str
    commune_pcode: str
    status: Status
    language: Language | None
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What was found; `more` that there was more than is shown."""

    hits: tuple[Hit, ...]
    more: bool = False


class CannotSearch(ValueError):
    """What was typed is no number, phone or name; the message says why, in French."""


HIT: Final = """
SELECT household.id, household.household_no, household.head_name, household.village, commune.name AS commune,
    household.commune_pcode, household.status, household.language,
    ARRAY(SELECT msisdn FROM household_phone WHERE household_id = household.id ORDER BY position) AS phones
FROM household JOIN commune ON commune.pcode = household.commune_pcode
"""
BY_NUMBER = text(f"{HIT} WHERE household_no = :household_no")
BY_PHONE = text(f"""
{HIT} WHERE household.id IN (SELECT household_id FROM household_phone WHERE msisdn = :msisdn)
ORDER BY head_name, household_no LIMIT :most
""")  # noqa: S608
BY_NAME = text(
    f"{HIT} WHERE household.id = ANY(ARRAY(SELECT households_named(:words, :within, :most))) "
    "ORDER BY head_name, household_no"
)


async def by_number(typed: str) -> Hit | None:
    """The household with this number, or None; raises CannotSearch where it is no household number."""
    digits = identifiers.digits(typed)
    if not identifiers.is_household_no(digits):
        raise CannotSearch(_no_number(digits))
    async with reading() as connection:
        row = (await connection.execute(BY_NUMBER, {"household_no": digits})).one_or_none()
    return _hit(row) if row else None


async def search(typed: str, commune_pcode: str | None = None) -> Search:
    """Households by number, phone, or the beginnings of the words of a name; raises CannotSearch.

    Eight digits may be a number or a phone, and are looked for as both. A commune narrows names only.
    """
    digits = identifiers.digits(typed)
    if digits.lstrip("+").isdigit():
        return Search(await _by_digits(typed, digits))
    if sum(letter.isalpha() for letter in typed) < SHORTEST_NAME:
        raise CannotSearch("Tapez un numéro de ménage, un téléphone, ou deux lettres du nom au moins.")
    values = {"words": typed, "within": commune_pcode, "most": MOST + 1}
    async with reading() as connection:
        rows = (await connection.execute(BY_NAME, values)).all()
    return Search(tuple(map(_hit, rows[:MOST])), len(rows) > MOST)


async def _by_digits(typed: str, digits: str) -> tuple[Hit, ...]:
    hits: list[Hit] = []
    if identifiers.is_household_no(digits):
        found = await by_number(digits)
        hits += [found] if found else []
    try:
        values = {"msisdn": msisdn.parse(typed), "most": MOST}
    except msisdn.BadNumber:
        if not identifiers.is_household_no(digits):
            raise CannotSearch(_no_number(digits)) from None
        return tuple(hits)
    async with reading() as connection:
        rows = (await connection.execute(BY_PHONE, values)).all()
    return (*hits, *map(_hit, rows))


def _no_number(digits: str) -> str:
    if len(digits) != HOUSEHOLD_DIGITS or not digits.isdigit():
        return "Un numéro de ménage a 8 chiffres."
    return "Ce numéro de ménage est faux : vérifiez chaque chiffre."


def _hit(row: Any) -> Hit:
    spoken = Language(row.language) if row.language else None
    phones = tuple(map(msisdn.local, row.phones))
    return Hit(
        row.id,
        row.household_no,
        row.head_name,
        row.village,
        row.commune,
        row.commune_pcode,
        Status(row.status),
        spoken,
        phones,
    )


@dataclass(frozen=True, slots=True)
class PhoneCard:
    """A number of a household, its position, and what that phone chose; `others` are reached at it too."""

    position: int
    msisdn: str
    language: Language | None
    sms_stopped_at: datetime | None
    others: int


@dataclass(frozen=True, slots=True)
class SentCard:
    """An SMS that spoke of a household: what it told, to which number, and how it went."""

    kind: str
    msisdn: str | None
    state: str
    reason: str | None
    planned_at: datetime
    final_at: datetime | None


@dataclass(frozen=True, slots=True)
class GrievanceLine:
    """A grievance of a household, as a line of its page."""

    reference: str
    category: str
    subcategory: str
    state: str
    received_at: datetime
    next_due: date | None


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """All that the desk knows of a household."""

    hit: Hit
    standing: Standing
    phones: tuple[PhoneCard, ...]
    payments: tuple[PaymentCard, ...]
    messages: tuple[SentCard, ...]
    grievances: tuple[GrievanceLine, ...]


PHONES = text("""
SELECT position, msisdn, phone.language, phone.sms_stopped_at,
    (SELECT count(*) FROM household_phone AS other WHERE other.msisdn = own.msisdn
        AND other.household_id <> own.household_id) AS others
FROM household_phone AS own LEFT JOIN phone USING (msisdn) WHERE household_id = :household_id ORDER BY position
""")
MESSAGES = text("""
SELECT coalesce(campaign.kind, message.kind) AS kind, msisdn, message.state, reason, planned_at, final_at
FROM message LEFT JOIN campaign ON campaign.id = campaign_id
WHERE message.id = ANY(ARRAY(SELECT messages_of(:household_id, :most))) ORDER BY message.id DESC
""")
GRIEVANCES = text(
    "SELECT reference, category, subcategory, state, received_at, next_due FROM grievance "
    "WHERE household_id = :household_id ORDER BY received_at DESC, id DESC"
)


async def household_file(household_no: str, today: date) -> HouseholdFile | None:
    """All that is known of the household with this number; None when there is none, or none that is seen."""
    try:
        hit = await by_number(household_no)
    except CannotSearch:
        return None
    stands = await standing(hit.id, today) if hit else None
    if hit is None or stands is None:
        return None
    own = {"household_id": hit.id}
    async with reading() as connection:
        phones = (await connection.execute(PHONES, own)).all()
        messages = (await connection.execute(MESSAGES, {**own, "most": LAST_MESSAGES})).all()
        grievances = (await connection.execute(GRIEVANCES, own)).all()
    return HouseholdFile(
        hit,
        stands,
        tuple(PhoneCard(row[0], row[1], Language(row[2]) if row[2] else None, row[3], row[4]) for row in phones),
        await all_payments(hit.id),
        tuple(SentCard(*row) for row in messages),
        tuple(GrievanceLine(*row) for row in grievances),
    )
