"""Whose a grievance is: references that were typed and are another's, and the secret of one that has no owner."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE reference_try (
            id serial PRIMARY KEY,
            msisdn varchar NOT NULL,
            at timestamptz NOT NULL
        );
        CREATE INDEX ix_reference_try_msisdn_at ON reference_try (msisdn, at);
        ALTER TABLE grievance ADD COLUMN secret varchar(4)
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE grievance DROP COLUMN secret; DROP TABLE reference_try")
