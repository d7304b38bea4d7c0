"""What messages refer to is looked up once for a statement; what is uncertain, under way or over, by indexes.

A plan writes hundreds of thousands of messages in one statement, and half of its time went into looking up the campaign
and the request of each by itself. Of a plan both are few: they are looked up together. What goes takes along or lets go
of its messages as before.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import SAFE_PATH

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

INDEXES = """
CREATE INDEX ix_message_uncertain ON message (campaign_id) WHERE state = 'uncertain';
CREATE INDEX ix_sms_batch_over ON sms_batch (answered_at) WHERE state IN ('done', 'closed');
CREATE INDEX ix_sms_batch_unfinished ON sms_batch (campaign_id) WHERE state IN ('ready', 'claimed', 'left')
"""

FUNCTIONS = f"""
CREATE FUNCTION messages_refer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
DECLARE
    missing bigint;
BEGIN
    SELECT each.batch_id INTO missing FROM (SELECT DISTINCT batch_id FROM fresh) AS each
    WHERE each.batch_id IS NOT NULL AND NOT EXISTS (SELECT FROM sms_batch WHERE sms_batch.id = each.batch_id) LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE foreign_key_violation USING MESSAGE = format('there is no request %s', missing), TABLE = 'message';
    END IF;
    SELECT each.campaign_id INTO missing FROM (SELECT DISTINCT campaign_id FROM fresh) AS each
    WHERE each.campaign_id IS NOT NULL AND NOT EXISTS (SELECT FROM campaign WHERE campaign.id = each.campaign_id)
    LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE foreign_key_violation USING MESSAGE = format('there is no campaign %s', missing), TABLE = 'message';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION message_refers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    IF NEW.batch_id IS NOT NULL AND NOT EXISTS (SELECT FROM sms_batch WHERE sms_batch.id = NEW.batch_id)
        OR NEW.campaign_id IS NOT NULL AND NOT EXISTS (SELECT FROM campaign WHERE campaign.id = NEW.campaign_id) THEN
        RAISE foreign_key_violation USING TABLE = 'message',
            MESSAGE = format('there is no request %s or no campaign %s', NEW.batch_id, NEW.campaign_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION messages_let_go() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    UPDATE message SET batch_id = NULL FROM gone WHERE message.batch_id = gone.id;
    RETURN NULL;
END $$;
CREATE FUNCTION messages_go_along() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    DELETE FROM message USING gone WHERE message.campaign_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER messages_refer AFTER INSERT ON message REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION messages_refer();
CREATE TRIGGER message_refers AFTER UPDATE OF batch_id, campaign_id ON message FOR EACH ROW
    WHEN (NEW.batch_id IS DISTINCT FROM OLD.batch_id OR NEW.campaign_id IS DISTINCT FROM OLD.campaign_id)
    EXECUTE FUNCTION message_refers();
CREATE TRIGGER messages_let_go AFTER DELETE ON sms_batch REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION messages_let_go();
CREATE TRIGGER messages_go_along AFTER DELETE ON campaign REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION messages_go_along()
"""  # noqa: S608 - our own words


def upgrade() -> None:
    """Look up together what was looked up for each."""
    op.drop_constraint("fk_message_campaign_id", "message")
    op.drop_constraint("fk_message_batch_id", "message")
    op.execute(FUNCTIONS)
    op.execute(INDEXES)


def downgrade() -> None:
    """As it was before."""
    op.execute("""
        DROP TRIGGER messages_refer ON message;
        DROP TRIGGER message_refers ON message;
        DROP TRIGGER messages_let_go ON sms_batch;
        DROP TRIGGER messages_go_along ON campaign;
        DROP FUNCTION messages_refer(), message_refers(), messages_let_go(), messages_go_along();
        ALTER TABLE message
            ADD CONSTRAINT fk_message_campaign_id FOREIGN KEY (campaign_id) REFERENCES campaign (id) ON DELETE CASCADE,
            ADD CONSTRAINT fk_message_batch_id FOREIGN KEY (batch_id) REFERENCES sms_batch (id) ON DELETE SET NULL;
        DROP INDEX ix_sms_batch_over, ix_sms_batch_unfinished, ix_message_uncertain
    """)
