"""When a call about a sensitive grievance is safe."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE grievance ADD COLUMN safe_period varchar(20) "
        "CONSTRAINT ck_grievance_safe_period CHECK (safe_period IN ('morning', 'noon', 'afternoon'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE grievance DROP COLUMN safe_period")
