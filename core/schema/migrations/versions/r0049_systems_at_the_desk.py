"""Keys and receivers of other systems are kept at the desk too; receivers that verify by a key pair, and how each does.

What a campaign sent is read in the order of its messages, from where one is: by an index that has both.

The sign-in of who manages people keeps them: it sees of events when they were and nothing of what they tell.
"""

from typing import Final

from alembic import op

from core.schema.migrations.versions.r0017_roles import SAFE_PATH, SIGN_IN, WORKER
from core.schema.migrations.versions.r0046_keys_of_systems import API

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

COLUMNS: Final = """
ALTER TABLE event_receiver
    ADD COLUMN scheme varchar(20) NOT NULL DEFAULT 'v1',
    ADD COLUMN taken_at timestamptz,
    ADD COLUMN fault varchar(20),
    ADD COLUMN fault_status smallint,
    ADD CONSTRAINT ck_event_receiver_scheme CHECK (scheme IN ('v1', 'v1a')),
    ADD CONSTRAINT ck_event_receiver_fault CHECK (fault IN ('answer', 'silence', 'inside'));
ALTER TABLE event_receiver ALTER COLUMN scheme DROP DEFAULT
"""
GRANTS: Final = f"""
GRANT UPDATE (taken_at, fault, fault_status) ON event_receiver TO {WORKER};
ALTER FUNCTION api_key_digest(text) SECURITY DEFINER;
GRANT EXECUTE ON FUNCTION api_key_digest(text) TO {SIGN_IN};
GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by) ON api_key TO {SIGN_IN};
GRANT SELECT, INSERT, UPDATE (secret, earlier_secret, failing_since, off_at, withdrawn_at) ON event_receiver
    TO {SIGN_IN};
GRANT SELECT (id, at), INSERT ON outgoing_event TO {SIGN_IN};
GRANT SELECT, INSERT, UPDATE, DELETE ON event_sending TO {SIGN_IN};
GRANT USAGE ON SEQUENCE api_key_id_seq, event_receiver_id_seq, outgoing_event_id_seq TO {SIGN_IN};
CREATE POLICY event_receiver_sign_in ON event_receiver TO {SIGN_IN} USING (true) WITH CHECK (true);
CREATE POLICY outgoing_event_sign_in ON outgoing_event TO {SIGN_IN} USING (true) WITH CHECK (true);
CREATE POLICY event_sending_sign_in ON event_sending TO {SIGN_IN} USING (true) WITH CHECK (true)
"""
OF_A_CAMPAIGN: Final = f"""
CREATE INDEX ix_message_campaign_id_id ON message (campaign_id, id);
DROP INDEX ix_message_campaign_id;
CREATE FUNCTION campaign_messages_of(campaign integer, households integer[]) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER {SAFE_PATH} SET enable_seqscan = off AS $$
BEGIN
    IF NOT key_may('unreached:read') THEN RETURN; END IF;
    RETURN QUERY SELECT own.id FROM unnest(households) AS household CROSS JOIN LATERAL (
        SELECT id, campaign_id FROM message WHERE household_ids @> ARRAY[household] OFFSET 0) AS own
        WHERE own.campaign_id = campaign;
END $$;
REVOKE ALL ON FUNCTION campaign_messages_of(integer, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION campaign_messages_of(integer, integer[]) TO {API}
"""  # noqa: S608 - our own words
"""Row security keeps `@>` from its index: the owner looks, and gives ids, of which only those seen are read."""

BACK: Final = f"""
DROP POLICY event_receiver_sign_in ON event_receiver;
DROP POLICY outgoing_event_sign_in ON outgoing_event;
DROP POLICY event_sending_sign_in ON event_sending;
REVOKE ALL ON SEQUENCE api_key_id_seq, event_receiver_id_seq, outgoing_event_id_seq FROM {SIGN_IN};
REVOKE ALL ON api_key, event_receiver, outgoing_event, event_sending FROM {SIGN_IN};
REVOKE ALL (id, at) ON outgoing_event FROM {SIGN_IN};
REVOKE ALL ON FUNCTION api_key_digest(text) FROM {SIGN_IN};
ALTER FUNCTION api_key_digest(text) SECURITY INVOKER;
DELETE FROM event_receiver WHERE scheme <> 'v1';
DROP FUNCTION campaign_messages_of(integer, integer[]);
CREATE INDEX ix_message_campaign_id ON message (campaign_id);
DROP INDEX ix_message_campaign_id_id;
ALTER TABLE event_receiver DROP COLUMN scheme, DROP COLUMN taken_at, DROP COLUMN fault, DROP COLUMN fault_status
"""  # noqa: S608


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(GRANTS)
    op.execute(OF_A_CAMPAIGN)


def downgrade() -> None:
    op.execute(BACK)
