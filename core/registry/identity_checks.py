"""Whether who calls the desk, or stands before it, is of a household: what they said against the registry, recorded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.platform import sql
from core.platform.database import writing
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.text.words import DESK, Word, called


class YearCheck(Word):
    """What came of a year of birth that somebody said."""

    FITS = "fits"
    DIFFERS = "differs"
    NONE_KNOWN = "none known"


called(
    YearCheck,
    DESK,
    {
        YearCheck.FITS: "C'est l'année du registre : l'identité est vérifiée.",
        YearCheck.DIFFERS: "Ce n'est pas l'année du registre : ne dites rien de ce ménage.",
        YearCheck.NONE_KNOWN: "Le registre n'a pas d'année : demandez le village et le nom de qui reçoit l'argent.",
    },
)

HOUSEHOLD: Final = "SELECT household_no, birth_year FROM household WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class _Known:
    household_no: str
    birth_year: int | None


async def check_year(actor: Actor, household_id: int, year: int, now: datetime) -> YearCheck | None:
    """Compare the year of birth that somebody said with that of a household, and keep who asked and what came of it.

    The year is kept nowhere. None where there is no such household, or none that is seen; raises NotAllowed.
    """
    must(actor, Permission.SEE_HOUSEHOLDS)
    async with writing():
        known = await sql.row(_Known, HOUSEHOLD, {"id": household_id})
        if known is None:
            return None
        result = YearCheck.NONE_KNOWN
        if known.birth_year is not None:
            result = YearCheck.FITS if known.birth_year == year else YearCheck.DIFFERS
        about = f"household {known.household_no}"
        await audit.record(actor.id, Act.IDENTITY_CHECKED, about, now, {"result": result.value})
    return result
