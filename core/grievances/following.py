"""What a person sees of grievances on a phone: those that are theirs, and where one stands by its reference.

Whose a grievance is, is decided here: `docs/decisions/0014-a-phone-is-not-a-person.md` has the table.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from hmac import compare_digest
from typing import Final

from core.grievances.rules import may_be_reopened
from core.grievances.subjects import Category, Sensitivity, Subcategory
from core.grievances.vocabulary import DECIDED, OPEN, STILL_OPEN, Channel, GrievanceState, GrievanceStep
from core.numbers.identifiers import is_short
from core.platform import sql
from core.platform.database import writing
from core.platform.locks import by_name
from core.registry.attempts import BLOCK, blocked_until
from core.registry.phone_claims import OWN_PHONES


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: from which number (E.164), and for which household in this call.

    `identified` when the household gave its number and year of birth on a phone: of what is the phone's own, nothing is
    shown then.
    """

    msisdn: str
    household_id: int | None = None
    identified: bool = False


@dataclass(frozen=True, slots=True)
class GrievanceCard:
    """A grievance in the list of a phone."""

    reference: str
    category: Category
    subcategory: Subcategory
    state: GrievanceState
    received_on: date


@dataclass(frozen=True, slots=True)
class GrievanceView:
    """A grievance as its reference shows it; nothing of a sensitive one's answer, and no words of any.

    `answer_due` is the day its decision is due; `solved` what the person said of the decision; `question` what it waits
    to hear of them; `owned` says that a household or a phone is kept that it is followed from, and so no number need be
    guessed; `asks_secret` is the secret that goes with its reference, if one does; `follows`: it was joined to
    another of the same phone.
    """

    reference: str
    category: Category
    subcategory: Subcategory
    sensitive: bool
    state: GrievanceState
    received_on: date
    answer_due: date
    answer: str | None
    reopened: bool
    withdrawn: bool
    lapsed: bool
    solved: bool | None
    question: str | None
    owned: bool
    asks_secret: str | None
    follows: bool

    @property
    def asks(self) -> bool:
        """Whether its secret is asked of who has its reference alone.

        Not of a short one, which was confided: that it has a secret would say so to others who know its number.
        """
        return self.asks_secret is not None and not is_short(self.reference)

    def opens_with(self, secret: str) -> bool:
        """Whether this is the secret that goes with its reference; any is where none does."""
        return self.asks_secret is None or compare_digest(self.asks_secret.encode(), secret.encode())

    @property
    def may_add(self) -> bool:
        """Whether the person may add words, or answer what it waits for."""
        return self.state in OPEN and not self.sensitive

    @property
    def may_reopen(self) -> bool:
        """Whether the person may have it reopened."""
        return self.lapsed or (not self.withdrawn and may_be_reopened(self.state, appealed=self.reopened))

    @property
    def asks_solved(self) -> bool:
        """Whether the person is still to say if the decision settled it; of what is secret nobody asks on a phone.

        Of two of one phone that were joined it is asked of the one that was decided.
        """
        ended = self.withdrawn or self.lapsed or self.follows
        return self.state in DECIDED and not self.sensitive and not ended and self.solved is None


class NotSeen(Enum):
    """Why nothing is shown: it is another's or there is none, which read the same; or its secret is asked."""

    ANOTHERS = auto()
    SECRET_ASKED = auto()


@dataclass(frozen=True, slots=True)
class LookUpBlocked:
    """Three references were typed on this phone that are not its own; nothing is looked up until then."""

    until: datetime


OWN: Final = f"""
CASE WHEN grievance.household_id IS NOT NULL
     THEN grievance.household_id = CAST(%(household_id)s AS integer) OR NOT %(identified)s AND EXISTS (
        SELECT FROM ({OWN_PHONES}) AS own
        WHERE own.household_id = grievance.household_id AND own.msisdn = %(msisdn)s)
     WHEN grievance.msisdn IS NOT NULL AND NOT grievance.anonymous AND grievance.secret IS NULL
     THEN grievance.msisdn = %(msisdn)s AND NOT %(identified)s
     ELSE true END
"""
"""SQL: whether a grievance is the viewer's. One that has no owner is whoever's that knows its reference.

A number with a secret beside it is only to be called: whose phone it is, is not known."""

OWNED: Final = "(household_id IS NOT NULL OR msisdn IS NOT NULL AND NOT anonymous AND secret IS NULL)"
"""SQL: whether a household or a phone is kept that a grievance is followed from.

The number to call of a secret one is none."""

OF_VIEWER: Final = """
SELECT reference, category, subcategory, state, CAST(received_at AS date) AS received_on FROM grievance
WHERE sensitivity <> %(sensitive)s AND NOT anonymous AND (household_id = CAST(%(household_id)s AS integer)
    OR household_id IS NULL AND msisdn = %(msisdn)s AND NOT %(identified)s)
ORDER BY received_at DESC, id DESC LIMIT 10
"""
VIEW: Final = f"""
SELECT reference, category, subcategory, sensitivity = %(sensitive)s AS sensitive, state,
    CAST(received_at AS date) AS received_on, decision_due AS answer_due,
    CASE WHEN sensitivity <> %(sensitive)s AND state = ANY(%(decided)s) THEN answer END AS answer,
    reopen_count > 0 AS reopened, withdrawn_at IS NOT NULL AS withdrawn,
    lapsed_at IS NOT NULL AND state = '{GrievanceState.CLOSED}' AS lapsed, solved,
    CASE WHEN sensitivity <> %(sensitive)s AND state = '{GrievanceState.WAITING}' THEN (
        SELECT note FROM grievance_event WHERE grievance_id = grievance.id AND kind = '{GrievanceStep.ASK}'
        ORDER BY grievance_event.id DESC LIMIT 1) END AS question,
    {OWNED} AS owned, CASE WHEN NOT ({OWNED}) THEN secret END AS asks_secret,
    (SELECT lead.msisdn = grievance.msisdn FROM grievance AS lead WHERE lead.id = grievance.lead_id) IS TRUE AS follows
FROM grievance WHERE reference = %(reference)s AND {OWN}
"""  # noqa: S608 - our own words
SENSITIVE: Final = {"sensitive": Sensitivity.SENSITIVE.value, "decided": [state.value for state in DECIDED]}

ONE_AT_A_TIME: Final = f"SELECT {by_name('look up from', 'msisdn')}"
WRONG: Final = "SELECT at FROM reference_try WHERE msisdn = %(msisdn)s AND at > %(since)s ORDER BY at"
TRIED: Final = "INSERT INTO reference_try (msisdn, at) VALUES (%(msisdn)s, %(at)s)"


async def of_viewer(viewer: Viewer) -> tuple[GrievanceCard, ...]:
    """The last ten grievances of whoever asks, newest first; none that is sensitive or whose name is hidden."""
    return tuple(await sql.rows(GrievanceCard, OF_VIEWER, SENSITIVE | asdict(viewer)))


async def by_reference(reference: str, viewer: Viewer) -> GrievanceView | None:
    """The grievance with this reference where it is the viewer's, or None."""
    return await sql.row(GrievanceView, VIEW, SENSITIVE | asdict(viewer) | {"reference": reference})


async def look_up(
    reference: str, viewer: Viewer, now: datetime, secret: str = ""
) -> GrievanceView | NotSeen | LookUpBlocked:
    """The same for a reference that somebody typed: what is not theirs is counted, and three in 24 h block 24 h.

    What is their own is theirs all the same: nobody is shut out of their own complaint for having mistyped others.
    Tries of one phone that come together wait for each other.
    """
    phone = {"msisdn": viewer.msisdn}
    async with writing():
        await sql.execute(ONE_AT_A_TIME, phone)
        view = await by_reference(reference, viewer)
        if view is not None and view.owned:
            return view
        wrong: list[datetime] = await sql.scalars(WRONG, phone | {"since": now - 2 * BLOCK})
        until = blocked_until(wrong)
        if until is not None and now < until:
            return LookUpBlocked(until)
        if view is not None and view.opens_with(secret):
            return view
        if view is not None and view.asks and not secret:
            return NotSeen.SECRET_ASKED
        await sql.execute(TRIED, phone | {"at": now})
        return NotSeen.ANOTHERS


TWIN: Final = f"""
SELECT reference FROM grievance
WHERE msisdn = %(msisdn)s AND subcategory = %(subcategory)s AND sensitivity <> %(sensitive)s AND NOT anonymous
    AND channel = '{Channel.USSD}' AND {STILL_OPEN} AND received_at > %(since)s
    AND household_id IS NOT DISTINCT FROM CAST(%(household_id)s AS integer)
ORDER BY received_at DESC LIMIT 1
"""  # noqa: S608


async def filed_today(viewer: Viewer, subcategory: Subcategory, now: datetime) -> str | None:
    """The reference of what the same phone filed of the same for the same household within a day; None for none.

    Of a household on a borrowed phone nothing is told.
    """
    if viewer.identified:
        return None
    who = {"msisdn": viewer.msisdn, "household_id": viewer.household_id, "subcategory": subcategory.value}
    since = now - timedelta(days=1)
    reference: str | None = await sql.scalar(TWIN, SENSITIVE | who | {"since": since})
    return reference
