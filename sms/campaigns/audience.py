"""Whom a campaign is for: a payment round, an event of a component, or a filter of households."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from core.campaigns.models import OWN_WORDS, CampaignKind
from core.payments.account import FOLLOWED, WITHHELD, PaymentPhase
from core.payments.states import COMING, PaymentState
from core.platform.columns import listed
from core.platform.errors import JigiError
from core.registry.components import PLAIN
from core.registry.events import MEANT_FOR, NOT_OVER, not_over_values
from core.registry.statuses import Status
from core.text.languages import Language
from sms.outbox.freshness import PAYMENT_HASH

DAYS_BEFORE: Final[Mapping[CampaignKind, int]] = {CampaignKind.REMINDER_3: 3, CampaignKind.REMINDER_1: 1}
EVENT_KINDS: Final = (
    CampaignKind.ANNOUNCE,
    CampaignKind.REMINDER_3,
    CampaignKind.REMINDER_1,
    CampaignKind.CANCELLED,
)


WITHOUT_HOUR: Final = frozenset({CampaignKind.CANCELLED, CampaignKind.UNCLAIMED})
"""Kinds that tell no day on which people shall come at the hour of the payment."""


class BadAudience(JigiError, ValueError):
    """A campaign of this kind cannot be about this; the message says what it needs."""


@dataclass(frozen=True, slots=True)
class Audience:
    """What a campaign is about and whom it is for.

    `round_id` or `event` (a component, and its days from `first` to `last`), or neither for free words. The rest
    narrows: a place by its P-code (region, cercle or commune), a village, households enrolled in `component`, of a
    `status`, of a `language`. `day` is the day that reminders speak of. `unmoved` leaves out phones that were told a
    day which moved since, `only_told` all others.
    """

    round_id: int | None = None
    event: str | None = None
    first: date | None = None
    last: date | None = None
    day: date | None = None
    place: str | None = None
    village: str | None = None
    component: str | None = None
    status: Status | None = None
    language: Language | None = None
    unmoved: bool = False
    only_told: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the campaign; an event with its component."""
        kept = {name: value for name, value in asdict(self).items() if value}
        for name in DAYS:
            if name in kept:
                kept[name] = kept[name].isoformat()
        if self.event:
            kept["event"] = {"component": self.event}
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Audience":
        """Read what `to_json` wrote."""
        values = dict(kept)
        for name in DAYS:
            if name in values:
                values[name] = date.fromisoformat(values[name])
        if "event" in values:
            values["event"] = values["event"]["component"]
        if "status" in values:
            values["status"] = Status(values["status"])
        if "language" in values:
            values["language"] = Language(values["language"])
        return cls(**values)


DAYS: Final = ("first", "last", "day")


def check(kind: CampaignKind, audience: Audience) -> None:
    """Raise BadAudience when a campaign of this kind cannot be about this."""
    if kind in OWN_WORDS:
        if audience.round_id is not None or audience.event is not None:
            raise BadAudience("free words are about no round and no event: name a place, a component or a status")
        return
    if audience.event is None and audience.round_id is None:
        raise BadAudience(f"a campaign of kind {kind} is about a payment round or an event")
    if audience.event is not None and kind not in EVENT_KINDS:
        raise BadAudience(f"a campaign of kind {kind} is about a payment round, not an event")


def spoken_day(kind: CampaignKind, audience: Audience, today: date) -> date | None:
    """The day that a reminder speaks of: the one asked for, or the one that is as far from today as it says."""
    if kind not in DAYS_BEFORE:
        return None
    return audience.day or today + timedelta(days=DAYS_BEFORE[kind])


_COMING: Final = f"payment.state IN {listed(COMING)}"
_PAYMENTS_OF: Final[Mapping[CampaignKind, str]] = {
    CampaignKind.ANNOUNCE: f"{_COMING} AND payment.due_date >= %(today)s",
    CampaignKind.REMINDER_3: f"{_COMING} AND payment.due_date = %(day)s",
    CampaignKind.REMINDER_1: f"{_COMING} AND payment.due_date = %(day)s",
    CampaignKind.MOVED: f"{_COMING} AND move.old_day IS DISTINCT FROM payment.due_date "
    "AND move.old_day IS NOT NULL AND coalesce(payment.due_date, move.old_day) >= %(today)s",
    CampaignKind.CANCELLED: f"payment.state = '{PaymentState.CANCELLED}' AND payment.due_date >= %(today)s",
    CampaignKind.UNCLAIMED: f"payment.state = '{PaymentState.UNCLAIMED}' AND payment.last_day >= %(today)s",
}
_NARROWED: Final = """
    (%(place)s::text IS NULL OR %(place)s IN (commune.pcode, cercle.pcode, cercle.region_pcode))
    AND (%(village)s::text IS NULL OR household.village_search = loose_village(%(village)s))
    AND (%(status)s::text IS NULL OR household.status = %(status)s)
    AND (%(component)s::text IS NULL OR EXISTS (
        SELECT FROM enrolment WHERE enrolment.household_id = household.id AND enrolment.component = %(component)s
        AND (enrolment.ended IS NULL OR enrolment.ended > %(today)s)))
"""
_COMPONENT: Final = f"""
    CASE WHEN payment_round.component <> '{PLAIN}' OR EXISTS (
        SELECT FROM payment AS other JOIN payment_round AS other_round ON other_round.id = other.round_id
        WHERE other.household_id = household.id AND other.state <> '{PaymentState.PAID}'
          AND other_round.component <> '{PLAIN}') THEN payment_round.component END
"""
"""SQL of the component that is named: none where all that a household may still get is what people mean by money."""

_TAKEN_BACK: Final = ", ".join(
    sorted(f"('{status}', '{phase}')" for status, phases in WITHHELD.items() for phase in phases)
)
WITHHELD_SQL: Final = f"""
    ((household.status, CASE
        WHEN payment.state = '{PaymentState.CANCELLED}' THEN '{PaymentPhase.CANCELLED}'
        WHEN {_COMING} AND payment.due_date > %(today)s THEN '{PaymentPhase.COMING}'
        WHEN {_COMING} AND payment.due_date IS NULL AND (payment.last_day IS NULL OR EXISTS (
            SELECT FROM payment_move WHERE payment_move.payment_id = payment.id)) THEN '{PaymentPhase.UNDATED}'
        ELSE '' END) IN ({_TAKEN_BACK})
    AND NOT (household.status IN {listed(FOLLOWED)} AND EXISTS (
        SELECT FROM enrolment WHERE enrolment.household_id = household.id
        AND enrolment.component = payment_round.component
        AND (enrolment.ended IS NULL OR enrolment.ended > %(today)s))))
"""  # noqa: S608 - words of ours
"""SQL that tells whether the line does not say a payment to a household that stands where it does: nor does an SMS."""

PLACED: Final = """
    JOIN commune ON commune.pcode = household.commune_pcode JOIN cercle ON cercle.pcode = commune.cercle_pcode
"""


def wanted_sql(kind: CampaignKind, audience: Audience) -> str:
    """SQL of the households to tell and what of, a row for each line of what they are told.

    `household_id, head_name, commune_pcode, language, component, amount, day, place, old_day, last_day, agency, hour,
    hash, event (jsonb), moved_at`; its parameters are those of `wanted_values`.
    """
    if kind is CampaignKind.FREE:
        return f"""
        SELECT household.id AS household_id, household.head_name, household.commune_pcode, household.language,
            NULL::text AS component, NULL::integer AS amount, NULL::date AS day, NULL::text AS place,
            NULL::date AS old_day, NULL::date AS last_day, NULL::text AS agency, NULL::time AS hour,
            NULL::integer AS hash, NULL::jsonb AS event, NULL::timestamptz AS moved_at
        FROM household {PLACED} WHERE {_NARROWED}
        """  # noqa: S608 - our own words
    if audience.event is not None:
        days = "event.date = %(day)s" if kind in DAYS_BEFORE else "event.date BETWEEN %(first)s AND %(last)s"
        return f"""
        SELECT household.id AS household_id, household.head_name, household.commune_pcode, household.language,
            NULL::text AS component, NULL::integer AS amount, event.date AS day, NULL::text AS place,
            NULL::date AS old_day, NULL::date AS last_day, NULL::text AS agency, NULL::time AS hour,
            NULL::integer AS hash, jsonb_build_array(event.what, event.date, event.time, event.place) AS event,
            NULL::timestamptz AS moved_at
        FROM component_event AS event
        JOIN household ON {MEANT_FOR}
        JOIN enrolment AS own ON own.household_id = household.id AND own.component = event.component
            AND (own.ended IS NULL OR own.ended >= event.date)
        {PLACED} WHERE event.component = %(event)s AND {NOT_OVER} AND {days} AND {_NARROWED}
        """  # noqa: S608
    day = "payment.last_day" if kind is CampaignKind.UNCLAIMED else "payment.due_date"
    old = "move.old_day" if kind is CampaignKind.MOVED else "NULL::date"
    hour = "NULL::time" if kind in WITHOUT_HOUR else "payment.hour"
    return f"""
    SELECT household.id AS household_id, household.head_name, household.commune_pcode, household.language,
        {_COMPONENT} AS component, payment.amount_xof AS amount, {day} AS day,
        coalesce(payment.place, commune.name) AS place, {old} AS old_day, payment.last_day, payment.agency,
        {hour} AS hour, {PAYMENT_HASH} AS hash, NULL::jsonb AS event,
        (SELECT max(moved_at) FROM payment_move WHERE payment_move.payment_id = payment.id) AS moved_at
    FROM payment JOIN household ON household.id = payment.household_id {PLACED}
    JOIN payment_round ON payment_round.id = payment.round_id
    LEFT JOIN LATERAL (
        SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1
    ) AS move ON {"true" if kind is CampaignKind.MOVED else "false"}
    WHERE payment.round_id = %(round_id)s AND {_PAYMENTS_OF[kind]} AND NOT {WITHHELD_SQL} AND {_NARROWED}
    """  # noqa: S608


NO_DAY_YET: Final = f"""
    SELECT household.id AS household_id, household.commune_pcode
    FROM payment JOIN household ON household.id = payment.household_id {PLACED}
    JOIN payment_round ON payment_round.id = payment.round_id
    WHERE payment.round_id = %(round_id)s AND payment.state = '{PaymentState.PLANNED}' AND payment.due_date IS NULL
      AND NOT {WITHHELD_SQL} AND {_NARROWED}
"""  # noqa: S608
"""SQL of the households of a round that cannot be told a day, because none is fixed."""


def wanted_values(kind: CampaignKind, audience: Audience, now: datetime) -> dict[str, Any]:
    """The parameters of `wanted_sql` and `NO_DAY_YET`."""
    today = now.date()
    return not_over_values(now) | {
        "round_id": audience.round_id,
        "event": audience.event,
        "first": audience.first or today,
        "last": audience.last or audience.first or date.max,
        "day": spoken_day(kind, audience, today),
        "place": audience.place,
        "village": audience.village,
        "component": audience.component,
        "status": audience.status.value if audience.status else None,
        "unmoved": audience.unmoved,
        "only_told": audience.only_told,
        "today": today,
    }
