"""At what hour money is given, and which payments of other rounds a message tells too."""

from alembic import op

from core.schema.migrations.versions.r0018_limited_time import FORGET

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = ("other_payments", "other_told", "own_households", "told_with")
EARLIER = FORGET[: FORGET.index("CREATE FUNCTION forget_calls")].replace("CREATE", "CREATE OR REPLACE", 1)
"""What makes a message nameless, as it was."""


def upgrade() -> None:
    op.execute("ALTER TABLE payment ADD COLUMN hour time")
    op.execute(
        "ALTER TABLE message ADD COLUMN other_payments integer[], ADD COLUMN other_told integer[], "
        "ADD COLUMN own_households smallint, ADD COLUMN told_with integer"
    )
    op.execute("CREATE INDEX ix_message_other_payments ON message (msisdn, final_at) WHERE other_payments IS NOT NULL")
    op.execute(EARLIER.replace("told = NULL,", "told = NULL, other_payments = NULL, other_told = NULL,"))


def downgrade() -> None:
    op.execute(EARLIER)
    op.execute("DROP INDEX ix_message_other_payments")
    op.execute("ALTER TABLE message " + ", ".join(f"DROP COLUMN {column}" for column in COLUMNS))
    op.execute("ALTER TABLE payment DROP COLUMN hour")
