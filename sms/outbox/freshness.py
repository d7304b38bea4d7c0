"""Whether a message is still fresh: what it says is still so, for that number, and was not said to it meanwhile.

What a payment says is hashed when a message is planned, and hashed again when it leaves.
"""

from datetime import timedelta
from typing import Final

from core.campaigns.models import OWN_WORDS, CampaignKind
from core.outbox.messages import UNTOLD, BatchState
from core.payments.states import COMING
from core.platform.columns import listed
from core.registry.events import MEANT_FOR

LONG_AGO: Final = timedelta(days=120)
"""How far back it is looked whether a number was told the same; the days that are told lie nearer."""

FREE_TEXT_DAYS: Final = 1
"""Days in which the same free words are not sent twice to a number."""

PAYMENT_HASH: Final = (
    f"hashtext(concat_ws('|', CASE WHEN payment.state IN {listed(COMING)} THEN 'coming' ELSE payment.state END, "
    "payment.due_date, '/', payment.last_day, '/', payment.place, '/', payment.amount_xof, payment.hour))"
)
"""SQL of the hash of a row of `payment`; a payment that is planned and one that is announced tell the same.

The hour stands last, where one that is not set leaves the hash as it was before there were hours.
"""

CHANGED_SINCE: Final = f"""(message.told IS NOT NULL AND EXISTS (
        SELECT FROM unnest(message.household_ids, message.told) AS planned (household_id, hash)
        LEFT JOIN payment ON payment.household_id = planned.household_id AND payment.round_id = %(round_id)s
        WHERE {PAYMENT_HASH} IS DISTINCT FROM planned.hash
    ) OR message.other_payments IS NOT NULL AND EXISTS (
        SELECT FROM unnest(message.other_payments, message.other_told) AS planned (payment_id, hash)
        LEFT JOIN payment ON payment.id = planned.payment_id
        WHERE {PAYMENT_HASH} IS DISTINCT FROM planned.hash
    ))"""  # noqa: S608 - our own words
"""SQL that tells whether what a row of `message` says is no longer so; `%(round_id)s` is its campaign's round."""

ANOTHER_NUMBER: Final = """message.campaign_id IS NOT NULL AND EXISTS (
        SELECT FROM unnest(message.household_ids) AS own (household_id) WHERE NOT EXISTS (
            SELECT FROM household_phone
            WHERE household_phone.household_id = own.household_id AND household_phone.msisdn = message.msisdn)
    )"""
"""SQL that tells whether a household that a row of `message` speaks of is no longer reached at its number."""

TOLD_MEANWHILE: Final = f"""EXISTS (
        SELECT FROM message AS other JOIN campaign AS earlier ON earlier.id = other.campaign_id
        JOIN campaign AS own ON own.id = message.campaign_id AND own.id <> earlier.id
        JOIN sms_batch ON sms_batch.id = other.batch_id JOIN message_text ON message_text.id = sms_batch.text_id
        WHERE other.msisdn = message.msisdn AND earlier.kind = own.kind
          AND earlier.round_id IS NOT DISTINCT FROM own.round_id
          AND earlier.subject -> 'event' IS NOT DISTINCT FROM own.subject -> 'event'
          AND sms_batch.left_at > CASE WHEN own.kind IN {listed(OWN_WORDS)} THEN %(free_lately)s ELSE %(lately)s END
          AND other.state NOT IN {listed(UNTOLD)} AND sms_batch.state <> '{BatchState.READY}'
          AND message_text.content = (SELECT content FROM message_text WHERE id = %(text)s)
    )"""  # noqa: S608
"""SQL that tells whether the number of a row of `message` was told the same by another campaign since its plan.

`%(text)s` is its text, `%(lately)s` and `%(free_lately)s` since when it counts.
"""

OWN_HOUSEHOLDS: Final = "{0}.household_ids[:coalesce({0}.own_households, cardinality({0}.household_ids))]"
"""SQL of the households of a row of `message` that it tells of its own round."""

_OF_ROUND: Final = f"""
    SELECT payment.id, own_told.hash
    FROM unnest({OWN_HOUSEHOLDS}, {{0}}.told) AS own_told (household_id, hash)
    JOIN payment ON payment.household_id = own_told.household_id AND payment.round_id = {{1}}.round_id
    UNION ALL SELECT * FROM unnest({{0}}.other_payments, {{0}}.other_told)
"""  # noqa: S608 - our own words
"""SQL of the payments that a message tells, with their hashes: those of its campaign's round, and of others."""

_OPEN: Final = listed({CampaignKind.ANNOUNCE, CampaignKind.UNCLAIMED})
TOLD_TOGETHER: Final = f"""
    SELECT max(earlier.id) AS campaign_id
    FROM campaign AS own JOIN message AS teller ON teller.msisdn = message.msisdn
    JOIN campaign AS earlier ON earlier.id = teller.campaign_id AND earlier.id <> own.id
    JOIN sms_batch ON sms_batch.id = teller.batch_id
    WHERE own.id = message.campaign_id AND message.told IS NOT NULL AND teller.other_payments IS NOT NULL
      AND (earlier.kind = own.kind OR earlier.kind IN {_OPEN} AND own.kind IN {_OPEN})
      AND teller.state NOT IN {listed(UNTOLD)} AND sms_batch.state <> '{BatchState.READY}'
      AND sms_batch.left_at > %(lately)s
      AND NOT EXISTS ({_OF_ROUND.format("message", "own")} EXCEPT ALL ({_OF_ROUND.format("teller", "earlier")}))
"""  # noqa: S608
"""SQL of the campaign of another round whose message told a number all that a row of `message` would."""

_REMINDERS: Final = frozenset({CampaignKind.REMINDER_3, CampaignKind.REMINDER_1})
MOVED_TODAY: Final = f"""EXISTS (
        SELECT FROM message AS other JOIN campaign AS earlier ON earlier.id = other.campaign_id
        JOIN campaign AS own ON own.id = message.campaign_id
        JOIN sms_batch ON sms_batch.id = other.batch_id
        WHERE other.msisdn = message.msisdn AND other.household_ids @> {OWN_HOUSEHOLDS.format("message")}
          AND earlier.kind = '{CampaignKind.MOVED}' AND own.kind IN {listed(_REMINDERS)}
          AND earlier.round_id = own.round_id AND other.state NOT IN {listed(UNTOLD)} AND sms_batch.left_at >= %(today)s
    )"""
"""SQL that tells whether a row of `message` would remind of a day that its number was told today as the new one.

`%(today)s` is when the day began.
"""

EVENT_CHANGED: Final = f"""EXISTS (
        SELECT FROM message_text, jsonb_array_elements(CAST(message_text.content AS jsonb)) AS line
        WHERE message_text.id = %(event_text)s AND NOT EXISTS (
            SELECT FROM component_event AS event JOIN household ON {MEANT_FOR}
            WHERE household.id = ANY (message.household_ids) AND event.component = %(event)s
              AND event.what = line -> 0 AND event.date = CAST(line ->> 1 AS date)
              AND event.time IS NOT DISTINCT FROM CAST(line ->> 2 AS time) AND event.place = line ->> 3)
    )"""  # noqa: S608 - our own words
"""SQL that tells whether an event that a row of `message` speaks of is no longer as it says, or no longer for it.

`%(event)s` is the component of its campaign, `%(event_text)s` its text; both are NULL where no event is spoken of.
"""
