"""Figures of the API are split by sex as those of the desk are; no door shows the sex of whoever complained."""

from alembic import op

from core.schema.migrations.versions.r0046_keys_of_systems import API

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"GRANT SELECT (sex) ON grievance TO {API}")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT (sex) ON grievance FROM {API}")  # noqa: S608 - our own word
