"""A grievance that waited for a person who said nothing was closed undecided, on this day."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE grievance ADD COLUMN lapsed_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE grievance DROP COLUMN lapsed_at")
