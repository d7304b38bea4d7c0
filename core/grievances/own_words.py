"""What an answer names of the person it is for: each gets their own name and sum where many get the same text."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Final, Protocol

from core.grievances.rules import LONGEST_ANSWER, OWN_PIECES, WordsTooLong
from core.payments.account import PaymentPhase, account
from core.platform import sql
from core.platform.errors import JigiError
from core.platform.settings import settings
from core.scams.proven import filled, pieces_in
from core.text.folding import fold
from core.text.formats import amount_phrase
from core.text.languages import Language
from core.text.translator import translator


class PieceMissing(JigiError, LookupError):
    """A text names what is not known of this person; `name` is the piece."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{{{name}}} is not known here")
        self.name = name


class Addressee(Protocol):
    """Of whom a grievance is."""

    @property
    def id(self) -> int: ...
    @property
    def household_id(self) -> int | None: ...
    @property
    def anonymous(self) -> bool: ...
    @property
    def language(self) -> Language: ...


NAME: Final = """
SELECT coalesce(grievance.name, household.head_name) FROM grievance
LEFT JOIN household ON household.id = grievance.household_id WHERE grievance.id = %(id)s
"""
WAITED_FOR: Final = frozenset(
    {PaymentPhase.OPEN, PaymentPhase.COMING, PaymentPhase.OVERDUE, PaymentPhase.FAILED, PaymentPhase.CARRIED}
)


async def own_words(words: str, case: Addressee, today: date) -> str:
    """The words with the proven pieces and those of this person, as the person reads them.

    Raises NoSuchPiece, PieceMissing, WordsTooLong, and NoRule for a name that no phone can show.
    """
    own: dict[str, str] = dict.fromkeys(OWN_PIECES, "")
    asked = pieces_in(words) & own.keys()
    for name in sorted(asked):
        value = await VALUES[name](case, today)
        if not value:
            raise PieceMissing(name)
        own[name] = value
    text = filled(words, translator(case.language), own)
    if len(text) > LONGEST_ANSWER and asked:
        raise WordsTooLong(len(text), LONGEST_ANSWER)
    if asked and settings().alphabet == "gsm7":
        fold(text)
    return text


async def _name(case: Addressee, _: date) -> str:
    """The name of who complains, or of the head of the household; '' for who hides it."""
    return "" if case.anonymous else str(await sql.scalar(NAME, {"id": case.id}) or "")


async def _sum(case: Addressee, today: date) -> str:
    """The money of the most urgent payment that the household waits for; '' where there is none."""
    money = await account(case.household_id, today) if case.household_id is not None else None
    waited = (each.card for each in money.urgent if each.phase in WAITED_FOR) if money else ()
    card = next(iter(waited), None)
    return amount_phrase(case.language, card.amount_xof) if card else ""


VALUES: Final[Mapping[str, Callable[[Addressee, date], Awaitable[str]]]] = dict(
    zip(OWN_PIECES, (_name, _sum), strict=True)
)
