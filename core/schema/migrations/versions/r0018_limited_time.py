"""Limited time: what makes people nameless and keeps the figures, and what cuts the old beginning of the trail.

It runs as the owner, so that a worker needs no more privileges than it has. The trail is cut only at its beginning,
only where a later entry of it says so with the seal of the last entry that went, and never sooner than a year.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SAFE_PATH = "SET search_path = pg_catalog, public, pg_temp"
OVER = "('left_out', 'silent', 'delivered', 'failed', 'dropped')"
"""States of an SMS that nothing is to come of."""
OPENLY = "coalesce(CAST(filling ->> 'discreet' AS boolean), false) IS FALSE"
"""An SMS that does not belong to a sensitive grievance, which has its own time."""
DECIDED = "('resolved', 'rejected', 'closed')"
CALLED = "('called', 'unreachable')"
TEXTS = "SELECT text_id FROM sms_batch JOIN message ON message.batch_id = sms_batch.id WHERE message.id = ANY(ids)"

FORGET = f"""
CREATE FUNCTION forget_messages(ids bigint[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE forgotten integer;
BEGIN
    UPDATE message SET msisdn = NULL, household_ids = '{{}}', told = NULL, filling = NULL, key = NULL,
        provider_id = NULL WHERE id = ANY(ids);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    UPDATE message_text SET content = '', body = '' WHERE id IN ({TEXTS})
        AND NOT EXISTS (SELECT FROM sms_batch JOIN message ON message.batch_id = sms_batch.id
            WHERE sms_batch.text_id = message_text.id AND message.msisdn IS NOT NULL);
    RETURN forgotten;
END $$;
CREATE FUNCTION forget_calls(ids integer[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE forgotten integer;
BEGIN
    UPDATE callback_try SET note = NULL WHERE callback_request_id = ANY(ids);
    UPDATE callback_request SET msisdn = '', key = 'x' || id, household_id = NULL WHERE id = ANY(ids);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
CREATE FUNCTION forget_grievances(ids integer[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE forgotten integer;
BEGIN
    PERFORM forget_messages(ARRAY(SELECT message.id FROM grievance JOIN message ON message.msisdn = grievance.msisdn
        WHERE grievance.id = ANY(ids) AND message.filling ->> 'ref' = grievance.reference AND message.state IN {OVER}));
    UPDATE payment_reply SET grievance_id = NULL WHERE grievance_id = ANY(ids);
    UPDATE grievance_event SET note = NULL WHERE grievance_id = ANY(ids) AND note IS NOT NULL;
    UPDATE grievance_reading SET reference = 'x' || grievance_id WHERE grievance_id = ANY(ids);
    UPDATE grievance SET reference = 'x' || id, filing_key = 'x' || id, reopen_key = NULL, secret = NULL, words = NULL,
        msisdn = NULL, household_id = NULL, name = NULL, village = NULL, answer = NULL, call_back = false,
        call_safe = NULL, sms_safe = NULL, safe_period = NULL, call_again_on = NULL
        WHERE id = ANY(ids);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
CREATE FUNCTION forget_households(ids integer[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE forgotten integer;
BEGIN
    PERFORM forget_messages(ARRAY(SELECT id FROM message WHERE household_ids && ids AND state IN {OVER}
        AND {OPENLY}));
    PERFORM forget_calls(ARRAY(SELECT id FROM callback_request WHERE household_id = ANY(ids) AND state IN {CALLED}));
    DELETE FROM household_phone WHERE household_id = ANY(ids);
    DELETE FROM phone_claim WHERE household_id = ANY(ids);
    DELETE FROM identification_try WHERE household_no IN (SELECT household_no FROM household WHERE id = ANY(ids));
    DELETE FROM daily_use WHERE who IN (SELECT 'household ' || id FROM unnest(ids) AS id);
    UPDATE payment SET reason = NULL WHERE household_id = ANY(ids) AND reason IS NOT NULL;
    UPDATE grievance SET name = coalesce(grievance.name, household.head_name),
        village = coalesce(grievance.village, household.village)
        FROM household WHERE household.id = household_id AND household_id = ANY(ids) AND NOT anonymous
            AND grievance.state NOT IN {DECIDED};
    UPDATE household SET household_no = 'x' || id, head_name = '—', birth_year = NULL, village = NULL,
        language = NULL, status_reason = NULL WHERE id = ANY(ids);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
CREATE FUNCTION forget_readings(older_than timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE forgotten integer;
BEGIN
    UPDATE grievance_reading SET agent_id = NULL, reference = 'x' || grievance_id
        WHERE at < older_than AND agent_id IS NOT NULL;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
"""  # noqa: S608 - our own words
"""A row that is forgotten is known by the x of its number; a grievance that is open keeps whom it is to answer."""

CUT = f"""
CREATE FUNCTION cut_audit(older_than timestamptz, entered_at timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE
    last bigint;
    earlier jsonb;
    acts jsonb;
    entries integer;
BEGIN
    PERFORM pg_advisory_xact_lock(7551904);
    last := (SELECT max(id) FROM audit_entry WHERE id < ALL (SELECT min(id) FROM audit_entry WHERE at >= older_than
        HAVING count(*) > 0));
    entries := (SELECT count(*) FROM audit_entry WHERE id <= last);
    IF entries = 0 THEN RETURN 0; END IF;
    earlier := (SELECT detail FROM audit_entry WHERE act = 'trail cut' ORDER BY id DESC LIMIT 1);
    acts := (SELECT jsonb_object_agg(act, number) FROM (
        SELECT act, sum(number) AS number FROM (
            SELECT act, count(*) AS number FROM audit_entry WHERE id <= last GROUP BY act
            UNION ALL SELECT key, CAST(value AS integer) FROM jsonb_each_text(coalesce(earlier -> 'acts', '{{}}'))
        ) AS counted GROUP BY act) AS together);
    INSERT INTO audit_entry (at, act, about, detail) SELECT entered_at, 'trail cut', 'audit', jsonb_build_object(
        'last', last, 'seal', encode(seal, 'hex'), 'until', at, 'acts', acts) FROM audit_entry WHERE id = last;
    DELETE FROM audit_entry WHERE id <= last;
    RETURN entries;
END $$;
CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql {SAFE_PATH} AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '365 days' AND OLD.id <= (
            SELECT CAST(detail ->> 'last' AS bigint) FROM audit_entry WHERE act = 'trail cut' AND id > OLD.id
            ORDER BY id DESC LIMIT 1)
        THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is only added to';
END $$;
CREATE INDEX ix_audit_entry_cut ON audit_entry (id) WHERE act = 'trail cut';
ALTER TABLE grievance_reading ALTER COLUMN agent_id DROP NOT NULL;
"""  # noqa: S608

FOR_THE_WORKER = (
    "forget_messages(bigint[])", "forget_calls(integer[])", "forget_grievances(integer[])",
    "forget_households(integer[])", "forget_readings(timestamptz)", "cut_audit(timestamptz, timestamptz)",
)  # fmt: skip

OLD_GUARD = """
CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only added to';
END $$;
DROP INDEX ix_audit_entry_cut;
DELETE FROM grievance_reading WHERE agent_id IS NULL;
ALTER TABLE grievance_reading ALTER COLUMN agent_id SET NOT NULL;
"""


def upgrade() -> None:
    for statements in (FORGET, CUT):
        op.execute(statements)
    every = ", ".join(FOR_THE_WORKER)
    op.execute(f"REVOKE ALL ON FUNCTION {every} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {every} TO jigi_worker")


def downgrade() -> None:
    for function in reversed(FOR_THE_WORKER):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(OLD_GUARD)
