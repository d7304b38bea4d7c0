"""The statements that make a plan: each gathers from the tables that the one before it left."""

from typing import Final

from core.campaigns.models import OWN_WORDS, CampaignKind, CampaignState
from core.campaigns.notes import NoteCode
from core.numbers.msisdn import can_get_sms_sql, operator_sql
from core.outbox.messages import TAKEN, UNTOLD, BatchState, MessageState, Reason
from core.payments.states import COMING
from core.platform.columns import listed
from core.text.languages import DEFAULT
from sms.campaigns.audience import NO_DAY_YET, Audience
from sms.campaigns.dead_numbers import DEAD
from sms.campaigns.other_rounds import LINES, UNAPPROVED
from sms.outbox.routes import OTHERS

FORGET: Final = """
    WITH messages AS (DELETE FROM message WHERE campaign_id = %(campaign)s),
         batches AS (DELETE FROM sms_batch WHERE campaign_id = %(campaign)s)
    DELETE FROM message_text WHERE campaign_id = %(campaign)s
"""
REACHED: Final = """
    CREATE TEMP TABLE reached ON COMMIT DROP AS
    SELECT own.msisdn, wanted.*, phone.sms_stopped_at IS NOT NULL AS stopped
    FROM wanted JOIN (
        SELECT DISTINCT household_id, msisdn FROM (
            SELECT household_id, msisdn, row_number() OVER (PARTITION BY household_id ORDER BY position) AS rank
            FROM household_phone
        ) AS numbered WHERE rank <= %(numbers)s
    ) AS own USING (household_id)
    LEFT JOIN phone ON phone.msisdn = own.msisdn
"""
SERVED: Final = f"""
    CREATE TEMP TABLE served ON COMMIT DROP AS
    SELECT msisdn, count(DISTINCT household.id) AS households,
        coalesce(max(phone.language), min(household.language), '{DEFAULT}') AS language,
        {operator_sql("msisdn")} AS operator,
        min(own.rows) = 1 AND count(DISTINCT household.id) = 1 AND bool_and(besides.msisdn IS NULL) AS is_single
    FROM (SELECT msisdn, count(*) AS rows FROM reached GROUP BY msisdn) AS own JOIN household_phone USING (msisdn)
    JOIN household ON household.id = household_phone.household_id LEFT JOIN phone USING (msisdn)
    LEFT JOIN (SELECT DISTINCT msisdn FROM other) AS besides USING (msisdn)
    GROUP BY msisdn
"""  # noqa: S608 - our own words
"""Each number with all households it serves, told of or not, and the one language it is spoken to in.

`is_single`: it is told one thing of the one household that it serves, and nothing of other rounds.
"""

PAYMENT_LINES: Final = f"""
    WITH alike AS MATERIALIZED (
        SELECT array_agg(msisdn) AS msisdns FROM reached JOIN served USING (msisdn) WHERE is_single
        GROUP BY amount, day, place, old_day, last_day, agency, hour, component
    ), apart AS (
        SELECT reached.* FROM reached JOIN served USING (msisdn)
        WHERE NOT is_single OR msisdn IN (SELECT msisdns[1] FROM alike)
    ), written AS (
        SELECT msisdn, jsonb_agg(
            jsonb_build_array(line.households, CASE WHEN kinds > 1 THEN names ELSE '' END, amount, day, place, old_day)
                || CASE WHEN one_hour THEN jsonb_build_array(hour) ELSE '[]' END
            ORDER BY day, names, amount)::text AS content, max(component) AS component, (jsonb_build_array(
                CASE WHEN count(*) = 1 AND max(served.households) > max(line.households) THEN max(names) END,
                CASE WHEN bool_and(coalesce(one_window AND last_day > day, false)) AND min(last_day) = max(last_day)
                    THEN max(last_day) END,
                CASE WHEN bool_and(one_agency) AND min(agency) = max(agency)
                    THEN max(agency) END) || CASE WHEN bool_or(others IS NULL) THEN '[]' ELSE jsonb_build_array(
                (SELECT component FROM payment_round WHERE id = %(round_id)s), (array_agg(others))[1]) END
            )::text AS beside
        FROM (
            SELECT msisdn, amount, day, place, old_day, count(*) AS households, max(component) AS component,
                string_agg(head_name, ', ' ORDER BY head_name) AS names, count(*) OVER (PARTITION BY msisdn) AS kinds,
                max(last_day) AS last_day, min(coalesce(last_day, day)) = max(coalesce(last_day, day)) AS one_window,
                max(agency) AS agency, count(agency) = count(*) AND min(agency) = max(agency) AS one_agency,
                max(hour) AS hour, count(hour) = count(*) AND min(hour) = max(hour) AS one_hour
            FROM apart GROUP BY msisdn, amount, day, place, old_day
        ) AS line JOIN served USING (msisdn) LEFT JOIN ({LINES}) AS beside_it USING (msisdn) GROUP BY msisdn
    )
    SELECT coalesce(alike.msisdns, ARRAY[written.msisdn]) AS msisdns, content, component, beside
    FROM written LEFT JOIN alike ON alike.msisdns[1] = written.msisdn
"""  # noqa: S608
"""What numbers are told, and beside it what makes no other content: whose, until when, at which agency,
and where there are some, the component of the round and the lines of other rounds.

An hour is content where all that a line tells of have the same: without one, a content is as it was before. Numbers
that are single and told alike, nearly all there are, are written once, for the first of them.
"""

EVENT_LINES: Final = """
    SELECT ARRAY[msisdn] AS msisdns, jsonb_agg(event ORDER BY event ->> 1, event)::text AS content,
        NULL::text AS component, NULL::text AS beside
    FROM (SELECT DISTINCT msisdn, event FROM reached) AS line GROUP BY msisdn
"""
FREE_LINES: Final = """
    SELECT array_agg(DISTINCT msisdn) AS msisdns, (
        SELECT md5(texts::text) FROM campaign WHERE id = %(campaign)s
    ) AS content, NULL::text AS component, NULL::text AS beside FROM reached
"""
EARLIER: Final = f"""
    SELECT FROM message
    WHERE message.msisdn = person.msisdn AND message.state IN {listed(TAKEN | {MessageState.SILENT})}
"""
"""SQL of the messages that a gateway took for a number: the next one is not its first."""


SAME: Final = {
    "round": "earlier.round_id = %(round_id)s",
    "event": "earlier.subject @> %(event_audience)s",
    "free": "true",
}
TOLD_OF_THE_MOVE_TODAY: Final = f"""EXISTS (
        SELECT FROM message JOIN campaign AS earlier ON earlier.id = message.campaign_id
        JOIN sms_batch ON sms_batch.id = message.batch_id
        WHERE message.msisdn = person.msisdn AND message.household_ids @> person.household_ids
          AND earlier.round_id = %(round_id)s AND earlier.kind = '{CampaignKind.MOVED}'
          AND message.state NOT IN {listed(UNTOLD)} AND coalesce(sms_batch.left_at, %(now)s) >= %(today_began)s
          AND (message.state <> '{MessageState.PLANNED}' OR earlier.state NOT IN {listed(UNAPPROVED)})
    )"""
"""SQL that tells whether a number was told today, or is about to be, that the day of the round moved to this one."""

TOLD_BEFORE_THE_MOVE: Final = f"""EXISTS (
        SELECT FROM message JOIN campaign AS earlier ON earlier.id = message.campaign_id
        WHERE message.msisdn = person.msisdn AND (earlier.round_id = %(round_id)s
            OR message.other_payments && ARRAY(SELECT payment.id FROM payment
                WHERE payment.round_id = %(round_id)s AND payment.household_id = ANY (person.household_ids)))
          AND message.state NOT IN {listed(UNTOLD | {MessageState.PLANNED})}
          AND message.planned_at BETWEEN %(long_ago)s AND person.moved_at
    )"""  # noqa: S608
"""SQL that tells whether a number was told of the round before its day was last moved."""


def told_before(kind: CampaignKind, audience: Audience) -> str:
    """SQL that makes a row for each number and what it was told before, or will be, of the same.

    Who is reminded of a payment need not be announced it as well: a reminder says the same.
    """
    about = "event" if audience.event is not None else "round"
    same = SAME["free" if kind in OWN_WORDS else about]
    kinds = "earlier.kind = %(kind)s"
    if kind is CampaignKind.REMINDER_3:
        kinds = f"({kinds} OR earlier.kind = '{CampaignKind.ANNOUNCE}' AND message.planned_at > %(announced_lately)s)"
    if kind is CampaignKind.ANNOUNCE:
        kinds = f"earlier.kind IN {listed({kind, CampaignKind.REMINDER_3, CampaignKind.REMINDER_1})}"
    return f"""
    CREATE TEMP TABLE told ON COMMIT DROP AS
    SELECT DISTINCT message.msisdn, message_text.content
    FROM message JOIN campaign AS earlier ON earlier.id = message.campaign_id
    JOIN sms_batch ON sms_batch.id = message.batch_id JOIN message_text ON message_text.id = sms_batch.text_id
    WHERE CASE
        WHEN NOT %(keep_told)s AND earlier.planned_by IS NULL
            THEN message.state NOT IN {listed(UNTOLD)} OR message.reason = '{Reason.CAMPAIGN_CANCELLED}'
        WHEN message.state = '{MessageState.PLANNED}' THEN earlier.state NOT IN {listed(UNAPPROVED)}
        ELSE message.state NOT IN {listed(UNTOLD)}
      END
      AND message.planned_at > %(lately)s AND {kinds} AND {same}
    """  # noqa: S608


def contents(kind: CampaignKind, audience: Audience) -> str:
    """SQL that makes a row for numbers that are told the same; those of one content have one `id`."""
    about_many = EVENT_LINES if audience.event is not None else PAYMENT_LINES
    lines = FREE_LINES if kind is CampaignKind.FREE else about_many
    return f"""
    CREATE TEMP TABLE content ON COMMIT DROP AS
    SELECT dense_rank() OVER (ORDER BY content, component, beside)::integer AS id, each.* FROM ({lines}) AS each
    """  # noqa: S608


HEARS: Final = """
    CREATE TEMP TABLE hears ON COMMIT DROP AS SELECT unnest(msisdns) AS msisdn, id AS content_id FROM content
"""
"""Which content each number hears."""

RECIPIENTS: Final = f"""
    CREATE TEMP TABLE recipient ON COMMIT DROP AS
    WITH person AS (
        SELECT msisdn, ARRAY[household_id] AS household_ids, ARRAY[hash] AS hashes, commune_pcode, stopped, moved_at,
            served.language, served.households AS serves, operator
        FROM reached JOIN served USING (msisdn) WHERE is_single
        UNION ALL
        SELECT msisdn, array_agg(household_id ORDER BY household_id), array_agg(hash ORDER BY household_id),
            min(commune_pcode), bool_or(stopped), max(moved_at), min(language), min(households),
            min(operator)
        FROM (
            SELECT DISTINCT ON (msisdn, household_id) msisdn, household_id, hash, commune_pcode, stopped, moved_at,
                served.language, served.households, operator
            FROM reached JOIN served USING (msisdn) WHERE NOT is_single
        ) AS each GROUP BY msisdn
    ), dead AS MATERIALIZED ({DEAD}), told_it AS (
        SELECT told.msisdn, same.id AS content_id
        FROM told JOIN (SELECT DISTINCT id, content FROM content) AS same ON same.content = told.content
    )
    SELECT person.*, NULL::integer AS line, hears.content_id, NOT EXISTS ({EARLIER}) AS is_first, CASE
        WHEN person.operator IS NULL AND NOT ({can_get_sms_sql("person.msisdn")}) THEN '{Reason.FIXED_LINE}'
        WHEN dead.msisdn IS NOT NULL THEN '{Reason.DEAD_NUMBER}'
        WHEN person.serves > %(crowd)s THEN '{Reason.CROWD}'
        WHEN person.stopped THEN '{Reason.OPTED_OUT}'
        WHEN told_it.msisdn IS NOT NULL THEN '{Reason.ALREADY_TOLD}'
        WHEN together.msisdn IS NOT NULL THEN '{Reason.TOLD_TOGETHER}'
        WHEN %(reminds_today)s AND {TOLD_OF_THE_MOVE_TODAY} THEN '{Reason.ALREADY_TOLD}'
    END AS why, together.campaign_id AS told_with
    FROM person JOIN hears USING (msisdn)
    LEFT JOIN dead ON dead.msisdn = person.msisdn
    LEFT JOIN told_it ON told_it.msisdn = person.msisdn AND told_it.content_id = hears.content_id
    LEFT JOIN together ON together.msisdn = person.msisdn
    WHERE (%(only)s::text IS NULL OR person.language = %(only)s)
    AND (NOT %(unmoved)s OR NOT {TOLD_BEFORE_THE_MOVE}) AND (NOT %(only_told)s OR {TOLD_BEFORE_THE_MOVE})
"""  # noqa: S608
"""A row for each number: in which language, what it is told, and why not, if not."""

SPOKEN_TABLE: Final = """
    CREATE TEMP TABLE spoken ON COMMIT DROP AS
    SELECT nextval('message_text_id_seq')::integer AS id, nextval('message_text_id_seq')::integer AS later_id,
        language, content_id, content, component, beside, has_first, has_later
    FROM (
        SELECT language, content_id, content, component, beside, has_first, has_later
        FROM (
            SELECT language, content_id, min(line) AS line, bool_or(is_first) AS has_first,
                bool_or(NOT is_first) AS has_later
            FROM recipient WHERE why IS NULL GROUP BY language, content_id
        ) AS each JOIN (SELECT DISTINCT id, content, component, beside FROM content) AS its ON its.id = content_id
        ORDER BY line, language, content, component, beside
    ) AS ordered
"""
"""What is told, by the number of its text; of a file in the order of its lines.

The component and what is beside are no part of the content: with them or without, it tells the same. Numbers that were
written to before may have a text of their own, `later_id`, in which no room is kept for what the gateway adds to a
first message.
"""

SPOKEN: Final = (
    "SELECT id, later_id, language, content, component, beside, has_first, has_later FROM spoken ORDER BY id"
)
_TEXT: Final = "id, campaign_id, language, content, body, parts, size, not_after"
WRITTEN: Final = (
    f"CREATE TEMP TABLE written ON COMMIT DROP AS SELECT {_TEXT}, 0::smallint AS others FROM message_text WITH NO DATA"  # noqa: S608
)
COPIED: Final = f"COPY written ({_TEXT}, others) FROM STDIN"
TEXTS: Final = f"INSERT INTO message_text ({_TEXT}) SELECT {_TEXT} FROM written"  # noqa: S608
"""PostgreSQL copies nothing into a table under row security."""

REQUESTS: Final = f"""
    CREATE TEMP TABLE request ON COMMIT DROP AS
    WITH said AS MATERIALIZED (
        SELECT spoken.id, language, content_id, coalesce(later.id, spoken.id) AS later_id
        FROM spoken LEFT JOIN (SELECT id FROM written) AS later ON later.id = spoken.later_id
    ), placed AS MATERIALIZED (
        SELECT each.*, (row_number() OVER (PARTITION BY text_id, route ORDER BY msisdn) - 1) / %(batch)s AS chunk
        FROM (
            SELECT recipient.msisdn, CASE WHEN recipient.is_first THEN said.id ELSE said.later_id END AS text_id,
                coalesce(recipient.operator, '{OTHERS}') AS route, recipient.is_first
            FROM recipient JOIN said ON said.language = recipient.language AND said.content_id = recipient.content_id
            WHERE recipient.why IS NULL
        ) AS each
    ), ranked AS MATERIALIZED (
        SELECT msisdn, text_id, written.not_after, route, is_first,
            dense_rank() OVER (ORDER BY written.not_after, text_id, chunk, route) AS place
        FROM placed JOIN written ON written.id = text_id
    ), numbered AS MATERIALIZED (
        SELECT ARRAY(SELECT nextval('sms_batch_id_seq') FROM generate_series(1, max(place))) AS ids FROM ranked
    )
    SELECT msisdn, ids[place] AS id, text_id, not_after, nullif(route, '{OTHERS}') AS operator, is_first
    FROM ranked CROSS JOIN numbered
"""  # noqa: S608
"""Texts are matched with one another before people are, and requests are numbered by their rank: joined, the server
compared each person with each text, or with each request."""

BATCHES: Final = f"""
    INSERT INTO sms_batch
        (id, campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT DISTINCT id, %(campaign)s::integer, text_id, operator, %(priority)s::smallint, false,
        %(not_before)s::timestamptz, not_after, '{BatchState.READY}', false
    FROM request ORDER BY id
"""  # noqa: S608
MESSAGES: Final = f"""
    INSERT INTO message (campaign_id, batch_id, kind, msisdn, operator, household_ids, told, other_payments,
        other_told, own_households, told_with, commune_pcode, language, state, reason, attempts, was_uncertain,
        planned_at)
    SELECT %(campaign)s, request.id, %(kind)s, recipient.msisdn, recipient.operator,
        recipient.household_ids || coalesce(told_too.household_ids, '{{}}'),
        CASE WHEN recipient.hashes[1] IS NOT NULL THEN recipient.hashes || coalesce(told_too.own_hashes, '{{}}') END,
        told_too.payment_ids, told_too.hashes,
        CASE WHEN told_too.household_ids IS NOT NULL THEN cardinality(recipient.household_ids) END,
        CASE WHEN why = '{Reason.TOLD_TOGETHER}' THEN recipient.told_with END, commune_pcode, language,
        CASE WHEN why IS NULL THEN '{MessageState.PLANNED}' ELSE '{MessageState.LEFT_OUT}' END, why, 0, false, %(now)s
    FROM recipient LEFT JOIN request USING (msisdn) LEFT JOIN told_too USING (msisdn)
    WHERE %(keep_told)s OR why IS DISTINCT FROM '{Reason.ALREADY_TOLD}'
    ORDER BY request.id, recipient.msisdn
"""  # noqa: S608
LEFT_OUT_COLUMNS: Final = (
    "(campaign_id, kind, household_ids, commune_pcode, state, reason, attempts, was_uncertain, planned_at)"
)
NEWS: Final = frozenset({CampaignKind.MOVED, CampaignKind.UNCLAIMED})
UNREACHABLE: Final = f"""
    INSERT INTO message {LEFT_OUT_COLUMNS}
    SELECT %(campaign)s, %(kind)s, ARRAY[household_id], min(commune_pcode), '{MessageState.LEFT_OUT}',
        '{Reason.NO_PHONE}', 0, false, %(now)s
    FROM wanted WHERE NOT EXISTS (
        SELECT FROM household_phone WHERE household_phone.household_id = wanted.household_id)
      AND (%(keep_told)s OR CAST(%(kind)s AS varchar) IN {listed(NEWS)} AND NOT EXISTS (
        SELECT FROM message JOIN campaign AS earlier ON earlier.id = message.campaign_id
        WHERE message.household_ids @> ARRAY[wanted.household_id] AND message.reason = '{Reason.NO_PHONE}'
          AND earlier.kind = CAST(%(kind)s AS varchar) AND earlier.round_id = %(round_id)s
          AND earlier.state <> '{CampaignState.CANCELLED}'))
      AND (%(only)s::text IS NULL OR coalesce(language, '{DEFAULT}') = %(only)s)
    GROUP BY household_id
"""  # noqa: S608
"""Who has no telephone is told by mouth, of news that arises by itself too, once; a reminder is none: their list of the
announcement says the same day."""

WITHOUT_A_DAY: Final = f"""
    INSERT INTO message {LEFT_OUT_COLUMNS}
    SELECT %(campaign)s, %(kind)s, ARRAY[household_id], commune_pcode, '{MessageState.LEFT_OUT}',
        '{Reason.NO_DAY}', 0, false, %(now)s
    FROM ({NO_DAY_YET}) AS waiting
"""  # noqa: S608
COUNTED: Final = f"""
    SELECT coalesce(sum(people), 0)::integer AS recipients, count(DISTINCT text_id) AS texts,
        count(DISTINCT batch_id) AS requests, coalesce(sum(people * parts), 0) AS parts,
        coalesce(sum(people * parts * price.xof), 0) AS cost,
        '{CampaignKind.MOVED}' = %(kind)s AND NOT EXISTS (
            SELECT FROM payment WHERE payment.round_id = %(round_id)s AND due_date IS NOT NULL
            AND payment.state IN {listed(COMING)}) AS withdrawn
    FROM (SELECT each.*, CASE
            WHEN NOT is_first OR written.size + %(reserve)s <= %(single)s THEN written.parts
            ELSE greatest(written.parts, ceil((written.size + %(reserve)s)::numeric / %(part)s))
        END AS parts
        FROM (
            SELECT id AS batch_id, text_id, operator, is_first, count(*) AS people
            FROM request GROUP BY id, text_id, operator, is_first
        ) AS each JOIN written ON written.id = each.text_id) AS counted
    JOIN unnest(CAST(%(operators)s AS text[]), CAST(%(prices)s AS numeric[])) AS price (operator, xof)
        ON price.operator = coalesce(counted.operator, '{OTHERS}')
"""  # noqa: S608
PLANNED: Final = f"""
    WITH planned AS (
        INSERT INTO campaign_change (campaign_id, at, agent_id, from_state, to_state, note_code, note_data)
        VALUES (%(campaign)s, %(now)s, %(planned_by)s, %(from_state)s, '{CampaignState.PLANNED}', '{NoteCode.PLANNED}',
            %(note_data)s)
    )
    UPDATE campaign SET state = '{CampaignState.PLANNED}', recipients = %(recipients)s, parts = %(parts)s,
        cost_xof = %(cost)s, needs_second = %(needs_second)s, planned_by = %(planned_by)s, approved_by = NULL,
        second_approved_by = NULL
    WHERE id = %(campaign)s
"""  # noqa: S608
