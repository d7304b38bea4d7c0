"""What a database is, and the oldest program that may run on it."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UPGRADE = """
CREATE TABLE database_identity (
    one boolean NOT NULL,
    kind varchar(20),
    oldest_program varchar NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT pk_database_identity PRIMARY KEY (one),
    CONSTRAINT ck_database_identity_one CHECK (one),
    CONSTRAINT ck_database_identity_kind CHECK (kind IN ('demo', 'production'))
);
INSERT INTO database_identity (one, kind, oldest_program)
SELECT true, CASE
        WHEN EXISTS (SELECT FROM household WHERE household_no < '90000000') THEN 'production'
        WHEN EXISTS (SELECT FROM household) THEN 'demo'
        WHEN EXISTS (SELECT FROM agent) OR EXISTS (SELECT FROM grievance) THEN 'production'
    END, '0.3.0';
"""
"""The invented households have numbers from 9 000 000 on, and nobody else was let in beside them."""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute("DROP TABLE database_identity")
