"""What became of a great campaign commune by commune is kept beside its tally."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE campaign_tally ADD COLUMN communes jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE campaign_tally DROP COLUMN communes")
