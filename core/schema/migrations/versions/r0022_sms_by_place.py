"""SMS are seen by place as households are, an answer is told of one's own cases only, and an erasure takes old tries.

Where an SMS belongs is told by the commune of its campaign's plan, by its household, else by its phone. Ceilings of a
day are of everybody's SMS, so that they are counted by the owner, for whoever queues one.
"""

from alembic import op

from core.schema.migrations.versions import r0017_roles, r0019_person
from core.schema.migrations.versions.r0017_roles import (
    A_PHONE_SEEN,
    DESK,
    LINE,
    ROLE_IS,
    SAFE_PATH,
    SCOPE_IS,
    SEEN,
    WITHIN_SCOPE,
    WORKER,
)

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MESSAGE = f"""{SEEN["message"]} AND ({WITHIN_SCOPE}
    OR EXISTS (SELECT FROM household WHERE household.id = ANY(household_ids))
    OR campaign_id IS NULL AND ({A_PHONE_SEEN.format("message.msisdn")}
        OR message.kind = 'test' AND {ROLE_IS} = 'supervisor'))"""
"""A trial of a campaign goes to whatever phones were typed: it has no place, and supervisors see it."""

TEXT = f"""{SEEN["message_text"]} AND ({SCOPE_IS} = '' OR EXISTS (
    SELECT FROM campaign WHERE campaign.id = campaign_id AND campaign.subject ->> 'place' IN (
        SELECT {SCOPE_IS} UNION SELECT pcode FROM cercle WHERE region_pcode = {SCOPE_IS}
        UNION SELECT commune.pcode FROM commune JOIN cercle ON cercle.pcode = cercle_pcode
            WHERE {SCOPE_IS} IN (cercle.pcode, region_pcode))))"""  # noqa: S608 - our own words
"""Those of campaigns that stay within one's place (`sms.campaigns.scope`)."""

COUNTS = f"""
CREATE FUNCTION notices_today(phone text, household integer, since timestamptz)
    RETURNS TABLE (phone_notices integer, phone_receipts integer, household_notices integer)
    LANGUAGE sql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
    SELECT
        CAST((SELECT count(*) FROM message WHERE msisdn = phone AND campaign_id IS NULL
            AND planned_at >= since) AS integer),
        CAST((SELECT count(*) FROM message JOIN sms_batch ON sms_batch.id = batch_id WHERE msisdn = phone
            AND message.campaign_id IS NULL AND planned_at >= since AND sms_batch.prompt
            AND message.kind = 'received') AS integer),
        CAST((SELECT count(*) FROM message WHERE household_ids @> ARRAY[household] AND campaign_id IS NULL
            AND planned_at >= since) AS integer)
$$;
CREATE FUNCTION all_notices_today(since timestamptz) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
    SELECT count(*) FROM message WHERE campaign_id IS NULL AND planned_at >= since
$$;
REVOKE ALL ON FUNCTION notices_today(text, integer, timestamptz), all_notices_today(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notices_today(text, integer, timestamptz), all_notices_today(timestamptz)
    TO {LINE}, {WORKER}, {DESK};
"""  # noqa: S608

ANSWER_CAME = f"""
CREATE OR REPLACE FUNCTION answer_came(phone text, since timestamptz) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    RETURN EXISTS (SELECT FROM grievance WHERE msisdn = phone AND {SEEN["grievance"]}) AND (
        EXISTS (SELECT FROM callback_request WHERE msisdn = phone AND asked_at > since)
        OR EXISTS (SELECT FROM inbound_sms WHERE msisdn = phone AND at > since)
        OR EXISTS (SELECT FROM grievance WHERE msisdn = phone AND received_at > since
            AND (sensitivity <> 'sensitive' OR claimed(2) = 'focal')));
END $$;
"""  # noqa: S608
"""Of the phone of a case that whoever asks may see, and of no other."""

OLD_TRIES = """
        DELETE FROM identification_try WHERE msisdn = caller AND at < now() - interval '1 day';
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'identification_try', gone, CAST(count(*) AS integer) FROM identification_try
            WHERE msisdn = caller;
        DELETE FROM reference_try WHERE msisdn = caller AND at < now() - interval '1 day';
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'reference_try', gone, CAST(count(*) AS integer) FROM reference_try WHERE msisdn = caller;
        DELETE FROM daily_use WHERE who = caller AND day < current_date AND use = 'secret';
        DELETE FROM daily_use WHERE who = caller AND day < current_date;
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN QUERY SELECT 'daily_use', gone, CAST(count(*) AS integer) FROM daily_use
            WHERE who = caller AND use <> 'secret';
    END IF;
    RETURN QUERY SELECT 'identification_try', 0, CAST(count(*) AS integer) FROM identification_try
        WHERE household_no = house AND msisdn IS DISTINCT FROM caller;
"""
"""Those of the last day still bound what the phone may do; how often it filed what is kept secret is not said."""

PERSON_ERASE = r0019_person.PERSON[r0019_person.PERSON.index("CREATE FUNCTION person_erase") :].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
STAYED = """
    END IF;
    RETURN QUERY SELECT 'identification_try', 0, CAST(count(*) AS integer) FROM identification_try
        WHERE msisdn = caller OR household_no = house;
"""


def upgrade() -> None:
    op.execute(COUNTS)
    op.execute(ANSWER_CAME)
    op.execute(PERSON_ERASE.replace(STAYED, OLD_TRIES))
    op.execute(f"ALTER POLICY message_desk ON message TO {DESK} USING ({MESSAGE}) WITH CHECK ({SEEN['message']})")
    op.execute(f"ALTER POLICY message_text_desk ON message_text TO {DESK} USING ({TEXT}) WITH CHECK ({TEXT})")


def downgrade() -> None:
    for table in ("message", "message_text"):
        seen = SEEN[table]
        op.execute(f"ALTER POLICY {table}_desk ON {table} TO {DESK} USING ({seen}) WITH CHECK ({seen})")
    op.execute(PERSON_ERASE)
    op.execute(r0017_roles.SEARCHES[r0017_roles.SEARCHES.index("CREATE OR REPLACE FUNCTION answer_came") :])
    op.execute("DROP FUNCTION notices_today(text, integer, timestamptz), all_notices_today(timestamptz)")
