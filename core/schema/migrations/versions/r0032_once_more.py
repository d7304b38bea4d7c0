"""Who was off when an SMS came may be sent it once more; numbers that are none are found."""

from alembic import op

from core.schema.migrations.versions.r0006_campaign_notes import CODES
from core.schema.migrations.versions.r0030_restorations import NOTES

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def _may_note(codes: str) -> None:
    for table, column in NOTES:
        name = f"ck_{table}_{column}"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({codes}))")


def upgrade() -> None:
    op.execute("ALTER TABLE message ADD COLUMN again_at timestamptz")
    op.execute(
        "CREATE INDEX ix_message_no_such_number ON message (msisdn) "
        "WHERE state = 'failed' AND reason = 'no_such_number'"
    )
    _may_note(f"{CODES}, 'restored', 'once_more'")


def downgrade() -> None:
    op.execute("DROP INDEX ix_message_no_such_number")
    op.execute("ALTER TABLE message DROP COLUMN again_at")
    for table, column in NOTES:
        op.execute(f"UPDATE {table} SET {column} = 'by_hand' WHERE {column} = 'once_more'")  # noqa: S608 - our own names
    _may_note(f"{CODES}, 'restored'")
