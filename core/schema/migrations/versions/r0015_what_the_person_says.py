"""What the person says of a grievance: that it is solved or not, or that they take it back."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE grievance ADD COLUMN solved boolean, ADD COLUMN withdrawn_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE grievance DROP COLUMN solved, DROP COLUMN withdrawn_at")
