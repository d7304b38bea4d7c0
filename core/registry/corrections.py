"""Corrections of the registry made at the desk: kept apart from what lists say, until a list says the same.

A correction stands over lists of an older day. A newer list that says something else is a conflict, which a person
decides; meanwhile the correction stands. One that a list confirms is closed, and is nobody's any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from core.platform import sql
from core.platform.columns import TableRow, one_of
from core.registry.numbers import PROGRAMME_NO
from core.registry.statuses import PhonePosition
from core.text.words import DESK, Word, called


class CorrectedField(Word):
    """What can be corrected; the words are those of the columns of a households file."""

    PHONE = "phone"
    ALT_PHONE = "alt_phone"
    LANGUAGE = "language"
    NAME = "head_name"
    VILLAGE = "village"


called(
    CorrectedField,
    DESK,
    {
        CorrectedField.PHONE: "premier téléphone",
        CorrectedField.ALT_PHONE: "second téléphone",
        CorrectedField.LANGUAGE: "langue",
        CorrectedField.NAME: "nom",
        CorrectedField.VILLAGE: "village",
    },
)
OF_PHONE: Final = {PhonePosition.FIRST: CorrectedField.PHONE, PhonePosition.SECOND: CorrectedField.ALT_PHONE}


class CorrectionState(Word):
    """Where a correction is."""

    PROPOSED = "proposed"
    STANDS = "stands"
    CONFIRMED = "confirmed"
    OVERRULED = "overruled"
    REPLACED = "replaced"
    REFUSED = "refused"


called(
    CorrectionState,
    DESK,
    {
        CorrectionState.PROPOSED: "attend une deuxième personne",
        CorrectionState.STANDS: "tient, à reporter",
        CorrectionState.CONFIRMED: "confirmée par une liste",
        CorrectionState.OVERRULED: "la liste a été suivie",
        CorrectionState.REPLACED: "remplacée",
        CorrectionState.REFUSED: "refusée",
    },
)


class Correction(TableRow, table=True):
    """A field of a household corrected from `before` to `value` (None for nothing), with why, by whom and when.

    `before` is what the lists had when the first of the corrections that replaced each other was made. `list_value` of
    `list_day` (None: not said) is what a newer list says instead: while `met_at` is there, a person has to decide.
    """

    __tablename__ = "correction"
    __table_args__ = (
        Index("ix_correction_household_id", "household_id"),
        Index(
            "uq_correction_standing", "household_id", "field", unique=True, postgresql_where=text("state = 'stands'")
        ),
        Index(
            "uq_correction_proposed", "household_id", "field", unique=True, postgresql_where=text("state = 'proposed'")
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    household_id: int = Field(foreign_key="household.id", ondelete="CASCADE")
    field: CorrectedField = Field(sa_type=one_of(CorrectedField))
    before: str | None = None
    value: str | None = None
    reason: str
    state: CorrectionState = Field(sa_type=one_of(CorrectionState))
    made_by: int = Field(foreign_key="agent.id")
    made_at: datetime
    approved_by: int | None = Field(default=None, foreign_key="agent.id")
    ended_by: int | None = Field(default=None, foreign_key="agent.id")
    ended_at: datetime | None = None
    list_value: str | None = None
    list_day: date | None = None
    met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CorrectionCard:
    """A correction as the desk shows it, with its household and who made and ended it."""

    id: int
    household_id: int
    household_no: str
    programme_no: str
    head_name: str
    commune: str
    field: CorrectedField
    before: str | None
    value: str | None
    reason: str
    state: CorrectionState
    made_by: int
    maker: str
    made_at: datetime
    ender: str | None
    ended_at: datetime | None
    list_value: str | None
    list_day: date | None
    met_at: datetime | None

    @property
    def in_conflict(self) -> bool:
        """Whether a list says something else, and a person has to decide."""
        return self.state is CorrectionState.STANDS and self.met_at is not None


CARD: Final = f"""
SELECT correction.id, household_id, household_no, {PROGRAMME_NO}, head_name, commune.name AS commune, field, before,
    value, reason, state, made_by, maker.name AS maker, made_at, ender.name AS ender, ended_at, list_value, list_day,
    met_at
FROM correction JOIN household ON household.id = household_id JOIN commune ON commune.pcode = household.commune_pcode
JOIN agent AS maker ON maker.id = made_by LEFT JOIN agent AS ender ON ender.id = ended_by
"""  # noqa: S608 - our own words
OF_HOUSEHOLD: Final = f"{CARD} WHERE household_id = %(id)s ORDER BY made_at DESC, correction.id DESC"
TO_DO: Final = f"""
{CARD} WHERE state = '{CorrectionState.PROPOSED}' OR state = '{CorrectionState.STANDS}' AND met_at IS NOT NULL
ORDER BY made_at, correction.id LIMIT %(most)s
"""
TO_CARRY_OVER: Final = f"{CARD} WHERE state = '{CorrectionState.STANDS}' ORDER BY commune.name, household_no, field"
ONE: Final = f"{CARD} WHERE correction.id = %(id)s"


async def corrections_of(household_id: int) -> Sequence[CorrectionCard]:
    """The corrections of a household, the newest first."""
    return await sql.rows(CorrectionCard, OF_HOUSEHOLD, {"id": household_id})


async def to_decide(most: int) -> Sequence[CorrectionCard]:
    """Corrections that wait for somebody: for a second person, or because a list says otherwise; the oldest first."""
    return await sql.rows(CorrectionCard, TO_DO, {"most": most})


async def to_carry_over() -> Sequence[CorrectionCard]:
    """Corrections that the programme's own registry has to take over: all that stand."""
    return await sql.rows(CorrectionCard, TO_CARRY_OVER)


async def correction(correction_id: int) -> CorrectionCard | None:
    """One of them; None where there is none to see."""
    return await sql.row(CorrectionCard, ONE, {"id": correction_id})
