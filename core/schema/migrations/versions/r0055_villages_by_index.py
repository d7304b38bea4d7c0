"""The households of a village are found by an index, which those of a commune have in common with it.

Whether the registry knows a village was read from the whole list, for each file of it.
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index for both."""
    op.execute("CREATE INDEX ix_household_commune_pcode_village_search ON household (commune_pcode, village_search)")
    op.execute("DROP INDEX ix_household_commune_pcode")


def downgrade() -> None:
    """By commune alone."""
    op.execute("CREATE INDEX ix_household_commune_pcode ON household (commune_pcode)")
    op.execute("DROP INDEX ix_household_commune_pcode_village_search")
