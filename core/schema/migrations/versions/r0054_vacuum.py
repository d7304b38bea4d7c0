"""Tables that grow with the country are vacuumed and counted by the hundredth row that changed, not by the fifth.

By PostgreSQL's own settings twenty million messages wait for four million dead ones, which a campaign leaves behind;
the planner meanwhile goes by the figures of before it. No table is written for this.
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

GREAT = (
    "agent_identity", "api_key", "attachment", "attachment_left", "audit_entry", "callback_request",
    "callback_try", "correction", "early_report", "enrolment", "event_receiver", "event_sending", "field_file",
    "field_form", "field_submission", "gateway_session", "grievance", "grievance_event", "grievance_reading",
    "household", "household_phone", "identification_try", "import_batch", "import_batch_content",
    "import_batch_row", "import_trace", "inbound_sms", "message", "message_text", "outgoing_event", "payment",
    "payment_move", "payment_reply", "phone", "phone_claim", "reference_try", "referral", "register_submission",
    "sign_in_try", "sms_batch", "spdci_asking", "spdci_message", "ussd_journal",
)  # fmt: skip
NAMES = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor", "autovacuum_analyze_scale_factor")


def upgrade() -> None:
    """Tell each table."""
    values = ", ".join(f"{name} = 0.01" for name in NAMES)
    for table in GREAT:
        op.execute(f"ALTER TABLE {table} SET ({values})")


def downgrade() -> None:
    """Leave it to PostgreSQL's settings."""
    for table in GREAT:
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(NAMES)})")
