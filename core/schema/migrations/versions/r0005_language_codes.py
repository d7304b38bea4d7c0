"""Which languages there are is told by the folders of `locales/`, no longer by the tables."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SPOKEN = ("household", "phone", "grievance", "callback_request", "message_text", "message")


def upgrade() -> None:
    for table in SPOKEN:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_language")


def downgrade() -> None:
    """Fails while a row is in another language than those two."""
    for table in SPOKEN:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_language CHECK (language IN ('bm', 'fr'))")
