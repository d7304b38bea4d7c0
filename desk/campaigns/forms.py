"""What is typed on the page of a campaign: a reason, a day and hour, telephones."""

import re
from datetime import UTC, datetime
from typing import Final

from starlette.datastructures import FormData

from core.numbers.msisdn import BadNumber, parse_any
from desk.site.pages import day_in, hour_in, typed
from desk.site.refusals import Mistake

MOST_PHONES: Final = 5
LONGEST_WHY: Final = 300


def reason(form: FormData) -> str:
    """Why something is done; raises Mistake where nothing was written."""
    why = typed(form, "why")[:LONGEST_WHY]
    if not why:
        raise Mistake("Écrivez pourquoi : c'est gardé avec la campagne.")
    return why


def moment(form: FormData, at: datetime) -> datetime | None:
    """The day and hour that were typed, in Bamako, which keeps UTC all year; None for now. Raises Mistake."""
    if typed(form, "when") != "later":
        return None
    day, hour = day_in(typed(form, "day")), hour_in(typed(form, "hour"))
    if day is None or hour is None:
        raise Mistake("Écrivez le jour et l'heure du départ.")
    later = datetime.combine(day, hour, UTC)
    if later <= at:
        raise Mistake("Ce moment est passé : choisissez un jour et une heure à venir.")
    return later


def phones(form: FormData) -> list[str]:
    """The numbers that were typed (E.164), a comma, semicolon or line between them; raises Mistake."""
    written = [part for part in re.split(r"[,;\n]+", typed(form, "phones")) if part.strip()]
    if not written:
        raise Mistake("Écrivez un numéro de téléphone.")
    if len(written) > MOST_PHONES:
        raise Mistake(f"{MOST_PHONES} téléphones au plus pour un essai.")
    try:
        return list(dict.fromkeys(parse_any(part) for part in written))
    except BadNumber:
        raise Mistake("L'un de ces numéros n'est pas un numéro de téléphone.") from None
