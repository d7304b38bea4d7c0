"""Payments of other rounds that a number is told in the same message, and who was told by another round's message.

Two open payments of one phone are one message: what a campaign of a round tells a number has, as far as there is room,
what else is open at that number. The other round's campaign then leaves the number out (docs/decisions/0025).
"""

from collections.abc import Mapping
from typing import Final

from core.campaigns.models import CampaignKind, CampaignState
from core.outbox.messages import UNTOLD, MessageState
from core.payments.history import CAN_BE_TAKEN
from core.payments.states import COMING, PaymentState
from core.platform.columns import listed
from sms.campaigns.audience import PLACED, WITHHELD_SQL
from sms.outbox.freshness import PAYMENT_HASH

UNAPPROVED: Final = frozenset({CampaignState.DRAFT, CampaignState.PLANNED})
"""States of a campaign of which nothing goes yet."""

MOST: Final = 4
"""Lines of other rounds that are looked at for a number."""

_DUE: Final = f"payment.state IN {listed(COMING)} AND payment.due_date = %(day)s"
_OPEN_PAYMENT: Final = f"""
    payment.state IN {listed(COMING | {PaymentState.UNCLAIMED})}
    AND (payment.due_date >= %(today)s OR payment.last_day >= %(today)s) AND {CAN_BE_TAKEN}
"""
"""The first two spare the moves of all that was paid."""

TELLS_TOO: Final[Mapping[CampaignKind, str]] = {
    CampaignKind.ANNOUNCE: _OPEN_PAYMENT,
    CampaignKind.UNCLAIMED: _OPEN_PAYMENT,
    CampaignKind.REMINDER_3: _DUE,
    CampaignKind.REMINDER_1: _DUE,
}
"""SQL of the payments of other rounds that a campaign of each kind tells too: a reminder those of its day alone."""

_VOUCHED_FOR: Final = f"""(NOT %(by_itself)s OR (
        (NOT %(needs_announcement)s OR EXISTS (
            SELECT FROM campaign WHERE campaign.round_id = payment.round_id
              AND campaign.kind = '{CampaignKind.ANNOUNCE}' AND campaign.approved_by IS NOT NULL
              AND campaign.state NOT IN {listed(UNAPPROVED | {CampaignState.CANCELLED})}))
        AND NOT EXISTS (
            SELECT FROM campaign_rule_off AS off WHERE off.round_id = payment.round_id AND off.kind = %(kind)s)))
"""  # noqa: S608 - our own words
"""SQL of whether a campaign that nobody looks at may tell of a round: as one of that round by itself would."""


def others(kind: CampaignKind) -> str:
    """SQL that makes a row for each number and payment of another round that it is told too, if there is room.

    `until` is the last day of one whose day is over, `rank` the place of its line: the earliest first.
    """
    wanted = TELLS_TOO.get(kind, "false")
    return f"""
    CREATE TEMP TABLE other ON COMMIT DROP AS
    WITH own AS (SELECT DISTINCT msisdn FROM reached), numbered AS (
        SELECT household_id, msisdn, row_number() OVER (PARTITION BY household_id ORDER BY position) AS place
        FROM household_phone
    ), open AS (
        SELECT DISTINCT ON (own.msisdn, payment.id) own.msisdn, payment.id AS payment_id,
            household.id AS household_id, household.head_name, payment_round.component, payment.amount_xof AS amount,
            CASE WHEN {_IS_LATE} THEN NULL ELSE payment.due_date END AS day,
            CASE WHEN {_IS_LATE} THEN payment.last_day END AS until,
            CASE WHEN payment.last_day > payment.due_date AND NOT {_IS_LATE} THEN payment.last_day END AS last_day,
            coalesce(payment.place, commune.name) AS place, {PAYMENT_HASH} AS hash
        FROM own JOIN numbered ON numbered.msisdn = own.msisdn AND numbered.place <= %(numbers)s
        JOIN household ON household.id = numbered.household_id {PLACED}
        JOIN payment ON payment.household_id = household.id AND payment.round_id <> %(round_id)s
        JOIN payment_round ON payment_round.id = payment.round_id
        LEFT JOIN LATERAL (
            SELECT old_day FROM payment_move WHERE payment_id = payment.id ORDER BY moved_at DESC LIMIT 1
        ) AS move ON true
        WHERE {wanted} AND NOT {WITHHELD_SQL} AND {_VOUCHED_FOR}
          AND (%(place)s::text IS NULL OR %(place)s IN (commune.pcode, cercle.pcode, cercle.region_pcode))
    ), line AS (
        SELECT msisdn, component, amount, day, until, last_day, place, array_agg(payment_id) AS payment_ids,
            count(*) AS households, string_agg(head_name, ', ' ORDER BY head_name) AS names
        FROM open GROUP BY msisdn, component, amount, day, until, last_day, place
    ), ranked AS (
        SELECT line.*, row_number() OVER (
            PARTITION BY msisdn ORDER BY coalesce(day, until), amount, component, names, place, last_day) AS rank
        FROM line
    )
    SELECT open.msisdn, payment_id, household_id, hash, ranked.rank::smallint AS rank, households, names,
        ranked.component, ranked.amount, ranked.day, ranked.until, ranked.last_day, ranked.place,
        (SELECT {PAYMENT_HASH} FROM (SELECT) AS always LEFT JOIN payment
            ON payment.household_id = open.household_id AND payment.round_id = %(round_id)s) AS own_hash
    FROM open JOIN ranked ON ranked.msisdn = open.msisdn AND open.payment_id = ANY (ranked.payment_ids)
    WHERE ranked.rank <= {MOST}
    """  # noqa: S608


_IS_LATE: Final = (
    f"(payment.state = '{PaymentState.UNCLAIMED}' OR payment.due_date IS NULL "
    "OR payment.due_date < %(today)s AND payment.last_day IS NOT NULL)"
)
"""SQL of whether only its last day is left to say of an open payment."""

LINES: Final = """
    SELECT msisdn, jsonb_agg(
        jsonb_build_array(component, CASE WHEN households < serves THEN names ELSE '' END, households, amount, day,
            until, last_day, place) ORDER BY rank) AS others
    FROM (
        SELECT DISTINCT other.msisdn, rank, component, other.households, names, amount, day, until, last_day, place,
            served.households AS serves
        FROM other JOIN served ON served.msisdn = other.msisdn
    ) AS line GROUP BY msisdn
"""
"""SQL of the lines of other rounds for each number, as `sms.outbox.contents` reads them."""

TOLD_TOO: Final = """
    CREATE TEMP TABLE told_too ON COMMIT DROP AS
    SELECT other.msisdn, array_agg(payment_id ORDER BY rank, payment_id) AS payment_ids,
        array_agg(hash ORDER BY rank, payment_id) AS hashes,
        array_agg(other.household_id ORDER BY other.household_id) FILTER (WHERE is_new) AS household_ids,
        array_agg(own_hash ORDER BY other.household_id) FILTER (WHERE is_new) AS own_hashes
    FROM (
        SELECT other.*, household_id <> ALL (recipient.household_ids)
            AND row_number() OVER (PARTITION BY other.msisdn, household_id ORDER BY rank, payment_id) = 1 AS is_new
        FROM other JOIN request ON request.msisdn = other.msisdn JOIN written ON written.id = request.text_id
        JOIN recipient ON recipient.msisdn = other.msisdn
        WHERE other.rank <= written.others
    ) AS other GROUP BY other.msisdn
"""
"""What is told of other rounds, number by number, where its text has room for it."""


NOBODY: Final = """
    CREATE TEMP TABLE told_too ON COMMIT DROP AS
    SELECT CAST(NULL AS text) AS msisdn, CAST(NULL AS integer[]) AS payment_ids, CAST(NULL AS integer[]) AS hashes,
        CAST(NULL AS integer[]) AS household_ids, CAST(NULL AS integer[]) AS own_hashes
    WHERE false
"""
"""The same where a campaign tells of no round."""


def told_together(kind: CampaignKind) -> str:
    """SQL that makes a row for each number that another round's message tells all that this campaign would.

    As long as that message was not refused, given up or cancelled, and nothing of what it tells has changed.
    """
    kinds = " OR ".join(f"earlier.kind = '{each}'" for each in sorted(COVERED_BY.get(kind, ()))) or "false"
    if kind is CampaignKind.REMINDER_3:
        kinds += f" OR earlier.kind = '{CampaignKind.ANNOUNCE}' AND message.planned_at > %(announced_lately)s"
    return f"""
    CREATE TEMP TABLE together ON COMMIT DROP AS
    WITH own AS (
        SELECT DISTINCT msisdn, household_id, hash FROM reached
    ), earlier AS (
        SELECT message.msisdn, message.campaign_id, payment.household_id, other.hash
        FROM message JOIN campaign AS earlier ON earlier.id = message.campaign_id
        CROSS JOIN unnest(message.other_payments, message.other_told) AS other (payment_id, hash)
        JOIN payment ON payment.id = other.payment_id AND payment.round_id = %(round_id)s
        WHERE message.other_payments IS NOT NULL AND message.campaign_id <> %(campaign)s
          AND message.planned_at > %(lately)s AND ({kinds}) AND CASE
            WHEN message.state = '{MessageState.PLANNED}' THEN earlier.state NOT IN {listed(UNAPPROVED)}
            ELSE message.state NOT IN {listed(UNTOLD)} END
    ), covered AS (
        SELECT msisdn, campaign_id, count(*) AS households FROM earlier JOIN own USING (msisdn, household_id, hash)
        GROUP BY msisdn, campaign_id
    )
    SELECT msisdn, max(campaign_id) AS campaign_id
    FROM covered JOIN (SELECT msisdn, count(*) AS households FROM own GROUP BY msisdn) AS whole
        USING (msisdn, households)
    GROUP BY msisdn
    """  # noqa: S608


_OPEN: Final = frozenset({CampaignKind.ANNOUNCE, CampaignKind.UNCLAIMED})
COVERED_BY: Final[Mapping[CampaignKind, frozenset[CampaignKind]]] = {
    CampaignKind.ANNOUNCE: _OPEN,
    CampaignKind.UNCLAIMED: _OPEN,
    CampaignKind.REMINDER_3: frozenset({CampaignKind.REMINDER_3}),
    CampaignKind.REMINDER_1: frozenset({CampaignKind.REMINDER_1}),
}
"""The kinds whose messages tell a number of another round what a campaign of each kind would."""
