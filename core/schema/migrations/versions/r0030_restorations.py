"""What tells that a database was restored: the numbers of departures, the cluster it stands in, and what was found."""

from alembic import op

from core.schema.migrations.versions.r0006_campaign_notes import CODES
from core.schema.migrations.versions.r0017_roles import DESK, WORKER

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


NOTES = (("campaign_change", "note_code"), ("campaign", "why_code"))


def may_note(codes: str) -> None:
    """Let campaigns and their changes bear these codes, as SQL."""
    for table, column in NOTES:
        name = f"ck_{table}_{column}"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({codes}))")


def upgrade() -> None:
    may_note(f"{CODES}, 'restored'")
    op.execute("CREATE SEQUENCE sms_departure")
    op.execute("ALTER TABLE database_identity ADD COLUMN cluster varchar")
    op.execute("""
        CREATE TABLE restoration (
            id serial NOT NULL,
            sign varchar(20) NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            departures bigint NOT NULL,
            known bigint NOT NULL,
            uncertain integer NOT NULL,
            paused integer NOT NULL,
            ended_at timestamptz,
            ended_by integer,
            CONSTRAINT pk_restoration PRIMARY KEY (id),
            CONSTRAINT ck_restoration_sign CHECK (sign IN ('said', 'other_cluster', 'behind')),
            CONSTRAINT fk_restoration_ended_by FOREIGN KEY (ended_by) REFERENCES agent (id)
        )
    """)
    op.execute(f"GRANT SELECT ON restoration TO {DESK}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON restoration TO {WORKER}")
    op.execute(f"GRANT USAGE ON SEQUENCE restoration_id_seq TO {WORKER}")
    op.execute(f"GRANT SELECT, USAGE, UPDATE ON SEQUENCE sms_departure TO {WORKER}")
    op.execute(f"GRANT UPDATE (cluster) ON database_identity TO {WORKER}")


def downgrade() -> None:
    for table, column in NOTES:
        op.execute(f"UPDATE {table} SET {column} = 'by_hand' WHERE {column} = 'restored'")  # noqa: S608 - our own names
    may_note(CODES)
    op.execute("ALTER TABLE database_identity DROP COLUMN cluster")
    op.execute("DROP TABLE restoration")
    op.execute("DROP SEQUENCE sms_departure")
