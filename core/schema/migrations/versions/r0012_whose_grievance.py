"""Whose a grievance is: references that were typed and are another's, secrets, and what a phone did on a day."""

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
        CREATE TABLE daily_use (
            day date NOT NULL,
            who varchar NOT NULL,
            use varchar NOT NULL,
            times integer NOT NULL,
            PRIMARY KEY (day, who, use)
        );
        ALTER TABLE grievance ADD COLUMN secret varchar(4)
        """
    )


def downgrade() -> None:
    op.execute("ALTER TABLE grievance DROP COLUMN secret; DROP TABLE reference_try; DROP TABLE daily_use")
