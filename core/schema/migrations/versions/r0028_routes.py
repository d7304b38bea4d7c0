"""Which gateway a request left by and a message was taken by, whose report waits, and what is left at a gateway.

What the version before wrote, or writes beside this one, went by the one gateway that it had: the default says so. It
goes, and early reports get their gateway into their key, once no process of that version runs.
"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE sms_batch ADD COLUMN gateway varchar(20) DEFAULT 'africastalking'")
    op.execute("ALTER TABLE message ADD COLUMN gateway varchar(20) DEFAULT 'africastalking'")
    op.execute("ALTER TABLE early_report ADD COLUMN gateway varchar(20) NOT NULL DEFAULT 'africastalking'")
    op.execute(
        "ALTER TABLE sms_pace ALTER COLUMN name TYPE varchar(41), ADD COLUMN balance varchar, "
        "ADD COLUMN messages_left integer, ADD COLUMN balance_until timestamptz, ADD COLUMN balance_at timestamptz"
    )


def downgrade() -> None:
    op.execute("DELETE FROM sms_pace WHERE name LIKE '%>%'")
    op.execute(
        "ALTER TABLE sms_pace DROP COLUMN balance, DROP COLUMN messages_left, DROP COLUMN balance_until, "
        "DROP COLUMN balance_at, ALTER COLUMN name TYPE varchar(20)"
    )
    op.execute("ALTER TABLE early_report DROP COLUMN gateway")
    op.execute("ALTER TABLE message DROP COLUMN gateway")
    op.execute("ALTER TABLE sms_batch DROP COLUMN gateway")
