"""The line hears when the database was restored, and tells it to who asks for a number that it does not know."""

from alembic import op

from core.schema.migrations.versions.r0017_roles import LINE

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"GRANT SELECT (at) ON restoration TO {LINE}")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT (at) ON restoration FROM {LINE}")  # noqa: S608 - our own word
