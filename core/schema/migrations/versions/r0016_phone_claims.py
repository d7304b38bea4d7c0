"""Phones that say they are a household's, and whether somebody of it, or the desk, said yes.

The desk reads and answers those of the households that it sees; it asks for none.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE phone_claim (
            household_id integer NOT NULL,
            msisdn varchar NOT NULL,
            state varchar(20) NOT NULL,
            asked_at timestamptz NOT NULL,
            answered_at timestamptz,
            CONSTRAINT pk_phone_claim PRIMARY KEY (household_id, msisdn),
            CONSTRAINT ck_phone_claim_state CHECK (state IN ('asked', 'confirmed', 'refused')),
            CONSTRAINT fk_phone_claim_household_id FOREIGN KEY (household_id) REFERENCES household (id)
                ON DELETE CASCADE
        );
        CREATE INDEX ix_phone_claim_msisdn ON phone_claim (msisdn) WHERE state = 'confirmed';
        CREATE INDEX ix_phone_claim_asked_at ON phone_claim (asked_at);
        ALTER TABLE phone_claim ENABLE ROW LEVEL SECURITY;
        CREATE POLICY phone_claim_seen ON phone_claim USING (
            (SELECT current_user <> 'jigi_desk') OR EXISTS (SELECT FROM household WHERE household.id = household_id));
        REVOKE INSERT, DELETE ON phone_claim FROM jigi_desk
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE phone_claim")
