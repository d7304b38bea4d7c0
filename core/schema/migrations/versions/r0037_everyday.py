"""How often each prepared answer was given as it is, and which complaint follows which other of the same person."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

FOLLOW = """
ALTER TABLE grievance ADD COLUMN lead_id integer;
ALTER TABLE grievance ADD COLUMN followed_at timestamptz;
ALTER TABLE grievance ADD CONSTRAINT fk_grievance_lead_id FOREIGN KEY (lead_id)
    REFERENCES grievance (id) ON DELETE SET NULL;
CREATE INDEX ix_grievance_lead_id ON grievance (lead_id) WHERE lead_id IS NOT NULL
"""


def upgrade() -> None:
    op.execute("ALTER TABLE prepared_answer ADD COLUMN used integer NOT NULL DEFAULT 0")
    op.execute(FOLLOW)


def downgrade() -> None:
    op.execute("ALTER TABLE grievance DROP COLUMN lead_id, DROP COLUMN followed_at")
    op.execute("ALTER TABLE prepared_answer DROP COLUMN used")
