"""A grievance that waited for a person who said nothing was closed undecided, on this day.

What was sent of one that is confided, and the corrections made in it, lose what they say of it: by the line's sign-in.
"""

from alembic import op

from core.schema.migrations.versions.r0017_roles import LINE

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

LAPSED = "ALTER TABLE grievance ADD COLUMN lapsed_at timestamptz"
HUSHED = f"""
GRANT UPDATE (content, body) ON message_text TO {LINE};
CREATE POLICY correction_line ON correction TO {LINE} USING (true) WITH CHECK (true);
GRANT SELECT (id, reason), UPDATE (reason) ON correction TO {LINE}
"""
UNHUSHED = f"""
REVOKE UPDATE (content, body) ON message_text FROM {LINE};
DROP POLICY correction_line ON correction;
REVOKE SELECT (id, reason), UPDATE (reason) ON correction FROM {LINE}
"""  # noqa: S608 - our own words


def upgrade() -> None:
    op.execute(LAPSED)
    op.execute(HUSHED)


def downgrade() -> None:
    op.execute(UNHUSHED)
    op.execute("ALTER TABLE grievance DROP COLUMN lapsed_at")
