"""What households reply after pay day: whether the money came, what is missing, and the grievance that came of it.

The desk reads those of the households that it sees, and writes none.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE payment_reply (
            payment_id integer NOT NULL,
            reply varchar(20) NOT NULL,
            missing_xof integer,
            grievance_id integer,
            at timestamptz NOT NULL,
            CONSTRAINT pk_payment_reply PRIMARY KEY (payment_id),
            CONSTRAINT ck_payment_reply_reply CHECK (reply IN ('all', 'not_all', 'nothing')),
            CONSTRAINT fk_payment_reply_payment_id FOREIGN KEY (payment_id) REFERENCES payment (id) ON DELETE CASCADE,
            CONSTRAINT fk_payment_reply_grievance_id FOREIGN KEY (grievance_id) REFERENCES grievance (id)
        );
        CREATE INDEX ix_payment_reply_at ON payment_reply (at);
        ALTER TABLE payment_reply ENABLE ROW LEVEL SECURITY;
        CREATE POLICY payment_reply_seen ON payment_reply USING (
            (SELECT current_user <> 'jigi_desk') OR EXISTS (SELECT FROM payment WHERE payment.id = payment_id));
        REVOKE INSERT, UPDATE, DELETE ON payment_reply FROM jigi_desk
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE payment_reply")
