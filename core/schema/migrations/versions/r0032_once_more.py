"""Who was off when an SMS came may be sent it once more; numbers that are none are found."""

from alembic import op

from core.schema.migrations.versions.r0006_campaign_notes import CODES
from core.schema.migrations.versions.r0030_restorations import NOTES, may_note

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE message ADD COLUMN again_at timestamptz")
    op.execute(
        "CREATE INDEX ix_message_no_such_number ON message (msisdn) "
        "WHERE state = 'failed' AND reason = 'no_such_number'"
    )
    may_note(f"{CODES}, 'restored', 'once_more'")


def downgrade() -> None:
    op.execute("DROP INDEX ix_message_no_such_number")
    op.execute("ALTER TABLE message DROP COLUMN again_at")
    for table, column in NOTES:
        op.execute(f"UPDATE {table} SET {column} = 'by_hand' WHERE {column} = 'once_more'")  # noqa: S608 - our own names
    may_note(f"{CODES}, 'restored'")
