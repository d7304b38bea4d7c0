"""No index of messages is of their state or of when it became final: a report writes a row, and no index (HOT).

A report changes these two alone where a message arrived, and each wrote six indexes anew, because three others were of
them. What is uncertain is marked as such, and what was refused or dropped has its reason: they are found by those.
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

BEFORE = """
CREATE INDEX ix_message_no_such_number ON message (msisdn) WHERE state = 'failed' AND reason = 'no_such_number';
CREATE INDEX ix_message_uncertain ON message (campaign_id) WHERE state = 'uncertain';
CREATE INDEX ix_message_other_payments ON message (msisdn, final_at) WHERE other_payments IS NOT NULL
"""
AFTER = """
CREATE INDEX ix_message_no_such_number ON message (msisdn) WHERE reason = 'no_such_number';
CREATE INDEX ix_message_uncertain ON message (campaign_id) WHERE was_uncertain;
CREATE INDEX ix_message_other_payments ON message (msisdn) WHERE other_payments IS NOT NULL;
CREATE INDEX ix_message_untold ON message (reason) WHERE other_payments IS NOT NULL AND reason IS NOT NULL
"""
OLD = "DROP INDEX ix_message_no_such_number, ix_message_uncertain, ix_message_other_payments"


def upgrade() -> None:
    """Find them by what a report does not change; mark what a version without the mark made uncertain."""
    op.execute("UPDATE message SET was_uncertain = true WHERE state = 'uncertain' AND NOT was_uncertain")
    op.execute(OLD)
    op.execute(AFTER)


def downgrade() -> None:
    """As it was before."""
    op.execute(f"{OLD}, ix_message_untold")
    op.execute(BEFORE)
