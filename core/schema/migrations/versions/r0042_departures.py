"""Each request knows the number of its departure; what was written in bulk is counted for the planner at once."""

from alembic import op

from core.schema.migrations.versions.r0017_roles import SAFE_PATH, WORKER

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

COUNTED = f"""
CREATE FUNCTION messages_analyzed() RETURNS void LANGUAGE plpgsql SECURITY DEFINER {SAFE_PATH} AS $$
BEGIN
    ANALYZE message, sms_batch, message_text;
END $$;
REVOKE ALL ON FUNCTION messages_analyzed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messages_analyzed() TO {WORKER}
"""
"""Only the owner of a table may analyze it (PostgreSQL before 17 knows no grant for it)."""


def upgrade() -> None:
    op.execute("ALTER TABLE sms_batch ADD COLUMN departure bigint")
    op.execute("CREATE INDEX ix_sms_batch_departure ON sms_batch (departure) WHERE NOT prompt")
    op.execute("CREATE INDEX ix_sms_batch_unnumbered ON sms_batch (left_at) WHERE NOT prompt AND departure IS NULL")
    op.execute(COUNTED)


def downgrade() -> None:
    op.execute("DROP FUNCTION messages_analyzed()")
    op.execute("ALTER TABLE sms_batch DROP COLUMN departure")
