"""The open complaints of a commune are found by the day they came, to look for two that are one."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INDEX = """
CREATE INDEX ix_grievance_commune_open ON grievance (commune_pcode, received_at)
    WHERE state NOT IN ('resolved', 'rejected', 'closed')
"""


def upgrade() -> None:
    op.execute(INDEX)


def downgrade() -> None:
    op.execute("DROP INDEX ix_grievance_commune_open")
